import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Document,
  faultsOf,
  operationsOf,
  readDescription,
} from '#authority/testing/described.ts'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** The API description and the routes agree on each value of a parameter and on each status of an answer. */

let latchkey: Harness
let document: Document
/** Alice's token, with every role. */
let token: string

beforeAll(async () => {
  latchkey = await startHarness()
  token = await latchkey.token('alice', { roles: ['CSR.SelfService', 'Manage.All'] })
  document = await readDescription(latchkey)
  expect(await latchkey.status.publisher.publish()).toBe(true)
})

afterAll(() => latchkey.close())

const MINE = '/api/me/certificates'
const NOBODYS = '40'.repeat(20)
const JSON_TYPE = 'application/json'
const LONG = ' '.repeat(20_000)

const get = (path: string, headers: Sent = []) => latchkey.send({ path, token, headers })
type Sent = readonly (readonly [name: string, value: string])[]

function post(path: string, type: string, body: string | Uint8Array): Promise<Answer> {
  return latchkey.send({ method: 'POST', path, token, headers: [['content-type', type]], body })
}

/** Values of a parameter, before URL encoding. */
const VALUES = [
  ...['', '0', '1', '7', '50', '100', '101', '9999', '10000', '-1', '+1', '01', '1.5', '1e1', ' 1'],
  ...['any', 'ANY', 'Active', 'expired', 'Dc', 'dcx', 'Device', 'pem', 'PEM', 'der', 'GetCACert'],
  ...['ab', 'AB', 'xy', "' OR 1=1", '\0', 'full.crl', 'delta.pem', '2026-11.crl', '2026-13.crl'],
  // The secret of a calendar's address is as long.
  'Ab-_'.repeat(8),
  ...['4', 'x', 'é', '😀'].flatMap((sign) => [40, 41, 64, 65, 256, 257].map((n) => sign.repeat(n))),
]

/**
 * How a reader of the description may understand text in a URL: as text, as a number, or as a list of one.
 */
function readings(text: string, schema: object): readonly unknown[] {
  const number = String(Number(text)) === text ? [Number(text)] : []
  const told = JSON.stringify(schema)
  const word = /"[A-Za-z]+"/g
  const words = told.includes('Upper and lower case are the same.')
    ? [...told.matchAll(word)].map(([quoted]) => quoted.slice(1, -1))
    : []
  const alike = words.filter((one) => one.toLowerCase() === text.toLowerCase())
  const single = [text, ...number, ...alike]
  return [...single, ...single.map((one) => [one])]
}

/** A longer text is no path segment for the router. */
const isSegment = (text: string) => text !== '' && text.length <= 100

/** Gives the status by which a route refuses a value. */
function refusalOf(path: string): number {
  if (path.startsWith('/certsrv/')) return 501
  // A name that no CRL can have is "not found".
  return path.startsWith('/crl/') ? 404 : 400
}

test('a parameter is taken exactly where the description says so', async () => {
  const headers = { host: 'localhost', authorization: `Bearer ${token}` }
  const seen = new Set<string>()
  for (const [method, path, { parameters = [] }] of operationsOf(document)) {
    if (method !== 'GET') continue
    for (const { name, in: place, schema } of parameters) {
      const inPath = place === 'path'
      const texts = VALUES.filter((one) => !inPath || isSegment(one))
      const read = texts.map((text) => readings(text, schema))
      const found = await faultsOf(document, schema, read.flat())
      const fits = read.map((values) => found.splice(0, values.length).includes(''))
      for (const [index, text] of texts.entries()) {
        const value = encodeURIComponent(text)
        const named = path.replaceAll(/\{\w+\}/g, inPath ? value : NOBODYS)
        const url = inPath ? named : `${named}?${name}=${value}`
        const { statusCode: status } = await latchkey.app.inject({ url, headers })
        const isTaken = status !== refusalOf(path)
        expect(isTaken, `${path} ${name}=${text} is ${status}`).toBe(fits[index])
        seen.add(`${path} ${name} ${isTaken}`)
      }
    }
  }
  // Each parameter was accepted and refused at least once.
  expect([...seen].filter((one) => one.endsWith('true')).length).toBe(seen.size / 2)
})

const UNSEEN = ['\n', '\u001b[2J', '\u202eevil', '\u200b', '\u00ad', '\ufeff', '\u2028']
const REVOKERS = ['', 'Helpdesk', 'Æsa 😀👩‍🚀', '\u{e000}', 'x'.repeat(256), '😀'.repeat(256)]
const TOO_LONG = ['x'.repeat(257), '😀'.repeat(257)]

