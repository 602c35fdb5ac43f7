import { afterEach, describe, expect, test } from 'vitest'
import type { LookUp } from '#lib/directory/directory.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { DAY_MS, openSync } from '#lib/issuance/testing/open-sync.ts'
import { changes } from '#lib/issuance/testing/test-authority.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { DirectoryKey, Observation } from '#lib/model.ts'
import { alice, operator } from '#lib/policy/testing/context.ts'
import { applySeen } from './apply.ts'
import { releaseCircuitBreaker } from './circuit-breaker.ts'
import { confirmAbsences, confirmNames, lookUpAll } from './confirm.ts'

const unavailable = new LatchkeyError('directory_unavailable', 'The directory is not answering.')
const bob = 'b0b00000-0000-4000-8000-000000000002'
const NO_NAMES: ReadonlyMap<string, string> = new Map()

let ledger: Ledger | null = null
afterEach(async () => {
  await ledger?.close()
  ledger = null
})

/** Questions about ids in `silent` fail; all other objects are absent. */
async function open(change: Partial<Authority> = {}) {
  const made = await openSync(change)
  const { authority, directory } = made
  ledger = authority.ledger
  const asked: string[] = []
  const silent = new Set<string>()
  const { lookUp } = authority.changeFeed
  Object.assign(authority.changeFeed, {
    lookUp: async (key: DirectoryKey, objectId: string | null): Promise<LookUp> => {
      asked.push(key.id)
      if (silent.has(key.id)) throw unavailable
      return lookUp(key, objectId)
    },
  })
  directory.users = []
  return { ...made, asked, silent }
}

