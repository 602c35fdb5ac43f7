import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type StatusCase, startStatusCase } from '#authority/testing/status-case.ts'
import type { ChangeFeed } from '#lib/directory/directory.ts'
import { BUDGETS } from '#lib/directory/transport/graph-http.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { type Backfill, makeBackfill } from '#lib/issuance/directory-sync/backfill.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { textOfKey } from '#lib/model.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import { tries } from '#lib/testing/tries.ts'

/**
 * REV-23: anonymous OCSP requests cannot cause more calls of Graph. Knowledge of the directory is older than
 * its budget and Graph fails, so each request wants a refresh; each object is asked for once a minute
 * nevertheless, by one HTTP call.
 *
 * Counted are HTTP calls that arrived at the sandbox's Graph since its log was deleted: each has its own
 * `client-request-id`. People and Entra devices are told apart by the id in the address; everything else
 * counts as Intune's, since a call of `$batch` names its objects in its body. Not counted is the second
 * question about an Intune record, for its primary users.
 */

const REQUESTS = tries({ short: 1_000, long: 5_000 })
const FEW = 100
/** In the second of two minutes each object may be asked for again, by however few requests. */
const MINUTES = [REQUESTS, FEW]
/** Requests at the same time, before the clock advances. */
const WAVE = 50
const MINUTE_MS = 60_000
/** All waves together take less than a minute by the authority's clock. */
const STEP_MS = Math.floor((MINUTE_MS - 1) / (REQUESTS / WAVE))

const [ALICE, BOB] = [
  'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01',
  'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02',
]
const DEVICES = [
  { owner: 'alice', id: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601' },
  { owner: 'alice', id: 'de71ce02-1d4e-4a97-b8c3-5f60e2d7a902' },
  { owner: 'bob', id: 'de71ce04-a7c5-4316-9e8f-3b1d60f2c804' },
] as const
/** The people, the devices in Entra, and as many records in Intune. */
const NAMED = [ALICE, BOB, ...DEVICES.map(({ id }) => id)]
const INTUNE_RECORDS = DEVICES.length
const OBJECTS = NAMED.length + INTUNE_RECORDS

type Logged = { readonly url: string; readonly clientRequestId: string | null }

const clock = { now: new Date() }
const errors: unknown[] = []
/** Keys of the objects that the background queue started to look up. */
let begun: string[] = []
/** Time-outs of the adapter's calls, which the test triggers itself. */
const patience = new Set<() => void>()
let backfill: Backfill
let c: StatusCase
const serials: string[] = []

/** An authority with the test's clock and a background queue whose end can be awaited. */
function change(authority: Authority): Authority {
  const lookUp: ChangeFeed['lookUp'] = (key, objectId) => {
    begun.push(textOfKey(key))
    return authority.changeFeed.lookUp(key, objectId)
  }
  const timed = {
    ...authority,
    changeFeed: { ...authority.changeFeed, lookUp },
    now: () => clock.now,
  }
  backfill = makeBackfill(timed, (error) => errors.push(error))
  return { ...timed, backfill: backfill.want }
}

beforeAll(async () => {
  // The delay of the event loop does not matter here.
  const load = { lagMs: Number.POSITIVE_INFINITY, making: REQUESTS }
  c = await startStatusCase({ change, load })
  for (const name of ['alice', 'bob']) {
    serials.push(await c.issue(name, name, { upn: `${name}@contoso.example` }))
  }
  for (const { owner, id } of DEVICES) serials.push(await c.issue(id, owner, { commonName: id }))
  await c.sync()
  const later = globalThis.setTimeout
  const keep = (end: () => void, ms?: number, ...args: readonly unknown[]) => {
    if (ms !== BUDGETS.lookUp.requestMs) return later(end, ms, ...args)
    patience.add(end)
    return later(() => undefined, 0)
  }
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(Object.assign(keep, later))
})
afterAll(async () => {
  vi.restoreAllMocks()
  const stopped = backfill.stop()
  losePatience()
  await stopped
  await c.close()
})
beforeEach(() => {
  pass(c.harness.authority.directoryBudgetMs + 1)
})

const setFault = (graph: string | null) => c.harness.control('POST', '/faults', { graph })

function pass(ms: number): void {
  clock.now = new Date(clock.now.getTime() + ms)
}

function losePatience(): void {
  for (const end of patience) end()
  patience.clear()
}

async function countAnew(): Promise<void> {
  await c.harness.control('DELETE', '/requests')
  begun = []
}

async function calls() {
  const log = (await c.harness.control('GET', '/requests')) as { latest: readonly Logged[] }
  const whose = new Map<string, string>()
  for (const { url, clientRequestId } of log.latest) {
    if (clientRequestId === null || PRIMARY_USERS.test(url)) continue
    whose.set(clientRequestId, NAMED.find((id) => url.includes(id)) ?? 'Intune')
  }
  const count = (one: string) => [...whose.values()].filter((other) => other === one).length
  return { total: whose.size, named: NAMED.map(count), intune: count('Intune') }
}

const PRIMARY_USERS = /\/managedDevices\/[^/]+\/users\b/

/** Checks how many calls each object caused, and that none was asked for twice. */
async function expectCalls(each: 0 | 1): Promise<void> {
  expect(await calls()).toEqual({
    total: each * OBJECTS,
    named: NAMED.map(() => each),
    intune: each * INTUNE_RECORDS,
  })
  expect([begun.length, new Set(begun).size]).toEqual([each * OBJECTS, each * OBJECTS])
}

/** Sends this many requests within one minute of the authority's clock; gives the distinct answers. */
async function flood(
  requests: number,
  afterWave: () => Promise<void> = async () => undefined,
): Promise<ReadonlySet<string>> {
  const said = new Set<string>()
  for (let first = 0; first < requests; first += WAVE) {
    const wave = Array.from({ length: WAVE }, (_, index) => ask(first + index))
    for (const one of await Promise.all(wave)) said.add(one)
    await afterWave()
    pass(STEP_MS)
  }
  return said
}

/** Alternates requests of relying parties with those that are meant to cost much. */
async function ask(number: number): Promise<string> {
  const { issuer } = c.harness.authority
  const one = serials[number % serials.length] ?? ''
  const der = [
    () => ocspRequest(issuer, [one]),
    () => ocspRequest(issuer, [one], { hash: 'sha256' }),
    // A request with a nonce cannot be answered from the cache.
    () => ocspRequest(issuer, [one], { nonce: crypto.getRandomValues(new Uint8Array(16)) }),
    // Eight CertIDs are the most: all real ones in a different order each time, with invented ones.
    () => ocspRequest(issuer, [...rotated(number), ...madeUp(8 - serials.length, number)]),
  ][number % 4]?.()
  if (!der) throw new Error('There are four kinds.')
  const isPost = Math.floor(number / 4) % 2 === 0
  const answer = await c.harness.send(
    isPost
      ? {
          method: 'POST',
          path: '/ocsp',
          headers: [['content-type', 'application/ocsp-request']],
          body: der,
        }
      : { path: `/ocsp/${encodeURIComponent(Buffer.from(der).toString('base64'))}` },
  )
  const found = readOcspResponse(new Uint8Array(answer.body))
  const kinds = typeof found === 'number' ? `error ${found}` : kindsIn(found)
  return `${answer.status} ${kinds}`
}

function kindsIn({ responses }: Exclude<ReturnType<typeof readOcspResponse>, number>): string {
  return [...new Set(responses.map(({ status }) => status.kind))].toSorted().join()
}

function rotated(by: number): readonly string[] {
  const start = Math.floor(by / 4) % serials.length
  return [...serials.slice(start), ...serials.slice(0, start)]
}

function madeUp(count: number, number: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    (0x10_0000 + number * 8 + index).toString(16).padStart(40, '1'),
  )
}

