import { afterEach, expect, test } from 'vitest'
import { openChangeFeed } from './change-feed.ts'
import {
  closeGraphServers,
  failure,
  graphError,
  type Handler,
  json,
  serveGraph,
  status,
} from './testing/graph-server.ts'

/** Users at risk, with a Graph server that throttles as Identity Protection does. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
const AT_RISK = "riskState eq 'atRisk'"
const CONFIRMED = "riskState eq 'confirmedCompromised'"

afterEach(closeGraphServers)

test.each([
  ['atRisk', 'high', true],
  ['atRisk', 'low', false],
  ['atRisk', 'none', false],
  ['atRisk', 'hidden', true],
  ['atRisk', null, true],
  ['confirmedCompromised', 'none', true],
  ['confirmedCompromised', 'high', true],
  ['unknownFutureValue', 'high', true],
  ['remediated', 'high', false],
  ['dismissed', 'high', false],
  ['confirmedSafe', 'high', false],
] as const)('risk: %s at level %s: %s', async (riskState, riskLevel, risky) => {
  const { changeFeed } = await serve(json({ value: [{ id: ALICE, riskState, riskLevel }] }))
  expect(await changeFeed.riskyUsers()).toEqual(new Set(risky ? [ALICE] : []))
})

test('each state is asked for by a filter of its own, in pages of 500', async () => {
  const { changeFeed, requests } = await serve((request, response, url) => {
    const riskState =
      url.searchParams.get('$filter') === CONFIRMED ? 'confirmedCompromised' : 'atRisk'
    const id = riskState === 'atRisk' ? ALICE : BOB
    json({ value: [{ id, riskState, riskLevel: 'high' }] })(request, response, url)
  })
  expect(await changeFeed.riskyUsers()).toEqual(new Set([ALICE, BOB]))
  const asked = requests.map((path) => new URL(path, 'http://graph').searchParams)
  expect(asked.map((query) => query.get('$filter'))).toEqual([AT_RISK, CONFIRMED])
  expect(asked.map((query) => query.get('$top'))).toEqual(['500', '500'])
})

test('1.2 seconds lie between two requests, also between two rounds', async () => {
  const { changeFeed, waits, requests } = await serve((request, response, url) => {
    const at = Number(url.searchParams.get('$skiptoken') ?? 0)
    const isMore = at < 2 && !url.search.includes('confirmedCompromised')
    const next = `${url.origin}${url.pathname}?$skiptoken=${at + 1}`
    const link = isMore ? { '@odata.nextLink': next } : {}
    json({ value: [], ...link })(request, response, url)
  })
  await changeFeed.riskyUsers()
  expect(requests).toHaveLength(4)
  expect(waits).toEqual([1_200, 1_200, 1_200])
  await changeFeed.riskyUsers()
  expect(waits).toHaveLength(7)
})

test('a 429 without Retry-After is not tried again and names a minute', async () => {
  const { changeFeed, requests } = await serve(status(429, graphError('TooManyRequests')))
  const error = await failure(changeFeed.riskyUsers())
  expect(error).toMatchObject({
    code: 'directory_unavailable',
    message: 'The directory does not answer right now.',
    retryAfterSeconds: 60,
  })
  expect(requests).toHaveLength(1)
})

test('a Retry-After is handed on as it is', async () => {
  const { changeFeed } = await serve(status(429, '', { 'retry-after': '7' }))
  expect((await failure(changeFeed.riskyUsers())).retryAfterSeconds).toBe(7)
})

test('a refusal says which permission and which licence are missing, and what Graph said', async () => {
  const { changeFeed } = await serve(
    status(403, graphError('Forbidden', 'Your tenant is not licensed for this feature.')),
  )
  const error = await failure(changeFeed.riskyUsers())
  expect(error).toMatchObject({ code: 'directory_unavailable', retryAfterSeconds: 60 })
  const { message, cause } = error.cause as Error
  expect(message).toBe(
    'users at risk cannot be read: that needs the permission IdentityRiskyUser.Read.All with ' +
      'consent, and Microsoft Entra ID P2',
  )
  expect(String(cause)).toContain('answered 403 Forbidden')
})

test('a level that is hidden counts as risk, and the log is told once why', async () => {
  const hidden = { id: ALICE, riskState: 'atRisk', riskLevel: 'hidden' }
  const { changeFeed, reports } = await serve(json({ value: [hidden] }))
  expect(await changeFeed.riskyUsers()).toEqual(new Set([ALICE]))
  await changeFeed.riskyUsers()
  expect(reports).toEqual([expect.stringContaining('Microsoft Entra ID P2')])
})

test('a list that is not there is an error, not "nobody is at risk"', async () => {
  const { changeFeed } = await serve(status(404, graphError('ResourceNotFound')))
  expect(String((await failure(changeFeed.riskyUsers())).cause)).toContain('not there')
})

test('a second page that fails is an error of the whole round', async () => {
  const { changeFeed } = await serve((request, response, url) => {
    const next = { '@odata.nextLink': `${url.origin}${url.pathname}?$skiptoken=1` }
    const first = json({ value: [{ id: ALICE, riskState: 'atRisk', riskLevel: 'high' }], ...next })
    const handler = url.searchParams.has('$skiptoken') ? status(503) : first
    handler(request, response, url)
  })
  expect((await failure(changeFeed.riskyUsers())).code).toBe('directory_unavailable')
})

async function serve(handler: Handler) {
  const { options, requests } = await serveGraph(handler)
  const waits: number[] = []
  const reports: string[] = []
  let now = Date.parse('2026-11-22T12:00:00Z')
  const changeFeed = openChangeFeed({
    ...options,
    deviceDirectory: 'both',
    riskLevels: ['medium', 'high'],
    now: () => new Date(now),
    wait: async (ms) => {
      waits.push(ms)
      now += ms
    },
    report: (sentence) => reports.push(sentence),
  })
  return { changeFeed, requests, waits, reports }
}
