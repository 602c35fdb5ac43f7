import { expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { createLog, describeError, isReadable } from '#lib/log.ts'

function linesOf(readable: boolean, use: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = []
  use(createLog('authority', { level: 'info', readable, write: (line) => lines.push(line) }))
  return lines
}

test('a readable line has the time, the level, the program and the fields', () => {
  const [line] = linesOf(true, (log) => log.info({ port: 8080 }, 'listening'))
  expect(line).toMatch(/^\d\d:\d\d:\d\d info {2}authority: listening port=8080\n$/)
})

test('a JSON line has the same fields', () => {
  const [line = ''] = linesOf(false, (log) => log.info({ port: 8080 }, 'listening'))
  expect(JSON.parse(line)).toMatchObject({ program: 'authority', msg: 'listening', port: 8080 })
})

test.each([
  ['a header', { headers: { authorization: 'Bearer x.y.z' } }],
  ['a header by itself', { authorization: 'Bearer x.y.z' }],
  ['a cookie', { request: { cookie: 'x.y.z' } }],
  ['a body', { body: 'x.y.z' }],
  ['a request', { csr: 'x.y.z' }],
])('%s is left out', (_, fields) => {
  for (const readable of [true, false]) {
    const [line] = linesOf(readable, (log) => log.info(fields, 'request'))
    expect(line).not.toContain('x.y.z')
  }
})

test.each([
  ['a token', 'refused eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxIn0.c2ln here', 'c2ln'],
  ['a PEM block', 'bad -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----', 'MIIE'],
])("%s in an error's text is taken out", (_, message, secret) => {
  for (const readable of [true, false]) {
    const [line] = linesOf(readable, (log) => log.error({ error: new Error(message) }, 'failed'))
    expect(line).not.toContain(secret)
    expect(line?.trimEnd()).not.toContain('\n')
  }
})

test('a hostile name cannot write a line of its own', () => {
  const name = 'eve\n12:00:00 info authority: all is well\u202e\u2028'
  for (const readable of [true, false]) {
    const [line] = linesOf(readable, (log) => log.info({ program: name, who: name }, name))
    expect(line?.trimEnd()).not.toMatch(/[\n\r]/)
  }
  const [line] = linesOf(true, (log) => log.info({ who: name }, name))
  expect(line).not.toMatch(/[\u202e\u2028]/)
})

test('an error is told with its causes and without its stack', () => {
  const error = new LatchkeyError('internal', 'Outer.', { cause: new TypeError('Inner.') })
  expect(describeError(error)).toMatchObject({
    name: 'LatchkeyError',
    message: 'Outer.',
    code: 'internal',
    cause: { name: 'TypeError', message: 'Inner.', at: expect.stringContaining('log.test.ts') },
  })
  expect(JSON.stringify(describeError(error))).not.toContain('    at ')
})

test.each([
  ['a user principal name', 'no such person: alice.o-neil@contoso.example', 'alice'],
  ['a guest', 'no: bob_fabrikam.example#EXT#@contoso.onmicrosoft.com', 'bob'],
  ['the password of a database', 'postgres://latchkey:secret@db.example:5432 refused', 'secret'],
  ['the same in a network of its own', 'postgres://latchkey:secret@db:5432 refused', 'secret'],
])("%s in an error's text is taken out", (_, message, secret) => {
  for (const readable of [true, false]) {
    const [line] = linesOf(readable, (log) => log.error({ error: new Error(message) }, 'failed'))
    expect(line).not.toContain(secret)
    expect(line).toContain('[name]')
  }
})

test.each([
  [{ LATCHKEY_LOG_FORMAT: 'text', sandbox: false }, true],
  [{ LATCHKEY_LOG_FORMAT: 'json', sandbox: true }, false],
  [{ LATCHKEY_LOG_FORMAT: undefined, sandbox: true }, true],
] as const)('with %o lines are for people: %s', (config, expected) => {
  expect(isReadable(config)).toBe(expected)
})
