import { afterEach, expect, test } from 'vitest'
import { openGraph } from './graph.ts'
import {
  closeGraphServers,
  failure,
  graphError,
  type Handler,
  json,
  serveGraph,
  status,
} from './testing/graph-server.ts'

/** Whether a person has an app role of the API, as renewal may ask. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const API = 'a9100002-2f64-4a8d-b5c9-e17d30a6f802'
const OTHER_API = 'a9100003-2f64-4a8d-b5c9-e17d30a6f803'
const ROLE = '401e0001-2f64-4a8d-b5c9-e17d30a6f801'
const OTHER_ROLE = '401e0002-2f64-4a8d-b5c9-e17d30a6f802'
const DEFAULT_ACCESS = '00000000-0000-0000-0000-000000000000'

const NOT_FOUND = status(404, graphError('Request_ResourceNotFound'))

afterEach(closeGraphServers)

const cases: [string, object[], boolean][] = [
  ['the role', [{ appRoleId: ROLE, resourceId: API }], true],
  ['the role, in capitals', [{ appRoleId: ROLE.toUpperCase(), resourceId: API }], true],
  ['no assignment', [], false],
  ['another role', [{ appRoleId: OTHER_ROLE, resourceId: API }], false],
  ['access without a role', [{ appRoleId: DEFAULT_ACCESS, resourceId: API }], false],
  ['the same role of another API', [{ appRoleId: ROLE, resourceId: OTHER_API }], false],
]

test.each(cases)('who is assigned %s: %s', async (_name, assignments, expected) => {
  const { directory } = await serve(json({ value: assignments }))
  expect(await directory.hasRole(ALICE, 'CSR.SelfService')).toBe(expected)
})

test('a role that is switched off or not there is nobody’s', async () => {
  const { directory } = await serve(json({ value: [{ appRoleId: OTHER_ROLE, resourceId: API }] }))
  expect(await directory.hasRole(ALICE, 'CSR.Off')).toBe(false)
  expect(await directory.hasRole(ALICE, 'CSR.Never')).toBe(false)
  expect(await directory.hasRole(ALICE, 'csr.selfservice')).toBe(false)
})

test('assignments by groups are asked for completely, on every page', async () => {
  const { directory, headers, requests } = await serve((request, response, url) => {
    const isLast = url.searchParams.has('$skiptoken')
    const next = { '@odata.nextLink': `${url.origin}${url.pathname}?$skiptoken=1` }
    const value = isLast ? [{ appRoleId: ROLE, resourceId: API }] : []
    json({ value, ...(isLast ? {} : next) })(request, response, url)
  })
  expect(await directory.hasRole(ALICE, 'CSR.SelfService')).toBe(true)
  expect(requests).toHaveLength(3)
  expect(headers.slice(1).map((sent) => sent.consistencylevel)).toEqual(['eventual', 'eventual'])
})

test('somebody who does not exist has no role, and what is no id is not asked for', async () => {
  const { directory, requests } = await serve(NOT_FOUND)
  expect(await directory.hasRole(ALICE, 'CSR.SelfService')).toBe(false)
  const asked = requests.length
  expect(await directory.hasRole('../me', 'CSR.SelfService')).toBe(false)
  expect(requests).toHaveLength(asked)
})

const errors: [string, Handler, Handler | null, string][] = [
  [
    'the permission is missing',
    status(403, graphError('Authorization_RequestDenied')),
    null,
    '403',
  ],
  ['the API is not in the tenant', json({ value: [] }), NOT_FOUND, 'no enterprise application'],
  [
    'the answer is about another API',
    json({ value: [] }),
    json({ id: API, appId: OTHER_API, appRoles: [] }),
    'another object',
  ],
]

test.each(errors)('an error and no "no" when %s', async (_name, assignments, api, cause) => {
  const { directory } = await serve(assignments, api)
  const error = await failure(directory.hasRole(ALICE, 'CSR.SelfService'))
  expect(error.code).toBe('directory_unavailable')
  expect(String(error.cause)).toContain(cause)
})

async function serve(assignments: Handler, api: Handler | null = null) {
  const { options, requests, headers } = await serveGraph((request, response, url) => {
    const isApi = url.pathname.includes('servicePrincipals')
    const handler = isApi ? (api ?? json(servicePrincipal)) : assignments
    handler(request, response, url)
  })
  const servicePrincipal = {
    id: API,
    appId: options.apiClientId,
    appRoles: [
      { id: OTHER_ROLE, value: 'CSR.Off', isEnabled: false },
      { id: ROLE, value: 'CSR.SelfService', isEnabled: true },
    ],
  }
  return { directory: openGraph(options), requests, headers }
}
