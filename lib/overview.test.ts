import { expect, test } from 'vitest'
import type { CertificateView, DeviceView } from '#lib/api/schemas.ts'
import {
  deviceInHand,
  devicesInOrder,
  displayStatusOf,
  enrollId,
  enrollPath,
  groupsOf,
  hasDescendants,
  isRenewable,
  isReportedLost,
  type Overview,
  olderNameIn,
  overviewOf,
  successorOf,
} from './overview.ts'

const now = new Date('2026-11-22T10:00:00Z')

const laptop = device('LAPTOP', 'd1', { os: 'Windows' })
const desk = device('desk', 'd2', { os: 'Linux' })
const phone = device('Phone', 'd3', { os: 'iOS', possible: false })

test('what needs the reader is first, what is ready last, what is over apart', () => {
  const { current, older } = overviewOf(
    [
      certificate('01', { deviceId: 'd1' }),
      certificate('02', { profile: 'user', displayName: 'Ada', notAfter: '2026-12-04T10:00:00Z' }),
      certificate('03', { deviceId: 'gone', displayName: 'old', state: 'hold' }),
      certificate('04', { deviceId: 'd1', state: 'revoked' }),
      certificate('05', { deviceId: 'd1', state: 'expired', notBefore: '2024-01-01T00:00:00Z' }),
      certificate('06', { deviceId: 'away', displayName: 'lost', state: 'unknown' }),
    ],
    [phone, desk, laptop],
    now,
  )
  expect(current.map(({ name }) => name)).toEqual(['old', 'Ada', 'lost', 'LAPTOP', 'desk'])
  expect(current.map(({ kind }) => kind).at(-1)).toBe('device')
  expect(older.map((row) => row.certificate.serial)).toEqual(['04', '05'])
})

const serialsOf = (rows: Overview['current']) =>
  rows.map((row) => (row.kind === 'certificate' ? row.certificate.serial : row.name))

test('what is good, on hold or about to end is never folded away, and holders stand together', () => {
  const user = { profile: 'user', displayName: 'Ada' } as const
  const { current, older } = overviewOf(
    [
      certificate('01', { deviceId: 'd1', issuedAt: '2026-01-01T00:00:00Z' }),
      certificate('02', { ...user, subjectAltName: 'UPN:ada@x' }),
      certificate('03', { deviceId: 'd1', issuedAt: '2026-02-01T00:00:00Z' }),
      certificate('04', { ...user, subjectAltName: 'UPN:ada.new@x', state: 'hold' }),
      certificate('05', { deviceId: 'd1', state: 'revoked', issuedAt: '2026-03-01T00:00:00Z' }),
      certificate('06', { deviceId: 'd2', notAfter: '2026-12-04T10:00:00Z' }),
      certificate('07', { deviceId: 'd2', replaces: '06', issuedAt: '2026-11-01T00:00:00Z' }),
      certificate('08', { deviceId: 'd1', state: 'expired' }),
    ],
    [phone, desk, laptop],
    now,
  )
  // 06 ends soon and was renewed, so it does not come before the others.
  expect(groupsOf(current).map((group) => serialsOf(group))).toEqual([
    ...[
      ['04', '02'],
      ['07', '06'],
      ['03', '01'],
    ],
  ])
  expect(serialsOf(older).sort()).toEqual(['05', '08'])
})

test('a device is one holder, whichever of its ids a certificate has', () => {
  const both = device('X', 'd5', { intuneId: 'i5' })
  const { current } = overviewOf(
    [certificate('01', { deviceId: 'd5' }), certificate('02', { intuneId: 'i5' })],
    [both],
    now,
  )
  expect(groupsOf(current)).toHaveLength(1)
})

test('what was renewed knows its successor, unless that is over', () => {
  const older = certificate('01', {})
  const newer = certificate('02', { replaces: '01', issuedAt: '2026-02-01T00:00:00Z' })
  const newest = certificate('03', { replaces: '01', issuedAt: '2026-03-01T00:00:00Z' })
  expect(successorOf('01', [older, newer, newest])).toBe(newest)
  const over = { ...newest, status: { ...newest.status, state: 'revoked' as const } }
  expect(successorOf('01', [older, over])).toBeNull()
  expect(successorOf('02', [older, newer, newest])).toBeNull()
})

