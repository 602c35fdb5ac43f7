import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { LookUp } from '#lib/directory/directory.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { DAY_MS, MINUTE_MS, openSync } from '#lib/issuance/testing/open-sync.ts'
import type { TestDirectory } from '#lib/issuance/testing/test-authority.ts'
import type { CircuitBreaker } from '#lib/ledger/directory-ledger.ts'
import { type DirectoryKey, textOfKey } from '#lib/model.ts'
import { alice, laptop, nonCompliant, wiping } from '#lib/policy/testing/context.ts'
import { makeBackfill } from './backfill.ts'

const user: DirectoryKey = { kind: 'user', id: alice.oid }
const entra: DirectoryKey = { kind: 'entra_device', id: laptop.deviceId ?? '' }
const intune: DirectoryKey = { kind: 'intune_device', id: laptop.intuneId ?? '' }
const unavailable = new LatchkeyError('directory_unavailable', 'The directory is not answering.')
const GONE: LookUp = { present: false, deletion: 'unknown' }

let close = async () => undefined as unknown
afterEach(() => close())

/** Opens a backfill queue over a test ledger and a test directory, and records what it asks. */
async function open(change: Partial<Authority> = {}) {
  const made = await openSync(change)
  const { authority, clock, enrollDevice, pass } = made
  const { ledger, changeFeed } = authority
  close = ledger.close
  const asked: string[] = []
  const objectIds: (string | null)[] = []
  const errors: unknown[] = []
  /** When set, questions wait until the test answers them. */
  const held = { isHeld: false, answers: [] as PromiseWithResolvers<LookUp>[] }
  const watched: Authority = {
    ...authority,
    changeFeed: {
      ...changeFeed,
      lookUp: (key, objectId) => {
        asked.push(textOfKey(key))
        objectIds.push(objectId)
        if (!held.isHeld) return changeFeed.lookUp(key, objectId)
        const answer = Promise.withResolvers<LookUp>()
        held.answers.push(answer)
        return answer.promise
      },
    },
  }
  const replica = () => makeBackfill(watched, (error) => errors.push(error))
  const backfill = replica()
  return {
    ...made,
    asked,
    /** Graph's object ids that questions came with. */
    objectIds,
    errors,
    held,
    backfill,
    /** Another queue on the same ledger. */
    replica,
    stored: async (key: DirectoryKey) => (await ledger.directoryObjects([key]))[0],
    breaker: async () => (await ledger.directoryState()).circuitBreaker,
    engage: (to: CircuitBreaker) =>
      ledger.setCircuitBreaker(
        { from: null, to },
        auditEvent(authority, 'circuit_breaker.engaged', 'directory-sync', null, {}),
      ),
    /** Asks for these objects, and gives how many questions reached the directory. */
    ask: async (keys: readonly DirectoryKey[], by = backfill) => {
      const before = asked.length
      by.want(keys)
      await by.idle()
      return asked.length - before
    },
    /** Stores the test's device, its owner and its record in Intune as they are now. */
    store: async () => {
      await enrollDevice()
      await made.sync()
      pass()
      return clock.now
    },
  }
}

