import type { ChangeFeed, Directory } from '#lib/directory/directory.ts'
import type { Ledger, LedgerReader } from '#lib/ledger/ledger.ts'
import type { DirectoryKey } from '#lib/model.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import type { Policy } from '#lib/policy/policy.ts'
import type { Signer } from '#lib/signer/signer.ts'

/** What every operation of issuance needs. Built once by compose.ts and passed as the first argument. */
export type Authority = {
  readonly issuer: Issuer
  readonly signer: Signer
  readonly ledger: Ledger
  readonly directory: Directory
  readonly policy: Policy
  /** The directory as change feeds, for the directory sync. */
  readonly changeFeed: ChangeFeed
  /**
   * Milliseconds. Stored knowledge of the directory that is older proves nothing, so no "good" is based on
   * it.
   */
  readonly directoryBudgetMs: number
  /** Milliseconds between two readings of the people at risk. */
  readonly riskEveryMs: number
  /** Milliseconds after which the owners of a device are read again, though no change was reported. */
  readonly ownersMaxAgeMs: number
  readonly circuitBreaker: {
    /** Largest share of the bound objects that may become worse in one sync, 0 to 1. */
    readonly shareMax: number
    /**
     * As many objects may always become worse in one sync, so that the share does not block small tenants.
     */
    readonly changesMin: number
  }
  /**
   * Asks for these objects in the background, because what is stored of them is missing or too old. Returns
   * at once and never throws: the status that is being asked for is answered from what is stored.
   */
  readonly backfill: (keys: readonly DirectoryKey[]) => void
  /** Whether renewal checks, by a live look-up, that the holder still has the role. */
  readonly renewalRoleCheck: boolean
  /** Days after which what is on hold as lost is revoked for good; until then the report can be undone. */
  readonly lostDays: number
  /** How many certificates one requester may get; null where nothing limits it. */
  readonly quota: { readonly certificatesPerHourMax: number } | null
  /** The name of the request that this is done for; absent in the background. */
  readonly requestId?: string
  readonly now: () => Date
  /** Cryptographically secure random octets. */
  readonly randomBytes: (length: number) => Uint8Array
  /**
   * Called by name between two steps of the issuance cycle. Tests kill the process here; in production it
   * does nothing.
   */
  readonly failpoint: (name: Failpoint) => void
}

/**
 * What answers relying parties: without a CA key, without the directory, and with a ledger that it can only
 * read.
 */
export type StatusAuthority = Pick<
  Authority,
  'issuer' | 'policy' | 'directoryBudgetMs' | 'backfill' | 'now'
> & { readonly ledger: LedgerReader }

export type Failpoint =
  | 'before-intent'
  | 'after-intent'
  | 'after-sign'
  | 'after-check'
  | 'after-record'
