import type { Store } from '#lib/ledger/schema/tables.ts'
import type { CertificateState } from '#lib/model.ts'

/** The part of a row that is compared with the signer's log. */
export type SignedRow = {
  readonly serial: string
  readonly state: CertificateState
  /** Hex SHA-256 of the to-be-signed part. */
  readonly tbsHash: string
}

const PAGE = 1_000

/**
 * All rows of one issuer in the order in which they were made, in pages, while the service may be running.
 */
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
