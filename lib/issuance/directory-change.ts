import type { AuditEvent } from '#lib/audit.ts'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import { auditEvent } from './audit-event.ts'
import type { Authority } from './authority.ts'

/** One directory object as it was stored and as it is now. */
export type Change = { readonly before: DirectoryObject; readonly after: DirectoryObject }

/** Whether anything that a status may hang on is different. */
export function isChange(change: Change): boolean {
  return describe(change).length > 0
}

/** Whether something became so that can stop a certificate. */
export function isWorse({ before, after }: Change): boolean {
  return TRAITS.some(({ is }) => is(after) && !is(before))
}

/** For the audit log, with the change in words. */
export function changeEvent(authority: Authority, actor: string, change: Change): AuditEvent {
  const { kind, id } = change.after
  const facts = { kind, id, change: describe(change).join(', ') }
  return auditEvent(authority, 'directory.changed', actor, null, facts)
}

/** An object that is not stored counts as one with which all was well. */
export function unseen({ kind, id }: DirectoryKey, readAt: Date): DirectoryObject {
  return {
    kind,
    id,
    readAt,
    objectId: null,
    present: true,
    deletedAt: null,
    disabledSince: null,
    nonCompliantSince: null,
    retired: false,
    retiredAt: null,
    riskySince: null,
    enrolledAt: null,
  }
}

const TRAITS: readonly {
  readonly is: (object: DirectoryObject) => boolean
  readonly begins: string
  readonly ends: string
}[] = [
  { is: ({ present }) => !present, begins: 'deleted', ends: 'restored' },
  { is: ({ disabledSince }) => disabledSince !== null, begins: 'disabled', ends: 'enabled' },
  {
    is: ({ nonCompliantSince }) => nonCompliantSince !== null,
    begins: 'non-compliant',
    ends: 'compliant',
  },
  { is: ({ retired }) => retired, begins: 'retired', ends: 'no longer retired' },
  { is: ({ riskySince }) => riskySince !== null, begins: 'at risk', ends: 'no longer at risk' },
]

function describe({ before, after }: Change): readonly string[] {
  return TRAITS.flatMap(({ is, begins, ends }) => {
    if (is(before) === is(after)) return []
    return is(after) ? [begins] : [ends]
  })
}
