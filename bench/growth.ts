import { randomBytes, randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { versions } from 'node:process'
import { parseArgs } from 'node:util'
import {
  fillTo,
  openFill,
  ownerNumber,
  PER_OWNER,
  serialAt,
  TEMPLATE,
  TENANT_ID,
} from '#bench/lib/fill.ts'
import { FILL_SETTINGS, openPostgresFill } from '#bench/lib/fill-postgres.ts'
import { median, quantile, rounded } from '#bench/lib/round-robin.ts'
import { newSchema } from '#bench/lib/schema.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { makePostgresHome } from '#lib/ledger/testing/postgres.ts'
import { issueSample } from '#lib/ledger/testing/samples.ts'

/**
 * `npm run bench:growth`: how much slower a ledger with a thousand times as many certificates is. Each operation
 * is timed at every size, in turns with one of 1,000 certificates beside it, so that what the machine does
 * besides slows both; a line is fitted through the logarithms of the ratios: its slope is 0 for an operation that
 * does not depend on the size and 1 for one that is proportional to it. Exits with 1 when a slope is above the
 * limit.
 */

const { values } = parseArgs({
  options: {
    smallest: { type: 'string', default: '1e3' },
    largest: { type: 'string', default: '1e6' },
    samples: { type: 'string', default: '300' },
    folder: { type: 'string', default: tmpdir() },
    engine: { type: 'string', default: 'sqlite' },
  },
})
const sizes = [1e3, 1e4, 1e5, 1e6, 1e7].filter(
  (size) => size >= Number(values.smallest) && size <= Number(values.largest),
)
const samples = Number(values.samples)
const SLOPE_MAX = 0.15
const SMALL = 1e3

const folder = mkdtempSync(path.join(values.folder, 'latchkey-growth-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

type Side = { readonly ledger: Ledger; readonly filling: Filling; readonly size: number }

type Filling = {
  readonly to: (rows: number) => Promise<void>
  readonly serialAt: (id: number) => Promise<string>
  readonly bytes: () => Promise<number>
  readonly close: () => Promise<void>
}

type Operation = (place: Place) => Promise<unknown>
type Place = {
  readonly ledger: Ledger
  readonly size: number
  readonly serial: string
  /** An owner whose certificates were listed a moment ago, as an open page does. */
  readonly oid: string
}

/**
 * Twenty rows that are far apart: once the file is larger than its cache, each is a read from disk. So it is
 * printed, but not compared with the limit.
 */
const FIRST_LIST = "first list of an owner's certificates"

const OPERATIONS: Readonly<Record<string, Operation>> = {
  insert: ({ ledger, size }) => {
    const oid = ownerNumber(randomInt(size))
    const changes = {
      owner: { tid: TENANT_ID, oid },
      requestKey: randomBytes(32).toString('hex'),
      keyThumbprint: randomBytes(32).toString('base64url'),
      tbs: randomBytes(700),
    }
    return issueSample(ledger, `7${randomBytes(20).toString('hex').slice(1)}`, changes)
  },
  'status by serial': ({ ledger, serial }) => ledger.certificate(serial),
  'status of a serial that is not there': ({ ledger }) =>
    ledger.certificate(`6${randomBytes(20).toString('hex').slice(1)}`),
  'status version': ({ ledger }) => ledger.statusVersion(),
  "list of an owner's certificates": ({ ledger, oid }) => listOf(ledger, oid),
  [FIRST_LIST]: ({ ledger, size }) => listOf(ledger, anyOwner(size)),
  'search by name': ({ ledger, size }) =>
    ledger.search({
      text: `pc-${randomInt(size)}`,
      validity: 'any',
      profile: null,
      now: new Date(Date.UTC(2026, 3, 1)),
      after: null,
      limit: 50,
    }),
}

/** Of disk for each certificate, with what building an index takes. */
const OCTETS: Readonly<Record<string, number>> = { sqlite: 4500, postgres: 3500 }

async function main(): Promise<void> {
  const { small, large, stop, version } =
    values.engine === 'postgres' ? await postgres() : await files()
  await small.filling.to(SMALL)
  const peer = { ...small, size: SMALL }
  for (const operation of Object.values(OPERATIONS)) await measure(operation, peer, peer)
  const ratios = new Map<string, { n: number; ratio: number }[]>()
  for (const size of sizes) {
    const { bavail, bsize } = statfsSync(folder)
    if (bavail * bsize + (await large.filling.bytes()) < size * (OCTETS[values.engine] ?? 0)) {
      console.error(`${size} certificates do not fit on this disk.`)
      break
    }
    const begun = performance.now()
    await large.filling.to(size)
    const mib = Math.round((await large.filling.bytes()) / 2 ** 20)
    const seconds = Math.round((performance.now() - begun) / 1000)
    console.error(`${size} certificates: ${mib} MiB, filled in ${seconds} s`)
    for (const [name, operation] of Object.entries(OPERATIONS)) {
      const line = await measure(operation, { ...large, size }, peer)
      ratios.set(name, [...(ratios.get(name) ?? []), { n: size, ratio: line.ratio }])
      const versionsSeen = { node: versions.node, ...version }
      console.log(JSON.stringify({ case: `growth: ${name}`, ...line, versions: versionsSeen }))
    }
  }
  for (const { filling, ledger } of [small, large]) {
    await filling.close()
    await ledger.close()
  }
  await stop()
  for (const [name, points] of ratios) checkSlope(name, points)
}

async function files() {
  const make = async (name: string) => {
    const file = path.join(folder, name)
    const ledger = await openLedger(`sqlite:${file}`)
    const filled = await openFill(file, ledger)
    const filling: Filling = {
      to: async (rows) => fillTo(filled, rows),
      serialAt: async (id) => serialAt(filled, id),
      bytes: async () => statSync(file).size,
      close: async () => filled.close(),
    }
    return { ledger, filling }
  }
  const [small, large] = [await make('small.sqlite'), await make('ledger.sqlite')]
  return { small, large, stop: async () => undefined, version: { sqlite: versions.sqlite } }
}

/** With caches that the largest ledger does not fit into. */
async function postgres() {
  const home = makePostgresHome(values.folder)
  process.once('exit', () => rmSync(home.folder, { recursive: true, force: true }))
  const data = path.join(home.folder, 'data')
  await home.init(data)
  const settings = [
    ...['shared_buffers=1GB', 'max_wal_size=4GB', 'checkpoint_timeout=15min'],
    ...FILL_SETTINGS,
  ]
  const server = await home.serve(data, [
    ...['-k', home.folder],
    ...settings.flatMap((setting) => ['-c', setting]),
  ])
  const make = async (schema: string) => {
    const url = await newSchema(home, schema)
    const ledger = await openLedger(url)
    await issueSample(ledger, TEMPLATE)
    return { ledger, filling: await openPostgresFill(url) }
  }
  const [small, large] = [await make('small'), await make('large')]
  const stop = () => server.stop('SIGQUIT')
  return { small, large, stop, version: { postgres: '18' } }
}

/** Times an operation on both, one after the other. */
async function measure(operation: Operation, large: Side, small: Side) {
  const sides = [await timesOf(large), await timesOf(small)] as const
  for (let at = 0; at < 2 * samples; at++) {
    for (const { places, us } of at % 2 === 0 ? sides : sides.toReversed()) {
      const begun = performance.now()
      const place = places[at]
      if (place) await operation(place)
      if (at >= samples) us.push((performance.now() - begun) * 1000)
    }
  }
  const [us, peerUs] = [median(sides[0].us), median(sides[1].us)]
  return {
    n: large.size,
    us: rounded(us),
    min: rounded(quantile(sides[0].us, 0)),
    max: rounded(quantile(sides[0].us, 0.99)),
    ...{ peer: `one of ${small.size} beside it`, peerUs: rounded(peerUs) },
    ratio: rounded(us / peerUs),
  }
}

/** Where it is done. Looked up before, since finding a serial is not measured. */
async function timesOf({ ledger, filling, size }: Side) {
  const places: Place[] = []
  while (places.length < 2 * samples) {
    const serial = await filling.serialAt(1 + randomInt(size))
    places.push({ ledger, size, serial, oid: anyOwner(size) })
  }
  for (const { oid } of places) await listOf(ledger, oid)
  const us: number[] = []
  return { places, us }
}

function anyOwner(size: number): string {
  return ownerNumber(randomInt(Math.max(1, Math.floor(size / PER_OWNER))))
}

function listOf(ledger: Ledger, oid: string) {
  return ledger.certificatesOf({ tid: TENANT_ID, oid }, null)
}

function checkSlope(name: string, points: readonly { n: number; ratio: number }[]): void {
  if (points.length < 2 || name === FIRST_LIST) return
  const slope = slopeOf(points.map(({ n, ratio }) => [Math.log(n), Math.log(ratio)] as const))
  const holds = slope <= SLOPE_MAX
  if (!holds) process.exitCode = 1
  const line = { case: `slope: ${name}`, slope: Number(slope.toFixed(3)), limit: SLOPE_MAX, holds }
  console.log(JSON.stringify(line))
}

/** Least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  let [covariance, variance] = [0, 0]
  for (const [x, y] of points) {
    covariance += (x - meanX) * (y - meanY)
    variance += (x - meanX) ** 2
  }
  return covariance / variance
}

await main()
