import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Authority } from '#lib/issuance/authority.ts'
import { knownCrls, publishCrls } from '#lib/issuance/crl/publish-crl.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { makeResponder } from '#lib/issuance/ocsp/ocsp-responder.ts'
import { crlWorkerHere } from '#lib/issuance/testing/crl-worker.ts'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { alice, requester } from '#lib/policy/testing/context.ts'
import { enroll } from './enroll.ts'

/** CON: clocks that jump and random generators that fail never lead to a bad certificate. */

const YEAR = 365 * 86_400_000

async function open(change: Partial<Authority> = {}) {
  const made = await testAuthority(change)
  const { der } = makeCsr({ upn: alice.upn })
  const again = () => makeCsr({ upn: alice.upn }).der
  return {
    ...made,
    again,
    go: (csr = der) => enroll(made.authority, requester, csr, 'api'),
  }
}

describe('CON-10: a clock', () => {
  test.each([
    ['past the end', 'notAfter', 1000],
    ['at the end', 'notAfter', 0],
    ['an hour and more past the end', 'notAfter', 4_000_000],
    ['before the beginning', 'notBefore', -1000],
  ] as const)('%s of the CA signs nothing', async (_, edge, ms) => {
    const { authority, clock, go, signed } = await open()
    clock.now = new Date(authority.issuer[edge].getTime() + ms)
    await expect(go()).rejects.toMatchObject({
      code: 'signer_unavailable',
      message: 'The CA certificate is not valid at this time.',
    })
    expect(signed).toEqual([])
  })

  test.each([
    ['five minutes', 300_000],
    ['a day', 86_400_000],
  ])('that jumps %s back or forth gives other serials, and a validity of its own time', async (_, ms) => {
    const { clock, go, again } = await open()
    const begun = clock.now.getTime()
    const serials = new Set<string>()
    for (const at of [begun, begun + ms, begun - ms, begun]) {
      clock.now = new Date(at)
      const issued = await go(again())
      serials.add(issued.serial)
      const { validFromDate, validToDate } = new X509Certificate(issued.certificate)
      expect(at - validFromDate.getTime()).toBeLessThanOrEqual(3_600_000 + 1000)
      expect(validToDate.getTime()).toBeLessThanOrEqual(at + YEAR)
    }
    expect(serials.size).toBe(4)
  })

  test.each([
    ['a day ahead of', 86_400_000],
    ['five minutes ahead of', 300_000],
    ['five minutes behind', -300_000],
  ])('that is %s the database’s signs nothing, until it is right', async (_, ms) => {
    const { authority, clock, go, again, signed } = await open()
    const right = clock.now.getTime()
    // As PostgreSQL tells it; SQLite has this machine's clock.
    const ledger = { ...authority.ledger, serverTime: async () => new Date(right) }
    const elsewhere = { ...authority, ledger }
    const ask = () => enroll(elsewhere, requester, again(), 'api')
    clock.now = new Date(right + 59_000)
    await ask()
    expect(signed).toHaveLength(1)
    // Set between two questions to the database.
    clock.now = new Date(right + ms)
    const before = await ledger.auditTrail(0, 100)
    await expect(ask()).rejects.toMatchObject({
      code: 'signer_unavailable',
      message: 'The clock of this machine is wrong, so nothing is signed here.',
      retryAfterSeconds: 10,
    })
    expect([signed.length, await ledger.auditTrail(0, 100)]).toEqual([1, before])
    clock.now = new Date(right)
    await ask()
    expect(signed).toHaveLength(2)
    expect((await go()).repeated).toBe(false)
  })

  test('is never believed beyond the CA: no certificate outlives it', async () => {
    const { authority, clock, go } = await open()
    clock.now = new Date(authority.issuer.notAfter.getTime() - 86_400_000)
    const { certificate } = await go()
    expect(new X509Certificate(certificate).validToDate).toEqual(authority.issuer.notAfter)
  })
})

describe('CON-07: a generator that', () => {
  const broken: readonly (readonly [string, Authority['randomBytes']])[] = [
    ['gives zeros', (length) => new Uint8Array(length)],
    ['gives ones', (length) => new Uint8Array(length).fill(0xff)],
    ['gives too little', (length) => new Uint8Array(length - 1).fill(7)],
    [
      'fails',
      () => {
        throw new Error('no entropy')
      },
    ],
  ]

  test.each(broken)('%s: nothing is signed', async (_, randomBytes) => {
    const { go, signed } = await open({ randomBytes })
    await expect(go()).rejects.toThrow()
    expect(signed).toEqual([])
  })

  test('repeats itself: the serial that is taken is not used again', async () => {
    const { go, again, signed } = await open({
      randomBytes: (length) => Uint8Array.from({ length }, (_, i) => 17 + i),
    })
    await go()
    await expect(go(again())).rejects.toMatchObject({ code: 'internal' })
    expect(signed).toHaveLength(1)
  })
})

test('CON-06: of two serials that are the same by chance the second one is made anew', async () => {
  const repeated = Uint8Array.from({ length: 16 }, (_, i) => 17 + i)
  let asked = 0
  const { go, again, signed } = await open({
    randomBytes: (length) =>
      asked++ < 2 ? repeated : crypto.getRandomValues(new Uint8Array(length)),
  })
  const [first, second] = [await go(), await go(again())]
  expect(first.serial.slice(8)).toBe(Buffer.from(repeated).toString('hex'))
  expect(second.serial).not.toBe(first.serial)
  expect([asked, signed.length]).toEqual([3, 2])
})

test('KEY-18: nobody proves that they hold the key of the CA or of its responder', async () => {
  const { authority, go, signed } = await open()
  const responder = new X509Certificate((await makeResponder(authority)).certificate)
  const own = responder.publicKey.export({ format: 'der', type: 'spki' })
  const before = signed.length
  for (const spki of [authority.issuer.spki, new Uint8Array(own)]) {
    await expect(go(makeCsr({ upn: alice.upn, spki }).der)).rejects.toMatchObject({
      code: 'bad_signature',
      message: 'The request is not signed by the key that it contains.',
    })
  }
  expect(signed).toHaveLength(before)
})

test('CON-06, I4: a serial is positive and of 20 octets, 16 of them random', async () => {
  const { go, again } = await open()
  const serials: string[] = []
  for (let i = 0; i < 20; i++) serials.push((await go(again())).serial)
  for (const serial of serials) {
    expect(serial).toMatch(/^[4-7][0-9a-f]{39}$/)
  }
  expect(new Set(serials.map((serial) => serial.slice(8))).size).toBe(20)
})

test('STO-10: a ledger from before the last CRLs goes on with higher numbers', async () => {
  const { authority, clock } = await testAuthority()
  const settings = {
    fullUrl: 'http://localhost/crl/full.crl',
    lifeMs: 3_600_000,
    partitionAbove: 10,
  }
  const publish = async (by: Authority) => {
    await syncDirectory(by, makeReader(by.changeFeed, by.now))
    const worker = crlWorkerHere(by)
    const publication = await publishCrls(by, settings, worker, await knownCrls(by, worker))
    return publication?.known.full?.number ?? 0
  }
  const before = await publish(authority)
  clock.now = new Date(clock.now.getTime() + 7_200_000)
  const last = await publish(authority)
  expect(last).toBeGreaterThan(before)
  // A ledger as if restored from a backup that is older than every CRL.
  const restored = { ...authority, ledger: await openLedger('sqlite::memory:') }
  clock.now = new Date(clock.now.getTime() + 60_000)
  expect(await publish(restored)).toBeGreaterThan(last)
  await restored.ledger.close()
})
