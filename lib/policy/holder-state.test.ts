import { describe, expect, test } from 'vitest'
import type { DirectoryObject, Holder } from '#lib/model.ts'
import { holderStateFrom, keysOf } from './holder-state.ts'

const start = new Date('2026-11-01T00:00:00Z')
const before = new Date('2026-10-01T00:00:00Z')
const later = new Date('2026-11-10T00:00:00Z')
const latest = new Date('2026-11-20T00:00:00Z')
const asOf = new Date('2026-11-22T12:00:00Z')

const device: Holder = { kind: 'device', deviceId: 'd', intuneId: 'i', ownerOid: 'o' }
const sound: Omit<DirectoryObject, 'kind' | 'id'> = {
  readAt: asOf,
  objectId: null,
  present: true,
  deletedAt: null,
  disabledSince: null,
  nonCompliantSince: null,
  retired: false,
  retiredAt: null,
  riskySince: null,
  enrolledAt: null,
}
const entra: DirectoryObject = { ...sound, kind: 'entra_device', id: 'd' }
const intune: DirectoryObject = { ...sound, kind: 'intune_device', id: 'i', enrolledAt: before }
const user: DirectoryObject = { ...sound, kind: 'user', id: 'u' }

type Mode = 'entra' | 'intune' | 'both'

function stateOf(holder: Holder, objects: readonly DirectoryObject[], mode: Mode = 'both') {
  return holderStateFrom({ deviceDirectory: mode }, { holder, createdAt: start }, objects, asOf)
}

test('the keys are those of the directories that are asked', () => {
  const kinds = (deviceDirectory: Mode) =>
    keysOf(device, { deviceDirectory }).map(({ kind }) => kind)
  expect(kinds('both')).toEqual(['entra_device', 'intune_device'])
  expect(kinds('entra')).toEqual(['entra_device'])
  expect(kinds('intune')).toEqual(['intune_device'])
})

test('a sound device, person and application', () => {
  expect(stateOf(device, [entra, intune])).toEqual({
    kind: 'device',
    asOf,
    deletedAt: null,
    retiredAt: null,
    disabledSince: null,
    nonCompliantSince: null,
    enrolledAt: before,
  })
  expect(stateOf({ kind: 'user', oid: 'u' }, [entra, user])).toEqual({
    kind: 'user',
    asOf,
    deletedAt: null,
    disabledSince: null,
    riskySince: null,
  })
  expect(stateOf({ kind: 'application', oid: 'u' }, [user])).toEqual({ kind: 'none', asOf })
})

test('what is not stored, or cannot be asked, is not known', () => {
  expect(stateOf(device, [entra])).toBeNull()
  expect(stateOf(device, [])).toBeNull()
  expect(stateOf({ kind: 'user', oid: 'd' }, [entra])).toBeNull()
  expect(stateOf({ ...device, intuneId: null }, [entra], 'intune')).toBeNull()
})

describe('a device', () => {
  const gone = (object: DirectoryObject, deletedAt: Date) => ({
    ...object,
    present: false,
    deletedAt,
  })
  const table: [string, readonly DirectoryObject[], Mode, object][] = [
    [
      'is deleted when both have lost it',
      [gone(entra, later), gone(intune, latest)],
      'both',
      { deletedAt: latest },
    ],
    ['is not deleted while one has it', [gone(entra, later), intune], 'both', { deletedAt: null }],
    [
      'is deleted when the one that is asked has lost it',
      [gone(entra, later), intune],
      'entra',
      { deletedAt: later },
    ],
    [
      'is not deleted when the other has lost it',
      [gone(entra, later), intune],
      'intune',
      { deletedAt: null },
    ],
    [
      'stays deleted when it comes back',
      [{ ...entra, deletedAt: later }],
      'entra',
      { deletedAt: later },
    ],
    [
      'was deleted before the certificate was made',
      [{ ...entra, deletedAt: before }],
      'entra',
      { deletedAt: null },
    ],
    ['stays retired', [entra, { ...intune, retiredAt: later }], 'both', { retiredAt: later }],
    [
      'was retired before the certificate was made',
      [entra, { ...intune, retiredAt: before }],
      'both',
      { retiredAt: null },
    ],
    [
      'that left Intune is not compliant',
      [entra, gone(intune, later)],
      'both',
      { nonCompliantSince: later },
    ],
    [
      'is as compliant as Intune says',
      [{ ...entra, nonCompliantSince: later }, intune],
      'both',
      { nonCompliantSince: null },
    ],
    [
      'is disabled by Entra',
      [{ ...entra, disabledSince: later }, intune],
      'both',
      { disabledSince: later },
    ],
  ]
  test.each(table)('%s', (_, objects, mode, wanted) => {
    expect(stateOf(device, objects, mode)).toMatchObject(wanted)
  })
})
