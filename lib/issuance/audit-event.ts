import type { AuditEvent, AuditKind, AuditValue } from '#lib/audit.ts'
import type { Authority } from './authority.ts'

/** Makes an audit event with the present time and, where there is one, the name of the request. */
export function auditEvent(
  authority: Pick<Authority, 'now' | 'requestId'>,
  kind: AuditKind,
  actor: string,
  serial: string | null,
  facts: Readonly<Record<string, AuditValue>>,
): AuditEvent {
  const { requestId } = authority
  const all = requestId === undefined ? facts : { ...facts, request: requestId }
  return { kind, at: authority.now(), actor, serial, facts: all }
}
