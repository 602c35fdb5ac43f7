import { createHash } from 'node:crypto'
import type { AuditEvent, AuditKind } from '#lib/audit.ts'
import { joinCertificate } from '#lib/ledger/certificates/certificate-der.ts'
import { NO_PLAN } from '#lib/ledger/directory-ledger.ts'
import type { CompleteResult, Completion, Intent, Ledger } from '#lib/ledger/ledger.ts'

/** Certificates as the issuance cycle passes them to the ledger, each with a key and a request of its own. */

export const NOW = new Date('2026-03-01T12:00:00Z')
export const ADA = { tid: 'tenant', oid: 'ada' }
export const EVE = { tid: 'tenant', oid: 'eve' }

export function after(ms: number): Date {
  return new Date(NOW.getTime() + ms)
}

const DAY_MS = 24 * 3600 * 1000

const HOLDER = { kind: 'device', deviceId: 'd1', intuneId: 'i1', ownerOid: ADA.oid } as const

export function sampleIntent(serial: string, changes: Partial<Intent> = {}): Intent {
  const tbs = sampleTbs(serial)
  return {
    issuerId: 'a'.repeat(64),
    serial,
    profile: 'device',
    source: 'api',
    owner: ADA,
    holder: HOLDER,
    displayName: 'Adas Läptop',
    subject: 'CN=d1',
    subjectAltName: 'URI:IntuneDeviceId://i1',
    requestKey: `request of ${serial}`,
    keyThumbprint: `key of ${serial}`,
    tbs,
    tbsHash: sha256(tbs),
    notBefore: after(-DAY_MS),
    notAfter: after(365 * DAY_MS),
    createdAt: NOW,
    directorySnapshot: '{"enabled":true}',
    replaces: null,
    enrollment: serial,
    signedInAt: NOW,
    upn: null,
    label: null,
    repeatAfter: after(-DAY_MS),
    quota: null,
    confirmation: null,
    ...changes,
  }
}

export function sampleEvent(
  kind: AuditKind,
  serial: string | null,
  facts: AuditEvent['facts'] = {},
): AuditEvent {
  return { kind, at: NOW, actor: ADA.oid, serial, facts }
}

export function intended(serial: string): AuditEvent {
  return sampleEvent('issuance.intended', serial)
}

export function sampleCompletion(serial: string): Completion {
  const signature = new TextEncoder().encode(`signature of ${serial}`)
  const der = joinCertificate({ tbs: sampleTbs(serial), signature })
  const at = after(1000)
  return { serial, holder: HOLDER, der, fingerprint: sha256(der), at, isMarked: false }
}

export function issued(serial: string): AuditEvent {
  return sampleEvent('certificate.issued', serial)
}

/** Completes an intent, with a plan without effects. */
export function completeSample(ledger: Ledger, serial: string): Promise<CompleteResult> {
  return ledger.complete(sampleCompletion(serial), issued(serial), NO_PLAN)
}

/** Begins and completes one certificate. */
export async function issueSample(
  ledger: Ledger,
  serial: string,
  changes: Partial<Intent> = {},
): Promise<void> {
  const begun = await ledger.begin(sampleIntent(serial, changes), intended(serial))
  if (begun.kind !== 'reserved') throw new Error(`${serial} was not reserved but ${begun.kind}`)
  const result = await completeSample(ledger, serial)
  if (result !== 'completed') throw new Error(`${serial} was not completed but ${result}`)
}

/** Text in the form of a sequence, as a certificate begins. */
function sampleTbs(serial: string): Uint8Array {
  const text = new TextEncoder().encode(`tbs of ${serial}`)
  return joinCertificate({ tbs: text, signature: new Uint8Array() })
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
