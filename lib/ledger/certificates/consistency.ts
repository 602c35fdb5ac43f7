import { type Expression, sql } from 'kysely'
import type { Database, Store } from '#lib/ledger/schema/tables.ts'
import { REVOCATION_REASONS } from '#lib/model.ts'
import { descendantsQuery } from './descendants.ts'

/** Finds certificates whose state contradicts other rows, whatever wrote them. For `npm run reconcile`. */

const PAGE = 500

/** Serials that are issued and not permanently revoked although their key is blocked. */
export async function goodWithBlockedKey({ read }: Store): Promise<readonly string[]> {
  const rows = await unrevoked(read)
    .innerJoin('blocked_key', 'blocked_key.key_thumbprint', 'certificate.key_thumbprint')
    .orderBy('certificate.serial')
    .execute()
  return rows.map(({ serial }) => serial)
}

/** Serials that are issued and not permanently revoked although they were renewed from a compromised one. */
export async function goodDescendants({ read }: Store): Promise<readonly string[]> {
  const found = new Set<string>()
  for (let after = ''; ; ) {
    const compromised = await read
      .selectFrom('certificate')
      .select('serial')
      .where('revocation_reason', '=', REVOCATION_REASONS.keyCompromise)
      .where('serial', '>', after)
      .orderBy('serial')
      .limit(PAGE)
      .execute()
    const serials = compromised.map(({ serial }) => serial)
    if (serials.length === 0) return [...found].toSorted()
    const descendants = await descendantsQuery(read, serials).execute()
    for (let start = 0; start < descendants.length; start += PAGE) {
      const some = descendants.slice(start, start + PAGE).map(({ serial }) => serial)
      const rows = await unrevoked(read).where('certificate.serial', 'in', some).execute()
      for (const { serial } of rows) found.add(serial)
    }
    after = serials.at(-1) ?? after
  }
}

/** Serials of devices that are on hold as lost without a report of the device. */
export async function heldWithoutReport({ read }: Store): Promise<readonly string[]> {
  const rows = await read
    .selectFrom('certificate')
    .select('serial')
    .where('holder_kind', '=', sql.lit('device'))
    .where('state', '=', sql.lit('issued'))
    .where('revocation_reason', '=', REVOCATION_REASONS.certificateHold)
    .where('revoked_cause', '=', 'lost_device')
    .where(({ not, exists, ref }) =>
      not(exists(reportQuery(read, ref('holder_device_id'), ref('holder_intune_id')))),
    )
    .orderBy('serial')
    .execute()
  return rows.map(({ serial }) => serial)
}

/** Serials of devices that are reported lost but neither on hold nor revoked. */
export async function reportedAndGood({ read }: Store): Promise<readonly string[]> {
  const rows = await read
    .selectFrom('certificate')
    .select('serial')
    .where('holder_kind', '=', sql.lit('device'))
    .where('state', '=', sql.lit('issued'))
    .where('revoked_at', 'is', null)
    .where(({ exists, ref }) =>
      exists(reportQuery(read, ref('holder_device_id'), ref('holder_intune_id'))),
    )
    .orderBy('serial')
    .execute()
  return rows.map(({ serial }) => serial)
}

type Id = Expression<string | null>

/** Reports that share an id with the certificate of the row to which these columns belong. */
function reportQuery(db: Database, deviceId: Id, intuneId: Id) {
  return db
    .selectFrom('lost_device')
    .select('lost_device.id')
    .where((eb) =>
      eb.or([
        eb('lost_device.device_id', '=', deviceId),
        eb('lost_device.intune_id', '=', intuneId),
      ]),
    )
}

function unrevoked(db: Database) {
  return db
    .selectFrom('certificate')
    .select('certificate.serial')
    .where('certificate.state', '=', sql.lit('issued'))
    .where((eb) =>
      eb.or([
        eb('certificate.revocation_reason', 'is', null),
        eb('certificate.revocation_reason', '=', REVOCATION_REASONS.certificateHold),
      ]),
    )
}
