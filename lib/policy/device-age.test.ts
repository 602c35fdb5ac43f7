import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import { deviceContext, laptop, now, policy, userContext } from './testing/context.ts'

/** AUZ-09: a device that was registered a moment ago may be an attacker's (ATT&CK T1098.005). */

const SECOND_MS = 1000
const tenMinutes = { ...policy, deviceMinAgeMinutes: 10 }

function registered(secondsAgo: number | null) {
  const registeredAt = secondsAgo === null ? null : new Date(now.getTime() - secondsAgo * SECOND_MS)
  return { ...deviceContext, devices: [{ ...laptop, registeredAt }] }
}

describe('with a minimum age of ten minutes', () => {
  test.each([600, 601, 1_000_000])('a device of %i seconds gets a certificate', (age) => {
    expect(decide(tenMinutes, registered(age))).toMatchObject({ allow: true })
  })

  test.each([
    [599, 'Wait 1 minute, then try again.'],
    [540, 'Wait 1 minute, then try again.'],
    [539, 'Wait 2 minutes, then try again.'],
    [30, 'Wait 10 minutes, then try again.'],
    [0, 'Wait 10 minutes, then try again.'],
    // The directory's clock is ahead of ours.
    [-30, 'Wait 11 minutes, then try again.'],
  ])('a device of %i seconds waits', (age, remedy) => {
    expect(decide(tenMinutes, registered(age))).toMatchObject({
      allow: false,
      refusal: {
        rule: 'device_age',
        code: 'device_too_new',
        message: 'The directory has known this device for less than 10 minutes.',
        remedy,
      },
    })
  })

  test('a device of unknown age is refused', () => {
    expect(decide(tenMinutes, registered(null))).toMatchObject({
      allow: false,
      refusal: {
        rule: 'device_age',
        code: 'device_too_new',
        message: 'The directory does not say since when it has known this device.',
        remedy: 'Only IT can mend that: policy asks for a minimum age of its record.',
      },
    })
  })

  test('what the owner can fix meanwhile is said first', () => {
    const context = registered(30)
    const devices = context.devices.map((device) => ({ ...device, compliant: false }))
    expect(decide(tenMinutes, { ...context, devices })).toMatchObject({
      refusal: { code: 'device_not_compliant' },
    })
  })

  test('a person’s own certificate has no such age', () => {
    expect(decide(tenMinutes, userContext)).toMatchObject({ allow: true })
  })
})

test.each([0, -30, null])('without one a device of %s seconds gets a certificate', (age) => {
  expect(decide(policy, registered(age))).toMatchObject({ allow: true })
})
