import { randomBytes } from 'node:crypto'
import net, { type AddressInfo, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchange } from './exchange.ts'

/** What a server, or something between, may do to a connection. An error that nobody listens for fails this file. */

const GOOD = answer('{}')
const HEAD = 'HTTP/1.1 200 OK\r\n'

const faults: Readonly<Record<string, (socket: Socket) => void>> = {
  'breaks the connection': (socket) => socket.resetAndDestroy(),
  'ends it without a word': (socket) => socket.end(),
  'is silent': () => undefined,
  'sends half of the headers': (socket) => socket.write(HEAD),
  'sends half of the headers and ends': (socket) => socket.end(HEAD),
  'sends half of the body': (socket) => socket.write(`${HEAD}content-length: 9\r\n\r\n{}`),
  'sends half of the body and ends': (socket) => socket.end(`${HEAD}content-length: 9\r\n\r\n{}`),
  'sends half of the body and breaks off': (socket) =>
    socket.write(`${HEAD}content-length: 9\r\n\r\n{}`, () => socket.resetAndDestroy()),
  'sends half of a chunk and breaks off': (socket) =>
    socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n9\r\n{}`, () =>
      socket.resetAndDestroy(),
    ),
  'sends a chunk whose length is none': (socket) =>
    socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\nx\r\n{}`),
  'sends what is not HTTP': (socket) => socket.write('220 mail.example ESMTP\r\n'),
  'sends headers without an end': (socket) => socket.write(`${HEAD}a: ${'b'.repeat(200_000)}`),
  'goes on to another protocol': (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  'only ever says that it goes on': (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'),
  'packs half of its answer': (socket) => {
    const half = gzipSync('{"a":1}').subarray(0, 15)
    const head = `${HEAD}content-encoding: gzip\r\ncontent-length: ${half.length}\r\n\r\n`
    socket.write(Buffer.concat([Buffer.from(head), half]))
  },
  'packs half of its answer and breaks off': (socket) => {
    const head = `${HEAD}content-encoding: gzip\r\ncontent-length: 1000\r\n\r\n`
    socket.write(Buffer.concat([Buffer.from(head), gzipSync('{}')]), () => socket.resetAndDestroy())
  },
  'packs half of its answer and is silent': (socket) => {
    const head = `${HEAD}content-encoding: gzip\r\ncontent-length: 1000\r\n\r\n`
    socket.write(Buffer.concat([Buffer.from(head), gzipSync('{}')]))
  },
  'packs otherwise than was asked': (socket) =>
    socket.write(`${HEAD}content-encoding: br\r\ncontent-length: 2\r\n\r\n{}`),
}

const oddities: Readonly<Record<string, (socket: Socket) => void>> = {
  'sends more than it said': (socket) => socket.write(`${GOOD}{}{}`),
  'sends a second answer': (socket) => socket.write(GOOD + GOOD),
  'closes after it': (socket) => socket.end(GOOD),
  'says that it closes and does not': (socket) =>
    socket.write(`${HEAD}connection: close\r\ncontent-length: 2\r\n\r\n{}`),
  'keeps the connection for no time': (socket) =>
    socket.write(`${HEAD}keep-alive: timeout=0\r\ncontent-length: 2\r\n\r\n{}`),
  'says something before': (socket) =>
    socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${GOOD}`),
  'sends it octet by octet': (socket) => {
    for (const octet of GOOD) socket.write(octet)
  },
}

const LONG = randomBytes(200_000)
const PACKED = gzipSync(LONG)

const closings: Readonly<Record<string, (socket: Socket) => void>> = {
  'which has its length': closing(`content-length: ${PACKED.length}\r\n`, PACKED),
  'which ends by it': closing('', PACKED),
  'which comes in chunks': closing(
    'transfer-encoding: chunked\r\n',
    Buffer.concat([
      Buffer.from(`${PACKED.length.toString(16)};a="b"\r\n`),
      PACKED,
      Buffer.from('\r\n0\r\n\r\n'),
    ]),
  ),
}

function closing(framing: string, octets: Buffer): (socket: Socket) => void {
  const head = Buffer.from(`${HEAD}connection: close\r\ncontent-encoding: gzip\r\n${framing}\r\n`)
  return (socket) => socket.end(Buffer.concat([head, octets]))
}

const sockets = new Set<Socket>()
const server = net.createServer({ noDelay: true }, (socket) => {
  sockets.add(socket)
  socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  socket.on('data', (request) => {
    const path = decodeURIComponent(/^GET \/(\S*)/.exec(request.toString('latin1'))?.[1] ?? '')
    const behave = faults[path] ?? oddities[path] ?? closings[path]
    if (behave === undefined) socket.write(GOOD)
    else behave(socket)
  })
})

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

const LIMIT_MS = 200

test.each(Object.keys(faults))('a server that %s gives an error in time', async (name) => {
  const asked = performance.now()
  await expect(ask(name)).rejects.toThrow()
  expect(performance.now() - asked).toBeLessThan(LIMIT_MS + 1000)
  expect(await ask('')).toBe('{}')
})

test.each(Object.keys(oddities))('a server that %s has answered', async (name) => {
  expect(await ask(name)).toBe('{}')
  expect(await ask('')).toBe('{}')
})

test.each(
  Object.keys(closings),
)('a long packed answer, %s, is read behind the close', async (name) => {
  for (let at = 0; at < 50; at += 1) {
    const { body } = await call(name, 10_000)
    expect((await buffer(body)).equals(LONG)).toBe(true)
  }
})

test('what one connection suffers is not told of another', async () => {
  const names = [...Object.keys(faults), ...Object.keys(oddities)]
  const asked = Array.from({ length: 500 }, (_, at) => names[(at * 7) % (2 * names.length)] ?? '')
  const next = asked.values()
  const wrong: unknown[] = []
  const askAll = async () => {
    for (const name of next) {
      const failed = await ask(name, name in faults ? LIMIT_MS : 10_000).then(
        (body) => (body === '{}' ? null : body),
        (error: unknown) => error,
      )
      if ((failed !== null) !== name in faults) wrong.push([name, failed])
    }
  }
  await Promise.all(Array.from({ length: 32 }, askAll))
  expect(wrong).toEqual([])
})

test('who leaves a body unread or unfinished has left the connection', async () => {
  for (const name of ['', 'sends half of the body']) {
    const { body } = await call(name, 10_000)
    body.destroy()
    expect(await ask('')).toBe('{}')
  }
})

test('a call that waits for a connection ends in its time, too', async () => {
  let ended = 0
  const held = Array.from({ length: 80 }, () =>
    ask('is silent', 1_000).catch(() => {
      ended++
      return 'ended'
    }),
  )
  await expect(ask('', LIMIT_MS)).rejects.toThrow('aborted')
  expect(ended).toBe(0)
  expect(sockets.size).toBeLessThanOrEqual(64)
  expect(new Set(await Promise.all(held))).toEqual(new Set(['ended']))
  expect(await ask('', 10_000)).toBe('{}')
})

function answer(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

async function ask(name: string, limitMs = LIMIT_MS): Promise<string> {
  return text((await call(name, limitMs)).body)
}

function call(name: string, limitMs: number) {
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://127.0.0.1:${port}/${encodeURIComponent(name)}`)
  return exchange(url, { headers: {} }, AbortSignal.timeout(limitMs))
}
