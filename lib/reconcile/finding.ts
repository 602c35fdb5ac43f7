/** A disagreement between the ledger and another source. */
export type Finding = {
  readonly check: 'audit' | 'crl' | 'ocsp' | 'row' | 'signature'
  readonly serial: string | null
  /** What the ledger says, as text. */
  readonly ledger: string
  /** What the other source says: the audit chain, the CRL, OCSP, other rows or the signer's log. */
  readonly other: string
}

/** The result of one part of the reconciliation. Notes say what could not be compared, and why. */
export type Part = {
  readonly findings: readonly Finding[]
  readonly notes: readonly string[]
  /** How many things were compared. */
  readonly count: number
}