function people(count: number): readonly DirectoryKey[] {
  return Array.from({ length: count }, (_, index) => {
    return { kind: 'user', id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` }
  })
}

/** Waits long enough that an unwanted question would have been asked. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

/** Waits until exactly `count` questions were asked. */
async function askedSoFar(asked: readonly string[], count: number): Promise<void> {
  await vi.waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(count), 45_000)
  await settle()
  expect(asked).toHaveLength(count)
}

test('one refusal with Retry-After holds back every question, and none is lost', async () => {
  const { held, asked, backfill } = await open()
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  held.isHeld = true
  const keys = people(20)
  backfill.want(keys)
  await vi.waitFor(() => expect(asked).toHaveLength(4), 45_000)
  const cause = Object.assign(new Error('429'), { retryAfter: 30 })
  const busy = new LatchkeyError('directory_unavailable', 'busy', { cause })
  held.answers.splice(0, 1)[0]?.reject(busy)
  held.answers.splice(0, 3).forEach((answer) => void answer.resolve(GONE))
  await vi.waitFor(() => expect(backfill.length()).toBe(16), 45_000)
  backfill.want(people(25))
  await setImmediate()
  await vi.advanceTimersByTimeAsync(29_000)
  expect(asked).toHaveLength(4)
  held.isHeld = false
  const idle = backfill.idle()
  await vi.advanceTimersByTimeAsync(1100)
  await idle
  expect(asked).toHaveLength(25)
  expect(new Set(asked).size).toBe(25)
})

describe('an object', () => {
  test('is asked for after the caller’s own turn, once for all who want it', async () => {
    const { authority, backfill, asked } = await open()
    let reads = 0
    const { directoryObjects } = authority.ledger
    Object.assign(authority.ledger, {
      directoryObjects: (keys: readonly DirectoryKey[]) => {
        reads += 1
        return directoryObjects(keys)
      },
    })
    backfill.want([user, user])
    backfill.want([user])
    expect([reads, asked]).toEqual([0, []])
    await backfill.idle()
    expect(asked).toEqual([textOfKey(user)])
    expect(reads).toBeGreaterThan(0)
  })

  test('is not asked for again while its answer is under way', async () => {
    const { backfill, asked, held } = await open()
    held.isHeld = true
    backfill.want([user])
    await askedSoFar(asked, 1)
    backfill.want([user])
    await askedSoFar(asked, 1)
    held.answers[0]?.resolve(GONE)
    await backfill.idle()
    expect(asked).toHaveLength(1)
  })

  test.each<[after: string, make: (directory: TestDirectory) => unknown]>([
    ['it was found', () => undefined],
    ['it was not there', (directory) => directory.users.pop()],
    [
      'the directory did not answer',
      (directory) => {
        directory.error = unavailable
      },
    ],
    [
      'something broke',
      (directory) => {
        directory.error = new Error('a bug')
      },
    ],
  ])('is asked for once a minute after %s', async (_, make) => {
    const { ask, directory, pass } = await open()
    make(directory)
    expect(await ask([user])).toBe(1)
    expect(await ask([user])).toBe(0)
    pass(MINUTE_MS - 1)
    expect(await ask([user])).toBe(0)
    pass(1)
    expect(await ask([user])).toBe(1)
    expect(await ask([user])).toBe(0)
  })

  test.each([
    [0, 0],
    [1, 0],
    [MINUTE_MS - 1, 0],
    [MINUTE_MS, 1],
    [DAY_MS, 1],
  ])('is asked for by a clock that went back by %i ms %i times', async (ms, times) => {
    const { ask, pass } = await open()
    expect(await ask([user])).toBe(1)
    pass(-ms)
    expect(await ask([user])).toBe(times)
  })

  test('is asked for by the object id of Graph’s that is stored of it', async () => {
    const { store, ask, objectIds } = await open()
    await ask([entra])
    await store()
    await ask([entra, user])
    expect(objectIds).toEqual([null, laptop.objectId, null])
  })

  test('is its kind and its id', async () => {
    const { ask, asked } = await open()
    const keys = [user, { ...user, kind: 'entra_device' }, { ...user, kind: 'intune_device' }]
    expect(await ask(keys as DirectoryKey[])).toBe(3)
    expect(new Set(asked).size).toBe(3)
  })
})

describe('of many objects', () => {
  test('four are asked for at once, and the others in their order as answers come', async () => {
    const { backfill, asked, held } = await open()
    held.isHeld = true
    const all = people(7)
    backfill.want(all)
    await askedSoFar(asked, 4)
    held.answers[2]?.resolve(GONE)
    await askedSoFar(asked, 5)
    held.answers[0]?.reject(unavailable)
    held.answers[1]?.reject(new Error('a bug'))
    await askedSoFar(asked, 7)
    expect(asked).toEqual(all.map(textOfKey))
    for (const answer of held.answers) answer.resolve(GONE)
    await backfill.idle()
  })

  test('a thousand wait; the others do when somebody wants them again', async () => {
    const { ask, asked } = await open()
    const all = people(1_003)
    expect(await ask(all)).toBe(1_000)
    expect(await ask(all)).toBe(3)
    expect(asked).toEqual(all.map(textOfKey))
  })

  test('twenty thousand are asked for in a minute, and none of them twice', async () => {
    const { ask, directory, pass } = await open()
    directory.error = unavailable
    const all = people(20_001)
    for (let start = 0; start < 20_000; start += 1_000) {
      if (start === 10_000) pass(MINUTE_MS / 2)
      expect(await ask(all.slice(start, start + 1_000))).toBe(1_000)
    }
    const [early, late, last] = [all.slice(0, 10), all.slice(10_000, 10_010), all.slice(20_000)]
    expect(await ask([...last, ...early, ...late])).toBe(0)
    pass(MINUTE_MS / 2)
    expect(await ask([...last, ...early, ...late])).toBe(11)
    pass(MINUTE_MS / 2)
    expect(await ask([...last, ...early, ...late])).toBe(10)
  })
})

describe('at its end', () => {
  test('what is under way is waited for, what waits is forgotten, and nothing more is asked', async () => {
    const { backfill, asked, held } = await open()
    held.isHeld = true
    backfill.want(people(6))
    await askedSoFar(asked, 4)
    let isStopped = false
    const stopped = backfill.stop().then(() => {
      isStopped = true
    })
    backfill.want([user])
    for (const answer of held.answers.slice(1)) answer.resolve(GONE)
    await settle()
    expect(isStopped).toBe(false)
    held.answers[0]?.resolve(GONE)
    await stopped
    await askedSoFar(asked, 4)
  })

  test('with nothing under way it is over at once', async () => {
    const { backfill } = await open()
    await backfill.idle()
    await backfill.stop()
    await backfill.idle()
  })
})

describe('what is seen', () => {
  test('is stored, and told in the audit trail as seen by a look-up', async () => {
    const { store, ask, directory, stored, authority, clock } = await open()
    await store()
    directory.users = [{ ...alice, enabled: false }]
    await ask([user])
    expect(await stored(user)).toMatchObject({
      disabledSince: clock.now,
      seenAt: clock.now,
      // A delta query may have reported something else before.
      needsRecheck: true,
    })
    const events = (await authority.ledger.auditTrail(0, 100)).map(({ event }) => event)
    expect(events.at(-1)).toMatchObject({ kind: 'directory.changed', actor: 'look-up' })
  })

  test('is nothing while the directory is failing, which is no error', async () => {
    const { store, ask, directory, stored, errors, events } = await open()
    await store()
    const before = await stored(user)
    directory.error = unavailable
    expect(await ask([user, entra])).toBe(2)
    expect([await stored(user), errors, await events()]).toEqual([before, [], []])
  })

  test('of an object that breaks something is told as an error, and the others go on', async () => {
    const { ask, authority, errors, stored } = await open()
    const { directoryObjects } = authority.ledger
    const broken = new Error('a bug')
    Object.assign(authority.ledger, {
      directoryObjects: (keys: readonly DirectoryKey[]) =>
        keys[0]?.kind === 'entra_device' ? Promise.reject(broken) : directoryObjects(keys),
    })
    await ask([entra, user])
    expect(errors).toEqual([broken])
    expect(await stored(user)).toMatchObject({ upn: alice.upn })
  })
})

/** Lets this many changes for the worse through. */
const passing = (changesMin: number, shareMax = 0) => ({ circuitBreaker: { changesMin, shareMax } })

type Worse = readonly [what: string, key: DirectoryKey, make: (directory: TestDirectory) => unknown]

const disable = (directory: TestDirectory) => {
  directory.users = [{ ...alice, enabled: false }]
}
const makeDevice = (device: Partial<typeof laptop>) => (directory: TestDirectory) => {
  directory.devices = [{ ...laptop, ...device }]
}

const WORSE: readonly Worse[] = [
  ['a disabled account', user, disable],
  ['an account that is gone', user, (directory) => directory.users.pop()],
  ['a disabled device', entra, makeDevice({ enabled: false })],
  ['a device that is not compliant', entra, makeDevice(nonCompliant)],
  ['another registered owner', entra, makeDevice({ entraOwnerOids: [] })],
  ['a record that is not compliant', intune, makeDevice(nonCompliant)],
  ['a record that is gone', intune, makeDevice({ intuneId: null })],
  ['a wiped device', intune, makeDevice(wiping)],
  ['another primary user', intune, makeDevice({ primaryUserOids: [] })],
]

describe('the circuit breaker', () => {
  test.each(WORSE)('counts %s, and holds it back beyond the limit', async (_, key, make) => {
    const { store, ask, directory, stored, breaker, events } = await open(passing(0))
    const at = await store()
    const before = await stored(key)
    make(directory)
    expect(await ask([key])).toBe(1)
    expect(await stored(key)).toEqual(before)
    expect(await breaker()).toEqual({ engagedAt: at, changes: 1, bound: 3, releasedAt: null })
    expect(await events()).toEqual(['circuit_breaker.engaged'])
  })

  test.each(WORSE)('lets %s through within the limit', async (_, key, make) => {
    const { store, ask, directory, events, breaker } = await open(passing(1))
    await store()
    make(directory)
    await ask([key])
    expect(await events()).toHaveLength(1)
    expect(await breaker()).toBeNull()
  })

  const exempt: readonly Worse[] = [
    ['what is as it was', user, () => undefined],
    [
      'another name',
      user,
      (directory) => {
        directory.users = [{ ...alice, upn: 'a2@contoso.example' }]
      },
    ],
    ['a further owner', entra, makeDevice({ entraOwnerOids: [alice.oid, 'b0b'] })],
  ]
  test.each(exempt)('does not count %s', async (_, key, make) => {
    const { store, ask, directory, stored, breaker, clock } = await open(passing(0))
    await store()
    make(directory)
    await ask([key])
    expect(await stored(key)).toMatchObject({ seenAt: clock.now })
    expect(await breaker()).toBeNull()
  })

  test('does not count what becomes better', async () => {
    const { authority, store, ask, directory, stored, breaker, sync, pass } = await open(passing(1))
    await store()
    disable(directory)
    await sync()
    pass()
    directory.users = [alice]
    Object.assign(authority.circuitBreaker, { changesMin: 0 })
    await ask([user])
    expect(await stored(user)).toMatchObject({ disabledSince: null })
    expect(await breaker()).toBeNull()
  })

  test('does not count an object of which nothing is stored', async () => {
    const { ask, directory, stored, breaker } = await open(passing(0))
    disable(directory)
    directory.devices = []
    await ask([user, entra, intune])
    expect(await stored(user)).toMatchObject({ disabledSince: expect.any(Date) })
    expect(await stored(entra)).toMatchObject({ absentSince: expect.any(Date) })
    expect(await stored(intune)).toMatchObject({ absentSince: expect.any(Date) })
    expect(await breaker()).toBeNull()
  })

  /** With three objects: an absolute number of changes is allowed, or a share rounded down. */
  test.each([
    [0, 0, 0],
    [1, 0, 1],
    [2, 0, 2],
    [3, 0, 3],
    [0, 0.33, 0],
    [0, 0.34, 1],
    [0, 0.66, 1],
    [0, 0.67, 2],
    [0, 1, 3],
    [2, 0.34, 2],
    [1, 0.67, 2],
  ])('with a minimum of %i and a share of %f lets %i of three through', async (min, share, passes) => {
    const { store, ask, directory, stored, breaker } = await open(passing(min, share))
    await store()
    disable(directory)
    makeDevice({ enabled: false, ...nonCompliant })(directory)
    const through: boolean[] = []
    for (const key of [user, entra, intune]) {
      await ask([key])
      const object = await stored(key)
      through.push((object?.disabledSince ?? object?.nonCompliantSince ?? null) !== null)
    }
    expect(through).toEqual([0, 1, 2].map((index) => index < passes))
    expect((await breaker())?.changes ?? null).toBe(passes < 3 ? passes + 1 : null)
  })

  test('counts for all replicas together', async () => {
    const { authority, store, ask, replica, directory, stored, breaker } = await open(passing(1))
    await store()
    disable(directory)
    makeDevice({ enabled: false })(directory)
    await ask([user])
    await ask([entra], replica())
    expect(await stored(entra)).toMatchObject({ disabledSince: null })
    expect(await breaker()).toMatchObject({ changes: 2 })
    const last = (await authority.ledger.auditTrail(0, 100)).at(-1)?.event
    expect(last).toMatchObject({
      kind: 'circuit_breaker.engaged',
      actor: 'look-up',
      facts: { changes: 2, bound: 3 },
    })
  })

  test('counts anew after each sync', async () => {
    const { store, ask, directory, stored, breaker, sync, pass } = await open(passing(1))
    await store()
    disable(directory)
    await ask([user])
    await sync()
    pass()
    makeDevice({ enabled: false })(directory)
    await ask([entra])
    expect(await stored(entra)).toMatchObject({ disabledSince: expect.any(Date) })
    expect(await breaker()).toBeNull()
  })

  test('is engaged once by many at the same time', async () => {
    const { store, ask, directory, events, breaker } = await open(passing(0))
    await store()
    disable(directory)
    makeDevice({ enabled: false, ...nonCompliant })(directory)
    expect(await ask([user, entra, intune])).toBe(3)
    expect(await events()).toEqual(['circuit_breaker.engaged'])
    expect(await breaker()).toMatchObject({ changes: 1 })
  })

  test('holds back what becomes worse while it is engaged, and nothing else', async () => {
    const { store, ask, directory, stored, clock, engage, breaker, events } = await open()
    const engagedAt = await store()
    const engaged = { engagedAt, changes: 70, bound: 100, releasedAt: null }
    await engage(engaged)
    disable(directory)
    makeDevice({ displayName: 'another' })(directory)
    await ask([user, entra])
    expect(await stored(user)).toMatchObject({ disabledSince: null })
    expect(await stored(entra)).toMatchObject({ seenAt: clock.now })
    expect(await breaker()).toEqual(engaged)
    expect(await events()).toEqual(['circuit_breaker.engaged'])
  })

  test('lets everything through once it is released', async () => {
    const { store, ask, directory, stored, engage, breaker } = await open(passing(0))
    const engagedAt = await store()
    const released = { engagedAt, changes: 70, bound: 100, releasedAt: engagedAt }
    await engage(released)
    disable(directory)
    makeDevice({ enabled: false })(directory)
    await ask([user, entra])
    expect(await stored(user)).toMatchObject({ disabledSince: expect.any(Date) })
    expect(await stored(entra)).toMatchObject({ disabledSince: expect.any(Date) })
    expect(await breaker()).toEqual(released)
  })
})
