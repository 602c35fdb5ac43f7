/**
 * Audit events and the chain that ties them: hash = SHA-256(previous hash | canonical JSON). An
 * event holds ids, hashes and decisions; never a token, a key or a CSR.
 */

export type AuditKind =
  | 'service.started'
  /** An operator went on without what the ledger before this one had. */
  | 'ledger.accepted'
  | 'ca.created'
  | 'request.refused'
  | 'issuance.intended'
  | 'certificate.issued'
  | 'certificate.voided'
  | 'certificate.revoked'
  | 'certificate.held'
  | 'certificate.released'
  | 'key.blocked'
  | 'device.reported_lost'
  | 'device.report_withdrawn'
  | 'person.held'
  | 'directory.changed'
  | 'circuit_breaker.engaged'
  | 'circuit_breaker.released'
  | 'crl.published'
  /** A delegated OCSP responder: before its certificate is signed, and after. */
  | 'responder.intended'
  | 'responder.issued'

export type AuditValue = string | number | boolean | null

export type AuditEvent = {
  readonly kind: AuditKind
  readonly at: Date
  /** Object id of the person or application that caused it, or the part of Latchkey that did. */
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
 * The bytes that are hashed: JSON with a fixed order of members, facts sorted by name, so that a
 * verifier of a later version reads the same. The leading number is the version of this form.
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