test.each([
  ['good', {}, true],
  ['ended', { state: 'expired' }, true],
  ['revoked', { state: 'revoked' }, false],
  ['of an application', { profile: 'application' }, false],
  ['lost', { state: 'hold', reason: 'lost_device' }, false],
  ['not compliant', { state: 'hold', reason: 'device_not_compliant' }, false],
  ['on hold by IT', { state: 'hold', reason: 'by_operator' }, false],
  ['of a device with a new Intune id', { state: 'hold', reason: 'device_left_intune' }, true],
] as const)('whether one that is %s can be renewed', (_, change, expected) => {
  const { reason = null, ...rest } = { reason: null, ...change }
  const one = certificate('01', rest)
  expect(isRenewable({ ...one, status: { ...one.status, reason } })).toBe(expected)
})

test('a certificate is renewed at its holder’s address', () => {
  const own = certificate('0a', { profile: 'user' })
  expect(enrollPath({ certificate: own, device: null }, 'renew')).toBe('/enroll?for=me&renew=0a')
  const theirs = certificate('0b', { deviceId: 'd1' })
  expect(enrollPath({ certificate: theirs, device: laptop }, 'new')).toBe('/enroll?for=d1')
  const gone = certificate('0c', { intuneId: 'i9' })
  expect(enrollPath({ certificate: gone, device: null }, 'renew')).toBe('/enroll?for=i9&renew=0c')
})

test('a certificate names the account as it was called, or as it is', () => {
  const user = certificate('01', { profile: 'user', subjectAltName: 'UPN:ada@x' })
  expect(olderNameIn(user, 'ada.new@x')).toBe('ada@x')
  expect(olderNameIn(user, 'ADA@x')).toBeNull()
  expect(olderNameIn(user, null)).toBeNull()
  expect(olderNameIn(certificate('02', { subjectAltName: 'UPN:ada@x' }), 'eve@x')).toBeNull()
})

test('what was renewed from a certificate is found however far down', () => {
  const chain = [
    certificate('03', { replaces: '02', source: 'renewal' }),
    certificate('02', { replaces: '01', source: 'renewal', state: 'revoked' }),
    certificate('01', { state: 'revoked' }),
  ]
  expect(['01', '02', '03'].map((serial) => hasDescendants(serial, chain))).toEqual([
    true,
    true,
    false,
  ])
  const over = chain.map((one) => ({
    ...one,
    status: { ...one.status, state: 'expired' as const },
  }))
  expect(hasDescendants('01', over)).toBe(false)
  const signedIn = chain.map((one) => ({ ...one, source: 'api' as const }))
  expect(hasDescendants('02', signedIn)).toBe(false)
  const circle = [
    certificate('01', { replaces: '02', source: 'renewal', state: 'revoked' }),
    certificate('02', { replaces: '01', source: 'renewal', state: 'revoked' }),
  ]
  expect(hasDescendants('01', circle)).toBe(false)
})

test('a device whose only certificates are over is ready for a new one, and knows the last', () => {
  const { current, older } = overviewOf(
    [
      certificate('04', { deviceId: 'd1', state: 'revoked' }),
      certificate('03', { deviceId: 'd1', state: 'expired', notBefore: '2024-01-01T00:00:00Z' }),
    ],
    [laptop, desk],
    now,
  )
  expect(current).toEqual([
    { kind: 'device', device: desk, name: 'desk', last: null },
    { kind: 'device', device: laptop, name: 'LAPTOP', last: older[0] },
  ])
  expect(older[0]?.certificate.serial).toBe('04')
})

test('of what ends soon, what ends first comes first', () => {
  const { current } = overviewOf(
    [
      certificate('01', { deviceId: 'd2', notAfter: '2026-12-08T10:00:00Z' }),
      certificate('02', { deviceId: 'd1', notAfter: '2026-11-24T10:00:00Z' }),
    ],
    [desk, laptop],
    now,
  )
  expect(current.map(({ name }) => name)).toEqual(['LAPTOP', 'desk'])
})

