import { createTransport } from 'nodemailer'
import type { Letterhead } from './letterhead.ts'
import { type Delivery, type Post, PostError } from './post.ts'
import { composeReminder } from './reminder-mail.ts'

const PATIENCE_MS = 5000

/**
 * Gives mails to the sandbox, which shows them and sends none. They are made as for a mail server; the sandbox
 * gets what nodemailer read from them.
 */
export function openSandboxPost(sandboxUrl: string, head: Letterhead): Post {
  const transport = createTransport({ jsonTransport: true })
  const url = new URL('/sandbox/mails', sandboxUrl)
  const send = async (method: string, body: string | null): Promise<number> => {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const headers = { 'content-type': 'application/json' }
    return (await fetch(url, { method, body, headers, signal })).status
  }
  return {
    open: async () => {
      const status = await send('GET', null).catch(() => null)
      if (status !== 200) throw new PostError('ESANDBOX', status)
      return {
        deliver: async (letter): Promise<Delivery> => {
          const { headers, to, ...mail } = composeReminder(letter, head)
          const { message } = await transport.sendMail({
            ...{ ...mail, to: { ...to }, headers: { ...headers } },
          })
          const answer = await send('POST', String(message)).catch(() => null)
          return answer === 201 ? 'taken' : 'later'
        },
        close: () => transport.close(),
      }
    },
  }
}