const TRY_LATER = new Set(['200 error 3'])
const WELL = new Set(['200 good', '200 good,unknown'])

// A long time limit for busy machines; nothing here waits for it.
describe('REV-23: hundreds of anonymous requests a minute are one call of Graph for each object', {
  timeout: 120_000,
}, () => {
  test.each(['down', 'throttled'])('while it is %s', async (fault) => {
    await setFault(fault)
    for (const requests of MINUTES) {
      await countAnew()
      expect(await flood(requests)).toEqual(TRY_LATER)
      await backfill.idle()
      await expectCalls(1)
      pass(MINUTE_MS)
    }
    expect(errors).toEqual([])
  })

  test('while it is slow', async () => {
    await setFault('slow')
    for (const requests of MINUTES) {
      await countAnew()
      // A call hangs for a wave at least, so that requests arrive while it has no answer.
      expect(await flood(requests, losePatienceWithArrived)).toEqual(TRY_LATER)
      await losePatienceUntilIdle()
      await expectCalls(1)
      pass(MINUTE_MS)
    }
    expect(errors).toEqual([])
  })

  test('and none once it has answered', async () => {
    await setFault(null)
    await countAnew()
    await flood(FEW)
    await backfill.idle()
    await expectCalls(1)
    await countAnew()
    expect(await flood(FEW)).toEqual(WELL)
    await backfill.idle()
    await expectCalls(0)
    expect(errors).toEqual([])
  })
})

/** Not while a call is on its way: it would not be counted. */
async function losePatienceWithArrived(): Promise<void> {
  const count = begun.length
  const { total } = await calls()
  if (total === count && begun.length === count) losePatience()
}

async function losePatienceUntilIdle(): Promise<void> {
  let isIdle = false
  const idle = backfill.idle().then(() => {
    isIdle = true
  })
  const lose = async () => {
    await losePatienceWithArrived()
    return isIdle
  }
  await expect.poll(lose, { timeout: 60_000, interval: 25 }).toBe(true)
  await idle
}
