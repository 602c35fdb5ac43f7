import { createHash } from 'node:crypto'

/** Gives the lower-case hex SHA-256 of the joined parts. */
export function sha256Hex(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
