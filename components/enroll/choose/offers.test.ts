import { describe, expect, test } from 'vitest'
import type { CertificateView, DeviceView, MeView } from '#lib/api/schemas.ts'
import { me } from '#lib/api/testing/me.ts'
import { enrollWords } from '#lib/i18n/dictionary.ts'
import { type OfferFacts, offersOf, presetOf } from './offers.ts'
import { renewalIn } from './renewal.ts'

const words = enrollWords('en').choose
const reader = { language: 'en', timeZone: 'UTC', now: new Date('2026-11-22T10:00:00Z') } as const

function device(name: string, change: Partial<DeviceView> = {}): DeviceView {
  return {
    deviceId: `entra-${name}`,
    objectId: `object-${name}`,
    intuneId: `intune-${name}`,
    displayName: name,
    os: 'Windows',
    osVersion: '10.0.26200.6901',
    model: 'ThinkPad',
    managed: true,
    compliant: true,
    enabled: true,
    managementState: 'managed',
    entraOwnerOids: ['alice'],
    primaryUserOids: ['alice'],
    enrolledByOid: 'alice',
    enrolledAt: null,
    registeredAt: null,
    reportedLost: null,
    othersCertificates: [],
    possible: true,
    refusal: null,
    ...change,
  }
}

const refusal = (code: string) => ({ rule: 'r', code, message: 'm', remedy: null })
const phone = device('phone', {
  os: 'iOS',
  intuneId: null,
  possible: false,
  refusal: refusal('device_not_managed'),
})
const server = device('server', { os: 'Linux', osVersion: 'Ubuntu 26.04', model: null })

function facts(change: Partial<OfferFacts> = {}): OfferFacts {
  return {
    me,
    devices: [phone, device('laptop'), server],
    certificates: [],
    browser: 'linux',
    ...change,
  }
}

const namesOf = (given: OfferFacts) => offersOf(given, reader, words).map((offer) => offer.name)

test('ready devices first, then the person, then what is not possible', () => {
  expect(namesOf(facts())).toEqual(['laptop', 'server', 'Alice Adler', 'phone'])
})

test('a person who cannot have one is not offered', () => {
  expect(namesOf(facts({ me: { ...me, possible: false } }))).toEqual(['laptop', 'server', 'phone'])
})

test('a device asks by its Intune id, in name and URI', () => {
  const [laptop] = offersOf(facts(), reader, words)
  expect(laptop).toMatchObject({
    id: 'entra-laptop',
    line: 'Windows 11 · ThinkPad',
    system: 'Windows 11',
    place: 'windows',
    badge: { words: 'Ready' },
    names: { commonName: 'intune-laptop', upn: null, uri: 'IntuneDeviceId://intune-laptop' },
    condition: 'compliant',
  })
})

test('a device that Intune does not know asks by its device id alone', () => {
  const devices = [device('old', { intuneId: null })]
  const [old] = offersOf(facts({ devices }), reader, words)
  expect(old?.names).toEqual({ commonName: 'entra-old', upn: null, uri: null })
})

test('a person asks by display name and user principal name', () => {
  const self = offersOf(facts({ devices: [] }), reader, words)[0]
  expect(self).toMatchObject({
    id: 'me',
    line: 'You, on any device',
    names: { commonName: 'Alice Adler', upn: 'alice@contoso.example', uri: null },
    condition: 'active',
  })
})

test.each([
  ['would have to be cut', 'x'.repeat(65)],
  ['names somebody', 'bob@contoso.example'],
  ['has an invisible character', 'Ali\u200bce'],
  ['is empty', ' '],
])('a display name that %s gives way to the user principal name', (_, displayName) => {
  const user = { ...me.user, displayName } as MeView['user']
  const [self] = offersOf(facts({ devices: [], me: { ...me, user } }), reader, words)
  expect(self?.names.commonName).toBe('alice@contoso.example')
})

test('the one device with the browser’s system is in hand; of two, neither', () => {
  const lines = (devices: DeviceView[]) =>
    offersOf(facts({ devices }), reader, words).map((offer) => offer.line)
  expect(lines([server])[0]).toBe('Ubuntu 26.04, probably the one you are using')
  expect(lines([server, { ...server, deviceId: 'other' }])[0]).toBe('Ubuntu 26.04')
})

test.each([
  ['device_not_managed', 'Registered, but not managed by Intune.', 'Not yet'],
  ['device_not_compliant', 'Not compliant in Intune right now.', 'Not now'],
  ['device_too_new', 'Too new; possible in some minutes.', 'Not yet'],
  ['device_disabled', 'Switched off in the directory.', 'Not now'],
  ['device_lost', 'Reported lost.', 'Not now'],
  ['something_new', 'Not possible right now.', 'Not now'],
])('refused as %s, it stays with its reason', (code, line, badge) => {
  const devices = [device('x', { possible: false, refusal: refusal(code) })]
  const offer = offersOf(facts({ devices }), reader, words)[1]
  expect(offer).toMatchObject({ possible: false, line, badge: { words: badge } })
})

