import { afterEach, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { MINUTE_MS, openSync } from '#lib/issuance/testing/open-sync.ts'
import { changes, type TestDirectory } from '#lib/issuance/testing/test-authority.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { DirectoryKey, Observation, Retirement } from '#lib/model.ts'
import {
  alice,
  erin,
  laptop,
  nonCompliant,
  operator,
  policy,
  requester,
} from '#lib/policy/testing/context.ts'
import { applySeen } from './apply.ts'
import {
  boundKeys,
  countWorse,
  describeCircuitBreaker,
  engageCircuitBreaker,
  limitOf,
  releaseCircuitBreaker,
  releaseEnded,
} from './circuit-breaker.ts'

const user = { kind: 'user', id: alice.oid } as const
const entra = { kind: 'entra_device', id: laptop.deviceId ?? '' } as const
const intune = { kind: 'intune_device', id: laptop.intuneId ?? '' } as const
const bob = 'b0b00000-0000-4000-8000-000000000002'

let ledger: Ledger | null = null
afterEach(async () => {
  await ledger?.close()
  ledger = null
})

async function open(change: Partial<Authority> = {}) {
  const made = await openSync(change)
  const { authority } = made
  ledger = authority.ledger
  return {
    ...made,
    breaker: async () => (await authority.ledger.directoryState()).circuitBreaker,
    /** Audit events of the circuit breaker, with the actors that they name. */
    told: async () =>
      (await authority.ledger.auditTrail(0, 10_000))
        .map(({ event }) => event)
        .filter(({ kind }) => kind.startsWith('circuit_breaker.'))
        .map(({ kind, actor, facts }) => [kind, actor, facts]),
  }
}

/** Allows this many changes for the worse, or this share of all objects. */
const atMost = (changesMin: number, shareMax = 0) => ({ circuitBreaker: { changesMin, shareMax } })

function people(count: number): readonly DirectoryKey[] {
  return Array.from({ length: count }, (_, index) => {
    return { kind: 'user', id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` }
  })
}

/** Gives a ledger whose certificates depend on these objects, in this order. */
function bind(authority: Authority, keys: readonly DirectoryKey[]): void {
  const boundObjects: Ledger['boundObjects'] = async (_, after, limit) => {
    const start = after === null ? 0 : keys.findIndex(({ id }) => id === after.id) + 1
    return keys.slice(start, start + limit)
  }
  Object.assign(authority.ledger, { boundObjects })
}

describe('the limit', () => {
  test.each([
    [0, 10, 0.2, 10],
    [49, 10, 0.2, 10],
    [50, 10, 0.2, 10],
    [60, 10, 0.2, 12],
    [61, 10, 0.2, 12.2],
    [999, 10, 0.5, 499.5],
    [1_000, 10, 0.5, 500],
    [1_001, 10, 0.5, 500.5],
    [2_500, 10, 0.5, 1_250],
    [100, 0, 0, 0],
    [100, 0, 1, 100],
  ])('of %i objects, with a minimum of %i and a share of %f, is %f', async (count, min, share, limit) => {
    const { authority } = await open(atMost(min, share))
    bind(authority, people(count))
    expect(await limitOf(authority)).toBeCloseTo(limit, 9)
  })

  test.each([
    ['both', ['entra_device', 'intune_device', 'user']],
    ['entra', ['entra_device', 'user']],
    ['intune', ['intune_device', 'user']],
  ] as const)('counts objects of the directories that are asked: %s', async (deviceDirectory, kinds) => {
    const { authority, enrollDevice } = await open(atMost(0, 1))
    await enrollDevice()
    const asked = { ...authority, policy: { ...policy, deviceDirectory } }
    const pages = await Array.fromAsync(boundKeys(asked))
    expect(pages.flat().map(({ kind }) => kind)).toEqual(kinds)
    expect(await limitOf(asked)).toBe(kinds.length)
  })

  test('counts an object of many certificates once, and none of certificates that have ended', async () => {
    const { authority, enrollDevice, enrollUser, clock } = await open(atMost(0, 1))
    await enrollUser()
    const serial = await enrollDevice()
    expect(await limitOf(authority)).toBe(3)
    const end = (await authority.ledger.certificate(serial))?.notAfter ?? new Date(0)
    clock.now = end
    expect(await limitOf(authority)).toBe(3)
    clock.now = new Date(end.getTime() + 1)
    expect(await limitOf(authority)).toBe(0)
  })
})

describe('what became worse', () => {
  const seen = (key: DirectoryKey, told: object): Observation =>
    ({ ...key, at: new Date(0), present: true, ...told }) as Observation
  const gone = (key: DirectoryKey, deletion: string): Observation =>
    ({ ...key, at: new Date(0), present: false, deletion }) as Observation

  type Row = readonly [
    after: string,
    before: readonly Observation[],
    now: Observation,
    worse: number,
  ]
  const table: readonly Row[] = [
    ['it is as it was', [], seen(user, { enabled: true, upn: alice.upn }), 0],
    ['it was disabled', [], seen(user, { enabled: false }), 1],
    ['it was disabled before', [seen(user, { enabled: false })], seen(user, { enabled: false }), 0],
    ['it was enabled', [seen(user, { enabled: false })], seen(user, { enabled: true }), 0],
    ['it was renamed', [], seen(user, { upn: 'a2@contoso.example' }), 0],
    ['it came to be at risk', [], seen(user, { present: 'untold', risky: true }), 1],
    ['it is gone', [], gone(user, 'unknown'), 1],
    ['it is in the recycle bin', [], gone(user, 'restorable'), 1],
    ['it is gone for good', [], gone(user, 'final'), 1],
    ['it was gone', [gone(user, 'unknown')], gone(user, 'unknown'), 0],
    ['it went to the recycle bin', [gone(user, 'unknown')], gone(user, 'restorable'), 0],
    ['it left the recycle bin for good', [gone(user, 'restorable')], gone(user, 'final'), 1],
    ['it came back', [gone(user, 'restorable')], seen(user, { enabled: true }), 0],
    ['it came back, disabled', [gone(user, 'restorable')], seen(user, { enabled: false }), 1],
    ['it is not compliant', [], seen(entra, { compliant: false }), 1],
    ['it is compliant', [seen(entra, { compliant: false })], seen(entra, { compliant: true }), 0],
    ['its retirement began', [], seen(entra, { retirement: 'begun' satisfies Retirement }), 1],
    ['it was told to retire', [], seen(entra, { retirement: 'issued' satisfies Retirement }), 1],
    [
      'its retirement went on',
      [seen(entra, { retirement: 'begun' })],
      seen(entra, { retirement: 'issued' }),
      1,
    ],
    [
      'its retirement went back',
      [seen(entra, { retirement: 'issued' })],
      seen(entra, { retirement: 'begun' }),
      0,
    ],
    ['it has a further owner', [], seen(entra, { ownerOids: [alice.oid, bob] }), 0],
    ['it has another owner', [], seen(entra, { ownerOids: [bob] }), 1],
    ['it has no owner', [], seen(intune, { ownerOids: [] }), 1],
    ['all of it is bad at once', [], seen(entra, { enabled: false, compliant: false }), 1],
    ['nothing was stored, and it is well', [], seen({ kind: 'user', id: bob }, {}), 0],
    ['nothing was stored, and it is gone', [], gone({ kind: 'user', id: bob }, 'unknown'), 1],
  ]
  test.each(table)('is counted after %s', async (_, before, now, worse) => {
    const { authority, enrollDevice } = await open()
    await enrollDevice()
    for (const observation of before) {
      const names = new Map<string, string>()
      const at = authority.now()
      const some = { observations: [{ ...observation, at }], due: [], names, isSync: true }
      await applySeen(authority, some, 'test')
    }
    expect(await countWorse(authority, [now])).toBe(worse)
  })

  test('is counted in all pages', async () => {
    const { authority } = await open()
    expect(await countWorse(authority, [])).toBe(0)
    for (const count of [999, 1_000, 1_001, 2_001]) {
      const observations = people(count).map((key) => gone(key, 'unknown'))
      expect(await countWorse(authority, observations)).toBe(count)
    }
  })
})

describe('engaging', () => {
  test('says when, how many of how many, and by whom', async () => {
    const { authority, breaker, told, clock, enrollDevice } = await open()
    await enrollDevice()
    const version = await authority.ledger.statusVersion()
    await engageCircuitBreaker(authority, 'look-up', 7)
    const engaged = { engagedAt: clock.now, changes: 7, bound: 3, releasedAt: null }
    expect(await breaker()).toEqual(engaged)
    expect(await told()).toEqual([['circuit_breaker.engaged', 'look-up', { changes: 7, bound: 3 }]])
    expect(await authority.ledger.statusVersion()).toBeGreaterThan(version)
  })

  test('again changes nothing, whether it was released or not', async () => {
    const { authority, breaker, told, pass } = await open()
    await engageCircuitBreaker(authority, 'look-up', 7)
    const engaged = await breaker()
    pass()
    await engageCircuitBreaker(authority, 'directory-sync', 8)
    expect(await breaker()).toEqual(engaged)
    await releaseCircuitBreaker(authority, operator)
    const released = await breaker()
    pass()
    await engageCircuitBreaker(authority, 'directory-sync', 9)
    expect(await breaker()).toEqual(released)
    expect((await told()).map(([kind]) => kind)).toEqual([
      'circuit_breaker.engaged',
      'circuit_breaker.released',
    ])
  })

  test('by several at once is on record once', async () => {
    const { authority, told } = await open()
    const all = [1, 2, 3, 4].map((count) => engageCircuitBreaker(authority, `${count}`, count))
    await Promise.all(all)
    expect(await told()).toHaveLength(1)
  })
})

describe('an operator', () => {
  const NONE = { brake: null }

  test('sees it as it stands, and releases it once', async () => {
    const { authority, clock, pass, told } = await open()
    expect(await describeCircuitBreaker(authority, operator)).toEqual(NONE)
    const engagedAt = clock.now.toISOString()
    await engageCircuitBreaker(authority, 'directory-sync', 7)
    const brake = { engagedAt, changes: 7, bound: 0, releasedAt: null }
    expect(await describeCircuitBreaker(authority, operator)).toEqual({ brake })
    pass()
    const released = { brake: { ...brake, releasedAt: clock.now.toISOString() } }
    expect(await releaseCircuitBreaker(authority, operator)).toEqual(released)
    pass()
    expect(await releaseCircuitBreaker(authority, operator)).toEqual(released)
    expect(await describeCircuitBreaker(authority, operator)).toEqual(released)
    expect(await told()).toEqual([
      ['circuit_breaker.engaged', 'directory-sync', { changes: 7, bound: 0 }],
      ['circuit_breaker.released', operator.oid, { changes: 7, bound: 0 }],
    ])
  })

  test('releases none that is not engaged', async () => {
    const { authority, told } = await open()
    await expect(releaseCircuitBreaker(authority, operator)).rejects.toMatchObject({
      code: 'not_found',
      message: 'The circuit breaker is not engaged.',
    })
    expect(await told()).toEqual([])
  })

  test('who comes at the same time as another, or as the end, changes nothing of it', async () => {
    const { authority, breaker, told, pass } = await open()
    await engageCircuitBreaker(authority, 'directory-sync', 7)
    pass()
    const release = () => releaseCircuitBreaker(authority, operator)
    const [one, other] = await Promise.all([release(), release()])
    expect(one).toEqual(other)
    expect(await told()).toHaveLength(2)

    await releaseEnded(authority, await authority.ledger.directoryState())
    await engageCircuitBreaker(authority, 'directory-sync', 8)
    const { directoryState } = authority.ledger
    const state = await directoryState()
    // The sync releases the circuit breaker after the operator has read its state.
    const stale = { ...authority, ledger: { ...authority.ledger } }
    Object.assign(stale.ledger, {
      directoryState: async () => {
        Object.assign(stale.ledger, { directoryState })
        await releaseEnded(authority, state)
        return state
      },
    })
    await expect(releaseCircuitBreaker(stale, operator)).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await breaker()).toBeNull()
  })

  type Refusal = readonly [who: string, code: string, make: (directory: TestDirectory) => unknown]
  const refusals: readonly Refusal[] = [
    [
      'whose account is disabled',
      'principal_disabled',
      (directory) => {
        directory.operators = [{ ...erin, enabled: false }]
      },
    ],
    ['whose account is gone', 'principal_disabled', (directory) => directory.operators.pop()],
    [
      'whom the directory cannot tell of',
      'directory_unavailable',
      (directory) => {
        directory.error = new LatchkeyError('directory_unavailable', 'No answer.')
      },
    ],
  ]
  test.each(refusals)('%s is refused: %s', async (_, code, make) => {
    const { authority, directory, breaker } = await open()
    await engageCircuitBreaker(authority, 'directory-sync', 7)
    make(directory)
    await expect(describeCircuitBreaker(authority, operator)).rejects.toMatchObject({ code })
    await expect(releaseCircuitBreaker(authority, operator)).rejects.toMatchObject({ code })
    expect(await breaker()).toMatchObject({ releasedAt: null })
  })

  test('is somebody with the role', async () => {
    const { authority, breaker } = await open()
    await engageCircuitBreaker(authority, 'directory-sync', 7)
    const refusal = {
      code: 'missing_role',
      message: 'Only operators with the role Manage.All may do this.',
    }
    await expect(describeCircuitBreaker(authority, requester)).rejects.toMatchObject(refusal)
    await expect(releaseCircuitBreaker(authority, requester)).rejects.toMatchObject(refusal)
    expect(await breaker()).toMatchObject({ releasedAt: null })
  })
})

describe('its end', () => {
  test('makes it ready again, on record', async () => {
    const { authority, breaker, told } = await open()
    await engageCircuitBreaker(authority, 'directory-sync', 7)
    await releaseEnded(authority, await authority.ledger.directoryState())
    expect(await breaker()).toBeNull()
    expect((await told()).at(-1)).toEqual(['circuit_breaker.released', 'directory-sync', {}])
  })

  test('is nothing where it was not engaged, and leaves one that was engaged later', async () => {
    const { authority, breaker, told, pass } = await open()
    const before = await authority.ledger.directoryState()
    await releaseEnded(authority, before)
    expect(await told()).toEqual([])
    await engageCircuitBreaker(authority, 'look-up', 7)
    const first = await authority.ledger.directoryState()
    await releaseEnded(authority, before)
    expect(await breaker()).toMatchObject({ changes: 7 })

    await releaseEnded(authority, first)
    pass()
    await engageCircuitBreaker(authority, 'look-up', 8)
    await releaseEnded(authority, first)
    expect(await breaker()).toMatchObject({ changes: 8 })
  })

  test('takes away one that an operator released while the sync was under way', async () => {
    const { authority, breaker } = await open()
    await engageCircuitBreaker(authority, 'look-up', 7)
    const state = await authority.ledger.directoryState()
    await releaseCircuitBreaker(authority, operator)
    await releaseEnded(authority, state)
    expect(await breaker()).toBeNull()
  })
})

describe('in a sync', () => {
  const spoil = (directory: TestDirectory) => {
    directory.users = [{ ...alice, enabled: false }]
    directory.devices = [{ ...laptop, enabled: false, ...nonCompliant }]
  }
  const fix = (directory: TestDirectory) => {
    directory.users = [alice]
    directory.devices = [laptop]
  }

  /** A device, its owner and its record in Intune, all of them read by a sync. */
  async function openRead(change: Partial<Authority> = {}) {
    const made = await open(change)
    const serial = await made.enrollDevice()
    await made.sync()
    made.pass()
    return { ...made, state: async () => (await made.statusOf(serial))?.state }
  }

  test.each([
    [2, 0, true],
    [3, 0, false],
    [0, 0.66, true],
    [0, 0.99, true],
    [0, 1, false],
    [3, 0.1, false],
    [2, 0.99, true],
  ])('three worse of three, with a minimum of %i and a share of %f, are held back: %s', async (min, share, isHeldBack) => {
    const { directory, sync, state, breaker, clock } = await openRead(atMost(min, share))
    spoil(directory)
    expect(await sync()).toMatchObject({ isHeldBack, changed: isHeldBack ? 0 : 3 })
    const engaged = { engagedAt: clock.now, changes: 3, bound: 3, releasedAt: null }
    expect(await breaker()).toEqual(isHeldBack ? engaged : null)
    expect(await state()).toBe(isHeldBack ? 'good' : 'hold')
  })

  test('all stays as it was, and fresh, until an operator lets it through, once', async () => {
    const { authority, directory, sync, state, pass, told, breaker, clock } = await openRead(
      atMost(0),
    )
    const cursors = async () => {
      const { streams } = await authority.ledger.directoryState()
      return Object.values(streams).map(({ cursor }) => cursor)
    }
    const before = await cursors()
    spoil(directory)
    directory.rounds.users = changes([{ oid: alice.oid, enabled: false }], [], 'next')
    for (let minute = 0; minute < 10; minute++) {
      expect(await sync()).toMatchObject({ isHeldBack: true, changed: 0 })
      pass()
    }
    // The directory was last read longer ago than the budget.
    expect(await state()).toBe('good')
    expect(await cursors()).toEqual(before)
    expect((await authority.ledger.directoryState()).streams.users.readAt).toEqual(
      new Date(clock.now.getTime() - MINUTE_MS),
    )
    expect(await told()).toHaveLength(1)

    await releaseCircuitBreaker(authority, operator)
    expect(await state()).toBe('good')
    expect(await sync()).toMatchObject({ isHeldBack: false, changed: 3 })
    expect(await state()).toBe('hold')
    expect((await cursors())[0]).toBe('next')
    expect(await breaker()).toBeNull()
    expect((await told()).map(([kind, actor]) => [kind, actor])).toEqual([
      ['circuit_breaker.engaged', 'directory-sync'],
      ['circuit_breaker.released', operator.oid],
      ['circuit_breaker.released', 'directory-sync'],
    ])

    delete directory.rounds.users
    fix(directory)
    pass()
    await sync()
    spoil(directory)
    pass()
    expect(await sync()).toMatchObject({ isHeldBack: true })
  })

  test('it ends by itself when there is no more to hold back', async () => {
    const { directory, sync, state, pass, breaker } = await openRead(atMost(1))
    spoil(directory)
    await sync()
    expect(await breaker()).not.toBeNull()
    fix(directory)
    pass()
    expect(await sync()).toMatchObject({ isHeldBack: false, changed: 0 })
    expect(await breaker()).toBeNull()
    expect(await state()).toBe('good')
  })

  test('what becomes better passes, however much', async () => {
    const { authority, directory, sync, state, pass } = await openRead(atMost(3))
    spoil(directory)
    await sync()
    pass()
    Object.assign(authority.circuitBreaker, { changesMin: 0 })
    fix(directory)
    expect(await sync()).toMatchObject({ isHeldBack: false, changed: 3 })
    expect(await state()).toBe('good')
  })

  test('what no certificate depends on does not count', async () => {
    const { directory, sync } = await openRead(atMost(0))
    directory.users = [alice, { ...alice, oid: bob, upn: 'bob@contoso.example', enabled: false }]
    expect(await sync()).toMatchObject({ isHeldBack: false, changed: 0 })
  })

  test.each([
    [0, true],
    [1, false],
  ])('a name that somebody else has now counts: with a minimum of %i', async (min, isHeldBack) => {
    const { authority, directory, sync, enrollUser, statusOf, pass } = await open(atMost(min))
    const serial = await enrollUser()
    await sync()
    pass()
    directory.users = [{ ...alice, upn: 'a2@contoso.example' }]
    await sync()
    pass()
    directory.users.push({ ...alice, oid: bob })
    expect(await sync()).toMatchObject({ isHeldBack })
    expect(await statusOf(serial)).toMatchObject({ state: isHeldBack ? 'good' : 'revoked' })
    expect((await authority.ledger.directoryState()).circuitBreaker === null).toBe(!isHeldBack)
  })

  /** Two of three objects are looked up one by one, since their owners were read long ago. */
  test.each([
    [0, 0.67, true],
    [1, 0.67, true],
    [2, 0.67, false],
    [0, 1, false],
  ])('of those that are asked for one by one the share counts too: %i, %f', async (min, share, isHeldBack) => {
    const { directory, sync, pass } = await openRead({
      ...atMost(min, share),
      ownersMaxAgeMs: 60 * MINUTE_MS,
    })
    await sync()
    pass(60 * MINUTE_MS + 1)
    directory.rounds = {
      users: changes([]),
      entraDevices: changes([]),
      intuneDevices: changes([]),
    }
    directory.devices = [{ ...laptop, entraOwnerOids: [bob], primaryUserOids: [bob] }]
    expect(await sync()).toMatchObject({ isHeldBack })
  })
})
