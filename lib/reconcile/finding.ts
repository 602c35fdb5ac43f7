/** One thing that two sides tell differently. */
export type Finding = {
  readonly check: 'audit' | 'crl' | 'ocsp' | 'row' | 'signature'
  readonly serial: string | null
  /** What the ledger says, in words. */
  readonly ledger: string
  /** What the other side says: the audit chain, the CRL, OCSP, other rows, the signer's log. */
  readonly other: string
}

/** A part of the reconciliation. Notes are what could not be compared, and why. */
export type Part = {
  readonly findings: readonly Finding[]
  readonly notes: readonly string[]
  /** How much was compared. */
  readonly count: number
}
