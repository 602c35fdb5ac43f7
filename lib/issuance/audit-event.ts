import type { AuditEvent, AuditKind, AuditValue } from '#lib/audit.ts'
import type { Authority } from './authority.ts'

/** Makes an audit event with the present time. */
export function auditEvent(
  authority: Pick<Authority, 'now'>,
  kind: AuditKind,
  actor: string,
  serial: string | null,
  facts: Readonly<Record<string, AuditValue>>,
): AuditEvent {
  return { kind, at: authority.now(), actor, serial, facts }
}
