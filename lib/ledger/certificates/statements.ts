import { type Expression, expressionBuilder, sql } from 'kysely'
import { prepared } from '#lib/ledger/prepared.ts'
import type { Database, Engine, Tables } from '#lib/ledger/schema/tables.ts'
import { inserts } from './insert.ts'
import { RECORD_COLUMNS } from './rows.ts'

/** The statements of every issuance, compiled once for each open ledger. */
export type Statements = ReturnType<typeof issuanceStatements>

export function issuanceStatements(write: Database, engine: Engine) {
  return {
    ...questions(write),
    ...rows(write),
    ...inserts(write, engine),
    ...updates(write),
    ...quotas(write),
    ...confirmations(write),
  }
}

/** Where the values come from with which obstacles are looked up: from an intent, or from its row. */
type Obstacles = {
  readonly keyThumbprint: Expression<string>
  readonly deviceId: Expression<string | null>
  readonly intuneId: Expression<string | null>
  readonly replaces: Expression<string | null>
}

/** What may forbid an issuance; a column is null when it does not. */
function obstacles(input: Obstacles) {
  const eb = expressionBuilder<Tables, never>()
  const report = eb.selectFrom('lost_device').select('reported_at').limit(1)
  return [
    eb
      .selectFrom('blocked_key')
      .select('blocked_at')
      .where('blocked_key.key_thumbprint', '=', input.keyThumbprint)
      .as('blocked'),
    report.where('device_id', '=', input.deviceId).as('lost'),
    report.where('intune_id', '=', input.intuneId).as('lostIntune'),
    eb
      .selectFrom('certificate as replaced')
      .select('replaced.id')
      .where('replaced.serial', '=', input.replaces)
      .where((or) =>
        or.or([or('replaced.revoked_at', 'is not', null), or('replaced.state', '=', 'void')]),
      )
      .limit(1)
      .as('replacedRevokedOrHeld'),
  ] as const
}

function questions(db: Database) {
  return {
    /** What is known of this request, key and device; a column is null when nothing is. */
    checks: prepared(
      (input: {
        requestKey: string
        repeatAfter: number
        createdAt: number
        keyThumbprint: string
        deviceId: string | null
        intuneId: string | null
        replaces: string | null
        tid: string
        oid: string
      }) =>
        db
          // Read once by the key: what PostgreSQL has not analysed yet, it would look up by an index of all that is issued.
          .with(
            (cte) => cte('same_key').materialized(),
            (from) =>
              from
                .selectFrom('certificate')
                .select(['id', 'state', 'request_key', 'revoked_at', 'created_at', 'not_after'])
                .select(['owner_oid', 'owner_tid'])
                .where('key_thumbprint', '=', input.keyThumbprint),
          )
          .selectNoFrom((eb) => [
            ...obstacles({
              keyThumbprint: eb.val(input.keyThumbprint),
              deviceId: eb.val(input.deviceId),
              intuneId: eb.val(input.intuneId),
              replaces: eb.val(input.replaces),
            }),
            eb
              .selectFrom('same_key')
              .select(({ fn }) => fn.max('id').as('id'))
              .where('request_key', '=', input.requestKey)
              .where('state', '=', 'issued')
              .where('revoked_at', 'is', null)
              .where('created_at', '>', input.repeatAfter)
              .where('not_after', '>', input.createdAt)
              .as('answered'),
            eb
              .selectFrom('same_key')
              .select('created_at')
              .where('request_key', '=', input.requestKey)
              .where('state', '=', 'pending')
              .limit(1)
              .as('pending'),
            // In any state: a key that ever belonged to somebody never belongs to somebody else.
            eb
              .selectFrom('same_key')
              .select('id')
              .where((or) =>
                or.or([or('owner_oid', '<>', input.oid), or('owner_tid', '<>', input.tid)]),
              )
              .limit(1)
              .as('foreign'),
          ]),
      { repeatAfter: 'bigint', createdAt: 'bigint' },
    ),
  }
}

