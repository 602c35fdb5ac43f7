import { damaged } from '#lib/ledger/database-errors.ts'
import type { CertificateRecord, Owner } from '#lib/ledger/records.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import { joinCertificate } from './certificate-der.ts'
import { RECORD_COLUMNS, recordOfRow, sha256Hex } from './rows.ts'

/** Queries for single certificates and lists. Lists are paged by key, without offset and without count. */

const PAGE_MAX = 50

/** Newest first. Gives nothing for an `after` that is unknown or belongs to somebody else. */
export async function certificatesOf(
  db: Database,
  owner: Owner,
  after: string | null,
): Promise<readonly CertificateRecord[]> {
  const own = db
    .selectFrom('certificate')
    .where('owner_oid', '=', owner.oid)
    .where('owner_tid', '=', owner.tid)
  let page = own
    .select(RECORD_COLUMNS)
    .orderBy('created_at', 'desc')
    .orderBy('serial', 'desc')
    .limit(PAGE_MAX)
  if (after !== null) {
    const last = await own.select('created_at').where('serial', '=', after).executeTakeFirst()
    if (last === undefined) return []
    page = page.where((eb) =>
      eb(eb.refTuple('created_at', 'serial'), '<', eb.tuple(last.created_at, after)),
    )
  }
  const rows = await page.execute()
  return rows.map(recordOfRow)
}

/** The DER of an issued certificate. Throws when it is not the one that was issued. */
export async function derOf(db: Database, serial: string): Promise<Uint8Array | null> {
  const row = await db
    .selectFrom('certificate')
    .innerJoin('certificate_tbs', 'certificate_tbs.id', 'certificate.id')
    .select(['state', 'fingerprint', 'signature', 'tbs'])
    .where('certificate.serial', '=', serial)
    .orderBy('certificate.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row?.state !== 'issued') return null
  const { tbs, signature, fingerprint } = row
  const der = tbs && signature ? joinCertificate({ tbs, signature }) : null
  if (der && sha256Hex(der) === fingerprint) return der
  throw damaged(`The certificate ${serial} in the ledger`, new Error('It has another hash.'))
}

export async function keyIsBlocked(db: Database, keyThumbprint: string): Promise<boolean> {
  const row = await db
    .selectFrom('blocked_key')
    .select('key_thumbprint')
    .where('key_thumbprint', '=', keyThumbprint)
    .executeTakeFirst()
  return row !== undefined
}

export async function keyOwner(db: Database, keyThumbprint: string): Promise<string | null> {
  const row = await db
    .selectFrom('certificate')
    .select('owner_oid')
    .where('key_thumbprint', '=', keyThumbprint)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.owner_oid ?? null
}
