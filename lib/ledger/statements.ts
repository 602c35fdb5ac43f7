import { sql } from 'kysely'
import { DIRECTORY_MARK } from './directory-mark.ts'
import { hot } from './hot.ts'
import { CERTIFICATE_COLUMNS, type HashedRow } from './rows.ts'
import type { Database, Store } from './tables.ts'

/** The statements of every issuance, compiled once per open ledger. */
export type Statements = ReturnType<typeof issuanceStatements>

export function issuanceStatements({ write }: Store) {
  return {
    ...questions(write),
    ...inserts(write),
    ...updates(write),
    ...quotas(write),
  }
}

function questions(db: Database) {
  return {
    /** What is known of this request and this key; each column is null when nothing is. */
    checks: hot(
      (input: {
        requestKey: string
        repeatAfter: number
        now: number
        keyThumbprint: string
        tid: string
        oid: string
      }) =>
        db.selectNoFrom((eb) => [
          eb
            .selectFrom('certificate')
            .select('id')
            .where('request_key', '=', input.requestKey)
            .where('state', '=', 'issued')
            .where('revoked_at', 'is', null)
            .where('created_at', '>', input.repeatAfter)
            .where('not_after', '>', input.now)
            .orderBy('id', 'desc')
            .limit(1)
            .as('answered'),
          eb
            .selectFrom('certificate')
            .select('id')
            .where('request_key', '=', input.requestKey)
            .where('state', '=', 'pending')
            .limit(1)
            .as('pending'),
          // In whatever state: a key that once was someone's never becomes someone else's.
          eb
            .selectFrom('certificate')
            .select('id')
            .where('key_thumbprint', '=', input.keyThumbprint)
            .where((or) =>
              or.or([or('owner_oid', '<>', input.oid), or('owner_tid', '<>', input.tid)]),
            )
            .limit(1)
            .as('foreign'),
          eb
            .selectFrom('blocked_key')
            .select('blocked_at')
            .where('key_thumbprint', '=', input.keyThumbprint)
            .limit(1)
            .as('blocked'),
        ]),
    ),
    bySerial: hot((input: { serial: string }) =>
      db
        .selectFrom('certificate')
        .select(['id', ...CERTIFICATE_COLUMNS])
        .where('serial', '=', input.serial)
        // Two issuers may give the same serial; the methods that name it alone mean the newest.
        .orderBy('id', 'desc')
        .limit(1),
    ),
    der: hot((input: { id: number }) =>
      db.selectFrom('certificate_der').select('der').where('id', '=', input.id),
    ),
  }
}

function inserts(db: Database) {
  return {
    /** No row comes back when the issuer has given this serial already. */
    insert: hot((row: HashedRow & { search: string }) =>
      db
        .insertInto('certificate')
        .values({
          issuer_id: row.issuer_id,
          serial: row.serial,
          state: row.state,
          profile: row.profile,
          source: row.source,
          owner_tid: row.owner_tid,
          owner_oid: row.owner_oid,
          holder_kind: row.holder_kind,
          holder_oid: row.holder_oid,
          holder_device_id: row.holder_device_id,
          holder_intune_id: row.holder_intune_id,
          display_name: row.display_name,
          subject: row.subject,
          subject_alt_name: row.subject_alt_name,
          request_key: row.request_key,
          key_thumbprint: row.key_thumbprint,
          tbs_hash: row.tbs_hash,
          fingerprint: row.fingerprint,
          not_before: row.not_before,
          not_after: row.not_after,
          created_at: row.created_at,
          issued_at: row.issued_at,
          revoked_at: row.revoked_at,
          revocation_reason: row.revocation_reason,
          revoked_by: row.revoked_by,
          revoked_cause: row.revoked_cause,
          replaces: row.replaces,
          search: row.search,
        })
        .onConflict((conflict) => conflict.columns(['serial', 'issuer_id']).doNothing())
        .returning('id'),
    ),
    insertTbs: hot((row: { id: number; tbs: Uint8Array; snapshot: string }) =>
      db
        .insertInto('certificate_der')
        .values({ id: row.id, tbs: row.tbs, der: null, directory_snapshot: row.snapshot }),
    ),
  }
}

function updates(db: Database) {
  return {
    issue: hot((input: { id: number; fingerprint: string; at: number }) =>
      db
        .updateTable('certificate')
        .set({
          state: 'issued',
          fingerprint: input.fingerprint,
          issued_at: input.at,
          directory_mark: DIRECTORY_MARK,
        })
        .where('id', '=', input.id),
    ),
    /** The TBS lies in the certificate from here on. */
    storeDer: hot((input: { id: number; der: Uint8Array }) =>
      db
        .updateTable('certificate_der')
        .set({ der: input.der, tbs: null })
        .where('id', '=', input.id),
    ),
  }
}

function quotas(db: Database) {
  return {
    /** No row comes back when `max` is reached. */
    takeQuota: hot((use: { principal: string; windowStart: number; max: number }) =>
      db
        .insertInto('quota')
        .values({ principal: use.principal, window_start: use.windowStart, used: 1 })
        .onConflict((conflict) =>
          conflict
            .columns(['principal', 'window_start'])
            .doUpdateSet({ used: sql`quota.used + 1` })
            .where('quota.used', '<', use.max),
        )
        .returning('used'),
    ),
    returnQuota: hot((use: { principal: string; windowStart: number }) =>
      db
        .updateTable('quota')
        .set((eb) => ({ used: eb('used', '-', 1) }))
        .where('principal', '=', use.principal)
        .where('window_start', '=', use.windowStart),
    ),
    clearQuota: hot((old: { principal: string; before: number }) =>
      db
        .deleteFrom('quota')
        .where('principal', '=', old.principal)
        .where('window_start', '<', old.before),
    ),
  }
}
