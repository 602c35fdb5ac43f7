import { randomUUID } from 'node:crypto'
import { z } from 'zod'

/** A mailbox for everybody: what is handed over here is shown on the page, and goes nowhere. */

const mailboxSchema = z.object({ name: z.string().default(''), address: z.string() })

/** A mail as nodemailer's JSON transport writes it. */
export const mailSchema = z.object({
  from: mailboxSchema,
  to: z.array(mailboxSchema).min(1),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  headers: z.record(z.string(), z.unknown()).default({}),
})

export type Mail = z.infer<typeof mailSchema> & { readonly id: string }

const MAILS_MAX = 100

/** Keeps a mail, and drops the oldest when there are many. */
export function kept(mails: readonly Mail[], mail: z.infer<typeof mailSchema>): readonly Mail[] {
  return [{ ...mail, id: randomUUID() }, ...mails].slice(0, MAILS_MAX)
}
