import { createHash, hash } from 'node:crypto'

/** Gives the lower-case hex SHA-256 of the joined parts. */
export function sha256Hex(...parts: readonly (string | Uint8Array)[]): string {
  const [first = '', ...more] = parts
  // One call of OpenSSL in place of four, for nearly all callers.
  if (more.length === 0) return hash('sha256', first, 'hex')
  const joined = createHash('sha256')
  for (const part of parts) joined.update(part)
  return joined.digest('hex')
}
