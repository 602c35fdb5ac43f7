/** 192 bits, in 32 characters that an address takes as they are. */
const OCTETS = 24

/** Makes the secret of an address; the ledger keeps its SHA-256 alone. */
export function newSecret(randomBytes: (length: number) => Uint8Array): string {
  return Buffer.from(randomBytes(OCTETS)).toString('base64url')
}
