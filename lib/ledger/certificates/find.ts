import type { Connection } from '#lib/ledger/connection.ts'
import { damaged } from '#lib/ledger/database-errors.ts'
import { prepared } from '#lib/ledger/prepared.ts'
import type { CertificateRecord, Owner } from '#lib/ledger/records.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import { joinCertificate } from './certificate-der.ts'
import { RECORD_COLUMNS, recordOfRow, sha256Hex } from './rows.ts'

/** Queries for single certificates and lists. Lists are paged by key, without offset and without count. */

const PAGE_MAX = 50

/**
 * Compiles the lists of owners, and gives what reads a page of one: newest first, nothing for an `after` that is
 * unknown or belongs to somebody else. PostgreSQL takes longer to plan a page than to read it.
 */
export function ownersReader(db: Database) {
  type Asked = { readonly tid: string; readonly oid: string }
  type After = Asked & { readonly createdAt: number; readonly serial: string }
  const own = ({ tid, oid }: Asked) =>
    db.selectFrom('certificate').where('owner_oid', '=', oid).where('owner_tid', '=', tid)
  const page = (asked: Asked) =>
    own(asked)
      .select(RECORD_COLUMNS)
      .orderBy('created_at', 'desc')
      .orderBy('serial', 'desc')
      .limit(PAGE_MAX)
  const first = prepared(page)
  const last = prepared((asked: Asked & { readonly serial: string }) =>
    own(asked).select('created_at').where('serial', '=', asked.serial),
  )
  const next = prepared((asked: After) =>
    page(asked).where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'serial'), '<', tuple(asked.createdAt, asked.serial)),
    ),
  )
  return async (
    reader: Connection,
    { tid, oid }: Owner,
    after: string | null,
  ): Promise<readonly CertificateRecord[]> => {
    if (after === null) return (await first(reader, { tid, oid })).map(recordOfRow)
    const [before] = await last(reader, { tid, oid, serial: after })
    if (before === undefined) return []
    const asked = { tid, oid, serial: after, createdAt: before.created_at }
    return (await next(reader, asked)).map(recordOfRow)
  }
}

/** The DER of an issued certificate. Throws when it is not the one that was issued. */
export async function derOf(db: Database, serial: string): Promise<Uint8Array | null> {
  const row = await derQuery(db, serial).executeTakeFirst()
  if (row?.state !== 'issued') return null
  const { tbs, signature, fingerprint } = row
  const der = tbs && signature ? joinCertificate({ tbs, signature }) : null
  if (der && sha256Hex(der) === fingerprint) return der
  throw damaged(`The certificate ${serial} in the ledger`, new Error('It has another hash.'))
}

export function derQuery(db: Database, serial: string) {
  return (
    db
      .selectFrom('certificate')
      .select(['state', 'fingerprint', 'signature'])
      // By its key: a join PostgreSQL may make by reading all rows before it, as long as it has not analysed the tables.
      .select((eb) =>
        eb
          .selectFrom('certificate_tbs')
          .select('tbs')
          .whereRef('certificate_tbs.id', '=', 'certificate.id')
          .as('tbs'),
      )
      .where('serial', '=', serial)
      .orderBy('id', 'desc')
      .limit(1)
  )
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
