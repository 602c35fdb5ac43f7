import { afterEach, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import { alice, laptop } from '#lib/policy/testing/context.ts'
import { freshnessOf, readAtOf, statusOfRecords } from './status.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const ALICE = { upn: alice.upn }
const LAPTOP = { commonName: laptop.deviceId ?? '' }

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  opened = null
})

async function open() {
  const made = await openStatus()
  opened = made.authority
  const { authority, clock, directory } = made
  return {
    ...made,
    later: (ms: number) => {
      clock.now = new Date(clock.now.getTime() + ms)
    },
    silence: () => {
      directory.error = new LatchkeyError('directory_unavailable', 'Graph is down.')
    },
    statusOf: async (serial: string) => {
      const records = await authority.ledger.certificatesBySerial([serial])
      return (await statusOfRecords(authority, records))[0]
    },
  }
}

describe('when the directory is silent for longer than its budget', () => {
  test('what it ended for good stays revoked, and what it only stopped is not known', async () => {
    const { issue, sync, directory, later, silence, statusOf, ask, answer, clock } = await open()
    const [held, gone] = [await issue(ALICE), await issue(LAPTOP)]
    directory.users = [{ ...alice, enabled: false }]
    directory.devices = []
    directory.bin.set(laptop.deviceId ?? '', 'final')
    await sync()
    const goneAt = clock.now
    silence()
    later(HOUR_MS)
    const revoked = { state: 'revoked', reason: 'device_deleted', since: goneAt }
    expect(await statusOf(gone)).toMatchObject(revoked)
    expect(await statusOf(held)).toMatchObject({ state: 'unknown', reason: 'directory_unknown' })
    const said = { kind: 'revoked', at: goneAt, reason: 'cessationOfOperation' }
    expect(await ask(gone)).toEqual(said)
    expect(await answer([held])).toMatchObject({ kind: 'error', error: 'tryLater' })
  })
})

describe('a sync of the directory', () => {
  test('counts for its budget, and not when a clock was wrong that made it', async () => {
    const { authority, sync, later, clock } = await open()
    const readAt = clock.now
    const table: [number, boolean][] = [
      [0, true],
      [5 * MINUTE_MS, true],
      [5 * MINUTE_MS + 1, false],
      // Clocks of replicas differ a little.
      [-MINUTE_MS, true],
      [-MINUTE_MS - 1, false],
    ]
    await sync()
    for (const [ageMs, isFresh] of table) {
      clock.now = readAt
      later(ageMs)
      expect(freshnessOf(authority, await readAtOf(authority))).toEqual({ readAt, isFresh })
    }
  })

  test('from the future makes no answer that begins in the future', async () => {
    const { issue, sync, read, answer, later, silence } = await open()
    const serial = await issue(ALICE)
    await sync()
    later(-30_000)
    const now = (await read([serial])).producedAt
    expect((await read([serial])).responses[0]?.thisUpdate).toEqual(now)
    later(-HOUR_MS)
    silence()
    expect(await answer([serial], { hash: 'sha256' })).toMatchObject({
      kind: 'error',
      error: 'tryLater',
    })
  })
})
