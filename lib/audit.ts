/**
 * Audit events and the hash chain over them: hash = SHA-256(previous hash | canonical JSON). An event has
 * ids, hashes and decisions; never a token, a key or a CSR.
 */

export type AuditKind =
  | 'service.started'
  /** An operator went on without what an earlier ledger had. */
  | 'ledger.accepted'
  | 'ca.created'
  | 'request.refused'
  | 'issuance.intended'
  | 'certificate.issued'
  | 'certificate.voided'
  | 'certificate.revoked'
  | 'certificate.held'
  | 'certificate.released'
  | 'certificate.labelled'
  | 'key.blocked'
  | 'device.reported_lost'
  | 'device.report_withdrawn'
  | 'person.held'
  | 'directory.changed'
  | 'circuit_breaker.engaged'
  | 'circuit_breaker.released'
  | 'crl.published'
  /** A delegated OCSP responder: before the CA signs its certificate, and afterwards. */
  | 'responder.intended'
  | 'responder.issued'
  /** The same of the key that signs configuration profiles, and each of its signatures. */
  | 'profile_signer.intended'
  | 'profile_signer.issued'
  | 'profile.signed'
  /** A mail is about to be sent; people do not want more of them, or do again. */
  | 'reminder.recorded'
  | 'reminder.stopped'
  | 'reminder.resumed'
  /** The secret address of a person's calendar. */
  | 'calendar.opened'
  | 'calendar.closed'

export type AuditValue = string | number | boolean | null

export type AuditEvent = {
  readonly kind: AuditKind
  readonly at: Date
  /** Object id of the person or application, or the part of Latchkey, that caused it. */
  readonly actor: string
  readonly serial: string | null
  readonly facts: Readonly<Record<string, AuditValue>>
}

export type AuditRecord = {
  /** From 1, without gaps. */
  readonly sequence: number
  readonly event: AuditEvent
  /** Hex SHA-256; the first record follows 64 zeros. */
  readonly previousHash: string
  readonly hash: string
}

/**
 * Gives the bytes that are hashed: JSON with a fixed order of members, facts sorted by name, so that later
 * versions of the verifier compute the same. The leading number is the version of this form.
 */
export function canonicalEvent(sequence: number, event: AuditEvent): string {
  const facts = Object.entries(event.facts).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([
    1,
    sequence,
    event.kind,
    event.at.getTime(),
    event.actor,
    event.serial,
    facts,
  ])
}
