import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Answer, type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Directory } from '#lib/directory/directory.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** Each question to the directory goes wrong in each way; none of them may end in a signature. */

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

const questions: (keyof Directory)[] = ['user', 'devicesWithId']

const breaks: [string, Break][] = [
  ['throws', () => Promise.reject(new Error('socket hang up'))],
  ['gives undefined', async () => undefined],
  ['gives {}', async () => ({})],
  ['gives null', async () => null],
  ['gives a string', async () => 'yes'],
  ['gives true', async () => true],
]

async function enroll(): Promise<Answer> {
  const token = await latchkey.token('alice')
  const { der } = makeCsr({ commonName: LAPTOP })
  return latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
}

test('with a directory that answers, the device gets its certificate', async () => {
  expect((await enroll()).status).toBe(200)
})

for (const asked of questions) {
  test.each(breaks)(`when ${asked} %s, nothing is signed`, async (_, how) => {
    const before = latchkey.signatures()
    question = asked
    broken = how
    const answer = await enroll()
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(latchkey.signatures()).toBe(before)
    expect(answer.body.toString()).not.toMatch(/hang up|undefined|TypeError|at /)
  })
}
