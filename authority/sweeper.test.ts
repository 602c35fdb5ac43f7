import { expect, test, vi } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { createLog } from '#lib/log.ts'
import { startSweeper } from './sweeper.ts'

const HOUR_MS = 3_600_000

async function open() {
  const made = await testAuthority()
  const lines: string[] = []
  const log = createLog('authority', {
    level: 'debug',
    readable: false,
    write: (line) => lines.push(line),
  })
  const readings = () => made.directory.cursors.filter(({ kind }) => kind === 'users').length
  return { ...made, log, lines, readings, start: () => startSweeper(made.authority, log, HOUR_MS) }
}

test('of several replicas one sweeps, and another when it has stopped', async () => {
  const { authority, start, readings } = await open()
  const [one, other] = [start(), start()]
  await Promise.all([one.stop(), other.stop()])
  expect(readings()).toBe(1)
  expect((await authority.ledger.snapshot()).version).toBe(1)
  await start().stop()
  expect(readings()).toBe(2)
  await authority.ledger.close()
})

test('one that died is replaced when its lease has run out', async () => {
  const { authority, clock, start, readings } = await open()
  const until = new Date(clock.now.getTime() + 1000)
  await authority.ledger.takeLease('sweep', 'dead', clock.now, until)
  await start().stop()
  expect(readings()).toBe(0)
  clock.now = until
  await start().stop()
  expect(readings()).toBe(1)
  await authority.ledger.close()
})

test('trouble is told in the log and ends nothing', async () => {
  const { authority, directory, start, lines } = await open()
  directory.trouble = new LatchkeyError('directory_unavailable', 'The directory is not answering.')
  const sweeper = start()
  await expect.poll(() => lines.length).toBe(1)
  await sweeper.stop()
  expect(lines.join()).toContain('the directory could not be read for changes')
  await authority.ledger.close()
})

test('a notice brings the next sweep forward, and one during a sweep is not lost', async () => {
  const { authority, start, readings } = await open()
  const sweeper = start()
  sweeper.soon()
  await vi.waitFor(() => expect(readings()).toBe(2))
  // Whether it comes while the second sweep runs or after it.
  sweeper.soon()
  await vi.waitFor(() => expect(readings()).toBe(3))
  await sweeper.stop()
  sweeper.soon()
  expect(readings()).toBe(3)
  await authority.ledger.close()
})
