import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePortalServer } from './portal-server.ts'

/** A handler in place of Next's, which reports the request that it got. */

let server: Server
let port = 0
let isLeaving = false

beforeAll(async () => {
  server = makePortalServer(
    (request, response) => response.end(`asked for ${request.url}`),
    () => isLeaving,
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

/** Gives everything that comes back until the server closes the connection. */
async function sendRaw(text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' })
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined)
  socket.write(text)
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

const HOST = 'Host: portal.example\r\n'
const ask = (line: string) => sendRaw(`${line} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`)

test('/probe says whether this portal should get requests, and pages are answered meanwhile', async () => {
  expect(await ask('GET /probe')).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\{"status":"ready"\}$/)
  isLeaving = true
  try {
    expect(await ask('GET /probe?x')).toMatch(/^HTTP\/1\.1 503 [\s\S]*\{"status":"draining"\}$/)
    expect(await ask('GET /signin')).toContain('asked for /signin')
  } finally {
    isLeaving = false
  }
})

describe('a page gets what Next answers', () => {
  test.each([
    ['GET /signin', '/signin'],
    ['GET /signin?next=%E0%A4%A', '/signin?next=%E0%A4%A'],
    ['GET /certificates/%C3%A4', '/certificates/%C3%A4'],
    ['GET //evil.example/', '//evil.example/'],
    ['GET http://portal.example/signin?a=b', '/signin?a=b'],
    ['GET HTTP://PORTAL.EXAMPLE/signin', '/signin'],
    ['GET http://portal.example', '/'],
    ['GET http://portal.example?x', '/?x'],
    ['OPTIONS /api/auth/csrf', '/api/auth/csrf'],
    ['POST /enroll', '/enroll'],
  ])('%s', async (line, url) => {
    expect(await ask(line)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(await ask(line)).toContain(`asked for ${url}`)
  })
})

test.each([
  '/certificates/%E0%A4%A',
  '/api/auth/%ff',
  '/%',
  '/%zz',
  'http://portal.example/%80',
])('GET %s gets the page for an address that does not exist', async (path) => {
  expect(await ask(`GET ${path}`)).toContain('asked for /_not-found')
})

describe('what no page sends is refused', () => {
  test.each([
    ['TRACE /signin', 405, 'Use GET, HEAD, POST.'],
    ['TRACE *', 405, 'Use GET, HEAD, POST.'],
    ['OPTIONS *', 400, 'A path begins with a slash.'],
    ['GET *', 400, 'A path begins with a slash.'],
    ['GET ftp://portal.example/', 400, 'A path begins with a slash.'],
    ['GET http://evil.example/signin', 421, 'This portal does not answer for that host.'],
    ['GET http://169.254.169.254/', 421, 'This portal does not answer for that host.'],
    ['GET http:///signin', 421, 'This portal does not answer for that host.'],
    ['GET http://portal.example@evil.example/', 421, 'This portal does not answer for that host.'],
  ])('%s: %i', async (line, status, detail) => {
    const [head = '', body = ''] = (await ask(line)).split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(head.includes('\r\nallow: GET, HEAD, POST\r\n')).toBe(status === 405)
    expect(head).toContain('content-type: application/problem+json')
    // Chunked, since there is no Content-Length.
    expect(body).toContain(detail)
  })

  test('CONNECT opens no tunnel', async () => {
    const answer = await sendRaw(
      `CONNECT 169.254.169.254:80 HTTP/1.1\r\n${HOST}\r\nGET / HTTP/1.1\r\n\r\n`,
    )
    expect(answer).toBe(
      'HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD, POST\r\n' +
        'Connection: close\r\nContent-Length: 0\r\n\r\n',
    )
  })
})

describe('WEB-15: what would cost more than it costs to send', () => {
  test('a body that says that it has more than 64 KiB is refused unread', async () => {
    const post = (octets: number, body: string) =>
      sendRaw(
        `POST / HTTP/1.1\r\n${HOST}Connection: close\r\nContent-Length: ${octets}\r\n\r\n${body}`,
      )
    const octets = 64 * 1024
    expect(await post(octets, 'x'.repeat(octets))).toContain('asked for')
    const large = await post(octets + 1, '')
    expect(large).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n/)
    expect(large).toContain('"code":"payload_too_large"')
  })

  test.each([
    ['parameters', (count: number) => [`/signin?${'a&'.repeat(count)}`, '']],
    ['cookies', (count: number) => ['/signin', `Cookie: ${'a=b; '.repeat(count)}\r\n`]],
  ])('more %s than a browser sends are refused', async (_, make) => {
    const answer = (count: number) => {
      const [target, headers] = make(count)
      return sendRaw(`GET ${target} HTTP/1.1\r\n${HOST}Connection: close\r\n${headers}\r\n`)
    }
    expect(await answer(200)).toContain('asked for')
    expect(await answer(300)).toMatch(/^HTTP\/1\.1 431 /)
  })

  test('an & in a cookie begins no other', async () => {
    const cookie = `Cookie: a=${'b&'.repeat(400)}\r\n`
    const answer = await sendRaw(
      `GET /signin HTTP/1.1\r\n${HOST}Connection: close\r\n${cookie}\r\n`,
    )
    expect(answer).toContain('asked for')
  })

  test('a connection by which hundreds of requests come at once ends, one with some is answered', async () => {
    const one = `GET /signin HTTP/1.1\r\n${HOST}\r\n`
    const last = `GET /signin HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`
    const answered = async (count: number) =>
      (await sendRaw(one.repeat(count - 1) + last)).split('asked for').length - 1
    expect(await answered(32)).toBe(32)
    expect(await answered(500)).toBeLessThanOrEqual(32)
  })
})

describe('WEB-03: an upgrade', () => {
  const upgrade = (target: string) =>
    sendRaw(
      `GET ${target} HTTP/1.1\r\n${HOST}Connection: upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )

  test.each([
    '/',
    '/_next/hmr',
    '/nothing',
  ])('of %s is answered as any other request, and its connection ends', async (path) => {
    const answer = await upgrade(path)
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer).toContain('Connection: close\r\n')
    expect(answer).toContain(`asked for ${path}`)
  })

  test('of another host is refused, and its connection ends', async () => {
    const answer = await upgrade('http://169.254.169.254/')
    expect(answer).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n/)
  })
})
