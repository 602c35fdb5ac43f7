import { daysLeft, formatDate, formatTime, type Reader } from '#lib/format.ts'
import { certificateName, oneLine } from '#lib/i18n/certificate-name.ts'
import { type ReminderWords, reminderWords } from '#lib/i18n/dictionary.ts'
import { fill, plural } from '#lib/i18n/fill.ts'
import { isLanguage, type Language } from '#lib/i18n/languages.ts'
import type { Letterhead } from './letterhead.ts'
import type { EndingCertificate, Letter } from './post.ts'
import { type Paragraph, toHtml, toText } from './render.ts'

/** A mail as nodemailer composes it. */
export type Mail = {
  readonly from: string
  readonly replyTo?: string
  readonly to: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly date: Date
  readonly headers: Readonly<Record<string, string>>
}

/** Writes the reminder in its reader's language, as plain text and as HTML that loads nothing. */
export function composeReminder(letter: Letter, head: Letterhead): Mail {
  const { to, certificates, now } = letter
  const language = languageOf(to.language, head.language)
  const words = reminderWords(language)
  // The reader's time zone is not known, so the text names this one.
  const reader: Reader = { language, timeZone: 'UTC', now }
  const page = new URL(`/reminders/${letter.token}`, head.portalUrl).href
  const subject = subjectOf(certificates[0], words, reader)
  const content: readonly Paragraph[] = [
    { text: fill(words.greeting, { name: oneLine(to.name) }) },
    ...certificates.flatMap((one) => about(one, words, reader, head.portalUrl)),
    { text: words.unused },
    { text: fill(words.why, { tenant: head.tenantName }), isSmall: true },
    { text: words.stop, url: page, isSmall: true },
  ]
  return {
    from: head.from,
    ...(head.replyTo !== null && { replyTo: head.replyTo }),
    to: { name: oneLine(to.name), address: to.address },
    subject,
    text: toText(content),
    html: toHtml({ language, title: subject, content, accent: head.accent }),
    date: now,
    headers: {
      // RFC 8058: one click of the mail program, without a page. RFC 3834: no answer by a machine.
      'List-Unsubscribe': `<${page}/stop>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
  }
}

/** `de` for `de-AT`; the other one for a language that is none of ours. */
export function languageOf(preferred: string | null, other: Language): Language {
  const [primary = ''] = (preferred ?? '').toLowerCase().split('-')
  return isLanguage(primary) ? primary : other
}

function subjectOf(
  certificate: EndingCertificate | undefined,
  words: ReminderWords,
  reader: Reader,
): string {
  if (!certificate) throw new Error('a mail about nothing')
  const days = daysLeft(reader, certificate.notAfter)
  const text = days <= 0 ? words.subjectToday : plural(days, words.subject)
  return fill(text, { what: certificateName(certificate, words.what) })
}

function about(
  certificate: EndingCertificate,
  words: ReminderWords,
  reader: Reader,
  portalUrl: string,
): readonly Paragraph[] {
  const { serial, holder, notAfter, isHeld } = certificate
  const ends = fill(words.ends, {
    what: certificateName(certificate, words.what),
    date: formatDate(reader, notAfter, 'long'),
    time: formatTime(reader, notAfter),
  })
  // What is on hold cannot always be renewed; its page says what can be done.
  const path = isHeld
    ? `/certificates/${serial}`
    : `/enroll?${new URLSearchParams({ for: holder, renew: serial })}`
  const url = new URL(path, portalUrl).href
  return [
    { text: isHeld ? `${ends} ${words.held}` : ends },
    { text: isHeld ? words.see : words.renew, url, isButton: true },
  ]
}
