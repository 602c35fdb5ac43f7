import { isLoopback } from '#lib/address.ts'
import { type Config, ConfigError } from '#lib/config.ts'
import type { Letterhead } from '#lib/mail/letterhead.ts'
import type { SmtpSettings } from '#lib/mail/smtp.ts'

/** By what mail leaves: by SMTP, or into the sandbox, which shows it. */
export type MailSettings = {
  readonly smtp: SmtpSettings | null
  readonly head: Letterhead
}

/** RFC 6409 and RFC 8314. */
const PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 }
const ACCENT = '#0b5468'
const SANDBOX_FROM = 'Latchkey <certificates@contoso.example>'
const DEFAULT_DAYS = [30, 14, 3]

/**
 * Reads how mail is sent; null where none is. `secret` is the password of the mail server's account. Throws
 * ConfigError with a sentence for a mistake.
 */
export function readMail(config: Config, secret: string | null): MailSettings | null {
  const { LATCHKEY_SMTP_URL: address, LATCHKEY_MAIL_FROM: from } = config
  if (address === undefined && !config.sandbox) {
    if (from === undefined && secret === null) return null
    throw mistake('LATCHKEY_SMTP_URL is missing, so that no reminder can be sent.')
  }
  if (reminderDays(config).length === 0) return null
  if (address !== undefined && from === undefined) {
    throw mistake('LATCHKEY_MAIL_FROM is missing: the address from which reminders come.')
  }
  return {
    smtp: address === undefined ? null : smtpFrom(address, secret),
    head: {
      from: from ?? SANDBOX_FROM,
      replyTo: config.LATCHKEY_MAIL_REPLY_TO ?? config.LATCHKEY_HELP_EMAIL ?? null,
      portalUrl: config.portalUrl,
      tenantName: config.tenantName,
      accent: config.LATCHKEY_BRAND_ACCENT?.light ?? ACCENT,
      language: config.LATCHKEY_LANGUAGE,
    },
  }
}

/**
 * Days before the end at which people are reminded. By default only those within the second half of a
 * certificate's life, so that nobody is reminded of one that they have just got.
 */
export function reminderDays(
  config: Pick<Config, 'LATCHKEY_REMINDER_DAYS' | 'LATCHKEY_VALIDITY_DAYS'>,
): readonly number[] {
  const { LATCHKEY_REMINDER_DAYS: given, LATCHKEY_VALIDITY_DAYS: validity } = config
  return given ?? DEFAULT_DAYS.filter((days) => days <= validity / 2)
}

function smtpFrom(address: string, secret: string | null): SmtpSettings {
  const url = new URL(address)
  if (url.password !== '') {
    throw mistake(
      'LATCHKEY_SMTP_URL has a password in it. Write it to a file and name that in LATCHKEY_SMTP_SECRET_FILE.',
    )
  }
  const user = decodeURIComponent(url.username)
  if ((user === '') !== (secret === null)) {
    throw mistake(
      user === ''
        ? 'LATCHKEY_SMTP_SECRET(_FILE) is set, and LATCHKEY_SMTP_URL names no account: smtp://account@host.'
        : 'LATCHKEY_SMTP_SECRET(_FILE) is missing, the password of the account in LATCHKEY_SMTP_URL.',
    )
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (PORTS[url.protocol] ?? 587),
    isImplicitTls: url.protocol === 'smtps:',
    mayBePlain: isLoopback(url),
    login: secret === null ? null : { user, secret },
  }
}

function mistake(sentence: string): ConfigError {
  return new ConfigError(sentence)
}
