import type { ChangeFeed, Directory } from '#lib/directory/directory.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { DirectoryKey } from '#lib/model.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
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
  readonly changeFeed: ChangeFeed
  /** How old the stored knowledge of the directory may be before nothing is vouched for. */
  readonly directoryBudgetMs: number
  /** How often people at risk are read. */
  readonly riskEveryMs: number
  /** So often at least the owners of each device are read. */
  readonly ownersMaxAgeMs: number
  readonly circuitBreaker: {
    /** Largest share of the bound objects that may become worse in one sync, 0 to 1. */
    readonly shareMax: number
    /** So many may become worse at any rate, so that small tenants are not stopped. */
    readonly changesMin: number
  }
  /**
   * Asks for these objects in the background, because what is stored of them is missing or too old.
   * Gives nothing and never throws: whoever asks for a status answers by what is stored.
   */
  readonly backfill: (keys: readonly DirectoryKey[]) => void
  /** Whether renewal asks the directory, live, for the role. */
  readonly renewalRoleCheck: boolean
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