const revocations: readonly unknown[] = [
  ...[-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1.5, '4', null, true, [4], {}].map((reason) => ({
    revocationReason: reason,
  })),
  ...[null, 7, ['x'], ...REVOKERS, ...TOO_LONG, ...UNSEEN].map((revoker) => ({
    revocationReason: 4,
    revoker,
  })),
  {},
  { revoker: 'x' },
  { revocationReason: 4, reason: 4 },
  [],
  null,
  'x',
]

const ownRevocations: readonly unknown[] = [
  ...['cessationOfOperation', 'superseded', 'keyCompromise', 'Superseded', '', 4, null].map(
    (reason) => ({ reason }),
  ),
  ...[{}, { reason: 'superseded', oid: 'x' }, [], null],
]

test.each([
  ['/api/manage/revoke/{serial}', 'patch', revocations],
  ['/api/me/certificates/{serial}/revoke', 'post', ownRevocations],
] as const)('a body of %s is taken exactly where the description says so', async (path, method, bodies) => {
  const schema = document.paths[path]?.[method]?.requestBody?.content['application/json']?.schema
  const read = await faultsOf(document, schema ?? {}, bodies)
  const body = makeCsr({ upn: 'alice@contoso.example' }).der
  const issued = await latchkey.send({ method: 'POST', path: '/api/csr', token, body })
  const url = path.replace('{serial}', new X509Certificate(issued.body).serialNumber)
  for (const [index, body] of bodies.entries()) {
    const headers = [['content-type', 'application/json']] as const
    const sent = { method: method.toUpperCase(), path: url, token, headers }
    const answer = await latchkey.send({ ...sent, body: JSON.stringify(body) })
    const told = `${JSON.stringify(body)} is ${answer.status}: ${answer.json.detail}`
    // Of those that are accepted, the first may revoke it and the others come too late.
    expect([200, 400, 409], told).toContain(answer.status)
    expect(answer.status !== 400, told).toBe(read[index] === '')
  }
})

test('what is not offered is described with no success', () => {
  for (const name of ['serverkeygen', 'fullcmc']) {
    const found = document.paths[`/.well-known/est/${name}`]?.post?.responses
    expect(Object.keys(found ?? {})).toEqual(expect.arrayContaining(['501']))
    expect(Object.keys(found ?? {})).not.toContain('200')
  }
})

const GET_CA_CERT = '/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACert'

/** Sends the same request again with the ETag of the first answer. */
async function again(path: string): Promise<Answer> {
  const { headers } = await get(path)
  return get(path, [['if-none-match', String(headers.etag)]])
}

type Other = [path: string, method: string, ask: () => Promise<Answer>, status: number]

const other: Other[] = [
  ['/ca', 'get', () => again('/ca'), 304],
  ['/certsrv/mscep/mscep.dll/pkiclient.exe', 'get', () => again(GET_CA_CERT), 304],
  ['/crl/{file}', 'get', () => again('/crl/full.crl'), 304],
  ['/crl/{file}', 'get', () => get('/crl/full.crl', [['range', 'bytes=0-9']]), 206],
  ['/crl/{file}', 'get', () => get('/crl/full.crl', [['range', 'bytes=9999999-']]), 416],
  [`${MINE}/{serial}/hold`, 'post', () => post(`${MINE}/x/hold`, 'text/plain', 'x'), 415],
  [`${MINE}/{serial}/release`, 'post', () => post(`${MINE}/x/release`, JSON_TYPE, LONG), 413],
  [`${MINE}/{serial}/revoke`, 'post', () => post(`${MINE}/x/revoke`, 'text/csv', 'x'), 415],
  ['/api/manage/brake', 'post', () => post('/api/manage/brake', 'text/plain', 'x'), 415],
]

test.each(
  other,
)('%s %s: what is answered beside it is described', async (path, method, ask, status) => {
  const answer = await ask()
  expect(answer.status, answer.body.toString()).toBe(status)
  const described = document.paths[path]?.[method]?.responses[String(status)]
  expect(described, `${status} is described`).toBeDefined()
  const type = answer.headers['content-type']
  const types = Object.keys(described?.content ?? {})
  if (type !== undefined && types.length > 0) expect(types).toContain(type)
})

test('while it drains, /probe answers as described and all else with a problem', async () => {
  latchkey.setDraining(true)
  const [probe, ca] = [await get('/probe'), await get('/ca')]
  latchkey.setDraining(false)
  expect([probe.status, probe.json.status, ca.status]).toEqual([503, 'draining', 503])
  for (const [path, { headers, json }] of Object.entries({ '/probe': probe, '/ca': ca })) {
    const type = String(headers['content-type']).replace('; charset=utf-8', '')
    const schema = document.paths[path]?.get?.responses['503']?.content?.[type]?.schema
    expect(schema, `${path} ${type}`).toBeDefined()
    expect(await faultsOf(document, schema ?? {}, [json])).toEqual([''])
  }
})
