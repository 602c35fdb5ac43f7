import type { CalendarView } from '#lib/api/schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { sha256Hex } from '#lib/issuance/hash.ts'
import { readAtOf, statusOfRecords } from '#lib/issuance/status/status.ts'
import type { CertificateRecord, Owner } from '#lib/ledger/records.ts'
import type { Requester } from '#lib/model.ts'
import type { CertificateStatus } from '#lib/policy/status-types.ts'
import { isRemindable, isReplaced } from './plan-reminders.ts'
import { newSecret } from './secret.ts'

/** A person's calendar of what ends, at a secret address. Reading it asks the ledger only. */

/** What one event of the calendar is about. */
export type EndingEvent = {
  readonly serial: string
  readonly profile: 'device' | 'user'
  /** As in EndingCertificate. */
  readonly name: string | null
  readonly notAfter: Date
  readonly issuedAt: Date
}

/** Says whether the requester's calendar has an address; the address itself is not known any more. */
export async function calendarOfRequester(
  { ledger }: Authority,
  requester: Requester,
): Promise<CalendarView> {
  const calendar = await ledger.calendarOf(ownerOf(requester))
  return { since: calendar?.madeAt.toISOString() ?? null }
}

/** Gives the requester's calendar a new address, in place of the one before. Gives its secret. */
export async function openCalendar(
  authority: Authority,
  requester: Requester,
  language: string,
): Promise<string> {
  const secret = newSecret(authority.randomBytes)
  const event = auditEvent(authority, 'calendar.opened', requester.oid, null, {})
  const calendar = { owner: ownerOf(requester), language, madeAt: event.at }
  await authority.ledger.openCalendar({ ...calendar, secret: sha256Hex(secret) }, event)
  return secret
}

/** Takes the address away; there need not be one. */
export async function closeCalendar(authority: Authority, requester: Requester): Promise<void> {
  const event = auditEvent(authority, 'calendar.closed', requester.oid, null, {})
  await authority.ledger.closeCalendar(ownerOf(requester), event)
}

const PAGES_MAX = 10

/** Gives what ends of whoever has this address. Throws LatchkeyError('not_found') when nobody has. */
export async function eventsOf(
  authority: Authority,
  secret: string,
): Promise<{ readonly language: string; readonly events: readonly EndingEvent[] }> {
  const calendar = await authority.ledger.calendarAt(sha256Hex(secret))
  if (!calendar) throw new LatchkeyError('not_found', 'There is no such calendar.')
  const records = await recordsOf(authority, calendar.owner)
  const open = records.filter(
    (record) =>
      record.state === 'issued' &&
      isRemindable(record) &&
      !isReplaced(record, siblings(records, record)),
  )
  const statuses = await statusOfRecords(authority, open, await readAtOf(authority))
  const events = open
    .filter((_, index) => isShown(statuses[index]))
    .map(({ serial, holder, displayName, label, notAfter, createdAt }): EndingEvent => {
      const profile = holder.kind === 'device' ? 'device' : 'user'
      const name = profile === 'device' ? displayName : label
      return { serial, profile, name, notAfter, issuedAt: createdAt }
    })
  return { language: calendar.language, events }
}

/**
 * Also while the directory is not known, so that events do not come and go. Not while the account is disabled or
 * gone, whose calendar may be read by whoever has its address.
 */
function isShown(status: CertificateStatus | undefined): boolean {
  switch (status?.state) {
    case 'good':
    case 'unknown':
      return true
    case 'hold':
      return !/^(?:account|owner)_/.test(status.reason ?? '')
    default:
      return false
  }
}

async function recordsOf(
  { ledger }: Authority,
  owner: Owner,
): Promise<readonly CertificateRecord[]> {
  const all: CertificateRecord[] = []
  let after: string | null = null
  for (let count = 0; count < PAGES_MAX; count++) {
    const page: readonly CertificateRecord[] = await ledger.certificatesOf(owner, after)
    all.push(...page)
    after = page.at(-1)?.serial ?? null
    if (after === null) break
  }
  return all
}

function siblings(
  records: readonly CertificateRecord[],
  { holder }: CertificateRecord,
): readonly CertificateRecord[] {
  return records.filter(({ holder: other }) =>
    holder.kind === 'device' && other.kind === 'device'
      ? isSame(holder.deviceId, other.deviceId) || isSame(holder.intuneId, other.intuneId)
      : holder.kind === other.kind,
  )
}

function isSame(a: string | null, b: string | null): boolean {
  return a !== null && a === b
}

function ownerOf({ kind, tid, oid }: Requester): Owner {
  if (kind === 'user') return { tid, oid }
  throw new LatchkeyError(
    'app_only_not_allowed',
    'This is for people; the token is of an application.',
  )
}
