import net from 'node:net'
import tls from 'node:tls'

/**
 * A load generator that sends a different request each time, which wrk cannot do without a script, and costs
 * little CPU itself. It sends to this machine only and ends by count or by time.
 */

export type Target = {
  readonly host: '127.0.0.1'
  readonly port: number
  /** PEM of the CA to trust; without it the connection is plain. */
  readonly ca?: string
}

export type Load = {
  /** Complete requests: request line, headers and body. */
  readonly requests: readonly Buffer[]
  readonly connections: number
  readonly keepAlive: boolean
  readonly timeMaxMs: number
  /**
   * Sends so many a second, whether or not the answers keep up. A request that finds no idle connection is
   * timed from the moment when it was due, so that a slow answer counts for those that it kept waiting.
   */
  readonly perSecond?: number
}

export type Result = {
  readonly answered: number
  readonly wallUs: number
  /** Number of answers by status. */
  readonly statuses: ReadonlyMap<number, number>
  /** Microseconds for each answer, in the order of answers. */
  readonly latenciesUs: readonly number[]
  /** Bodies of the first refusals, for whoever has to find out why. */
  readonly refusals: readonly string[]
}

/** More say little more. */
export const REFUSALS_KEPT = 5

/** For connecting, before the first request of a load with a rate is due. */
const LEAD_MS = 500

/** Sends each request once, unless the time ends before. Throws when a connection breaks. */
export async function sendLoad(target: Target, load: Load): Promise<Result> {
  const statuses = new Map<number, number>()
  const latenciesUs: number[] = []
  const refusals: string[] = []
  const begun = performance.now()
  const deadline = begun + load.timeMaxMs
  let next = 0
  const take = (): Due | undefined => {
    if (performance.now() >= deadline) return
    const at = next++
    const bytes = load.requests[at]
    const dueAt =
      load.perSecond === undefined ? null : begun + LEAD_MS + (at * 1000) / load.perSecond
    return bytes && { bytes, dueAt }
  }
  const note: Note = ({ status, body }, us) => {
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    latenciesUs.push(us)
    if (status >= 400 && refusals.length < REFUSALS_KEPT) refusals.push(String(body))
  }
  const worker = load.keepAlive ? overOneConnection : overManyConnections
  await Promise.all(
    Array.from({ length: load.connections }, () => worker(target, take, note, load.timeMaxMs)),
  )
  const wallUs = (performance.now() - begun) * 1000
  return { answered: latenciesUs.length, wallUs, statuses, latenciesUs, refusals }
}

type Due = { readonly bytes: Buffer; readonly dueAt: number | null }
type Take = () => Due | undefined
type Note = (answer: Answer, us: number) => void

async function overOneConnection(target: Target, take: Take, note: Note, timeMaxMs: number) {
  const first = take()
  if (first !== undefined) await converse(target, first, take, note, timeMaxMs)
}

async function overManyConnections(target: Target, take: Take, note: Note, timeMaxMs: number) {
  for (let request = take(); request !== undefined; request = take()) {
    await converse(target, request, () => undefined, note, timeMaxMs)
  }
}

/** Sends requests one after another, each on a new connection; the time includes connecting. */
function converse(target: Target, first: Due, take: Take, note: Note, timeMaxMs: number) {
  return new Promise<void>((resolve, reject) => {
    let sentAt = performance.now()
    let pending: Buffer = Buffer.alloc(0)
    const socket = connect(target, () => {
      if (first.dueAt === null) socket.write(first.bytes)
      else send(first)
    })
    const send = ({ bytes, dueAt }: Due) => {
      const waitMs = dueAt === null ? 0 : dueAt - performance.now()
      if (waitMs > 0) {
        setTimeout(() => send({ bytes, dueAt: null }), waitMs)
        return
      }
      sentAt = dueAt ?? performance.now()
      socket.write(bytes)
    }
    socket.setNoDelay(true)
    // A generous limit that only ends a run that hangs.
    socket.setTimeout(timeMaxMs + 10_000, () => socket.destroy(new Error('no answer in time')))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server hung up')))
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const answer = readAnswer(pending)
      if (answer === null) return
      note(answer, (performance.now() - sentAt) * 1000)
      pending = pending.subarray(answer.length)
      const request = take()
      if (request === undefined) {
        socket.removeAllListeners('close')
        socket.end()
        resolve()
        return
      }
      send(request)
    })
  })
}

function connect({ host, port, ca }: Target, ready: () => void): net.Socket {
  return ca === undefined
    ? net.connect({ host, port }, ready)
    : tls.connect({ host, port, ca, servername: 'localhost' }, ready)
}

type Answer = { readonly status: number; readonly length: number; readonly body: Buffer }

/** Gives the first complete answer in these bytes; null when it is incomplete. */
function readAnswer(bytes: Buffer): Answer | null {
  const bodyStart = bytes.indexOf('\r\n\r\n') + 4
  if (bodyStart === 3) return null
  const head = bytes.toString('latin1', 0, bodyStart)
  const status = Number(head.slice(9, 12))
  const stated = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  const length = stated === undefined ? chunkedEnd(bytes, bodyStart) : bodyStart + Number(stated)
  if (length === null || bytes.length < length) return null
  return { status, length, body: bytes.subarray(bodyStart, length) }
}

function chunkedEnd(bytes: Buffer, bodyStart: number): number | null {
  const last = bytes.indexOf('0\r\n\r\n', bodyStart, 'latin1')
  return last === -1 ? null : last + 5
}

/** One request as bytes. */
export function requestBytes(
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = '',
): Buffer {
  const content = Buffer.from(body)
  const lines = Object.entries({ host: 'localhost', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const length = method === 'POST' ? `content-length: ${content.length}\r\n` : ''
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}${length}\r\n`),
    content,
  ])
}