test.each([
  ['2026-12-22T10:00:00Z', 'soon'],
  ['2026-12-22T10:00:01Z', 'good'],
] as const)('good until %s is %s', (notAfter, displayStatus) => {
  expect(displayStatusOf(certificate('01', { notAfter }), now)).toBe(displayStatus)
})

test('a certificate on hold is on hold even when it ends soon', () => {
  const held = certificate('01', { state: 'hold', notAfter: '2026-11-23T10:00:00Z' })
  expect(displayStatusOf(held, now)).toBe('hold')
})

test('a certificate without ids belongs to no device that has none either', () => {
  const onlyIntune = device('X', null, { intuneId: 'i1' })
  const { current } = overviewOf([certificate('01', { deviceId: null })], [onlyIntune], now)
  expect(current[0]).toMatchObject({ kind: 'certificate', device: null })
})

test('the device in hand is the only one of its system', () => {
  expect(deviceInHand([laptop, desk], 'windows')).toBe(laptop)
  expect(deviceInHand([laptop, device('L2', 'd9', { os: 'Windows' })], 'windows')).toBeNull()
  expect(deviceInHand([laptop], 'macos')).toBeNull()
  expect(deviceInHand([device('?', 'd9', { os: 'Plan 9' })], 'other')).toBeNull()
})

test('the device in hand is first, those not possible are last', () => {
  const names = devicesInOrder([phone, laptop, desk], laptop, null).map(
    ({ displayName }) => displayName,
  )
  expect(names).toEqual(['LAPTOP', 'desk', 'Phone'])
})

test('what is reported lost is before everything', () => {
  const reportedLost = {
    at: '2026-11-22T09:00:00Z',
    by: 'ada@x',
    revokedAt: '2026-11-29T09:00:00Z',
  }
  const lost = device('lost', 'd4', { possible: false, reportedLost })
  const names = devicesInOrder([phone, laptop, desk, lost], laptop, null)
  expect(names.map(({ displayName }) => displayName)).toEqual(['lost', 'LAPTOP', 'desk', 'Phone'])
  expect(devicesInOrder([phone, laptop, lost], laptop, 'd3')[0]).toBe(phone)
  const held = certificate('01', { deviceId: 'd4', state: 'hold' })
  const { current } = overviewOf([held], [lost], now)
  expect(current.map(isReportedLost)).toEqual([true])
  const without = overviewOf([certificate('02', { state: 'hold' })], [laptop, lost], now).current
  expect(serialsOf(without)).toEqual(['lost', '02', 'LAPTOP'])
})

test('a device is enrolled by its Entra id, else by its Intune id', () => {
  expect(enrollId(laptop)).toBe('d1')
  expect(enrollId(device('X', null, { intuneId: 'i1' }))).toBe('i1')
})

function device(
  displayName: string,
  deviceId: string | null,
  change: Partial<DeviceView> = {},
): DeviceView {
  return {
    deviceId,
    objectId: null,
    intuneId: null,
    displayName,
    os: 'Windows',
    osVersion: null,
    model: null,
    managed: true,
    compliant: true,
    enabled: true,
    managementState: 'managed',
    entraOwnerOids: [],
    primaryUserOids: null,
    enrolledByOid: null,
    registeredAt: null,
    reportedLost: null,
    othersCertificates: [],
    enrolledAt: null,
    possible: true,
    refusal: null,
    ...change,
  }
}

type Change = Partial<CertificateView> & { state?: CertificateView['status']['state'] }

function certificate(serial: string, { state = 'good', ...change }: Change): CertificateView {
  return {
    serial,
    profile: 'device',
    displayName: 'someone',
    subject: 'CN=x',
    subjectAltName: '',
    deviceId: null,
    intuneId: null,
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-06-01T00:00:00Z',
    issuedAt: '2026-01-01T00:00:00Z',
    source: 'api',
    keyThumbprint: 'k',
    fingerprint: 'f',
    replaces: null,
    signedInAt: '2026-11-22T10:00:00.000Z',
    label: null,
    status: {
      state,
      reason: null,
      since: null,
      by: null,
      revocationReason: null,
      asOf: '2026-11-22T09:59:00Z',
    },
    ...change,
  }
}
