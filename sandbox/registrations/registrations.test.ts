import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'

/** Registrations through Graph, as an administrator makes them: what Graph refuses is refused. */

let site: TestSite
let token: string
let mine: { id: string; appId: string }
beforeAll(async () => {
  site = await startTestSite()
  token = await site.mint({ user: 'erin@contoso.example', api: 'graph' })
  mine = (await (await send('POST', 'applications', { displayName: 'Mine' })).json()) as typeof mine
})
afterAll(() => site.close())

function send(method: string, path: string, body?: unknown, by = token): Promise<Response> {
  return fetch(`${site.sandbox.url}/graph/v1.0/${path}`, {
    method,
    headers: { authorization: `Bearer ${by}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

test('only an administrator may', async () => {
  const other = await site.mint({ user: 'alice@contoso.example', api: 'graph' })
  const answer = await send('POST', 'applications', { displayName: 'x' }, other)
  expect([answer.status, await answer.json()]).toMatchObject([
    403,
    { error: { code: 'Authorization_RequestDenied' } },
  ])
})

test.each([
  ['an unknown property', { nonsense: true }, 'InvalidValue'],
  ['a URI of nobody', { identifierUris: ['api://mine'] }, 'HostNameNotOnVerifiedDomain'],
  [
    'a permission that is not there',
    {
      api: {
        preAuthorizedApplications: [
          {
            appId: '5a4d0b0c-1a7c-4c1e-9a4e-000000000001',
            delegatedPermissionIds: ['5a4d0b0c-1a7c-4c1e-9a4e-000000000002'],
          },
        ],
      },
    },
    'InvalidValue',
  ],
])('%s is refused', async (_, change, code) => {
  const answer = await send('PATCH', `applications/${mine.id}`, change)
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { error: { code: 'Request_BadRequest', details: [{ code }] } },
  ])
})

test('an enterprise application can be made a moment after its registration, and once', async () => {
  const answers = []
  for (const _ of [1, 2, 3]) {
    answers.push(await send('POST', 'servicePrincipals', { appId: mine.appId }))
  }
  expect(answers.map(({ status }) => status)).toEqual([400, 201, 409])
  expect(await answers[0]?.json()).toMatchObject({
    error: { details: [{ code: 'NoBackingApplicationObject' }] },
  })
})
