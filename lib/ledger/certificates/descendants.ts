import type { AuditEvent } from '#lib/audit.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import type { Writing } from '#lib/ledger/writing.ts'
import type { Revocation } from '#lib/policy/status-types.ts'
import { change, mayBecome, revoked, selectRows } from './change.ts'

/**
 * The descendants of a certificate: what was renewed from it, however far down. What its owner got in its
 * place after a sign-in is an enrolment of its own and no descendant, since the older key had no part in it.
 */

export function descendantsQuery(db: Database, serials: readonly string[]) {
  return db
    .withRecursive('descendant', (query) =>
      query
        .selectFrom('certificate')
        .select('serial')
        .where('replaces', 'in', serials)
        .whereRef('enrollment', '<>', 'serial')
        // UNION removes duplicates, so the recursion ends even when rows were made to replace each other.
        .union(
          query
            .selectFrom('certificate as next')
            .innerJoin('descendant', 'descendant.serial', 'next.replaces')
            .select('next.serial')
            .whereRef('next.enrollment', '<>', 'next.serial'),
        ),
    )
    .selectFrom('descendant')
    .select('serial')
}

/**
 * Revokes or holds the descendants of these certificates as `how` says; pending ones become void. Revoked
 * ones are not changed. Ones on hold are not changed by a hold, unless an operator's replaces somebody
 * else's. `cause` is the event of the first certificate. Gives the serials that changed.
 */
export async function stopDescendants(
  writing: Writing,
  serials: readonly string[],
  how: Revocation,
  { at, actor }: AuditEvent,
): Promise<readonly string[]> {
  if (serials.length === 0) return []
  const roots = new Set(serials)
  const found = await descendantsQuery(writing.db, serials).execute()
  const others = found.flatMap(({ serial }) => (roots.has(serial) ? [] : [serial]))
  if (others.length === 0) return []
  const rows = await selectRows(writing.db).where('serial', 'in', others).orderBy('id').execute()
  const isHold = how.reason === 'certificateHold'
  const revokedSerials: string[] = []
  for (const row of rows) {
    const isPending = row.state === 'pending'
    if (!mayBecome(row, how)) continue
    const { reason, cause } = isHold && isPending ? NOT_GIVEN_OUT : how
    const changes = revoked({ ...how, reason, cause })
    await change(writing, row, isPending ? { ...changes, state: 'void' } : changes, {
      kind: kindOf(isPending, isHold),
      at,
      actor,
      serial: row.serial,
      facts: { cause, reason, replaces: row.replaces },
    })
    revokedSerials.push(row.serial)
  }
  return revokedSerials
}

/**
 * A descendant has another key, so keyCompromise is not its reason: only the right to the certificate ends.
 */
export function inheritedReason(reason: Revocation['reason']): Revocation['reason'] {
  return reason === 'keyCompromise' ? 'privilegeWithdrawn' : reason
}

/** Revocation of a void certificate: permanent, so not a hold. */
const NOT_GIVEN_OUT = { reason: 'cessationOfOperation', cause: 'not_delivered' } as const

function kindOf(isPending: boolean, isHold: boolean): AuditEvent['kind'] {
  if (isPending) return 'certificate.voided'
  return isHold ? 'certificate.held' : 'certificate.revoked'
}
