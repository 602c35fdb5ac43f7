import { describe, expect, it } from 'vitest'
import {
  type DeviceOwner,
  type DirectoryKey,
  type DirectoryObject,
  type Holder,
  unseen,
} from '#lib/model.ts'
import { alice, laptop, now, policy } from '#lib/policy/testing/context.ts'
import { directoryEffect } from './directory-effect.ts'
import type { DirectoryEffect, StatusPolicy } from './status-types.ts'

const DAY = 86_400_000
const before = (ms: number) => new Date(now.getTime() - ms)
const created = before(100 * DAY)
const bob = 'b0b00000-0000-4000-8000-000000000002'

const owner = (oid: string, since: Date = created, goneSince: Date | null = null): DeviceOwner => ({
  oid,
  since,
  goneSince,
})

const object = (kind: DirectoryKey['kind'], id: string): DirectoryObject => ({
  ...unseen({ kind, id }),
  version: 1,
  seenAt: now,
  owners: kind === 'user' ? null : [owner(alice.oid)],
  ownersSeenAt: kind === 'user' ? null : now,
  upn: kind === 'user' ? alice.upn : null,
  upnSince: kind === 'user' ? created : null,
})

const entra = object('entra_device', laptop.deviceId ?? '')
const intune = object('intune_device', laptop.intuneId ?? '')
const user = object('user', alice.oid)

const device: Holder = {
  kind: 'device',
  deviceId: entra.id,
  intuneId: intune.id,
  ownerOid: alice.oid,
}

type Case = {
  readonly name: string
  readonly entra?: Partial<DirectoryObject>
  readonly intune?: Partial<DirectoryObject>
  readonly user?: Partial<DirectoryObject>
  readonly policy?: Partial<StatusPolicy>
  readonly expected: string
}

/** 'none', or kind and cause. */
const said = (effect: DirectoryEffect | null) => {
  if (effect === null) return 'unknown'
  return effect.kind === 'none' ? 'none' : `${effect.kind} ${effect.cause}`
}

const hour = before(3_600_000)
const twoDays = before(2 * DAY)
const long = before(31 * DAY)

