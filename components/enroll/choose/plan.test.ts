import { describe, expect, test } from 'vitest'
import { ALL_PLACES, type Place } from '#components/enroll/places.ts'
import { enrollWords } from '#lib/i18n/dictionary.ts'
import type { Network } from '#lib/network/network.ts'
import type { Offer } from './offer.ts'
import { type Choice, planFor, planOf } from './plan.ts'

const { systems } = enrollWords('en').choose
const network = (kind: Network['kind']): Network => ({
  ...{ name: kind, kind, ssid: kind === 'wifi' ? 'x' : null },
  ...{ servers: ['radius.example'], roots: ['AA=='] },
})
const ALL = [network('wifi'), network('wired'), network('vpn')]
const facts = (networks: readonly Network[]) => ({ systems, networks, tenant: 'Contoso' })

const OFFER = {
  name: 'Bob’s Mac',
  place: 'macos',
  system: 'macOS 26.1',
  names: { commonName: 'intune-id', upn: null, uri: null },
} as Offer
const CHOICE: Choice = {
  ...{ offerId: 'x', what: 'fit', where: 'separate', key: 'ec-p256' },
  request: { kind: 'text', text: '' },
}

const OLDER: readonly Place[] = ['windowsOld', 'macos', 'ios', 'androidOld', 'unsure']

test('without networks, each place gets one locked file in the format that it opens', () => {
  for (const place of ALL_PLACES) {
    const { wrapping, networks } = planFor(OFFER, place, facts([]))
    const form = OLDER.includes(place) ? 'older' : 'modern'
    expect(wrapping, place).toEqual({ form, network: null })
    expect(networks).toEqual([])
  }
})

describe('with networks', () => {
  test.each([
    ['windows', 'windows', ['wifi', 'wired']],
    ['macos', 'mobileconfig', ['wifi', 'wired', 'vpn']],
    ['ios', 'mobileconfig', ['wifi', 'vpn']],
    ['android', 'eap-config', ['wifi']],
    ['androidOld', 'eap-config', ['wifi']],
    ['chromeos', 'onc', ['wifi', 'wired']],
    ['linux', 'network-manager', ['wifi', 'wired']],
    ['wpa', 'wpa-supplicant', ['wifi', 'wired']],
  ] as const)('%s gets %s for what it can have', (place, form, networks) => {
    const plan = planFor(OFFER, place, facts(ALL))
    expect(plan.wrapping.network).toMatchObject({ form, identity: 'intune-id' })
    expect(plan.networks).toEqual(networks)
  })

  test('a browser, separate files and who does not know get none', () => {
    for (const where of ['firefox', 'unsure', 'separate'] as const) {
      expect(planFor(OFFER, where, facts(ALL)).wrapping.network).toBeNull()
    }
  })

  test('a place that can have none of them gets the locked file alone', () => {
    const { wrapping } = planFor(OFFER, 'android', facts([network('vpn')]))
    expect(wrapping).toEqual({ form: 'modern', network: null })
  })
})

test('the system’s own name stands for the device’s place, and the file is named for it', () => {
  expect(planOf(CHOICE, OFFER, facts([]))).toMatchObject({
    ...{ place: 'macos', system: 'macOS 26.1', base: 'Bobs-Mac', form: 'p12' },
    order: { kind: 'key', wrapping: { form: 'older' } },
  })
  const elsewhere = planOf({ ...CHOICE, what: 'else', where: 'firefox' }, OFFER, facts([]))
  expect(elsewhere).toMatchObject({ place: 'firefox', system: 'Firefox' })
})

test('another format has another name; without the network it is the locked file', () => {
  const again = planFor(OFFER, 'macos', facts(ALL), { pkcs12: 'modern', bare: true })
  expect(again).toMatchObject({
    base: 'Bobs-Mac-modern',
    wrapping: { form: 'modern', network: null },
  })
})
