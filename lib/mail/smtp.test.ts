import { createServer, type Server, type Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { PostError } from './post.ts'
import { openSmtp, type SmtpSettings } from './smtp.ts'
import { HEAD, letter } from './testing/letter.ts'

/** Against a mail server of others (smtp-server), and against one that breaks off. */

const ALICE = 'alice@contoso.example'
const opened: { close: (done: () => void) => void }[] = []
afterEach(async () => {
  for (const server of opened.splice(0)) await new Promise<void>((done) => server.close(done))
})

type Got = { to: string[]; isSecure: boolean; user: string | null; text: string }

/** A server that keeps mails, and says what it was told before. */
async function start(options: SMTPServerOptions = {}) {
  const got: Got[] = []
  const told: string[] = []
  const server = new SMTPServer({
    ...{ logger: false, authOptional: true, disableReverseLookup: true, closeTimeout: 100 },
    onAuth: ({ username, password }, _, done) => {
      told.push('AUTH')
      if (password === 'right') return done(null, { user: username ?? '' })
      return done(new Error(`no, ${ALICE}`))
    },
    onMailFrom: ({ address }, _, done) => {
      told.push(address)
      done()
    },
    onData: (stream, { envelope, user, secure: isSecure }, done) => {
      let text = ''
      stream.setEncoding('utf8')
      stream.on('data', (chunk: string) => {
        text += chunk
      })
      stream.on('end', () => {
        const to = envelope.rcptTo.map(({ address }) => address)
        got.push({ to, isSecure, user: user === undefined ? null : String(user), text })
        done(null)
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  opened.push(server)
  return { got, told, settings: await settingsOf(server.listen(0, '127.0.0.1')) }
}

async function settingsOf(server: Server): Promise<SmtpSettings> {
  if (!server.listening) await new Promise<void>((done) => server.once('listening', () => done()))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { port } = address
  return { host: '127.0.0.1', port, isImplicitTls: false, mayBePlain: true, login: null }
}

const LOGIN = { user: 'latchkey', secret: 'right' }

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

test('two mails leave by one connection, over TLS where the server has it', async () => {
  let connections = 0
  const { got, told, settings } = await start({
    onConnect: (_, done) => {
      connections += 1
      done()
    },
  })
  const session = await openSmtp(settings, HEAD).open()
  expect(await session.deliver(letter())).toBe('taken')
  const bob = { address: 'bob@contoso.example', name: 'Bob', language: null }
  expect(await session.deliver(letter({ to: bob }))).toBe('taken')
  session.close()
  expect(connections).toBe(1)
  expect(told).toEqual(['certificates@contoso.example', 'certificates@contoso.example'])
  expect(got.map(({ to, isSecure }) => [to, isSecure])).toEqual([
    [[ALICE], true],
    [['bob@contoso.example'], true],
  ])
  expect(got[0]?.text).toContain('Subject: The certificate of ALICE-LT-042 ends in 14 days')
})

test('a server on this machine need not have TLS', async () => {
  const { got, settings } = await start({ disabledCommands: ['STARTTLS'] })
  expect(await (await openSmtp(settings, HEAD).open()).deliver(letter())).toBe('taken')
  expect(got[0]?.isSecure).toBe(false)
})

test.each([
  ['without STARTTLS', {}, { disabledCommands: ['STARTTLS'] }],
  ['with a certificate that nobody knows', {}, {}],
  ['with such a certificate, by TLS from the start', { isImplicitTls: true }, { secure: true }],
])('a server elsewhere %s is told nothing', async (_, changes, options) => {
  const { told, settings } = await start(options)
  const elsewhere = { ...settings, ...changes, mayBePlain: false, login: LOGIN }
  expect(await failure(openSmtp(elsewhere, HEAD).open())).toBeInstanceOf(PostError)
  expect(told).toEqual([])
})

test('it signs in, and a wrong password begins nothing and names nobody', async () => {
  const { got, told, settings } = await start()
  const session = await openSmtp({ ...settings, login: LOGIN }, HEAD).open()
  expect(await session.deliver(letter())).toBe('taken')
  session.close()
  expect(got.map(({ user }) => user)).toEqual(['latchkey'])

  told.splice(0)
  const wrong = { ...settings, login: { ...LOGIN, secret: 'wrong' } }
  const error = await failure(openSmtp(wrong, HEAD).open())
  expect(error).toEqual(new PostError('EAUTH', 535))
  expect(JSON.stringify(error) + String(error)).not.toContain('@')
  expect(told).toEqual(['AUTH'])
})

const said = (responseCode: number, enhanced = '') =>
  Object.assign(new Error(`${enhanced}${ALICE}: no`), { responseCode })
const answers: [string, SMTPServerOptions, string][] = [
  ['no such mailbox', { onRcptTo: (_, __, done) => done(said(550)) }, 'refused'],
  [
    'no such mailbox, as RFC 3463 says it',
    { onRcptTo: (_, __, done) => done(said(550, '5.1.1 ')) },
    'refused',
  ],
  [
    'relaying that is not allowed',
    { onRcptTo: (_, __, done) => done(said(554, '5.7.1 ')) },
    'later',
  ],
  ['a mailbox that is busy', { onRcptTo: (_, __, done) => done(said(450)) }, 'later'],
  ['a sender that may not', { onMailFrom: (_, __, done) => done(said(550)) }, 'later'],
  [
    'a sender that may not, said after the mail',
    {
      onData: (stream, _, done) => {
        stream.on('end', () => done(said(550, '5.7.60 '))).resume()
      },
    },
    'later',
  ],
  [
    'a mailbox that is too small, said after the mail',
    {
      onData: (stream, _, done) => {
        stream.on('end', () => done(said(552, '5.2.3 '))).resume()
      },
    },
    'refused',
  ],
  [
    'no room',
    {
      onData: (stream, _, done) => {
        stream.on('end', () => done(said(452))).resume()
      },
    },
    'later',
  ],
]

test.each(answers)('%s', async (_, options, wanted) => {
  const { settings } = await start(options)
  const session = await openSmtp(settings, HEAD).open()
  expect(await session.deliver(letter())).toBe(wanted)
  session.close()
})

/** A server that says yes to everything, and breaks off at this command. */
async function serveUntil(command: string, once = false) {
  let left = once ? 1 : Number.POSITIVE_INFINITY
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.write('220 hello\r\n')
    let isData = false
    socket.on('data', (chunk) => {
      const text = chunk.toString()
      const breaks = isData
        ? text.includes('\r\n.\r\n') && command === '.'
        : text.startsWith(command)
      if (breaks && left-- > 0) return socket.destroy()
      if (isData && !text.includes('\r\n.\r\n')) return undefined
      const begins = !isData && text.startsWith('DATA')
      isData = begins
      return socket.write(begins ? '354 go on\r\n' : '250 yes\r\n')
    })
  })
  opened.push({
    close: (done) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => done())
    },
  })
  const settings = await settingsOf(server.listen(0, '127.0.0.1'))
  return openSmtp(settings, HEAD)
}

test.each([
  ['before anybody was named', 'MAIL', 'later'],
  ['before the mail', 'RCPT', 'later'],
  ['after the whole mail', '.', 'unsure'],
])('a connection that breaks %s', async (_, command, wanted) => {
  const session = await (await serveUntil(command)).open()
  expect(await session.deliver(letter())).toBe(wanted)
  session.close()
})

test('after a connection that broke, the next mail has a new one', async () => {
  const session = await (await serveUntil('MAIL', true)).open()
  expect(await session.deliver(letter())).toBe('later')
  expect(await session.deliver(letter())).toBe('taken')
  session.close()
})

test('a server that is not there begins nothing', async () => {
  const server = createServer()
  const settings = await settingsOf(server.listen(0, '127.0.0.1'))
  await new Promise<void>((done) => server.close(() => done()))
  expect(await failure(openSmtp(settings, HEAD).open())).toBeInstanceOf(PostError)
})