function rows(db: Database) {
  return {
    /** A row with everything that may forbid its completion by now. */
    toComplete: prepared(
      (input: { serial: string }) =>
        db
          .selectFrom('certificate')
          .select(['id', ...RECORD_COLUMNS])
          .select(({ ref }) => [
            ...obstacles({
              keyThumbprint: ref('certificate.key_thumbprint'),
              deviceId: ref('certificate.holder_device_id'),
              intuneId: ref('certificate.holder_intune_id'),
              replaces: ref('certificate.replaces'),
            }),
          ])
          .where('serial', '=', input.serial)
          .orderBy('id', 'desc')
          .limit(1),
      {},
    ),
    bySerial: prepared((input: { serial: string }) =>
      db
        .selectFrom('certificate')
        .select(['id', ...RECORD_COLUMNS])
        .where('serial', '=', input.serial)
        // Two issuers may have the same serial; functions that are given a serial alone take the newest.
        .orderBy('id', 'desc')
        .limit(1),
    ),
  }
}

type Issue = {
  readonly id: number
  readonly fingerprint: string
  readonly signature: Uint8Array
  readonly at: number
  readonly mark: 0 | 1
}

function updates(db: Database) {
  return {
    issue: prepared(
      (input: Issue) =>
        db
          .updateTable('certificate')
          .set((eb) => ({
            state: 'issued',
            fingerprint: input.fingerprint,
            signature: input.signature,
            issued_at: input.at,
            directory_mark: input.mark,
            version: eb('version', '+', 1),
          }))
          .where('id', '=', input.id),
      { id: 'bigint', signature: 'bytea', at: 'bigint', mark: 'smallint' },
    ),
  }
}

function quotas(db: Database) {
  return {
    /** Returns no row when `max` is reached. */
    takeQuota: prepared(
      (use: { principal: string; windowStart: number; max: number }) =>
        db
          .insertInto('quota')
          .values({ principal: use.principal, window_start: use.windowStart, used: sql.lit(1) })
          .onConflict((conflict) =>
            conflict
              .columns(['principal', 'window_start'])
              .doUpdateSet({ used: sql`quota.used + 1` })
              .where('quota.used', '<', use.max),
          )
          .returning('used'),
      { windowStart: 'bigint', max: 'bigint' },
      takeQuotas,
    ),
    returnQuota: prepared((use: { principal: string; windowStart: number }) =>
      db
        .updateTable('quota')
        .set((eb) => ({ used: eb('used', '-', 1) }))
        .where('principal', '=', use.principal)
        .where('window_start', '=', use.windowStart),
    ),
    clearQuota: prepared(
      (old: { principal: string; before: number }) =>
        db
          .deleteFrom('quota')
          .where('principal', '=', old.principal)
          .where('window_start', '<', old.before),
      { before: 'bigint' },
    ),
  }
}

function takeQuotas(given: string): string {
  const own = '(p1, p2) = (quota.principal, quota.window_start)'
  return `with given as materialized (select * from ${given}),
    taken as (
      insert into quota (principal, window_start, used) select p1, p2, 1 from given
      on conflict (principal, window_start) do update set used = quota.used + 1
      where quota.used < (select p3 from given where ${own})
      returning principal, window_start, used
    )
    select call, used from taken as quota join given on ${own}`
}

function confirmations(db: Database) {
  return {
    confirmation: prepared((used: { id: string }) =>
      db.selectFrom('confirmation').select('until').where('id', '=', used.id),
    ),
    insertConfirmation: prepared((used: { id: string; until: number }) =>
      db.insertInto('confirmation').values({ id: used.id, until: used.until }),
    ),
    clearConfirmations: prepared((old: { before: number }) =>
      db
        .deleteFrom('confirmation')
        .where('until', '<=', old.before)
        // True of all: with one bound alone PostgreSQL expects a third of the rows, and reads all of them.
        .where('until', '>=', sql.lit(0)),
    ),
  }
}
