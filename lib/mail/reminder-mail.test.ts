import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { isLanguage, LANGUAGES } from '#lib/i18n/languages.ts'
import { has } from '#lib/testing/judge.ts'
import { toMime } from './mime.ts'
import type { EndingCertificate, Letter } from './post.ts'
import { composeReminder, languageOf } from './reminder-mail.ts'
import { HEAD, LAPTOP, letter, TOKEN } from './testing/letter.ts'

const compose = (changes: Partial<Letter> = {}) => composeReminder(letter(changes), HEAD)
const about = (changes: Partial<EndingCertificate>) =>
  compose({ certificates: [{ ...LAPTOP, ...changes }] })

test('a reminder as plain text', () => {
  expect(compose()).toMatchObject({
    from: HEAD.from,
    replyTo: HEAD.replyTo,
    to: { name: 'Alice Adler', address: 'alice@contoso.example' },
    subject: 'The certificate of ALICE-LT-042 ends in 14 days',
    text: `Hello Alice Adler,

The certificate of ALICE-LT-042 ends on 13 March 2027 at 10:15 UTC. After that it no longer works.

Renew it
https://keys.contoso.example/enroll?for=${LAPTOP.holder}&renew=${LAPTOP.serial}

If you do not need it any more, you need not do anything.

You get this mail because you got this certificate from Latchkey at Contoso.

No more reminders about this
https://keys.contoso.example/reminders/${TOKEN}
`,
    headers: {
      'List-Unsubscribe': `<https://keys.contoso.example/reminders/${TOKEN}/stop>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
    },
  })
})

test.each([
  ['device', 'ALICE-LT-042', 'The certificate of ALICE-LT-042 ends in 14 days'],
  ['user', null, 'Your personal certificate ends in 14 days'],
  ['user', 'my phone', 'Your certificate “my phone” ends in 14 days'],
] as const)('what it is called: %s, %s', (profile, name, subject) => {
  expect(about({ profile, name }).subject).toBe(subject)
})

test.each([
  ['2027-02-28T23:59:00Z', 'ends in 1 day'],
  ['2027-02-27T23:59:00Z', 'ends today'],
])('when it ends at %s: %s', (notAfter, end) => {
  expect(about({ notAfter: new Date(notAfter) }).subject).toContain(end)
})

test('one on hold leads to its page, which says why', () => {
  const { text } = about({ isHeld: true })
  expect(text).toContain('It is on hold right now.')
  expect(text).toContain(`https://keys.contoso.example/certificates/${LAPTOP.serial}\n`)
  expect(text).not.toContain('/enroll')
})

test('several are told of in one mail, with one link that ends them', () => {
  const other = {
    ...LAPTOP,
    serial: '0b',
    name: 'my phone',
    profile: 'user',
    holder: 'me',
  } as const
  const { text } = compose({ certificates: [LAPTOP, other] })
  expect(text.match(/\/enroll\?for=\S+/g)).toHaveLength(2)
  expect(text.match(/\/reminders\//g)).toHaveLength(1)
})

test.each([
  ['de-AT', 'de'],
  ['FR', 'fr'],
  ['en-US', 'en'],
  ['it-IT', 'fr'],
  ['deutsch', 'fr'],
  ['toString', 'fr'],
  ['', 'fr'],
  [null, 'fr'],
])('who prefers %s reads %s', (preferred, language) => {
  expect(languageOf(preferred, 'fr')).toBe(language)
})

const HOSTILE = '<img src=x onerror=alert(1)>"\'&\r\nBcc: eve@evil.example\u202e'

test('names are text: no tag, no line and no header of their own', () => {
  const { html, text, subject, to } = compose({
    to: { address: 'alice@contoso.example', name: HOSTILE, language: null },
    certificates: [{ ...LAPTOP, name: HOSTILE }],
  })
  expect(html).not.toContain('<img')
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp; Bcc: eve@evil.example')
  for (const line of [subject, to.name, ...text.split('\n')]) {
    expect(line).not.toMatch(/^Bcc|[\r\u202e]/)
  }
})

describe.each(Object.keys(LANGUAGES).filter(isLanguage))('the HTML in %s', (language) => {
  const mail = compose({ to: { ...letter().to, language } })

  test('loads nothing, runs nothing, and follows dark mode', () => {
    expect(mail.html).toContain(`<html lang="${language}">`)
    expect(mail.html).toContain('name="color-scheme" content="light dark"')
    expect(mail.html).toContain('@media (prefers-color-scheme: dark)')
    expect(mail.html).not.toMatch(
      /<(?:img|script|link|iframe|object|form|input|svg)|url\(|@import|src=/i,
    )
    const addresses = [...mail.html.matchAll(/href="([^"]+)"/g)].map(([, address = '']) => address)
    expect(addresses).toHaveLength(2)
    for (const address of addresses) expect(address).toMatch(/^https:\/\/keys\.contoso\.example\//)
  })

  test('says what the plain text says', () => {
    const shown = mail.html
      .slice(mail.html.indexOf('<body'))
      .replace(/<[^>]*>/g, '')
      .replace(/&(amp|#39);/g, (_, name) => (name === 'amp' ? '&' : "'"))
    for (const line of mail.text.split('\n')) {
      if (!/^https?:/.test(line)) expect(shown).toContain(line)
    }
  })
})

/** Python's email package, with the rules of RFC 5322 and RFC 2047. */
const READ = `
import base64, email, email.policy, json, sys
def read(octets):
  mail = email.message_from_bytes(octets, policy=email.policy.default)
  every = list(mail.walk())
  return {
    'defects': [str(defect) for part in every for defect in part.defects]
      + [str(defect) for name in mail.keys() for defect in mail[name].defects],
    'names': mail.keys(),
    'type': mail.get_content_type(),
    'subject': str(mail['subject']),
    'to': [one.addr_spec for one in mail['to'].addresses],
    'from': [[one.display_name, one.addr_spec] for one in mail['from'].addresses],
    'unsubscribe': str(mail['list-unsubscribe']),
    'post': str(mail['list-unsubscribe-post']),
    'parts': [[part.get_content_type(), part.get_content().replace('\\r\\n', '\\n')]
      for part in every if not part.is_multipart()],
  }
print(json.dumps([read(base64.b64decode(line)) for line in sys.stdin.read().split()]))`

test.skipIf(!has('python3:email'))('Python reads what was written (judge: python3)', async () => {
  const names = [
    ['Alice Adler', 'ALICE-LT-042'],
    ['Zoë “Ж” Łukasz, 李雷', 'Zoës Läptop 💻'],
    [HOSTILE, HOSTILE],
    ['x'.repeat(300), 'y'.repeat(300)],
  ] as const
  const mails = names.map(([name, device]) =>
    compose({
      to: { address: 'alice@contoso.example', name, language: 'fr' },
      certificates: [{ ...LAPTOP, name: device }],
    }),
  )
  const written = await Promise.all(mails.map(toMime))
  for (const { envelope, octets } of written) {
    expect(envelope).toEqual({
      from: 'certificates@contoso.example',
      to: ['alice@contoso.example'],
    })
    for (const line of octets.toString('latin1').split('\r\n')) {
      expect(line.length).toBeLessThanOrEqual(998)
    }
  }
  const input = written.map(({ octets }) => octets.toString('base64')).join('\n')
  const read = JSON.parse(execFileSync('python3', ['-c', READ], { input, encoding: 'utf8' }))
  expect(read).toHaveLength(mails.length)
  for (const [index, mail] of mails.entries()) {
    expect(read[index]).toMatchObject({
      defects: [],
      type: 'multipart/alternative',
      subject: mail.subject,
      to: ['alice@contoso.example'],
      from: [['Contoso certificates', 'certificates@contoso.example']],
      unsubscribe: `<https://keys.contoso.example/reminders/${TOKEN}/stop>`,
      post: 'List-Unsubscribe=One-Click',
      parts: [
        ['text/plain', mail.text],
        ['text/html', mail.html],
      ],
    })
    expect(read[index].names).not.toContain('Bcc')
  }
})
