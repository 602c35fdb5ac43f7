import { expect, test, vi } from 'vitest'
import { startDirectorySync } from '#authority/jobs/directory-sync.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { createLog } from '#lib/log.ts'

const HOUR_MS = 3_600_000

async function open() {
  const made = await testAuthority()
  const lines: string[] = []
  const log = createLog('authority', {
    level: 'debug',
    readable: false,
    write: (line) => lines.push(line),
  })
  const syncs = () => made.directory.cursors.filter(({ kind }) => kind === 'users').length
  return {
    ...made,
    log,
    lines,
    syncs,
    start: () => startDirectorySync(made.authority, log, HOUR_MS),
  }
}

test('of several replicas one reads, and another when it has stopped', async () => {
  const { authority, start, syncs } = await open()
  const [one, other] = [start(), start()]
  await Promise.all([one.stop(), other.stop()])
  expect(syncs()).toBe(1)
  expect((await authority.ledger.directoryState()).version).toBe(1)
  await start().stop()
  expect(syncs()).toBe(2)
  await authority.ledger.close()
})

test('one that died is replaced when its lease has run out', async () => {
  const { authority, clock, start, syncs } = await open()
  const until = new Date(clock.now.getTime() + 1000)
  await authority.ledger.takeLease('directory-sync', 'dead', clock.now, until)
  await start().stop()
  expect(syncs()).toBe(0)
  clock.now = until
  await start().stop()
  expect(syncs()).toBe(1)
  await authority.ledger.close()
})

test('an error is told in the log and ends nothing', async () => {
  const { authority, directory, start, lines } = await open()
  directory.error = new LatchkeyError('directory_unavailable', 'The directory is not answering.')
  const sync = start()
  await expect.poll(() => lines.length).toBe(1)
  await sync.stop()
  expect(lines.join()).toContain('the directory could not be read for changes')
  await authority.ledger.close()
})

test('DIR-02: waits as long as the directory asks, which a notice does not cut short', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  try {
    const { authority, directory, start, syncs } = await open()
    const refusal = { retryAfterSeconds: 2 * 3600 }
    directory.error = new LatchkeyError('directory_unavailable', 'Too many requests.', refusal)
    const sync = start()
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1), 45_000)
    expect(syncs()).toBe(1)
    directory.error = null
    sync.soon()
    vi.advanceTimersByTime(1.9 * HOUR_MS)
    expect([syncs(), vi.getTimerCount()]).toEqual([1, 1])
    vi.advanceTimersByTime(0.1 * HOUR_MS)
    await vi.waitFor(() => expect(syncs()).toBe(2), 45_000)
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1), 45_000)
    // The next sync runs at its interval again.
    vi.advanceTimersByTime(HOUR_MS)
    await vi.waitFor(() => expect(syncs()).toBe(3), 45_000)
    vi.useRealTimers()
    await sync.stop()
    await authority.ledger.close()
  } finally {
    vi.useRealTimers()
  }
})

test('a sync that takes long keeps its lease', async () => {
  const { authority, directory, clock, start, syncs } = await open()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const answer = Promise.withResolvers<void>()
    const { riskyUsers } = authority.changeFeed
    const slow = async () => {
      await answer.promise
      return riskyUsers()
    }
    Object.assign(authority.changeFeed, { riskyUsers: slow })
    const sync = start()
    await vi.waitFor(() => expect(syncs()).toBe(1), 45_000)
    for (let turn = 0; turn < 6; turn++) {
      clock.now = new Date(clock.now.getTime() + HOUR_MS)
      await vi.advanceTimersByTimeAsync(HOUR_MS)
    }
    // As long as its own lease.
    const until = new Date(clock.now.getTime() + 3 * HOUR_MS)
    expect(await authority.ledger.takeLease('directory-sync', 'other', clock.now, until)).toBe(
      false,
    )
    answer.resolve()
    await sync.stop()
    expect(await authority.ledger.takeLease('directory-sync', 'other', clock.now, until)).toBe(true)
    expect(directory.error).toBeNull()
    await authority.ledger.close()
  } finally {
    vi.useRealTimers()
  }
})

test('a notice is not lost when another replica has the lease', async () => {
  const { authority, clock, start, syncs } = await open()
  const until = new Date(clock.now.getTime() + HOUR_MS)
  await authority.ledger.takeLease('directory-sync', 'other', clock.now, until)
  const sync = start()
  sync.soon()
  await vi.waitFor(() => expect(syncs()).toBe(1), 45_000)
  await sync.stop()
  await authority.ledger.close()
})

test('a notice brings the next sync forward, and one during a sync is not lost', async () => {
  const { authority, start, syncs } = await open()
  const sync = start()
  sync.soon()
  await vi.waitFor(() => expect(syncs()).toBe(2), 45_000)
  // Both when the call comes during the second sync and after it.
  sync.soon()
  await vi.waitFor(() => expect(syncs()).toBe(3), 45_000)
  await sync.stop()
  sync.soon()
  expect(syncs()).toBe(3)
  await authority.ledger.close()
})
