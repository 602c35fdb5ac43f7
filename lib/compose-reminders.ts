import { type Config, readSecret } from '#lib/config.ts'
import { openMailboxes } from '#lib/directory/mailboxes.ts'
import type { GraphClientOptions } from '#lib/directory/transport/graph-token.ts'
import type { Reminding } from '#lib/issuance/reminders/remind.ts'
import type { Post } from '#lib/mail/post.ts'
import { type MailSettings, readMail, reminderDays } from '#lib/mail-settings.ts'

/** The part of compose.ts for reminders. Null where no mail is sent. Throws ConfigError. */
export function remindingFrom(config: Config, graph: GraphClientOptions): Reminding | null {
  const mail = readMail(config, readSecret('LATCHKEY_SMTP_SECRET'))
  if (!mail) return null
  return {
    mailbox: openMailboxes(graph).mailbox,
    post: { open: async () => (await postFrom(mail, config.graphUrl)).open() },
    daysBefore: reminderDays(config),
  }
}

/** What writes mails is loaded when there is one: it would be an eighth of the work of every start. */
async function postFrom({ smtp, head }: MailSettings, sandboxUrl: string): Promise<Post> {
  if (smtp) return (await import('#lib/mail/smtp.ts')).openSmtp(smtp, head)
  return (await import('#lib/mail/sandbox-post.ts')).openSandboxPost(sandboxUrl, head)
}
