import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Graph, graphOf } from '#sandbox/testing/graph.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'

/**
 * Identity Protection: licensed separately, limited to one request a second, and in need of a permission of
 * its own.
 */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const RISKY = 'v1.0/identityProtection/riskyUsers'

let site: TestSite
let graph: Graph
beforeAll(async () => {
  site = await startTestSite()
  graph = await graphOf(site)
})
beforeEach(() => site.control('POST', 'reset'))
afterAll(() => site.close())

const unlimited = () => site.control('PATCH', 'settings', { riskyUsersLimited: false })

test('a second request within the second is 429 without Retry-After', async () => {
  expect((await graph.raw(RISKY)).status).toBe(200)
  const answer = await graph.raw(`${RISKY}?$top=500`)
  expect(answer.status).toBe(429)
  expect(answer.headers.get('retry-after')).toBeNull()
  expect(await answer.json()).toMatchObject({ error: { code: 'TooManyRequests' } })
  await unlimited()
  expect((await graph.raw(RISKY)).status).toBe(200)
})

test('without Entra ID P2 it is 403, with words that name the licence', async () => {
  await site.control('PATCH', 'settings', { entraIdP2: false })
  const { status, body } = await graph.get(RISKY)
  expect([status, body.error.code, body.error.message]).toEqual([
    403,
    'Forbidden',
    'Your tenant is not licensed for this feature.',
  ])
})

test('a page has twenty, or as many as asked for up to 500', async () => {
  await unlimited()
  await Promise.all(
    Array.from({ length: 25 }, (_, index) =>
      site.control('POST', 'users', { upn: `risky-${index}@contoso.example`, risk: 'low' }),
    ),
  )
  const first = await graph.get(RISKY)
  expect(first.body.value).toHaveLength(20)
  const rest = await graph.get(String(first.body['@odata.nextLink']))
  expect(rest.body.value).toHaveLength(5)
  expect(rest.body).not.toHaveProperty('@odata.nextLink')
  expect((await graph.get(`${RISKY}?$top=500`)).body.value).toHaveLength(25)
  const tooMany = await graph.get(`${RISKY}?$top=501`)
  expect([tooMany.status, tooMany.body.error.message]).toEqual([
    400,
    "Invalid page size specified: '501'. Must be between 1 and 500 inclusive.",
  ])
})

test.each([
  [{ risk: 'hidden' }, { riskLevel: 'hidden', riskState: 'atRisk', riskDetail: 'hidden' }],
  [{ risk: 'high' }, { riskLevel: 'high', riskState: 'atRisk' }],
  [{ riskState: 'confirmedCompromised' }, { riskLevel: 'none', riskState: 'confirmedCompromised' }],
  [
    { risk: 'medium', riskState: 'dismissed' },
    { riskLevel: 'medium', riskState: 'dismissed' },
  ],
])('%j reads as %j', async (patch, expected) => {
  await site.control('PATCH', `users/${ALICE}`, patch)
  expect((await graph.get(RISKY)).body.value).toEqual([expect.objectContaining(expected)])
})

test('who is deleted and at risk is still told of, as deleted', async () => {
  await site.control('PATCH', `users/${ALICE}`, { risk: 'high' })
  await site.control('DELETE', `users/${ALICE}`)
  expect((await graph.get(RISKY)).body.value).toEqual([
    expect.objectContaining({ id: ALICE, isDeleted: true }),
  ])
})
