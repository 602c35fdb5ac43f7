import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { openPace, type Pace, Throttled } from './pace.ts'

/** Sets the clock that only goes forward ahead, for the rest of a test. */
function later(ms: number): void {
  const own = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => own() + ms)
}
afterEach(() => vi.restoreAllMocks())

const OPTIONS = { perSecondMax: 25, processes: 1, deadlineMs: 1000 }

test('KMS-10: of 500 at once as many get a place as can be served, and no one takes all', () => {
  const pace = openPace(OPTIONS)
  const frees: (() => void)[] = []
  const refusals: unknown[] = []
  const ask = (who: string) => {
    try {
      frees.push(pace.enter(who))
    } catch (error) {
      refusals.push(error)
    }
  }
  for (let n = 0; n < 200; n++) ask('a script')
  expect(frees).toHaveLength(13)
  for (let n = 0; n < 300; n++) ask(`person ${n}`)
  expect(frees).toHaveLength(50)
  expect(refusals).toHaveLength(450)
  expect(refusals.at(-1)).toMatchObject({ code: 'signer_unavailable', retryAfterSeconds: 3 })

  frees[0]?.()
  frees[0]?.()
  ask('another')
  ask('one too many')
  expect(frees).toHaveLength(51)
})

test('calls are spread over time, so that the limit is not reached', async () => {
  const pace = openPace({ ...OPTIONS, perSecondMax: 100 })
  const before = performance.now()
  await Promise.all(Array.from({ length: 60 }, () => pace.run(async () => undefined)))
  expect(performance.now() - before).toBeGreaterThan(300)
})

function placesOf(pace: Pace): number {
  const frees: (() => void)[] = []
  try {
    for (;;) frees.push(pace.enter(`person ${frees.length}`))
  } catch {
    for (const free of frees) free()
    return frees.length
  }
}

test('several processes share the limit', async () => {
  const pace = openPace({ ...OPTIONS, perSecondMax: 200, processes: 4 })
  const before = performance.now()
  await Promise.all(Array.from({ length: 24 }, () => pace.run(async () => undefined)))
  expect(performance.now() - before).toBeGreaterThan(180)
})

test('while the service says no, nobody else asks, and the pace falls', async () => {
  const pace = openPace({ perSecondMax: 400, processes: 1, deadlineMs: 3000 })
  let calls = 0
  await pace.run(async () => {
    calls += 1
    if (calls === 1) throw new Throttled(100)
  })
  expect(calls).toBe(2)
  const before = performance.now()
  await Promise.all(Array.from({ length: 20 }, () => pace.run(async () => undefined)))
  // A tenth of the limit: 40 a second.
  expect(performance.now() - before).toBeGreaterThan(350)
})

test('a no for days is asked again after a minute', async () => {
  const pace = openPace(OPTIONS)
  const throttled = async () => {
    throw new Throttled(999_999_000)
  }
  await expect(pace.run(throttled)).rejects.toMatchObject({ retryAfterSeconds: 60 })
  later(60_001)
  expect(await pace.run(async () => 'good')).toBe('good')
})

test('a call whose turn would come too late is refused at once', async () => {
  const pace = openPace({ perSecondMax: 10, processes: 1, deadlineMs: 600 })
  const calls = Array.from({ length: 20 }, () => pace.run(async () => 'done'))
  const ends = await Promise.allSettled(calls)
  expect(ends.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(3)
  expect(ends.at(-1)).toMatchObject({ reason: { code: 'signer_unavailable' } })
})

test('what ends after its time is dropped, and the call is told', async () => {
  const pace = openPace({ ...OPTIONS, deadlineMs: 50 })
  let told: unknown = null
  const late = pace.run(async (signal) => {
    signal.addEventListener('abort', () => {
      told = signal.reason
    })
    await sleep(120)
    return 'late'
  })
  await expect(late).rejects.toThrow('The CA key does not answer in time.')
  expect(told).toMatchObject({ code: 'signer_unavailable' })
})

test('three failures stop all calls, and one that goes well lets them through again', async () => {
  const pace = openPace(OPTIONS)
  const fail = () => pace.run(() => Promise.reject(new Error('down')))
  for (let n = 0; n < 3; n++) await expect(fail()).rejects.toThrow('down')
  expect(pace.isUp()).toBe(false)
  await expect(fail()).rejects.toMatchObject({ message: 'The CA key does not answer.' })
  expect(() => pace.enter('alice')).toThrow('The CA key does not answer.')

  later(5001)
  const trial = pace.run(async () => 'good')
  await expect(fail()).rejects.toMatchObject({ message: 'The CA key does not answer.' })
  expect(await trial).toBe('good')
  expect(pace.isUp()).toBe(true)
  expect(() => pace.enter('alice')).not.toThrow()
})

test('after a while without a no the pace rises again', async () => {
  const pace = openPace({ perSecondMax: 400, processes: 1, deadlineMs: 3000 })
  let calls = 0
  await pace.run(async () => {
    calls += 1
    if (calls === 1) throw new Throttled(0)
  })
  // Places for two seconds: 80 at a tenth of the limit.
  expect(placesOf(pace)).toBe(80)
  later(120_000)
  expect(placesOf(pace)).toBe(776)
})
