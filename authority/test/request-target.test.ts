import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'

/** Request lines that no client of ours sends: each gets a proper answer, and none fails. */

let latchkey: Harness

beforeAll(async () => {
  latchkey = await startHarness()
})
afterAll(() => latchkey.close())

test.each([
  ['GET /api/me/certificates/%E0%A4%A', 400],
  ['GET /certificates/%E0%A4%A', 400],
  ['GET /ocsp/%E0%A4%A', 400],
  ['GET /crl/%ff.crl', 400],
  ['DELETE /api/me/certificates/%', 400],
  ['POST /api/manage/revoke/%E0%A4%A', 400],
  ['TRACE /', 404],
  ['TRACE /ca', 405],
  ['TRACE /ocsp', 405],
  ['PROPFIND /ca', 405],
  ['OPTIONS *', 404],
  ['OPTIONS /ca', 405],
  ['GET *', 404],
  ['CONNECT localhost:22', 405],
  ['CONNECT /', 405],
  ['GET //', 404],
  ['GET //evil.example/', 404],
  ['GET //ca', 200],
  ['GET http://localhost/ca', 200],
  ['GET http://evil.example/ca', 421],
  ['GET ftp://localhost/ca', 421],
  ['GET http://localhost', 404],
  ['GET http://', 400],
  ['GET ca', 400],
  ['GET ?x', 400],
  ['FOO /ca', 400],
  ['GET /ca?%E0%A4%A', 200],
  ['GET /a b', 400],
] as const)('%s: %i', async (line, status) => {
  const answer = await latchkey.sendRaw(
    `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  )
  expect(answer.slice(0, 13)).toBe(`HTTP/1.1 ${status} `)
  expect(/\r\nallow: .+/i.test(answer)).toBe(status === 405)
})

test('WEB-03: nothing is tunnelled, and the connection ends', async () => {
  const target = '169.254.169.254:80'
  const answer = await latchkey.sendRaw(
    `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
  )
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  expect(head).toContain('HTTP/1.1 405 Method Not Allowed')
  expect(head).toContain('Connection: close')
  expect(JSON.parse(body)).toMatchObject({
    status: 405,
    code: 'method_not_allowed',
    detail: 'This is no proxy.',
  })
})

test.each([
  ['websocket', '/ca'],
  ['h2c', '/api/me'],
  ['TLS/1.2', '/openapi.json'],
  ['websocket', '/ocsp'],
])('an upgrade to %s of %s is left out, the request answered, and its connection ends', async (protocol, path) => {
  const answer = await latchkey.sendRaw(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: ${protocol}\r\n` +
      'Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  )
  expect(answer).toMatch(/^HTTP\/1\.1 [2-4]\d\d /)
  expect(answer).toMatch(/\r\nconnection: close\r\n/i)
})
