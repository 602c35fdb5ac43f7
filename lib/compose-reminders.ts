import { type Config, readSecret } from '#lib/config.ts'
import { openMailboxes } from '#lib/directory/mailboxes.ts'
import type { GraphClientOptions } from '#lib/directory/transport/graph-token.ts'
import type { Reminding } from '#lib/issuance/reminders/remind.ts'
import { openSandboxPost } from '#lib/mail/sandbox-post.ts'
import { openSmtp } from '#lib/mail/smtp.ts'
import { readMail, reminderDays } from '#lib/mail-settings.ts'

/** The part of compose.ts for reminders. Null where no mail is sent. Throws ConfigError. */
export function remindingFrom(config: Config, graph: GraphClientOptions): Reminding | null {
  const mail = readMail(config, readSecret('LATCHKEY_SMTP_SECRET'))
  if (!mail) return null
  return {
    mailbox: openMailboxes(graph).mailbox,
    post: mail.smtp ? openSmtp(mail.smtp, mail.head) : openSandboxPost(config.graphUrl, mail.head),
    daysBefore: reminderDays(config),
  }
}
