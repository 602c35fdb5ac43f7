import { describe, expect, test } from 'vitest'
import type { DirectoryObject, Holder } from '#lib/model.ts'
import { holderStateFrom } from './holder-state.ts'

const issued = new Date('2026-11-01T00:00:00Z')
const asOf = new Date('2026-11-22T12:00:00Z')
const early = new Date('2026-10-01T00:00:00Z')
const first = new Date('2026-11-10T00:00:00Z')
const later = new Date('2026-11-11T00:00:00Z')
const both = { deviceDirectory: 'both' } as const

const holder: Holder = { kind: 'device', deviceId: 'entra', intuneId: 'intune', ownerOid: 'alice' }
const entra: DirectoryObject = {
  kind: 'entra_device',
  id: 'entra',
  readAt: asOf,
  objectId: 'object',
  present: true,
  deletedAt: null,
  disabledSince: null,
  nonCompliantSince: null,
  retired: false,
  retiredAt: null,
  riskySince: null,
  enrolledAt: null,
}
const intune: DirectoryObject = { ...entra, kind: 'intune_device', id: 'intune', objectId: null }
const gone = { present: false, deletedAt: first }

function stateOf(
  change: { entra?: object; intune?: object },
  policy: Parameters<typeof holderStateFrom>[0] = both,
) {
  const objects = [
    { ...entra, ...change.entra },
    { ...intune, ...change.intune },
  ]
  return holderStateFrom(policy, { holder, createdAt: issued }, objects, asOf)
}

describe('a device', () => {
  test('that both directories know and call compliant is sound', () => {
    expect(stateOf({})).toMatchObject({
      deletedAt: null,
      disabledSince: null,
      nonCompliantSince: null,
    })
  })

  const nonCompliant: [string, { entra?: object; intune?: object }, Date][] = [
    ['Entra says so', { entra: { nonCompliantSince: later } }, later],
    ['Intune says so', { intune: { nonCompliantSince: later } }, later],
    [
      'both say so, since the first',
      { entra: { nonCompliantSince: later }, intune: { nonCompliantSince: first } },
      first,
    ],
  ]
  test.each(nonCompliant)('is not compliant when %s', (_title, change, since) => {
    expect(stateOf(change)).toMatchObject({ nonCompliantSince: since, deletedAt: null })
  })

  test('that Intune alone has not got any more has left Intune', () => {
    expect(stateOf({ intune: gone })).toMatchObject({
      leftIntuneSince: first,
      nonCompliantSince: null,
      deletedAt: null,
    })
  })

  test('is retired while Intune says so, of its own record or of a newer one', () => {
    const retired = { retired: true, retiredAt: first }
    expect(stateOf({ intune: retired })).toMatchObject({ retiredAt: first })
    expect(stateOf({ entra: retired })).toMatchObject({ retiredAt: first })
    expect(stateOf({ entra: retired }, { deviceDirectory: 'entra' })).toMatchObject({
      retiredAt: first,
    })
    expect(stateOf({ intune: { retiredAt: first } })).toMatchObject({ retiredAt: null })
  })

  test('is deleted when no directory has it any more, since the last', () => {
    expect(stateOf({ entra: gone, intune: { ...gone, deletedAt: later } })).toMatchObject({
      deletedAt: later,
    })
    expect(stateOf({ entra: gone })).toMatchObject({ deletedAt: null })
  })

  test('counts in one directory only when the other is not asked', () => {
    expect(stateOf({ entra: gone }, { deviceDirectory: 'entra' })).toMatchObject({
      deletedAt: first,
    })
    expect(stateOf({ intune: gone }, { deviceDirectory: 'intune' })).toMatchObject({
      deletedAt: first,
    })
  })

  test('that one of two directories lost and has again is not deleted when the other loses it', () => {
    const back = { present: true, deletedAt: first }
    expect(stateOf({ entra: back, intune: gone })).toMatchObject({ deletedAt: null })
  })

  test('ends its certificate when the clock stepped back in between, and not before it began', () => {
    const earlier = { present: false, deletedAt: early }
    expect(stateOf({ entra: earlier, intune: earlier })).toMatchObject({ deletedAt: issued })
    const wiped = { retired: true, retiredAt: early }
    expect(stateOf({ intune: wiped })).toMatchObject({ retiredAt: issued })
  })

  test('that is not stored must be asked for', () => {
    expect(holderStateFrom(both, { holder, createdAt: issued }, [entra], asOf)).toBeNull()
  })
})

test('a deleted account ends its certificate, though the clock stepped back in between', () => {
  const bound = { holder: { kind: 'user', oid: 'alice' } as const, createdAt: issued }
  const account = { ...entra, kind: 'user', id: 'alice' } as const
  const stateWith = (change: object) =>
    holderStateFrom(both, bound, [{ ...account, ...change }], asOf)
  expect(stateWith({ present: false, deletedAt: early })).toMatchObject({ deletedAt: issued })
  expect(stateWith({ present: false, deletedAt: later })).toMatchObject({ deletedAt: later })
  expect(stateWith({ present: true, deletedAt: later })).toMatchObject({ deletedAt: null })
})

test('an application hangs on no directory object', () => {
  const app = { holder: { kind: 'application', oid: 'app' } as const, createdAt: issued }
  expect(holderStateFrom(both, app, [], asOf)).toEqual({ kind: 'none', asOf })
})
