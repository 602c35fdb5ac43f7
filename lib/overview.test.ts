import { expect, test } from 'vitest'
import type { CertificateView, DeviceView } from '#lib/api/schemas.ts'
import {
  deviceInHand,
  devicesInOrder,
  displayStatusOf,
  enrollId,
  hasDescendants,
  isReportedLost,
  type Overview,
  olderNameIn,
  overviewOf,
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
      certificate('06', { deviceId: 'gone', displayName: 'lost', state: 'unknown' }),
    ],
    [phone, desk, laptop],
    now,
  )
  expect(current.map(({ name }) => name)).toEqual(['old', 'Ada', 'lost', 'LAPTOP', 'desk'])
  expect(current.map(({ kind }) => kind).at(-1)).toBe('device')
  expect(older.map((row) => row.certificate.serial)).toEqual(['04', '05'])
})

test('one that a newer good one of the same holder replaces is over, a better newer one only', () => {
  const first = certificate('01', { deviceId: 'd1', issuedAt: '2026-01-01T00:00:00Z' })
  const second = { deviceId: 'd1', issuedAt: '2026-02-01T00:00:00Z' }
  const of = (state: 'good' | 'hold' | 'revoked') =>
    overviewOf([first, certificate('02', { ...second, state })], [laptop], now)
  const serials = (rows: Overview['current']) =>
    rows.flatMap((row) => (row.kind === 'certificate' ? [row.certificate.serial] : []))
  expect(serials(of('good').older)).toEqual(['01'])
  expect(serials(of('good').current)).toEqual(['02'])
  expect(serials(of('hold').older)).toEqual([])
  expect(serials(of('revoked').older)).toEqual(['02'])
})

test('a person’s newer certificate replaces the one of their older name', () => {
  const user = { profile: 'user', subjectAltName: 'UPN:ada@x' } as const
  const renamed = { profile: 'user', subjectAltName: 'UPN:ada.new@x' } as const
  const { current, older } = overviewOf(
    [certificate('02', { ...renamed, issuedAt: '2026-02-01T00:00:00Z' }), certificate('01', user)],
    [],
    now,
  )
  expect(current).toMatchObject([{ certificate: { serial: '02' } }])
  expect(older).toMatchObject([{ certificate: { serial: '01' } }])
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
    certificate('03', { replaces: '02' }),
    certificate('02', { replaces: '01', state: 'revoked' }),
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
  const circle = [
    certificate('01', { replaces: '02', state: 'revoked' }),
    certificate('02', { replaces: '01', state: 'revoked' }),
  ]
  expect(hasDescendants('01', circle)).toBe(false)
})

test('a device whose only certificates are over is ready for a new one', () => {
  const { current } = overviewOf(
    [certificate('04', { deviceId: 'd1', state: 'revoked' })],
    [laptop],
    now,
  )
  expect(current).toEqual([{ kind: 'device', device: laptop, name: 'LAPTOP' }])
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
  const names = devicesInOrder([phone, laptop, desk], laptop).map(({ displayName }) => displayName)
  expect(names).toEqual(['LAPTOP', 'desk', 'Phone'])
})

test('what is reported lost is before everything', () => {
  const reportedLost = {
    at: '2026-11-22T09:00:00Z',
    by: 'ada@x',
    revokedAt: '2026-11-29T09:00:00Z',
  }
  const lost = device('lost', 'd4', { possible: false, reportedLost })
  const names = devicesInOrder([phone, laptop, desk, lost], laptop)
  expect(names.map(({ displayName }) => displayName)).toEqual(['lost', 'LAPTOP', 'desk', 'Phone'])
  const held = certificate('01', { deviceId: 'd4', state: 'hold' })
  const { current } = overviewOf([held], [lost], now)
  expect(current.map((row) => row.kind === 'certificate' && isReportedLost(row))).toEqual([true])
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
