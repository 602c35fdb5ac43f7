/**
 * Conditions of partial indexes, as text: an engine uses a partial index only for a query with the same
 * condition.
 */

/**
 * Issued certificates, by what they are not. Until PostgreSQL has analysed the table it takes `state = 'issued'` for one row
 * in two hundred, as few as those of one key, and may read all of the index that has this as its condition.
 */
export const ISSUED = "state <> 'pending' and state <> 'void'"

/** Certificates that a CRL may have to list. */
export const MAY_BE_REVOKED_OR_HELD = 'revoked_at is not null or directory_mark > 0'

/** Certificates on hold because somebody reported them or their device lost. */
export const HELD_AS_LOST = "revoked_cause = 'lost_device' and revocation_reason = 6"

/** Objects that are absent and may be restored. */
export const MAY_COME_BACK =
  "absent_since is not null and (deletion is null or deletion <> 'final')"

/** Objects whose owners can be read. */
export const MAY_HAVE_OWNERS = "kind <> 'user' and absent_since is null"

/** On both engines null must sort as the longest ago. */
export const OWNERS_READ_AT = 'coalesce(owners_seen_at, 0)'

/** Longest text that can be searched for; PostgreSQL limits the size of an index entry. */
export const SEARCH_PREFIX_MAX = 200
