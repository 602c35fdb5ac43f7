import { afterEach, expect, test, vi } from 'vitest'
import { type CrlPublisher, startPublisher } from '#authority/jobs/crl-publisher.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import { createLog } from '#lib/log.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { laptop, requester } from '#lib/policy/testing/context.ts'

const DAY_MS = 86_400_000

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function open() {
  const made = await openStatus()
  closing.push(() => made.authority.ledger.close())
  const said: string[] = []
  const write = (line: string) => said.push((JSON.parse(line) as { msg: string }).msg)
  const log = createLog('authority', { level: 'info', readable: false, write })
  const start = () => {
    const publisher = startPublisher(made.authority, log, {
      settings: {
        fullUrl: 'http://localhost/crl/full.crl',
        lifeMs: DAY_MS,
        partitionAbove: 20_000,
      },
      refreshMs: 10,
      automatic: true,
    })
    closing.push(() => publisher.close())
    return publisher
  }
  const later = (ms: number) => {
    made.clock.now = new Date(made.clock.now.getTime() + ms)
  }
  return { ...made, start, later, said }
}

/** Waits for a full CRL with exactly these serials. */
async function untilNamed(publisher: CrlPublisher, serials: readonly string[]) {
  return vi.waitFor(
    async () => {
      const served = await publisher.crls.get('full')
      const crl = served && readCrl(served.der)
      expect(crl?.entries.map(({ serial }) => serial).sort()).toEqual([...serials].sort())
      return crl
    },
    { timeout: 45_000, interval: 50 },
  )
}

test('a clock that was a day ahead and is set right keeps no revocation from the list', async () => {
  const { authority, start, issue, later, said } = await open()
  const [first, second, third] = [
    await issue({ commonName: laptop.deviceId ?? '' }),
    await issue({ commonName: laptop.deviceId ?? '' }),
    await issue({ commonName: laptop.deviceId ?? '' }),
  ]
  const one = start()
  await untilNamed(one, [])
  later(DAY_MS)
  await revokeOwn(authority, requester, first, 'superseded', false)
  const ahead = await untilNamed(one, [first])

  later(-DAY_MS)
  await revokeOwn(authority, requester, second, 'keyCompromise', false)
  const after = await untilNamed(one, [first, second])
  // thisUpdate never goes back, so relying parties still see a CRL that is not valid yet.
  expect(after?.thisUpdate).toEqual(ahead?.thisUpdate)
  expect(said).toContain('the CRL is dated ahead of the clock')

  // Another replica takes over, whatever the lease by the wrong clock says.
  await one.close()
  await authority.ledger.takeLease(
    `crl:${authority.issuer.id}`,
    'a replica that is gone',
    new Date(authority.now().getTime() + DAY_MS),
    new Date(authority.now().getTime() + DAY_MS + 60_000),
  )
  await revokeOwn(authority, requester, third, 'superseded', false)
  await untilNamed(start(), [first, second, third])
})

test('with another time than the database’s nothing is published until they agree', async () => {
  const { authority, start, issue, later, said, clock } = await open()
  const theirs = { now: clock.now }
  Object.assign(authority.ledger, { serverTime: async () => theirs.now })
  const publisher = start()
  await untilNamed(publisher, [])
  const serial = await issue({ commonName: laptop.deviceId ?? '' })
  later(120_000)
  await revokeOwn(authority, requester, serial, 'keyCompromise', false)
  await vi.waitFor(() => expect(said).toContain(OFF), { timeout: 45_000 })
  const before = await publisher.crls.get('full')
  expect(before && readCrl(before.der).thisUpdate.getTime()).toBeLessThanOrEqual(
    theirs.now.getTime(),
  )
  expect(before?.entries).toBe(0)
  theirs.now = clock.now
  await untilNamed(publisher, [serial])
})

const OFF = 'this clock and the database’s differ: nothing is published or swept here'
