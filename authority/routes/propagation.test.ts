import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'

let latchkey: Harness
beforeAll(async () => {
  latchkey = await startHarness({
    env: {
      LATCHKEY_SWEEP_SECONDS: '30',
      LATCHKEY_DIRECTORY_BUDGET_SECONDS: '240',
      LATCHKEY_OCSP_HOLD_SECONDS: '120',
      LATCHKEY_CRL_REFRESH_SECONDS: '90',
      LATCHKEY_LOST_DAYS: '3',
    },
  })
})
afterAll(() => latchkey.close())

test('the propagation delays are what is configured, and nothing is believed beyond the budget', async () => {
  const answer = await latchkey.send({ path: '/api/pace', token: await latchkey.token('alice') })
  expect(answer.status).toBe(200)
  expect(answer.json).toEqual({ directory: 30, good: 240, hold: 120, list: 90, lostDays: 3 })
})

test('it needs a token', async () => {
  expect((await latchkey.send({ path: '/api/pace' })).json).toMatchObject({ code: 'invalid_token' })
})
