import type { ReminderView } from '#lib/api/schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { sha256Hex } from '#lib/issuance/hash.ts'

/** What a person does by the secret in a mail. It shows and changes nothing but the reminders of that mail. */

/** Gives what the mail with this secret is about. Throws LatchkeyError('not_found') for any other text. */
export async function reminderOf(
  { ledger }: Pick<Authority, 'ledger'>,
  token: string,
): Promise<ReminderView> {
  const mail = await ledger.mailOf(sha256Hex(token))
  if (!mail) throw unknown()
  const records = await ledger.certificatesBySerial(mail.serials)
  return {
    stopped: mail.isStopped,
    items: records
      .toSorted((a, b) => +a.notAfter - +b.notAfter)
      .map(({ holder, displayName, label, notAfter }) => ({
        profile: holder.kind === 'device' ? 'device' : 'user',
        name: holder.kind === 'device' ? displayName : label,
        notAfter: notAfter.toISOString(),
      })),
  }
}

/** Ends the reminders of this mail's certificates, or takes them up again. May be called any number of times. */
export async function setStopped(
  authority: Pick<Authority, 'ledger' | 'now'>,
  token: string,
  stopped: boolean,
): Promise<void> {
  const kind = stopped ? 'reminder.stopped' : 'reminder.resumed'
  const event = auditEvent(authority, kind, 'mail-link', null, {})
  const at = stopped ? event.at : null
  if (!(await authority.ledger.stopReminders(sha256Hex(token), at, event))) throw unknown()
}

function unknown(): LatchkeyError {
  return new LatchkeyError('not_found', 'This link is of no mail that is known here.')
}
