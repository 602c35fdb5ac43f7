import type { AuditEvent } from '#lib/audit.ts'
import type { KeyBlock } from '#lib/ledger/ledger.ts'
import { storable } from '#lib/ledger/storable.ts'
import type { Operation, Writing } from '#lib/ledger/writing.ts'
import { REVOCATION_REASONS } from '#lib/model.ts'
import { change, isHeld, revoked, selectRows, withFacts } from './change.ts'
import { inheritedReason, stopDescendants } from './descendants.ts'
import type { StoredRow } from './rows.ts'

/**
 * Revokes all certificates with the key and those renewed from them, and gives the serials that changed.
 * PENDING rows may be signed already, so they become void.
 */
export function blockKey(block: KeyBlock, event: AuditEvent): Operation<readonly string[]> {
  if (event.kind !== 'key.blocked') throw new Error(`${event.kind} does not block a key`)
  return async (writing) => {
    await writing.db
      .insertInto('blocked_key')
      .values({
        key_thumbprint: block.keyThumbprint,
        blocked_at: block.at.getTime(),
        blocked_by: storable(block.by),
      })
      .onConflict((conflict) => conflict.column('key_thumbprint').doNothing())
      .execute()
    writing.append(withFacts(event, { keyThumbprint: block.keyThumbprint }))

    const rows = await selectRows(writing.db)
      .where('key_thumbprint', '=', block.keyThumbprint)
      .orderBy('id')
      .execute()
    // Certificates that were revoked for another reason have the same key, so their reason becomes
    // keyCompromise.
    const fresh = rows.filter(
      ({ revocation_reason }) => revocation_reason !== REVOCATION_REASONS.keyCompromise,
    )
    for (const row of fresh) await compromise(writing, row, block, event)
    const descendants = await stopDescendants(
      writing,
      rows.map(({ serial }) => serial),
      {
        reason: inheritedReason('keyCompromise'),
        at: block.at,
        by: block.by,
        cause: 'renewed_from_revoked',
      },
      event,
    )
    return [...fresh.map(({ serial }) => serial), ...descendants]
  }
}

async function compromise(
  writing: Writing,
  row: StoredRow,
  block: KeyBlock,
  cause: AuditEvent,
): Promise<void> {
  const isPending = row.state === 'pending'
  const event: AuditEvent = {
    kind: isPending ? 'certificate.voided' : 'certificate.revoked',
    at: cause.at,
    actor: cause.actor,
    serial: row.serial,
    facts: { cause: 'key_blocked', reason: 'keyCompromise' },
  }
  const changes = revoked({
    reason: 'keyCompromise',
    at: revokedAt(row, block),
    by: block.by,
    cause: 'key_compromise',
  })
  await change(writing, row, isPending ? { ...changes, state: 'void' } : changes, event)
}

/**
 * A known revocation keeps its date when its reason changes. A hold was not a revocation, so its date does
 * not count.
 */
function revokedAt(row: StoredRow, { at }: KeyBlock): Date {
  return row.revoked_at !== null && !isHeld(row) ? new Date(row.revoked_at) : at
}
