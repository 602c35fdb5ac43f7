import {
  goodDescendants,
  goodWithBlockedKey,
  heldWithoutReport,
  reportedAndGood,
} from '#lib/ledger/certificates/consistency.ts'
import type { BoundCertificate } from '#lib/ledger/directory-ledger.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { Store } from '#lib/ledger/schema/tables.ts'
import { directoryEffect } from '#lib/policy/directory-effect.ts'
import { keysOf } from '#lib/policy/holder.ts'
import { type Reader, timeInWords } from './expected.ts'
import type { Finding, Part } from './finding.ts'

export type ConsistencyRules = {
  /** Milliseconds after which a revocation by the directory must be in the ledger. */
  readonly lateAfterMs: number
}

/**
 * Finds rows that contradict each other: a good certificate that was renewed from one with a reported key, a
 * revocation by the directory that is not written (a device that moved, an owner who is gone), a hold without
 * its report and a report without its holds.
 */
export async function reconcileRows(
  store: Store,
  reader: Reader,
  rules: ConsistencyRules,
): Promise<Part> {
  const row = (serial: string, ledger: string, other: string): Finding => {
    return { check: 'row', serial, ledger, other }
  }
  const findings = [
    ...(await goodWithBlockedKey(store)).map((serial) =>
      row(serial, 'not revoked', 'its key was reported as compromised'),
    ),
    ...(await goodDescendants(store)).map((serial) =>
      row(serial, 'not revoked', 'it was renewed from a certificate whose key is compromised'),
    ),
    ...(await heldWithoutReport(store)).map((serial) =>
      row(serial, 'on hold as lost', 'no report of the device stands'),
    ),
    ...(await reportedAndGood(store)).map((serial) =>
      row(serial, 'not on hold', 'its device is reported lost'),
    ),
    ...(await unwritten(reader, rules)),
  ]
  return { findings, notes: [], count: findings.length }
}

const PAGE = 200

/** Revocations by stored objects that no row of a certificate has. */
async function unwritten(reader: Reader, rules: ConsistencyRules): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (let after: string | null = null; ; ) {
    const page: readonly CertificateRecord[] = await reader.ledger.unexpired({
      since: reader.now(),
      after,
      limit: PAGE,
    })
    const keys = page.flatMap(({ holder }) => keysOf(holder, reader.policy))
    const objects = await reader.ledger.directoryObjects(keys)
    const bound = await reader.ledger.boundCertificates(keys)
    const serials = new Set(page.map(({ serial }) => serial))
    for (const certificate of bound.filter(({ serial }) => serials.has(serial))) {
      const found = unwrittenOf(reader, rules, certificate, objects)
      if (found) findings.push(found)
    }
    after = page.at(-1)?.serial ?? null
    if (after === null) return findings
  }
}

function unwrittenOf(
  { policy, now }: Reader,
  { lateAfterMs }: ConsistencyRules,
  certificate: BoundCertificate,
  objects: Parameters<typeof directoryEffect>[2],
): Finding | null {
  const { serial, isMarked } = certificate
  // What has been true only for a moment may not be written yet.
  const then = new Date(now().getTime() - lateAfterMs)
  const effect = directoryEffect(policy, certificate, objects, then)
  if (effect === null || effect.kind === 'none' || effect.since > then) return null
  const other = `${effect.cause} since ${timeInWords(effect.since)}`
  if (effect.kind === 'revoke') return { check: 'row', serial, ledger: 'not revoked', other }
  return isMarked ? null : { check: 'row', serial, ledger: 'not marked for the CRL', other }
}
