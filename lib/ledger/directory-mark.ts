import { type RawBuilder, sql } from 'kysely'
import type { DirectoryKey } from '#lib/model.ts'
import type { CertificateRow } from './rows.ts'
import type { Database } from './tables.ts'

/**
 * The mark that a certificate bears because of its directory objects. It is kept beside the row, so
 * that a CRL reads the marked certificates from one index, and set in the transaction that changes
 * an object or makes a certificate. It says less than a status: policy decides what a mark means.
 */
export const DIRECTORY_MARK: RawBuilder<CertificateRow['directory_mark']> = sql`coalesce((
  select max(case
    when o.present = 0 or o.retired = 1 or o.disabled_since is not null
      or o.non_compliant_since is not null or o.risky_since is not null then 1
    else 0 end)
  from directory_object as o
  where (o.kind = 'user' and o.id = certificate.holder_oid and certificate.holder_kind = 'user')
    or (o.kind = 'entra_device' and o.id = certificate.holder_device_id)
    or (o.kind = 'intune_device' and o.id = certificate.holder_intune_id)
), 0)`

/** Which column of a certificate names an object of this kind. */
export const HOLDER_COLUMNS = {
  entra_device: 'holder_device_id',
  intune_device: 'holder_intune_id',
  user: 'holder_oid',
} as const satisfies Record<DirectoryKey['kind'], keyof CertificateRow>

/** In the order in which objects are listed. */
export const KINDS = ['entra_device', 'intune_device', 'user'] as const

const KEYS_MAX = 500

/** Marks the certificates that are bound to these objects anew. */
export async function markBound(db: Database, keys: readonly DirectoryKey[]): Promise<void> {
  for (const { kind, ids } of groupKeys(keys)) {
    let update = db
      .updateTable('certificate')
      .set({ directory_mark: DIRECTORY_MARK })
      .where('state', '=', sql.lit('issued'))
      .where(HOLDER_COLUMNS[kind], 'in', ids)
    if (kind === 'user') update = update.where('holder_kind', '=', sql.lit('user'))
    await update.execute()
  }
}

/** By kind, in pieces that a statement can take. */
export function groupKeys(keys: readonly DirectoryKey[]) {
  return KINDS.flatMap((kind) => {
    const ids = [...new Set(keys.flatMap((key) => (key.kind === kind ? [key.id] : [])))]
    const pieces: { kind: DirectoryKey['kind']; ids: readonly string[] }[] = []
    for (let start = 0; start < ids.length; start += KEYS_MAX) {
      pieces.push({ kind, ids: ids.slice(start, start + KEYS_MAX) })
    }
    return pieces
  })
}