const deviceCases: readonly Case[] = [
  { name: 'all is well', expected: 'none' },
  { name: 'gone for an hour', entra: { absentSince: hour }, expected: 'hold device_absent' },
  {
    name: 'in the recycle bin, though Intune still has it',
    entra: { absentSince: hour, deletion: 'restorable' },
    expected: 'hold device_absent',
  },
  {
    name: 'deleted for good',
    entra: { absentSince: hour, deletion: 'final' },
    expected: 'revoke device_deleted',
  },
  { name: 'gone for 31 days', entra: { absentSince: long }, expected: 'revoke device_deleted' },
  {
    name: 'gone, where that is final at once',
    entra: { absentSince: now },
    policy: { restoreDays: 0 },
    expected: 'revoke device_deleted',
  },
  { name: 'disabled', entra: { disabledSince: hour }, expected: 'hold device_disabled' },
  {
    name: 'wipe pending',
    intune: { retirement: 'begun', retirementSince: hour },
    expected: 'hold device_retiring',
  },
  {
    name: 'wipe issued',
    intune: { retirement: 'issued', retirementSince: hour },
    expected: 'revoke device_retired',
  },
  {
    name: 'wiped under another id of Intune’s',
    entra: { retirement: 'issued', retirementSince: hour },
    expected: 'revoke device_retired',
  },
  {
    name: 'its record vanished while a wipe was pending',
    intune: { retirement: 'begun', retirementSince: twoDays, absentSince: hour },
    expected: 'revoke device_retired',
  },
  {
    name: 'its record in Intune vanished',
    intune: { absentSince: hour },
    expected: 'hold device_left_intune',
  },
  {
    name: 'its record in Intune vanished, where compliance is not asked for',
    intune: { absentSince: hour },
    policy: { holdNonCompliant: false },
    expected: 'none',
  },
  {
    name: 'not compliant in one directory',
    entra: { nonCompliantSince: hour },
    expected: 'hold device_not_compliant',
  },
  {
    name: 'not compliant within its grace period',
    intune: { nonCompliantSince: hour, enrolledAt: hour },
    policy: { complianceGraceMinutes: 120 },
    expected: 'none',
  },
  {
    name: 'the primary user is somebody else now',
    intune: { owners: [owner(bob, hour), owner(alice.oid, created, hour)] },
    expected: 'hold owner_changed',
  },
  {
    name: 'the primary user is somebody else for two days',
    intune: { owners: [owner(bob, twoDays), owner(alice.oid, created, twoDays)] },
    expected: 'revoke owner_changed',
  },
  {
    name: 'the registered owner is somebody else, the primary user the same',
    entra: { owners: [owner(bob, twoDays), owner(alice.oid, created, twoDays)] },
    expected: 'none',
  },
  {
    name: 'no primary user any more, and registered to her',
    intune: { owners: [owner(alice.oid, created, twoDays)] },
    expected: 'none',
  },
  {
    name: 'no primary user for an hour, and long registered to somebody else',
    entra: { owners: [owner(bob, long)] },
    intune: { owners: [owner(alice.oid, created, hour)] },
    expected: 'hold owner_changed',
  },
  {
    name: 'a first primary user appears, and it is somebody else',
    intune: { owners: [owner(bob, hour)] },
    expected: 'hold owner_changed',
  },
  {
    name: 'registered to somebody else, where only that counts',
    entra: { owners: [owner(bob, hour), owner(alice.oid, created, hour)] },
    policy: { deviceOwnership: 'registered' },
    expected: 'hold owner_changed',
  },
  {
    name: 'primary user changed, registered to her, where either counts',
    intune: { owners: [owner(bob, twoDays), owner(alice.oid, created, twoDays)] },
    policy: { deviceOwnership: 'either' },
    expected: 'none',
  },
  {
    name: 'lost in both, one of them just now, where either counts',
    entra: { owners: [owner(alice.oid, created, hour)] },
    intune: { owners: [owner(bob, twoDays), owner(alice.oid, created, twoDays)] },
    policy: { deviceOwnership: 'either' },
    expected: 'hold owner_changed',
  },
  {
    name: 'moved, where certificates do not follow owners',
    intune: { owners: [owner(bob, twoDays)] },
    policy: { deviceFollowsOwner: false },
    expected: 'none',
  },
  { name: 'its owner is disabled', user: { disabledSince: hour }, expected: 'hold owner_disabled' },
  {
    name: 'its owner is at risk, where that counts',
    user: { riskySince: hour },
    policy: { holdRiskyUsers: true },
    expected: 'hold owner_at_risk',
  },
  { name: 'its owner is at risk', user: { riskySince: hour }, expected: 'none' },
  { name: 'its owner is gone', user: { absentSince: hour }, expected: 'hold owner_absent' },
  {
    name: 'its owner is deleted for good',
    user: { absentSince: hour, deletion: 'final' },
    expected: 'revoke owner_deleted',
  },
  { name: 'its owner is renamed', user: { upn: 'a2@contoso.example' }, expected: 'none' },
  {
    name: 'what is final wins over what is reversible',
    entra: { disabledSince: twoDays },
    intune: { retirement: 'issued', retirementSince: hour },
    expected: 'revoke device_retired',
  },
]

