import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** AUZ-09: LATCHKEY_DEVICE_MIN_AGE_MINUTES, with the time in the directory's record. */

const ALICE = 'alice@contoso.example'
const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'

let latchkey: Harness
let token: string

beforeAll(async () => {
  latchkey = await startHarness({ env: { LATCHKEY_DEVICE_MIN_AGE_MINUTES: '10' } })
  token = await latchkey.token('alice')
})
afterAll(() => latchkey.close())

async function ask(commonName: string) {
  const body = makeCsr({ commonName }).der
  return latchkey.send({ method: 'POST', path: '/api/csr', token, body })
}

test('a device that was registered a moment ago waits, one of long ago does not', async () => {
  const { deviceId } = (await latchkey.control('POST', '/devices', {
    displayName: 'NEW-LT',
    ownerUpn: ALICE,
    managed: true,
    compliant: true,
  })) as { deviceId: string }
  const answer = await ask(deviceId)
  expect(answer.status).toBe(403)
  expect(answer.json).toMatchObject({
    title: 'The device is too new',
    code: 'device_too_new',
    rule: 'device_age',
    detail: 'The directory has known this device for less than 10 minutes.',
    remedy: 'Wait 10 minutes, then try again.',
    errorCode: 4043,
  })
  const devices = await latchkey.send({ path: '/api/me/devices', token })
  const items = devices.json.items as { deviceId: string; possible: boolean; refusal: object }[]
  expect(items.find((one) => one.deviceId === deviceId)).toMatchObject({
    possible: false,
    refusal: { code: 'device_too_new' },
  })
  expect((await ask(LAPTOP)).status).toBe(200)
})
