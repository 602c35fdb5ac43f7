import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http, { type RequestListener, type Server } from 'node:http'
import https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { exchange } from './exchange.ts'

/** Connections, encodings, trust and proxies, with servers on this machine. */

const MODULE = new URL('./exchange.ts', import.meta.url).href
const FOREVER = new AbortController().signal

let folder = ''
const servers: Server[] = []

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-exchange-'))
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    file('key'),
  ]
  execFileSync('openssl', ['req', '-x509', ...key, '-out', file('ca'), '-days', '2', ...subject], {
    stdio: 'ignore',
  })
})

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve)
          server.closeAllConnections()
        }),
    ),
  )
})

afterAll(() => rmSync(folder, { recursive: true }))

test('one connection serves one call after the other', async () => {
  const sockets = new Set<Socket>()
  const { url } = await serve((request, response) => {
    sockets.add(request.socket)
    response.end('{}')
  })
  for (let call = 0; call < 5; call += 1) expect(await ask(url)).toBe('{}')
  expect(sockets.size).toBe(1)
})

test('calls at the same time have a connection each', async () => {
  const waiting: (() => void)[] = []
  const { url } = await serve((_request, response) => {
    waiting.push(() => response.end('{}'))
    if (waiting.length === 5) for (const go of waiting) go()
  })
  expect(await Promise.all(Array.from({ length: 5 }, () => ask(url)))).toHaveLength(5)
})

test('a compressed answer is read as it was', async () => {
  const { url } = await serve((request, response) => {
    expect(request.headers['accept-encoding']).toBe('gzip')
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(gzipSync('{"a":"ä"}'))
  })
  expect(await ask(url)).toBe('{"a":"ä"}')
})

const long: [string, string, number][] = [
  ['in one piece', 'a'.repeat(200_000), 200_000],
  ['in pieces, since it unfolds to much', 'a'.repeat(1_000_000), 64 * 1024],
  ['in pieces, since it is large', randomBytes(50_000).toString('base64'), 64 * 1024],
]

test.each(long)('a long compressed answer is read %s', async (_name, content, pieceMax) => {
  const { url } = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content))
  })
  for (let call = 0; call < 2; call += 1) {
    const { body } = await exchange(url, { headers: {} }, FOREVER)
    const pieces: string[] = []
    for await (const piece of body) pieces.push(String(piece))
    expect(pieces.join('')).toBe(content)
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(pieceMax)
  }
})

const unreadable: [string, RequestListener, RegExp][] = [
  [
    'that was not compressed as it says',
    (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}'),
    /incorrect header/,
  ],
  [
    'of which the end is missing',
    (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '100' })
      response.write(gzipSync('{"a":1}').subarray(0, 15), () => response.destroy())
    },
    /aborted|premature|unexpected end/i,
  ],
  [
    'in an encoding that was not asked for',
    (_request, response) => response.writeHead(200, { 'content-encoding': 'br' }).end('{}'),
    /not asked for/,
  ],
]

test.each(unreadable)('an answer %s is none', async (_name, handler, message) => {
  const { url } = await serve(handler)
  await expect(ask(url)).rejects.toThrow(message)
})

test('what a few octets would unfold to is not held in memory before it is read', async () => {
  const { url } = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024)))
  })
  const { body } = await exchange(url, { headers: {} }, FOREVER)
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > 100_000) break
  }
  expect(length).toBeLessThan(1_000_000)
})

test('an answer that nobody reads is given up before it fills the memory', async () => {
  const piece = Buffer.alloc(64 * 1024)
  let sent = 0
  const { url } = await serve((_request, response) => {
    const send = () => {
      while (!response.destroyed && response.write(piece)) sent += piece.length
    }
    response.on('drain', send)
    send()
  })
  const { body } = await exchange(url, { headers: {} }, FOREVER)
  await expect(once(body, 'close')).rejects.toThrow('not read')
  expect(sent).toBeLessThan(32 * 1024 * 1024)
})

test('the signal ends a call that is not answered, and one that is answered by half', async () => {
  for (const start of ['', '{"a":']) {
    const { url } = await serve((_request, response) => {
      if (start !== '') response.write(start)
    })
    await expect(ask(url, AbortSignal.timeout(100))).rejects.toThrow(/abort/i)
  }
})