describe('what the directory does to the certificate of a device', () => {
  it.each(deviceCases)('$name: $expected', (given) => {
    const objects = [
      { ...entra, ...given.entra },
      { ...intune, ...given.intune },
      { ...user, ...given.user },
    ]
    const bound = { holder: device, createdAt: created, upn: null }
    const effect = directoryEffect({ ...policy, ...given.policy }, bound, objects, now)
    expect(said(effect)).toBe(given.expected)
  })

  it('is not known while one of the objects was never read', () => {
    const bound = { holder: device, createdAt: created, upn: null }
    expect(directoryEffect(policy, bound, [entra, intune], now)).toBeNull()
    expect(directoryEffect(policy, bound, [entra, user], now)).toBeNull()
    const alone = { ...policy, deviceFollowsOwner: false }
    expect(said(directoryEffect(alone, bound, [entra, intune], now))).toBe('none')
  })

  it('counts an absence in Intune like one in Entra where only Intune is asked', () => {
    const gone = { ...intune, absentSince: hour }
    const alone = { ...policy, deviceDirectory: 'intune' } as const
    const bound = { holder: device, createdAt: created, upn: null }
    expect(said(directoryEffect(alone, bound, [gone, user], now))).toBe('hold device_absent')
  })

  it('never begins before the certificate, and says when it becomes final', () => {
    const moved = { ...intune, owners: [owner(bob, long)] }
    const bound = { holder: device, createdAt: hour, upn: null }
    expect(directoryEffect(policy, bound, [entra, moved, user], now)).toEqual({
      kind: 'hold',
      cause: 'owner_changed',
      since: hour,
      finalAt: new Date(hour.getTime() + DAY),
    })
  })

  it('tells the earliest end of several holds', () => {
    const gone = { ...entra, absentSince: hour }
    const moved = { ...intune, owners: [owner(bob, hour)] }
    const bound = { holder: device, createdAt: created, upn: null }
    expect(directoryEffect(policy, bound, [gone, moved, user], now)).toMatchObject({
      cause: 'device_absent',
      finalAt: new Date(hour.getTime() + DAY),
    })
  })

  it('tells when a grace period ends', () => {
    const late = { ...intune, nonCompliantSince: hour, enrolledAt: hour }
    const bound = { holder: device, createdAt: created, upn: null }
    const grace = { ...policy, complianceGraceMinutes: 120 }
    expect(directoryEffect(grace, bound, [entra, late, user], now)).toEqual({
      kind: 'none',
      endsAt: new Date(hour.getTime() + 120 * 60_000),
    })
  })
})

describe('what the directory does to the certificate of a person', () => {
  const bound = {
    holder: { kind: 'user', oid: alice.oid } as const,
    createdAt: created,
    upn: alice.upn,
  }
  const cases: readonly (Pick<Case, 'name' | 'user' | 'policy'> & { expected: string })[] = [
    { name: 'all is well', expected: 'none' },
    { name: 'disabled', user: { disabledSince: hour }, expected: 'hold account_disabled' },
    { name: 'gone', user: { absentSince: hour }, expected: 'hold account_absent' },
    {
      name: 'in the recycle bin for 31 days',
      user: { absentSince: long, deletion: 'restorable' },
      expected: 'revoke account_deleted',
    },
    {
      name: 'deleted for good',
      user: { absentSince: hour, deletion: 'final' },
      expected: 'revoke account_deleted',
    },
    {
      name: 'at risk, where that counts',
      user: { riskySince: hour },
      policy: { holdRiskyUsers: true },
      expected: 'hold account_at_risk',
    },
    { name: 'renamed', user: { upn: 'a2@contoso.example' }, expected: 'none' },
    {
      name: 'renamed, where that holds',
      user: { upn: 'a2@contoso.example', upnSince: hour },
      policy: { holdRenamed: true },
      expected: 'hold account_renamed',
    },
    {
      name: 'spelt in another case, where renaming holds',
      user: { upn: alice.upn.toUpperCase(), upnSince: hour },
      policy: { holdRenamed: true },
      expected: 'none',
    },
  ]
  it.each(cases)('$name: $expected', (given) => {
    const objects = [{ ...user, ...given.user }]
    const effect = directoryEffect({ ...policy, ...given.policy }, bound, objects, now)
    expect(said(effect)).toBe(given.expected)
  })

  it('leaves applications to the ledger', () => {
    const application = { holder: { kind: 'application', oid: 'x' } as const, createdAt: created }
    expect(said(directoryEffect(policy, { ...application, upn: null }, [], now))).toBe('none')
  })
})
