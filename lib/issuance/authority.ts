import type { Directory, DirectoryFeed } from '#lib/directory/directory.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { Issuer } from '#lib/pki/profile.ts'
import type { Policy } from '#lib/policy/policy.ts'
import type { Signer } from '#lib/signer/signer.ts'

/** What a verb of issuance needs; built once by compose.ts and passed as the first argument. */
export type Authority = {
  readonly issuer: Issuer
  readonly signer: Signer
  readonly ledger: Ledger
  readonly directory: Directory
  readonly policy: Policy
  /** The directory as a stream of changes. */
  readonly feed: DirectoryFeed
  /** How old the stored directory snapshot may be before the directory is asked, live. */
  readonly directoryBudgetMs: number
  readonly brake: {
    /** Largest share of the bound objects that may become worse in one sweep, 0 to 1. */
    readonly shareMax: number
    /** So many may become worse at any rate, so that small tenants are not stopped. */
    readonly changesMin: number
  }
  /** How many certificates one requester may get; null where nothing limits it. */
  readonly quota: { readonly certificatesPerHourMax: number } | null
  readonly now: () => Date
  /** Cryptographically secure random octets. */
  readonly randomBytes: (length: number) => Uint8Array
  /**
   * Called by name between any two steps of the cycle. The tests kill the process here; in
   * production it does nothing.
   */
  readonly failpoint: (name: Failpoint) => void
}

export type Failpoint =
  | 'before-intent'
  | 'after-intent'
  | 'after-sign'
  | 'after-check'
  | 'after-record'
