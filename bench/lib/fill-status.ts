import path from 'node:path'
import { openLedger } from '#lib/ledger/open.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { fillTo, openFill, serialAt } from './fill.ts'

export type StatusFill = { readonly issuer: Issuer; readonly serials: readonly string[] }

/**
 * Makes a ledger of this many certificates of the CA in this folder, one in a hundred revoked (or all), each
 * bound to directory objects that were just read. Gives random serials of good certificates.
 */
export async function fillStatus(
  folder: string,
  rows: number,
  { serials, allRevoked }: { readonly serials: number; readonly allRevoked: boolean },
): Promise<StatusFill> {
  const urls = {
    caIssuers: 'https://localhost/ca',
    caIssuersHttp: 'http://localhost/ca',
    ocsp: 'http://localhost/ocsp',
    crl: null,
  }
  const issuer = loadPublicIssuer(folder, urls)
  const file = path.join(folder, 'ledger.sqlite')
  const ledger = await openLedger(`sqlite:${file}`)
  const filled = await openFill(file, ledger)
  fillTo(filled, rows)
  const { database } = filled
  database.exec(`update certificate set issuer_id = '${issuer.id}'`)
  if (allRevoked) {
    database.exec(`update certificate set revoked_at = created_at, revocation_reason = 4,
      revoked_by = 'owner' where revoked_at is null`)
  }
  const now = Date.now()
  for (const [kind, column] of [
    ['user', 'owner_oid'],
    ['entra_device', 'holder_device_id'],
    ['intune_device', 'holder_intune_id'],
  ]) {
    database.exec(`insert or ignore into directory_object (kind, id, version, seen_at, needs_recheck)
      select '${kind}', ${column}, 1, ${now}, 0 from certificate where ${column} is not null`)
  }
  const stream = { cursor: null, readAt: new Date(now), fullAt: new Date(now) }
  const streams = { users: stream, entraDevices: stream, intuneDevices: stream }
  database
    .prepare('update directory_state set streams = ?, risk_read_at = ?, version = 1')
    .run(JSON.stringify(streams), now)
  // The audit chain of the filling is not valid, and the authority would refuse it.
  database.exec(`delete from audit; update audit_head set sequence = 0, hash = '${'0'.repeat(64)}'`)
  database.exec('pragma wal_checkpoint(truncate)')
  const good: string[] = []
  for (let at = 0; good.length < serials; at++) {
    // Every hundredth is revoked; a step without a common factor visits all rows.
    const id = 1 + ((at * 7919) % rows)
    if (allRevoked || id % 100 !== 0) good.push(serialAt(filled, id))
  }
  filled.close()
  await ledger.close()
  return { issuer, serials: good }
}
