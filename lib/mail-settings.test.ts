import { expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'
import { readMail, reminderDays } from './mail-settings.ts'

const ID = '7e4a4700-0000-4000-8000-000000000001'
const TENANT = {
  ...{ LATCHKEY_TENANT_ID: ID, LATCHKEY_TENANT_NAME: 'Contoso', LATCHKEY_API_CLIENT_ID: ID },
  ...{ LATCHKEY_PORTAL_CLIENT_ID: ID, LATCHKEY_GRAPH_CLIENT_ID: ID },
}
const SMTP = {
  LATCHKEY_SMTP_URL: 'smtp://mail.contoso.example',
  LATCHKEY_MAIL_FROM: 'Certificates <certificates@contoso.example>',
}
const read = (env: Record<string, string>, secret: string | null = null) =>
  readMail(readConfig({ ...TENANT, ...env }), secret)

test('without a mail server a tenant gets no mail, and the sandbox shows what there would be', () => {
  expect(read({})).toBeNull()
  expect(readMail(readConfig({}), null)).toMatchObject({ smtp: null })
})

test.each([
  ['smtp://mail.contoso.example', null, 587, false, false],
  ['smtp://latchkey@mail.contoso.example:2525', 's', 2525, false, false],
  ['smtps://latchkey%40contoso.example@mail.contoso.example', 's', 465, true, false],
  ['smtp://localhost:1025', null, 1025, false, true],
  ['smtp://[::1]', null, 587, false, true],
  ['smtp://127.0.0.1', null, 587, false, true],
])('%s', (url, secret, port, isImplicitTls, mayBePlain) => {
  const smtp = read({ ...SMTP, LATCHKEY_SMTP_URL: url }, secret)?.smtp
  expect(smtp).toMatchObject({ port, isImplicitTls, mayBePlain })
  expect(smtp?.host).not.toMatch(/[[\]]/)
})

test('the account of the server and its password', () => {
  const url = 'smtps://latchkey%40contoso.example@mail.contoso.example'
  expect(read({ ...SMTP, LATCHKEY_SMTP_URL: url }, 's')?.smtp?.login).toEqual({
    user: 'latchkey@contoso.example',
    secret: 's',
  })
})

test('answers go to who helps, or to an address of their own', () => {
  const help = { ...SMTP, LATCHKEY_HELP_EMAIL: 'help@contoso.example' }
  expect(read(SMTP)?.head.replyTo).toBeNull()
  expect(read(help)?.head.replyTo).toBe('help@contoso.example')
  const other = { ...help, LATCHKEY_MAIL_REPLY_TO: 'it@contoso.example' }
  expect(read(other)?.head.replyTo).toBe('it@contoso.example')
})

const mistakes: [string, Record<string, string>, string | null, string][] = [
  ['a sender without a server', { LATCHKEY_MAIL_FROM: 'a@b.example' }, null, 'SMTP_URL is missing'],
  ['a password without a server', {}, 's', 'SMTP_URL is missing'],
  ['no sender', { LATCHKEY_SMTP_URL: 'smtp://a.example' }, null, 'MAIL_FROM is missing'],
  [
    'a password in the address',
    { ...SMTP, LATCHKEY_SMTP_URL: 'smtp://a:b@c.example' },
    null,
    'LATCHKEY_SMTP_SECRET_FILE',
  ],
  [
    'an account without a password',
    { ...SMTP, LATCHKEY_SMTP_URL: 'smtp://a@c.example' },
    null,
    'is missing, the password',
  ],
  ['a password without an account', SMTP, 's', 'names no account'],
  ['another protocol', { ...SMTP, LATCHKEY_SMTP_URL: 'https://a.example' }, null, 'smtp://'],
  ['two senders', { ...SMTP, LATCHKEY_MAIL_FROM: 'a@b.example, c@d.example' }, null, 'MAIL_FROM'],
  [
    'a sender with a line',
    { ...SMTP, LATCHKEY_MAIL_FROM: 'A\r\nBcc: x <a@b.example>' },
    null,
    'MAIL_FROM',
  ],
  ['no number', { ...SMTP, LATCHKEY_REMINDER_DAYS: '30,soon' }, null, 'REMINDER_DAYS'],
  ['no day', { ...SMTP, LATCHKEY_REMINDER_DAYS: '0' }, null, 'REMINDER_DAYS'],
  ['a language that is none of ours', { ...SMTP, LATCHKEY_LANGUAGE: 'it' }, null, 'LANGUAGE'],
]

test.each(mistakes)('%s is refused at start', (_, env, secret, sentence) => {
  expect(() => read(env, secret)).toThrow(ConfigError)
  expect(() => read(env, secret)).toThrow(sentence)
})

test.each([
  [{}, [30, 14, 3]],
  [{ LATCHKEY_VALIDITY_DAYS: '30' }, [14, 3]],
  [{ LATCHKEY_VALIDITY_DAYS: '7' }, [3]],
  [{ LATCHKEY_VALIDITY_DAYS: '1' }, []],
  [{ LATCHKEY_VALIDITY_DAYS: '7', LATCHKEY_REMINDER_DAYS: '6, 1' }, [6, 1]],
  [{ LATCHKEY_REMINDER_DAYS: 'none' }, []],
])('%o: %o days before', (env, days) => {
  expect(reminderDays(readConfig(env))).toEqual(days)
})

test('who wants none has no mail', () => {
  expect(read({ ...SMTP, LATCHKEY_REMINDER_DAYS: 'none' })).toBeNull()
})
