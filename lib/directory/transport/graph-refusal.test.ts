import { afterEach, expect, test } from 'vitest'
import { openGraph } from '#lib/directory/graph.ts'
import {
  closeGraphServers,
  failure,
  flood,
  type Handler,
  json,
  serveGraph,
  status,
} from '#lib/directory/testing/graph-server.ts'
import type { LatchkeyError } from '#lib/errors.ts'

/** What is logged of a refusal: Microsoft's codes and ids, and no personal data. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const REQUEST = '0c3a1b52-9d0e-4f67-8a21-5b7c9d1e3f01'
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

afterEach(closeGraphServers)

test('Graph’s codes, ids, time and machine, and our own id of the call', async () => {
  const body = {
    error: {
      code: 'Authorization_RequestDenied',
      message: 'Insufficient privileges for alice@contoso.example to complete the operation.',
      innerError: { code: 'MissingScope', date: '2026-11-22T12:00:00', 'request-id': REQUEST },
    },
  }
  const { text, sent } = await refusal(
    status(403, JSON.stringify(body), {
      'request-id': REQUEST,
      date: 'Sun, 22 Nov 2026 12:00:00 GMT',
      'x-ms-ags-diagnostic': '{"ServerInfo":{"DataCenter":"West Europe","Ring":"5"}}',
    }),
  )
  expect(text).toContain('answered 403 Authorization_RequestDenied MissingScope')
  expect(text).toContain(`request-id ${REQUEST}`)
  expect(text).toContain('date Sun, 22 Nov 2026 12:00:00 GMT')
  expect(text).toContain('x-ms-ags-diagnostic {ServerInfo:{DataCenter:West Europe,Ring:5}}')
  expect(text).toContain(`client-request-id ${sent[0]}`)
  expect(text.length).toBeLessThanOrEqual(500)
})

test('Intune’s own code and activity id, which Graph wraps into its sentence', async () => {
  const message = JSON.stringify({
    ErrorCode: 'Forbidden',
    Message: JSON.stringify({
      Message: `An error has occurred - Activity ID: ${REQUEST} - Url: https://fef.manage.example/`,
    }),
  })
  const { text } = await refusal(
    status(401, JSON.stringify({ error: { code: 'UnknownError', message } })),
  )
  expect(text).toContain('UnknownError Forbidden')
  expect(text).toContain(`activity-id ${REQUEST}`)
})

test('Entra’s number and ids when the secret is not taken, and not the secret', async () => {
  const body = {
    error: 'invalid_client',
    error_description:
      "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent for app 'x'. " +
      `Trace ID: ${REQUEST}`,
    error_codes: [7000215],
    timestamp: '2026-11-22 12:00:00Z',
    trace_id: REQUEST,
    correlation_id: ALICE,
  }
  const { text } = await refusal(json({}), status(401, JSON.stringify(body)))
  expect(text).toContain('answered 401 invalid_client AADSTS7000215')
  expect(text).toContain(`trace-id ${REQUEST}, correlation-id ${ALICE}`)
  expect(text).not.toContain('Invalid client secret')
  expect(text).not.toContain('very-secret')
})

const silent: [string, Handler][] = [
  ['no body', status(403)],
  ['HTML', status(403, '<html>alice@contoso.example</html>')],
  ['a body without an end', (request, response) => flood(request, withStatus(response))],
  [
    'a code that is a sentence',
    status(403, '{"error":{"code":"denied to alice@contoso.example"}}'),
  ],
  ['a code that is an object', status(403, '{"error":{"code":{"a":1},"message":["x"]}}')],
  ['an error that is a list', status(403, '{"error":[1,2]}')],
  [
    'hostile headers',
    status(403, '', { 'request-id': `eyJ.${'x'.repeat(200)}`, 'x-ms-ags-diagnostic': '<a@b>' }),
  ],
]

test.each(silent)('a refusal with %s is told by its status', async (_name, handler) => {
  const { text } = await refusal(handler)
  expect(text).toContain('answered 403')
  expect(text).not.toMatch(/alice|eyJ|@|<html|\{"/)
})

test('no id of a person or a device and no token is in the text', async () => {
  const { text } = await refusal(status(500))
  expect(text).toContain('/graph/v1.0/users/{id}')
  expect(text).not.toContain(ALICE)
  expect(text).not.toMatch(/token-\d/)
})

test('every call has an id of its own, a call that is made again too', async () => {
  const { sent } = await refusal(status(503))
  expect(sent).toHaveLength(3)
  expect(new Set(sent).size).toBe(3)
  for (const id of sent) expect(id).toMatch(UUID)
})

test('an answer that cannot be used has the id of the call as well', async () => {
  const { text, sent } = await refusal(json([]), undefined)
  expect(text).toContain('cannot be read')
  const html = await refusal(status(200, '<html>'))
  expect(html.text).toContain(`client-request-id ${html.sent[0]}, an answer is not JSON`)
  expect(sent).toHaveLength(1)
})

async function refusal(handler: Handler, token?: Handler) {
  const { options, headers } = await serveGraph(handler, { token })
  const directory = openGraph({ ...options, clientSecret: 'very-secret' })
  const error: LatchkeyError = await failure(directory.user(ALICE))
  const text = error.cause instanceof Error ? error.cause.message : ''
  return { text, sent: headers.map((one) => one['client-request-id']) }
}

/** Sets a status, so that the answer is a refusal. */
function withStatus(response: Parameters<Handler>[1]): Parameters<Handler>[1] {
  const writeHead = response.writeHead.bind(response)
  return Object.assign(response, { writeHead: () => writeHead(403) })
}
