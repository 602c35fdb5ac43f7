import { hash } from 'node:crypto'

/** Gives the lower-case hex SHA-256 of the joined parts. By one call of OpenSSL, also for several. */
export function sha256Hex(...parts: readonly (string | Uint8Array)[]): string {
  const [first = '', ...more] = parts
  const joined = more.length === 0 ? first : Buffer.concat(parts.map((part) => Buffer.from(part)))
  return hash('sha256', joined, 'hex')
}
