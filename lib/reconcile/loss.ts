import { ACCEPT_FLAG } from '#lib/config.ts'
import { sqliteFile } from '#lib/ledger/address.ts'
import type { CertificateLine } from './signatures.ts'

/** What the traces of a ledger know and the ledger does not. */
export type Loss = {
  /** There is no ledger; it is another one; its last records are missing; it lacks signed certificates. */
  readonly kind: 'missing' | 'other' | 'cut' | 'behind'
  /** The ledger as it was last seen; null when no trace has it. */
  readonly before: {
    readonly ledger: string
    readonly sequence: number
    readonly hash: string
    readonly at: string
  } | null
  /** Number of certificates in the log, with the first and the last that were signed. */
  readonly certificates: number
  readonly first: CertificateLine | null
  readonly last: CertificateLine | null
  /** Highest number of a signed CRL, by issuer. */
  readonly crlNumbers: ReadonlyMap<string, number>
  /** Offset in the log at which they begin. */
  readonly from: number
}

/** Gives the sentences for the operator: what happened, how to restore, and how to go on without it. */
export function sentenceOf(database: string, log: string, loss: Loss): string {
  return [
    `${whatHappened(database, loss)}.`,
    ...known(log, loss),
    'What was revoked would pass, so the authority does not run.',
    'Put back the newest backup of the ledger and start again (docs/operate.md, “Restore”).',
    `Only if there is none that is newer, start once with ${ACCEPT_FLAG}: then every certificate`,
    'that the ledger does not know is revoked for good.',
  ].join(' ')
}

function whatHappened(database: string, { kind, before }: Loss): string {
  const file = sqliteFile(database)
  const ledger = file === null ? 'The ledger of LATCHKEY_DATABASE' : `The ledger ${file}`
  switch (kind) {
    case 'missing':
      return `${ledger} is gone: this CA has worked with one, and there is none any more`
    case 'other':
      return `${ledger} is not the one that this CA has worked with`
    case 'cut':
      return `${ledger} has lost its end: the audit record ${before?.sequence}, which it held at ${before?.at}, is not in it`
    case 'behind':
      return `${ledger} has lost its end: the signer’s log knows more than it does`
  }
}

function known(log: string, { certificates, first, last, crlNumbers }: Loss): readonly string[] {
  const number = Math.max(0, ...crlNumbers.values())
  const crls = number > 0 ? [`The last CRL that was signed has the number ${number}.`] : []
  if (!first || !last) return crls
  const what = certificates === 1 ? 'one certificate' : `${certificates} certificates`
  const range = first === last ? '' : `, and last of ${last.serial}, signed at ${last.at}`
  return [
    `The log ${log} knows of ${what} that it does not have: first of ${first.serial}, signed at ${first.at}${range}.`,
    ...crls,
  ]
}
