import { readFileSync } from 'node:fs'

/** DER of the only block of a PEM file. A program started for that costs a large process a tenth of a second. */
export function derOfPemFile(file: string): Uint8Array<ArrayBuffer> {
  const text = readFileSync(file, 'latin1').replace(/-----[^-]+-----/g, '')
  return new Uint8Array(Buffer.from(text, 'base64'))
}
