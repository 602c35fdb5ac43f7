/** Conditions of partial indexes. As text, so that a query that uses one says the very same. */

/** True of every certificate that a CRL may have to name. */
export const MAY_BE_REVOKED_OR_HELD = 'revoked_at is not null or directory_mark > 0'

/** True of objects that are gone and may come back. */
export const MAY_COME_BACK =
  "absent_since is not null and (deletion is null or deletion <> 'final')"

/** True of objects whose owners can be asked for. */
export const MAY_HAVE_OWNERS = "kind <> 'user' and absent_since is null"

/** Never is the longest ago, on both engines. */
export const OWNERS_READ_AT = 'coalesce(owners_seen_at, 0)'

/** Longest beginning of a text that can be searched for; PostgreSQL limits what an index entry holds. */
export const SEARCH_PREFIX_MAX = 200
