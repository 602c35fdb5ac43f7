import type { Store } from '#lib/ledger/schema/tables.ts'
import type { CertificateState } from '#lib/model.ts'

/** What of a certificate the signer's log must know. */
export type SignedRow = {
  readonly serial: string
  readonly state: CertificateState
  /** Hex SHA-256 of the to-be-signed part. */
  readonly tbsHash: string
}

const PAGE = 1_000

/** All rows of one issuer in the order in which they were made, in pages, beside a working authority. */
export async function* signedRows(
  { read }: Store,
  issuerId: string,
): AsyncGenerator<readonly SignedRow[]> {
  for (let after = 0; ; ) {
    const rows = await read
      .selectFrom('certificate')
      .select(['id', 'serial', 'state', 'tbs_hash'])
      .where('id', '>', after)
      .where('issuer_id', '=', issuerId)
      .orderBy('id')
      .limit(PAGE)
      .execute()
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(({ serial, state, tbs_hash }) => ({ serial, state, tbsHash: tbs_hash }))
    after = last.id
  }
}
