import { expect, test } from 'vitest'
import { curlOf, requestLine } from './curl.ts'
import { readDescription } from './description.ts'

const problem = { 'application/problem+json': { schema: { $ref: '#/x' } } }
const reason = { type: 'string', enum: ['superseded', 'keyCompromise'] }
const document = {
  openapi: '3.1.0',
  paths: {
    '/api/me/certificates/{serial}/revoke': {
      post: {
        operationId: 'revoke',
        summary: 'Revoke',
        security: [{ token: [] }],
        parameters: [{ name: 'serial', in: 'path', required: true, schema: { type: 'string' } }],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: { reason, note: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
                required: ['reason'],
              },
            },
          },
        },
        responses: {
          200: {
            description: 'Revoke',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: { serials: { type: 'array', items: { type: ['string', 'null'] } } },
                  required: ['serials'],
                },
              },
            },
          },
          404: { description: '`not_found`: Not found. `gone`: Gone', content: problem },
        },
      },
    },
    '/.well-known/est/simplereenroll': {
      post: {
        operationId: 'renew',
        summary: 'Renew',
        security: [{ clientCertificate: [] }],
        requestBody: { description: 'A request', content: { 'application/pkcs10': {} } },
        responses: { 200: { description: 'The certificate', content: { 'application/x': {} } } },
      },
    },
  },
}

const [revoke, renew] = readDescription(document)

test('an operation says what it takes, what it answers and how it refuses', () => {
  expect(revoke).toMatchObject({ method: 'POST', access: 'token' })
  expect(revoke?.body?.shape).toBe(
    '{\n  reason: "superseded" | "keyCompromise"\n  note?: string | null\n}',
  )
  expect(revoke?.answers[0]?.shape).toBe('{\n  serials: [string | null]\n}')
  expect(revoke?.refusals).toEqual([{ status: '404', codes: ['not_found', 'gone'] }])
  expect(renew).toMatchObject({ access: 'clientCertificate', body: { text: 'A request' } })
})

test('a command has token, body and path', () => {
  expect(revoke && curlOf(revoke, 'https://ca.example').join(' ')).toBe(
    'curl --silent --show-error --fail-with-body --request POST ' +
      '--header "Authorization: Bearer $TOKEN" --header "Content-Type: application/json" ' +
      `--data '{"reason":"superseded"}' ` +
      '"https://ca.example/api/me/certificates/$SERIAL/revoke"',
  )
  expect(renew && curlOf(renew, 'https://ca.example').join(' ')).toBe(
    'curl --silent --show-error --fail-with-body --request POST ' +
      '--cert latchkey.pem --key latchkey.key --header "Content-Type: application/pkcs10" ' +
      '--data-binary @request.der --output answer ' +
      '"https://ca.example/.well-known/est/simplereenroll"',
  )
})

test('a name in a request cannot become a second one', () => {
  expect(requestLine("o'b/CN=admin").join(' ')).toContain(`-subj '/CN=o'\\''b\\/CN=admin'`)
})

test.each([[{}], [{ openapi: '2.0', paths: {} }], ['']])('%j is no description', (other) => {
  expect(() => readDescription(other)).toThrow()
})
