import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import type { Directory } from '#lib/directory/directory.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** Each question to the directory fails in each way; none of them may lead to a signature. */

type Break = () => Promise<unknown>

let latchkey: Harness
let question: keyof Directory | null = null
let broken: Break = async () => null

beforeAll(async () => {
  latchkey = await startHarness({
    change: (authority) => ({
      ...authority,
      directory: new Proxy(authority.directory, {
        get: (directory, name) => (name === question ? broken : Reflect.get(directory, name)),
      }),
    }),
  })
})

beforeEach(() => {
  question = null
})

afterAll(() => latchkey.close())

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'

type Fault = readonly [question: keyof Directory, how: string, give: Break]

const throws: Break = () => Promise.reject(new Error('socket hang up'))
const refuses: Break = () => Promise.reject(new LatchkeyError('not_owner', 'Not yours.'))
const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
const half = { oid: 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', enabled: true }

const somebodyElse = { ...half, oid: BOB, upn: 'x@y', displayName: 'X', guest: false }

/** Null for a person is an answer: the person does not exist. */
const faults: readonly Fault[] = [
  ...(['personAndDevices', 'devicesOf'] as const).flatMap((asked): Fault[] => [
    [asked, 'throws', throws],
    [asked, 'throws a refusal, as if it could decide', refuses],
    [asked, 'throws what is no error', () => Promise.reject('no')],
    [asked, 'gives undefined', async () => undefined],
    [asked, 'gives {}', async () => ({})],
    [asked, 'gives a string', async () => 'yes'],
    [asked, 'gives true', async () => true],
    [asked, 'gives [{}]', async () => [{}]],
    [asked, 'gives half of a person', async () => half],
  ]),
  ['devicesOf', 'gives null', async () => null],
  ['personAndDevices', 'gives null', async () => null],
  ...[undefined, {}, 'yes', true, [{}], half, somebodyElse].map((user): Fault => {
    const how = `gives ${JSON.stringify(user)} for the person`
    return ['personAndDevices', how, async () => ({ user, devices: [] })]
  }),
  ...[undefined, null, {}, 'yes', true, [{}], half].map((devices): Fault => {
    const how = `gives ${JSON.stringify(devices)} for the devices`
    return ['personAndDevices', how, async () => ({ user: null, devices })]
  }),
]

const BOBS_MAC = 'de71ce04-a7c5-4316-9e8f-3b1d60f2c804'

async function enroll(commonName: string): Promise<Answer> {
  const token = await latchkey.token('alice')
  const { der } = makeCsr({ commonName })
  return latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
}

test('with a directory that answers, the device gets its certificate', async () => {
  expect((await enroll(LAPTOP)).status).toBe(200)
})

test.each(faults)('AUZ-14: when %s %s, nothing is decided', async (asked, _, how) => {
  const before = latchkey.signatures()
  question = asked
  broken = how
  // devicesOf is asked only when the requested device is not among those with the id.
  const answer = await enroll(asked === 'devicesOf' ? BOBS_MAC : LAPTOP)
  expect([answer.status, answer.json.code]).toEqual([503, 'directory_unavailable'])
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(latchkey.signatures()).toBe(before)
  expect(answer.body.toString()).not.toMatch(/hang up|undefined|TypeError|at /)
})

test('a directory that does not have the person is no error, and no certificate', async () => {
  question = 'personAndDevices'
  broken = async () => ({ user: null, devices: [] })
  const answer = await enroll(LAPTOP)
  expect([answer.status, answer.json.code]).toEqual([403, 'principal_disabled'])
})

test.each([
  ['/api/me', 'user'],
  ['/api/me/devices', 'devicesOf'],
] as const)('%s shows nothing that the directory did not say', async (path, asked) => {
  question = asked
  broken = async () => ({})
  const answer = await latchkey.send({ path, token: await latchkey.token('alice') })
  expect([answer.status, answer.json.code]).toEqual([503, 'directory_unavailable'])
})
