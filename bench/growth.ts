import { randomBytes, randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { versions } from 'node:process'
import { parseArgs } from 'node:util'
import {
  type Filled,
  fillTo,
  openFill,
  ownerNumber,
  PER_OWNER,
  serialAt,
  TENANT_ID,
} from '#bench/lib/fill.ts'
import { median, quantile, rounded } from '#bench/lib/round-robin.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { issueSample } from '#lib/ledger/testing/samples.ts'

/**
 * `npm run bench:growth`: how much slower a ledger with a thousand times as many certificates is. Each
 * operation is timed at every size, and a line is fitted through the logarithms: its slope is 0 for an
 * operation that does not depend on the size and 1 for one that is proportional to it. Exits with 1 when a
 * slope is above the limit.
 */

const { values } = parseArgs({
  options: {
    largest: { type: 'string', default: '1e6' },
    samples: { type: 'string', default: '300' },
    folder: { type: 'string', default: tmpdir() },
  },
})
const sizes = [1e3, 1e4, 1e5, 1e6, 1e7].filter((size) => size <= Number(values.largest))
const samples = Number(values.samples)
const SLOPE_MAX = 0.15

const folder = mkdtempSync(path.join(values.folder, 'latchkey-growth-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
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

async function main(): Promise<void> {
  const file = path.join(folder, 'ledger.sqlite')
  const ledger = await openLedger(`sqlite:${file}`)
  const filled = await openFill(file, ledger)
  const times = new Map<string, { n: number; us: number }[]>()
  for (const size of sizes) {
    fillTo(filled, size)
    const mib = Math.round(statSync(file).size / 2 ** 20)
    console.error(`${size} certificates: ${mib} MiB`)
    for (const [name, operation] of Object.entries(OPERATIONS)) {
      const line = await measure(name, operation, ledger, filled, size)
      times.set(name, [...(times.get(name) ?? []), { n: size, us: line.us }])
      const smallest = times.get(name)?.[0]?.us ?? Number.NaN
      const ratio = rounded(line.us / smallest)
      console.log(
        JSON.stringify({ ...line, peer: `itself at ${sizes[0]}`, ratio, versions: VERSIONS }),
      )
    }
  }
  filled.close()
  await ledger.close()
  for (const [name, points] of times) checkSlope(name, points)
}

const VERSIONS = { node: versions.node, sqlite: versions.sqlite }

async function measure(
  name: string,
  operation: Operation,
  ledger: Ledger,
  filled: Filled,
  size: number,
) {
  // Looked up before, since finding a serial is not measured.
  const places = Array.from({ length: 2 * samples }, () => ({
    ledger,
    size,
    serial: serialAt(filled, 1 + randomInt(size)),
    oid: anyOwner(size),
  }))
  for (const { oid } of places) await listOf(ledger, oid)
  const us: number[] = []
  for (const place of places.slice(samples)) await operation(place)
  const cpuBefore = process.cpuUsage()
  for (const place of places.slice(0, samples)) {
    const begun = performance.now()
    await operation(place)
    us.push((performance.now() - begun) * 1000)
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  return {
    case: `growth: ${name}`,
    n: size,
    us: rounded(median(us)),
    cpuUs: rounded((user + system) / samples),
    min: rounded(quantile(us, 0)),
    max: rounded(quantile(us, 0.99)),
  }
}

function anyOwner(size: number): string {
  return ownerNumber(randomInt(Math.max(1, Math.floor(size / PER_OWNER))))
}

function listOf(ledger: Ledger, oid: string) {
  return ledger.certificatesOf({ tid: TENANT_ID, oid }, null)
}

function checkSlope(name: string, points: readonly { n: number; us: number }[]): void {
  if (points.length < 2 || name === FIRST_LIST) return
  const slope = slopeOf(points.map(({ n, us }) => [Math.log(n), Math.log(us)] as const))
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
