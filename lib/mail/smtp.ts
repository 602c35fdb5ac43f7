import { Readable } from 'node:stream'
import SmtpConnection from 'nodemailer/lib/smtp-connection'
import type { Letterhead } from './letterhead.ts'
import { type MimeMail, toMime } from './mime.ts'
import { type Delivery, type Post, PostError, type PostSession } from './post.ts'
import { composeReminder } from './reminder-mail.ts'

/**
 * Reminders by SMTP (RFC 5321), one connection for all mails of a turn. Without TLS nothing is said to a server
 * on another machine. What a server answers is not passed on, since it may repeat an address.
 */

export type SmtpSettings = {
  readonly host: string
  readonly port: number
  /** TLS from the first octet on; else STARTTLS. */
  readonly isImplicitTls: boolean
  /** Only where the server stands on this machine. */
  readonly mayBePlain: boolean
  readonly login: { readonly user: string; readonly secret: string } | null
}

const TIMES = { connectionTimeout: 20_000, greetingTimeout: 15_000, socketTimeout: 60_000 }

export function openSmtp(settings: SmtpSettings, head: Letterhead): Post {
  return {
    open: async () => {
      let line = await connect(settings)
      return {
        deliver: async (letter) => {
          const mail = await toMime(composeReminder(letter, head))
          try {
            if (!line.isUsable()) line = await connect(settings)
          } catch (error) {
            if (error instanceof PostError) return 'later'
            throw error
          }
          return line.send(mail)
        },
        close: () => line.close(),
      } satisfies PostSession
    },
  }
}

type Line = {
  readonly isUsable: () => boolean
  readonly send: (mail: MimeMail) => Promise<Delivery>
  readonly close: () => void
}

async function connect(settings: SmtpSettings): Promise<Line> {
  const { host, port, isImplicitTls, mayBePlain, login } = settings
  const connection = new SmtpConnection({
    ...{ host, port, secure: isImplicitTls, requireTLS: !(isImplicitTls || mayBePlain) },
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: !mayBePlain },
    ...TIMES,
  })
  let isUsable = true
  let broken: (error: unknown) => void = () => undefined
  const end = (error?: unknown) => {
    isUsable = false
    broken(error ?? { code: 'ECONNECTION' })
  }
  connection.on('error', end)
  connection.on('end', () => end())
  try {
    await new Promise<void>((resolve, reject) => {
      broken = reject
      connection.connect((error) => (error ? reject(error) : resolve()))
    })
    if (login) {
      await new Promise<void>((resolve, reject) => {
        broken = reject
        const auth = { user: login.user, pass: login.secret }
        connection.login({ credentials: auth }, (error) => (error ? reject(error) : resolve()))
      })
    }
  } catch (error) {
    connection.close()
    throw postError(error)
  }
  return {
    isUsable: () => isUsable,
    send: ({ envelope, octets }) => {
      const message = wholeOf(octets)
      return new Promise<Delivery>((resolve) => {
        broken = () => resolve(message.isGone() ? 'unsure' : 'later')
        connection.send({ ...envelope, size: octets.length }, message.stream, (error) => {
          if (!error) return resolve('taken')
          const { responseCode } = error
          if (typeof responseCode === 'number') return resolve(isFinal(error) ? 'refused' : 'later')
          resolve(message.isGone() ? 'unsure' : 'later')
        })
      })
    },
    close: () => {
      isUsable = false
      connection.quit()
    },
  }
}

/** A stream of the message. It is read when the server has taken sender and recipient, and not before. */
function wholeOf(octets: Buffer): { readonly stream: Readable; readonly isGone: () => boolean } {
  let isGone = false
  const stream = Readable.from(
    (function* () {
      isGone = true
      yield octets
    })(),
    { objectMode: false },
  )
  return { stream, isGone: () => isGone }
}

type Failure = {
  readonly code?: unknown
  readonly responseCode?: unknown
  readonly command?: unknown
  readonly response?: unknown
}

/**
 * A refusal of this address or mailbox is final (RFC 3463 section 3: 5.1 and 5.2). Any other, such as of the
 * sender or of the relaying, is of how the server or Latchkey is set up, which may change.
 */
function isFinal({ responseCode, command, response }: Failure): boolean {
  if (Number(responseCode) < 500) return false
  const subject = /^\d{3}[ -]5\.(\d{1,3})\./.exec(String(response ?? ''))?.[1]
  return subject === undefined ? command === 'RCPT TO' : subject === '1' || subject === '2'
}

function postError(error: unknown): PostError {
  const { code, responseCode } = (error ?? {}) as Failure
  return new PostError(String(code ?? 'unknown'), responseCode ? Number(responseCode) : null)
}