function people(count: number): readonly DirectoryKey[] {
  return Array.from({ length: count }, (_, index) => {
    return { kind: 'user', id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` }
  })
}

const idsOf = (keys: readonly DirectoryKey[]) => keys.map(({ id }) => id)

describe('objects that are asked for one by one', () => {
  test.each([
    ['none', 0, [], 0, 0],
    ['one', 1, [], 1, 1],
    ['a group', 8, [], 8, 8],
    ['a group and one more', 9, [], 9, 9],
    ['one that gives an error', 1, [0], 1, 0],
    ['a group with one answer', 20, [0, 1, 2, 3, 4, 5, 6], 20, 13],
    ['a group without any', 20, [0, 1, 2, 3, 4, 5, 6, 7], 8, 0],
    ['a second group without any', 20, [8, 9, 10, 11, 12, 13, 14, 15], 16, 8],
    ['a last group without any', 10, [8, 9], 10, 8],
  ] as const)('%s: the others are tried while somebody answers', async (_, count, bad, asks, answers) => {
    const { authority, asked, silent } = await open()
    const keys = people(count)
    for (const index of bad) silent.add(keys[index]?.id ?? '')
    const found = await lookUpAll(authority, keys)
    expect(asked).toEqual(idsOf(keys.slice(0, asks)))
    const told = keys.slice(0, asks).filter(({ id }) => !silent.has(id))
    expect(idsOf(found.observations)).toEqual(idsOf(told))
    expect([found.observations.length, found.waiting]).toEqual([answers, count - answers])
  })

  test('a bug is no error', async () => {
    const { authority } = await open()
    const bug = new Error('a bug')
    Object.assign(authority.changeFeed, { lookUp: () => Promise.reject(bug) })
    await expect(lookUpAll(authority, people(1))).rejects.toBe(bug)
  })

  test('are at most two hundred in a sync; the others come in the next', async () => {
    const { authority, directory, asked, sync, pass } = await open()
    directory.rounds.users = changes([])
    const keys = people(201)
    const observations = keys.map((key): Observation => {
      return { ...key, at: authority.now(), present: 'untold', contradicted: true }
    })
    const seen = { observations, due: [], names: NO_NAMES, isSync: true }
    await applySeen(authority, seen, 'test')
    Object.assign(authority.circuitBreaker, { changesMin: 1_000 })
    pass()
    await sync()
    expect(new Set(asked).size).toBe(200)
    pass()
    await sync()
    expect(new Set(asked)).toEqual(new Set(idsOf(keys)))
    expect(asked).toHaveLength(201)
  })
})

describe('an absence', () => {
  const key: DirectoryKey = { kind: 'user', id: alice.oid }
  const suspect = (deletion: 'restorable' | 'final' | 'unknown'): Observation => {
    return { ...key, at: new Date(0), present: false, deletion }
  }

  test.each([
    ['unknown', 'unknown', 'unknown'],
    ['unknown', 'restorable', 'restorable'],
    ['unknown', 'final', 'final'],
    ['restorable', 'unknown', 'restorable'],
    ['restorable', 'final', 'final'],
    ['final', 'unknown', 'final'],
    // An object that is in the recycle bin now is not deleted for good, whatever was reported before.
    ['final', 'restorable', 'restorable'],
  ] as const)('told as %s and found to be %s is %s', async (told, found, deletion) => {
    const { authority, directory, clock } = await open()
    if (found !== 'unknown') directory.bin.set(alice.oid, found)
    const { observations, waiting } = await confirmAbsences(authority, [suspect(told)], 10)
    expect(observations).toEqual([{ ...key, at: clock.now, present: false, deletion }])
    expect(waiting).toBe(0)
  })

  test.each([
    ['of somebody who is there', false],
    ['that nobody can confirm', true],
  ])('%s waits, and says nothing', async (_, isSilent) => {
    const { authority, directory, silent, clock } = await open()
    directory.users = [alice]
    if (isSilent) silent.add(alice.oid)
    const { observations, waiting } = await confirmAbsences(authority, [suspect('final')], 10)
    expect(observations).toEqual([{ ...key, at: clock.now, present: 'untold', contradicted: true }])
    expect(waiting).toBe(1)
  })

  test.each([
    [500, 10, 500],
    [501, 10, 0],
    [501, 501, 501],
    [502, 501, 0],
    [600, Number.POSITIVE_INFINITY, 600],
  ])('of %i at once, with a limit of %f, %i are asked for', async (count, limit, asks) => {
    const { authority, asked } = await open()
    const suspects = people(count).map((one): Observation => {
      return { ...one, at: new Date(0), present: false, deletion: 'final' }
    })
    const { observations, waiting } = await confirmAbsences(authority, suspects, limit)
    expect(asked).toHaveLength(asks)
    expect([observations.length, waiting]).toEqual([count, 0])
    // Too many suspects are left as they are, for the circuit breaker.
    if (asks === 0) expect(observations).toBe(suspects)
  })

  test('of very many is asked for one by one once an operator has released them', async () => {
    const { authority, asked, sync, pass } = await open()
    const keys = people(501)
    const at = authority.now()
    const observations = keys.map((one): Observation => ({ ...one, at, present: true }))
    await applySeen(authority, { observations, due: [], names: NO_NAMES, isSync: true }, 'test')
    pass()
    expect(await sync()).toMatchObject({ isHeldBack: true })
    expect(asked).toHaveLength(0)
    await releaseCircuitBreaker(authority, operator)
    pass()
    expect(await sync()).toMatchObject({ isHeldBack: false, changed: 501 })
    expect(asked).toHaveLength(501)
  })
})

describe('a name in a certificate that somebody else has now', () => {
  type Row = readonly [what: string, told: string, upn: string | null, isConfirmed: boolean]
  const table: readonly Row[] = [
    ['is confirmed by a direct question', bob, alice.upn, true],
    ['is confirmed in any case', bob, alice.upn.toUpperCase(), true],
    ['is not confirmed of somebody who has another', bob, 'bob@contoso.example', false],
    ['is not confirmed of somebody who is not there', bob, null, false],
  ]
  test.each(table)('%s', async (_, told, upn, isConfirmed) => {
    const { authority, directory, enrollUser } = await open()
    directory.users = [alice]
    await enrollUser()
    directory.users = upn === null ? [] : [{ ...alice, oid: bob, upn }]
    const names = new Map([[alice.upn, told]])
    expect(await confirmNames(authority, names)).toEqual({
      told: names,
      confirmed: isConfirmed ? names : new Map(),
    })
  })

  test('waits where the directory is failing, and is nothing to its own holder', async () => {
    const { authority, directory, enrollUser, asked, silent, pass } = await open()
    directory.users = [alice]
    await enrollUser()
    pass(DAY_MS)
    silent.add(bob)
    const names = new Map([[alice.upn, bob]])
    expect(await confirmNames(authority, names)).toEqual({ told: names, confirmed: new Map() })
    asked.length = 0
    const own = new Map([[alice.upn, alice.oid]])
    const unknown = new Map([['nobody@contoso.example', bob]])
    for (const others of [own, unknown, NO_NAMES]) {
      expect(await confirmNames(authority, others)).toEqual({ told: NO_NAMES, confirmed: NO_NAMES })
    }
    expect(asked).toEqual([])
  })
})
