import { recordOf } from './audit-chain.ts'
import type { Database } from './tables.ts'

/** What the signer's log knows of a certificate that it signed. */
export type SignedCertificate = {
  readonly issuer: string
  readonly serial: string
  /** Hex SHA-256 of the to-be-signed part. */
  readonly tbs: string
}

const SERIALS_MAX = 500

/**
 * Those of which there is neither a row nor, for a responder, a record. Both are committed before
 * anything is signed, so beside a working authority too there is nothing in between.
 */
export async function unrecorded<Signed extends SignedCertificate>(
  db: Database,
  signed: readonly Signed[],
): Promise<readonly Signed[]> {
  const missing: Signed[] = []
  for (let start = 0; start < signed.length; start += SERIALS_MAX) {
    const some = signed.slice(start, start + SERIALS_MAX)
    missing.push(...(await withoutRecord(db, await withoutRow(db, some))))
  }
  return missing
}

async function withoutRow<Signed extends SignedCertificate>(
  db: Database,
  signed: readonly Signed[],
): Promise<readonly Signed[]> {
  const rows = await db
    .selectFrom('certificate')
    .select(['issuer_id', 'serial', 'tbs_hash'])
    .where('serial', 'in', serialsOf(signed))
    .execute()
  const known = new Set(rows.map((row) => `${row.issuer_id}/${row.serial}/${row.tbs_hash}`))
  return signed.filter(({ issuer, serial, tbs }) => !known.has(`${issuer}/${serial}/${tbs}`))
}

async function withoutRecord<Signed extends SignedCertificate>(
  db: Database,
  signed: readonly Signed[],
): Promise<readonly Signed[]> {
  if (signed.length === 0) return []
  const rows = await db
    .selectFrom('audit')
    .select(['sequence', 'kind', 'at', 'actor', 'serial', 'facts', 'previous_hash', 'hash'])
    .where('serial', 'in', serialsOf(signed))
    .where('kind', '=', 'responder.intended')
    .execute()
  const known = new Set(rows.map((row) => `${row.serial}/${recordOf(row).event.facts.tbsHash}`))
  return signed.filter(({ serial, tbs }) => !known.has(`${serial}/${tbs}`))
}

function serialsOf(signed: readonly SignedCertificate[]): readonly string[] {
  return signed.map(({ serial }) => serial)
}
