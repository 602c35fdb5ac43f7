import { afterEach, expect, test, vi } from 'vitest'
import { startPublisher } from '#authority/jobs/crl-publisher.ts'
import { measureLag, startOcsp } from '#authority/jobs/ocsp-service.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { answerOcsp } from '#lib/issuance/ocsp/ocsp.ts'
import { makeResponder } from '#lib/issuance/ocsp/ocsp-responder.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import { createLog } from '#lib/log.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { alice, laptop, requester } from '#lib/policy/testing/context.ts'

const HOUR_MS = 3_600_000

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function open() {
  const made = await openStatus()
  closing.push(() => made.authority.ledger.close())
  const lines: { msg: string }[] = []
  const write = (line: string) => lines.push(JSON.parse(line) as { msg: string })
  const log = createLog('authority', { level: 'info', readable: false, write })
  const later = (ms: number) => {
    made.clock.now = new Date(made.clock.now.getTime() + ms)
  }
  return { ...made, log, later, said: () => lines.map(({ msg }) => msg) }
}

function publisherOf(authority: Authority, log: Parameters<typeof startPublisher>[1]) {
  const settings = {
    fullUrl: 'http://localhost/crl/full.crl',
    lifeMs: 24 * HOUR_MS,
    partitionAbove: 20_000,
  }
  const options = { settings, refreshMs: 1000, automatic: false }
  const publisher = startPublisher(authority, log, options)
  closing.push(() => publisher.close())
  return publisher
}

test('one replica publishes at a time, and the others serve what it published', async () => {
  const { authority, log, issue, later, sync } = await open()
  const [one, other] = [publisherOf(authority, log), publisherOf(authority, log)]
  const serial = await issue({ commonName: laptop.deviceId ?? '' })
  expect(await one.publish()).toBe(true)
  expect(await other.publish()).toBe(false)
  await revokeOwn(authority, requester, serial, 'superseded', false)
  expect(await one.publish()).toBe(true)
  const served = await other.crls.get('full')
  expect(served?.der).toEqual((await one.crls.get('full'))?.der)
  expect(served?.hash).toBe((await one.crls.get('full'))?.hash)
  expect(readCrl(served?.der ?? new Uint8Array()).entries).toHaveLength(1)

  // The first replica is gone; its lease ends.
  later(2 * HOUR_MS)
  await sync()
  expect(await other.publish()).toBe(true)
  const after = await other.crls.get('full')
  expect(after?.number).toBeGreaterThan(served?.number ?? 0)
  expect(readCrl(after?.der ?? new Uint8Array()).entries).toHaveLength(1)
})

test('a list whose time is over is not served', async () => {
  const { authority, log, later } = await open()
  const publisher = publisherOf(authority, log)
  await publisher.publish()
  expect(await publisher.crls.get('full')).not.toBeNull()
  expect(await publisher.crls.get('2026-11')).toBeNull()
  later(25 * HOUR_MS)
  expect(await publisher.crls.get('full')).toBeNull()
})

test('the responder is renewed at half of its life; the old one serves while that fails', async () => {
  const { authority, log, later, said } = await open()
  let isDown = false
  const down = new LatchkeyError('signer_unavailable', 'The vault is down.')
  const { signer } = authority
  const sign: typeof signer.sign = (tbs) => (isDown ? Promise.reject(down) : signer.sign(tbs))
  const failing = { ...authority, signer: { ...signer, sign } }
  const ocsp = startOcsp(failing, log, {
    makeResponder: () => makeResponder(failing),
    settings: { goodSeconds: 600, holdSeconds: 300 },
    versionAgeMaxMs: 0,
    automatic: false,
    rootAnswer: () => null,
  })
  closing.push(ocsp.close)
  expect(ocsp.state.responder()).toBeNull()
  await ocsp.renew()
  const first = ocsp.state.responder()
  later(11 * HOUR_MS)
  await ocsp.renew()
  expect(ocsp.state.responder()).toBe(first)

  later(HOUR_MS)
  isDown = true
  await ocsp.renew()
  expect(ocsp.state.responder()).toBe(first)
  expect(said()).toEqual(['no new OCSP responder could be made'])
  // No immediate retry: each attempt writes an audit record.
  isDown = false
  later(HOUR_MS)
  await ocsp.renew()
  expect(ocsp.state.responder()).toBe(first)
  // By the monotonic clock, so that a wall clock that was ahead does not delay it.
  const soon = performance.now() + 61_000
  vi.spyOn(performance, 'now').mockReturnValue(soon)
  await ocsp.renew()
  vi.restoreAllMocks()
  expect(ocsp.state.responder()?.serial).not.toBe(first?.serial)
})