test('a good certificate that is there already is named with its last day', () => {
  const certificate = {
    profile: 'device',
    deviceId: 'entra-laptop',
    intuneId: 'intune-laptop',
    notAfter: '2027-03-12T00:00:00.000Z',
    status: { state: 'good' },
  } as CertificateView
  const [laptop] = offersOf(facts({ certificates: [certificate] }), reader, words)
  expect(laptop?.line).toBe('Has a good certificate until 12 March 2027')
  const gone = { ...certificate, status: { ...certificate.status, state: 'revoked' as const } }
  expect(offersOf(facts({ certificates: [gone] }), reader, words)[0]?.line).toBe(
    'Windows 11 · ThinkPad',
  )
})

test.each([
  ['Android', '14', 'android'],
  ['Android', '13', 'androidOld'],
  ['Android', null, 'androidOld'],
  ['iOS', '26.1', 'ios'],
  ['MacMDM', '26.1', 'macos'],
  ['ChromeOS', '140', 'chromeos'],
  ['Windows', '10.0.26200.6901', 'windows'],
  ['Windows', '10.0.14393.7000', 'windowsOld'],
  ['Windows', '6.1.7601', 'windowsOld'],
  ['Windows', null, 'windows'],
  ['Solaris', '11', 'unsure'],
  ['Linux', 'Debian 13', 'linux'],
])('a file for %s %s is promised for "%s"', (os, osVersion, place) => {
  const devices = [device('x', { os, osVersion })]
  expect(offersOf(facts({ devices }), reader, words)[0]?.place).toBe(place)
})

describe('chosen at first', () => {
  const preset = (asked: string | null, change: Partial<OfferFacts> = {}) => {
    const given = facts(change)
    return presetOf(offersOf(given, reader, words), asked, given)
  }

  test.each([
    ['what was asked for by device id', 'entra-laptop', 'entra-laptop'],
    ['what was asked for by Intune id, in any case', 'INTUNE-laptop', 'entra-laptop'],
    ['the reader', 'me', 'me'],
    ['the device in hand, when nothing was asked for', null, 'entra-server'],
    ['the device in hand, when it is not possible', 'entra-phone', 'entra-server'],
    ['the device in hand, when it is no device of theirs', 'entra-of-bob', 'entra-server'],
  ])('%s', (_name, asked, id) => {
    expect(preset(asked)).toBe(id)
  })

  test('the first that is ready and has no good one, when none is in hand', () => {
    expect(preset(null, { browser: 'macos' })).toBe('entra-laptop')
    const having = [certificate({ deviceId: 'entra-laptop' })]
    expect(preset(null, { browser: 'macos', certificates: having })).toBe('entra-server')
    const all = [...having, certificate({ deviceId: 'entra-server' })]
    expect(preset(null, { browser: 'macos', certificates: all })).toBe('entra-laptop')
  })

  test('the reader, on a phone that is no device of theirs', () => {
    expect(preset(null, { browser: 'ios' })).toBe('me')
    expect(preset(null, { browser: 'android', me: { ...me, possible: false } })).toBe(
      'entra-laptop',
    )
  })

  test('nothing, when nothing is possible', () => {
    expect(preset('me', { me: { ...me, possible: false }, devices: [phone] })).toBeNull()
  })
})

type Change = Partial<CertificateView> & { state?: CertificateView['status']['state'] }

function certificate({ state = 'good', ...change }: Change): CertificateView {
  return {
    profile: 'device',
    deviceId: null,
    intuneId: null,
    notAfter: '2027-03-12T00:00:00.000Z',
    ...change,
    status: { state, reason: null },
  } as CertificateView
}

describe('a renewal', () => {
  const renew = (given: OfferFacts, serial: string) =>
    renewalIn(offersOf(given, reader, words), serial, given, reader, words)

  test('is for the holder of the older certificate alone', () => {
    const certificates = [certificate({ serial: '0a', deviceId: 'entra-laptop' })]
    expect(renew(facts({ certificates }), '0a')).toMatchObject({
      offer: {
        id: 'entra-laptop',
        line: expect.stringContaining('stays so until you retire it'),
        badge: { words: 'Renewal' },
      },
      replaces: { serial: '0a', until: expect.stringMatching(/20\d\d$/) },
      title: 'Renew the certificate of laptop',
    })
  })

  test.each([
    ['of somebody else', { serial: '0b', deviceId: 'entra-laptop' }],
    ['of a device that is not the reader’s any more', { serial: '0a', deviceId: 'gone' }],
    ['of an application', { serial: '0a', profile: 'application' }],
    ['that is revoked', { serial: '0a', deviceId: 'entra-laptop', state: 'revoked' }],
  ] as const)('is none of a certificate %s', (_, change) => {
    expect(renew(facts({ certificates: [certificate(change)] }), '0a')).toBeNull()
  })

  test('of a device that gets none now says why', () => {
    const certificates = [certificate({ serial: '0a', deviceId: 'entra-phone' })]
    expect(renew(facts({ certificates }), '0a')?.offer).toMatchObject({
      possible: false,
      line: 'Registered, but not managed by Intune.',
    })
  })

  test('of one that has ended leaves nothing to retire', () => {
    const ended = certificate({ serial: '0a', profile: 'user', state: 'expired' })
    const renewal = renew(facts({ certificates: [ended] }), '0a')
    expect(renewal).toMatchObject({ offer: { id: 'me' }, replaces: { until: null } })
    expect(renewal?.offer.line).toMatch(/in place of the one that ended on /)
  })
})
