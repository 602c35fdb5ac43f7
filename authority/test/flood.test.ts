import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type StatusCase, startStatusCase } from '#authority/testing/status-case.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/**
 * REV-20: one address asks for ten times more signatures at once than may be in the making, while others ask
 * for cached responses and enrol. The flood affects itself only, and has no lasting effect.
 */

const ALICE = 'alice@contoso.example'
const MAKING_MAX = 32
const CONNECTIONS = 16
/** Requests on each connection before an answer is read. */
const PIPELINED = (10 * (MAKING_MAX / 2)) / CONNECTIONS
const ROUNDS_MAX = 1_000
const ASKED = 20
const ENROLLED = 3

const TRY_LATER = 'error 3'

const load = { lagMs: Number.POSITIVE_INFINITY, making: MAKING_MAX }
let c: StatusCase
let serial: string
let peak = 0

beforeAll(async () => {
  c = await startStatusCase({ load })
  serial = await c.issue('alice', 'alice', { upn: ALICE })
  await c.sync()
  const { making } = c.harness.status.ocsp.state
  const { begin } = making
  Object.assign(making, {
    begin: (...args: Parameters<typeof begin>) => {
      const begun = begin(...args)
      peak = Math.max(peak, making.count())
      return begun
    },
  })
})
afterAll(() => c.close())

beforeEach(async () => {
  load.lagMs = Number.POSITIVE_INFINITY
  peak = 0
  expect(await askKept()).toBe('good')
})

const pathOf = (wanted: string) => {
  const request = ocspRequest(c.harness.authority.issuer, [wanted])
  return `/ocsp/${encodeURIComponent(Buffer.from(request).toString('base64'))}`
}

/** Asks as an http cache does, without a nonce. */
async function askKept(wanted = serial): Promise<string> {
  const { status, body } = await c.harness.send({ path: pathOf(wanted) })
  expect(status).toBe(200)
  return saidBy(body)
}

async function enrol(): Promise<number> {
  const token = await c.harness.token('alice')
  const body = makeCsr({ key: 'ec-p256', upn: ALICE }).der
  return (await c.harness.send({ method: 'POST', path: '/api/csr', token, body })).status
}

/** Gives the status of the first certificate, or the number of an error. */
function saidBy(body: Buffer): string {
  const found = readOcspResponse(new Uint8Array(body))
  return typeof found === 'number' ? `error ${found}` : (found.responses[0]?.status.kind ?? 'none')
}

/** Sends requests with nonces on one connection until told to stop, and counts the answers. */
async function flood(until: () => boolean, counts: Map<string, number>): Promise<void> {
  const socket = connect({ port: c.harness.config.AUTHORITY_PORT, host: '127.0.0.1' })
  await once(socket, 'connect')
  const answers = answersOn(socket)
  for (let round = 0; round < ROUNDS_MAX && !until(); round++) {
    socket.write(Buffer.concat(Array.from({ length: PIPELINED }, nonceRequest)))
    for (let i = 0; i < PIPELINED; i++) {
      const { value } = await answers.next()
      if (!value) throw new Error('The connection ended before all was answered.')
      const said = value.status === 200 ? saidBy(value.body) : `HTTP ${value.status}`
      counts.set(said, (counts.get(said) ?? 0) + 1)
    }
  }
  socket.destroy()
}

function nonceRequest(): Buffer {
  const nonce = crypto.getRandomValues(new Uint8Array(16))
  const der = ocspRequest(c.harness.authority.issuer, [serial], { nonce })
  const head = [
    'POST /ocsp HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/ocsp-request',
    `Content-Length: ${der.length}`,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), der])
}

/** Gives the answers to pipelined requests, split by their Content-Length. */
async function* answersOn(socket: Socket) {
  let rest = Buffer.alloc(0)
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer])
    for (;;) {
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) break
      const head = rest.subarray(0, end).toString('latin1')
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
      if (rest.length < end + 4 + length) break
      const body = rest.subarray(end + 4, end + 4 + length)
      rest = rest.subarray(end + 4 + length)
      yield { status: Number(head.slice(9, 12)), body }
    }
  }
}

/** Runs the flood, the other relying parties and the enrolments at once, and gives their answers. */
async function underFlood() {
  let isOver = false
  const counts = new Map<string, number>()
  const floods = Array.from({ length: CONNECTIONS }, () => flood(() => isOver, counts))
  const others = async () => {
    const said = new Set<string>()
    for (let i = 0; i < ASKED; i++) said.add(await askKept())
    return said
  }
  const enrolments = async () => {
    const statuses: number[] = []
    for (let i = 0; i < ENROLLED; i++) statuses.push(await enrol())
    return statuses
  }
  const done = Promise.all([others(), enrolments()]).finally(() => {
    isOver = true
  })
  const [[kept, enrolled]] = await Promise.all([done, ...floods])
  return { counts, kept, enrolled }
}

describe('REV-20: a flood with nonces', () => {
  test('is answered as far as there is room, and takes nothing away from the others', async () => {
    const { counts, kept, enrolled } = await underFlood()
    expect(kept).toEqual(new Set(['good']))
    expect(enrolled).toEqual(Array(ENROLLED).fill(200))
    // Every request was answered, by a signature or by tryLater, and both occurred.
    expect(new Set(counts.keys())).toEqual(new Set(['good', TRY_LATER]))
    // The number of waiting requests was bounded, and none is left.
    expect(peak).toBeLessThanOrEqual(MAKING_MAX / 2 + 1)
    expect(c.harness.status.ocsp.state.making.count()).toBe(0)
    expect(await askKept()).toBe('good')
  })

  test('is told "later" while the event loop is late, and takes nothing away either', async () => {
    load.lagMs = -1
    const other = await c.issue('other', 'alice', { upn: ALICE })
    expect(await askKept(other)).toBe('good')
    peak = 0
    const { counts, kept, enrolled } = await underFlood()
    expect(kept).toEqual(new Set(['good']))
    expect(enrolled).toEqual(Array(ENROLLED).fill(200))
    expect([...counts.keys()]).toEqual([TRY_LATER])
    expect(peak).toBe(0)
  })
})