test('a responder from a clock that was ahead signs nothing, and is renewed at once', async () => {
  const { authority, log, later, sync, issue } = await open()
  const ocsp = startOcsp(authority, log, {
    makeResponder: () => makeResponder(authority),
    settings: { goodSeconds: 600, holdSeconds: 300 },
    versionAgeMaxMs: 0,
    automatic: false,
    rootAnswer: () => null,
  })
  closing.push(ocsp.close)
  const request = ocspRequest(authority.issuer, [await issue({ upn: alice.upn })])
  const ask = async () => {
    const answer = await answerOcsp(authority, ocsp.state, request)
    return answer.kind === 'error' ? answer.error : answer.producedAt
  }
  later(24 * HOUR_MS)
  await sync()
  await ocsp.renew()
  const ahead = ocsp.state.responder()
  expect(await ask()).toEqual(authority.now())

  later(-24 * HOUR_MS)
  await sync()
  expect(ahead?.notBefore.getTime()).toBeGreaterThan(authority.now().getTime())
  expect(await ask()).toBe('tryLater')
  await ocsp.renew()
  expect(ocsp.state.responder()?.notBefore).toEqual(new Date(authority.now().getTime() - HOUR_MS))
  expect(await ask()).toEqual(authority.now())
})

test('a CA that is not valid yet has no responder, and no signature is made', async () => {
  const { authority, log, said, signed } = await open()
  const before = signed.length
  const issuer = { ...authority.issuer, notBefore: new Date(authority.now().getTime() + 1000) }
  const early = { ...authority, issuer }
  const ocsp = startOcsp(early, log, {
    makeResponder: () => makeResponder(early),
    settings: { goodSeconds: 600, holdSeconds: 300 },
    versionAgeMaxMs: 0,
    automatic: false,
    rootAnswer: () => null,
  })
  closing.push(ocsp.close)
  await ocsp.renew()
  expect(ocsp.state.responder()).toBeNull()
  expect(said()).toEqual(['no new OCSP responder could be made'])
  expect(signed).toHaveLength(before)
})

test('the version is asked for again when it is too old, and once for all who wait', async () => {
  const { authority, log } = await open()
  let asked = 0
  const statusVersion = async () => ++asked
  const ledger = { ...authority.ledger, statusVersion }
  const settings = { goodSeconds: 600, holdSeconds: 300 }
  const options = {
    ...{ settings, automatic: false, rootAnswer: () => null },
    makeResponder: () => makeResponder(authority),
  }
  const ocsp = startOcsp({ ...authority, ledger }, log, { ...options, versionAgeMaxMs: 60_000 })
  closing.push(ocsp.close)
  const version = () => ocsp.state.statusVersion()
  expect(await Promise.all([version(), version(), version()])).toEqual([1, 1, 1])
  expect(await version()).toBe(1)
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 61_000)
  expect(await version()).toBe(2)
  vi.restoreAllMocks()
})

test('a slow turn of the event loop is seen while it lasts', () => {
  const meter = measureLag()
  closing.push(meter.close)
  expect(meter.lagMs()).toBeLessThan(100)
  const until = performance.now() + 200
  while (performance.now() < until);
  expect(meter.lagMs()).toBeGreaterThan(100)
})