test('a redirect is an answer like any other', async () => {
  const { url, seen } = await serve((_request, response) => {
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  const { status, body } = await exchange(url, { headers: {} }, FOREVER)
  await text(body)
  expect([status, seen]).toEqual([302, ['/']])
})

test('another protocol than http and https is refused', async () => {
  await expect(exchange(new URL('file:///etc/passwd'), { headers: {} }, FOREVER)).rejects.toThrow()
})

test('a certificate that nobody vouches for is refused, unless NODE_EXTRA_CA_CERTS does', async () => {
  const { url } = await serve((_request, response) => response.end('{"tls":true}'), true)
  await expect(ask(url)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  expect(await askElsewhere(url, { NODE_EXTRA_CA_CERTS: file('ca') })).toBe('{"tls":true}')
  const other = new URL(url.href.replace('localhost', '127.0.0.1'))
  expect(await askElsewhere(other, { NODE_EXTRA_CA_CERTS: file('ca') })).toBe(
    'ERR_TLS_CERT_ALTNAME_INVALID',
  )
})

test('a proxy is used where NODE_USE_ENV_PROXY says so, and else not, as by fetch', async () => {
  const { url } = await serve((_request, response) => response.end('direct'))
  const proxy = await serve((request, response) => response.end(`proxy: ${request.url}`))
  const env = { HTTP_PROXY: proxy.url.href }
  expect(await askElsewhere(url, env)).toBe('direct')
  expect(await askElsewhere(url, { ...env, NODE_USE_ENV_PROXY: '1' })).toBe(`proxy: ${url.href}`)
  const exempt = { ...env, NODE_USE_ENV_PROXY: '1', NO_PROXY: 'localhost' }
  expect(await askElsewhere(url, exempt)).toBe('direct')
})

test('a proxy that opens no tunnel is given up in time, so that its connections come free', async () => {
  const proxy = await serve(() => undefined)
  servers.at(-1)?.on('connect', (_request, socket) => socket.resume().on('end', () => socket.end()))
  const env = { HTTPS_PROXY: proxy.url.href, NODE_USE_ENV_PROXY: '1' }
  expect(await askElsewhere(new URL('https://graph.example/'), env)).toBe('UND_ERR_HEADERS_TIMEOUT')
})

test('https goes through a proxy as a tunnel', async () => {
  const { url } = await serve((_request, response) => response.end('{}'), true)
  const proxy = await serve(() => undefined)
  const tunnels: string[] = []
  servers.at(-1)?.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '')
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  const env = { HTTPS_PROXY: proxy.url.href, NODE_USE_ENV_PROXY: '1' }
  expect(await askElsewhere(url, env)).toContain('ERR_')
  expect(tunnels).toEqual([url.host])
  const forPlain = { HTTP_PROXY: proxy.url.href, NODE_USE_ENV_PROXY: '1' }
  expect(await askElsewhere(url, { ...forPlain, NODE_EXTRA_CA_CERTS: file('ca') })).toBe('{}')
  expect(tunnels).toEqual([url.host])
})

async function ask(url: URL, signal = FOREVER): Promise<string> {
  return text((await exchange(url, { headers: {} }, signal)).body)
}

/** Makes a request in a process with this environment; gives the body or the code of the error. */
async function askElsewhere(
  url: URL,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const program = `
    import { text } from 'node:stream/consumers'
    import { exchange } from ${JSON.stringify(MODULE)}
    const asked = exchange(new URL(${JSON.stringify(url.href)}), { headers: {} }, new AbortController().signal)
    console.log(await asked.then(({ body }) => text(body), ({ code }) => String(code)))`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program]
  const env = { NODE_ENV: 'test', ...variables } as const
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  return stdout.trim()
}

async function serve(handler: RequestListener, isTls = false) {
  const seen: string[] = []
  const listener: RequestListener = (request, response) => {
    seen.push(request.url ?? '')
    handler(request, response)
  }
  const server = isTls
    ? https.createServer(
        { key: readFileSync(file('key')), cert: readFileSync(file('ca')) },
        listener,
      )
    : http.createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: new URL(`${isTls ? 'https' : 'http'}://localhost:${port}/`), seen }
}

function file(name: 'key' | 'ca'): string {
  return path.join(folder, `${name}.pem`)
}
