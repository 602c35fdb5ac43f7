import { verify, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { knownCrls, publishCrls } from '#lib/issuance/crl/publish-crl.ts'
import { answerOcsp } from '#lib/issuance/ocsp/ocsp.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { crlWorkerHere } from '#lib/issuance/testing/crl-worker.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import { alice, requester } from '#lib/policy/testing/context.ts'

/**
 * REV-17: two CAs with the same name and different keys share one ledger, as after a change of keys. Neither
 * answers for certificates of the other.
 */

const ALICE = { upn: alice.upn }
const HOUR_MS = 3_600_000

type Ledgers = ReturnType<typeof ledgersOn>

async function openBoth({ open }: Ledgers) {
  const random = { fixed: false }
  const randomBytes = (length: number) =>
    random.fixed
      ? new Uint8Array(length).map((_, i) => i)
      : crypto.getRandomValues(new Uint8Array(length))
  const ledger = await open()
  const old = await openStatus({ ledger, randomBytes })
  const next = await openStatus({ ledger, randomBytes })
  expect(next.authority.issuer.name).toEqual(old.authority.issuer.name)
  expect(next.authority.issuer.id).not.toBe(old.authority.issuer.id)
  return { old, next, random }
}

type Side = Awaited<ReturnType<typeof openStatus>>

/** Publishes this issuer's CRLs below an address of its own, and gives the content of the newest full one. */
async function publish({ authority }: Side, host: string, partitionAbove = 99) {
  const worker = crlWorkerHere(authority)
  const settings = { fullUrl: `http://${host}/crl/full.crl`, lifeMs: HOUR_MS, partitionAbove }
  const known = await knownCrls(authority, worker)
  const publication = await publishCrls(authority, settings, worker, known)
  const key = new X509Certificate(authority.issuer.certificate).publicKey
  return (publication?.crls ?? []).map(({ der }) => {
    const crl = readCrl(der)
    expect(verify('sha256', crl.tbs, key, crl.signature)).toBe(true)
    expect(crl.issuer).toEqual(authority.issuer.name)
    expect(crl.authorityKeyId).toEqual(authority.issuer.subjectKeyId)
    return { ...crl, serials: crl.entries.map(({ serial }) => serial) }
  })
}

const engines = testEngines().filter(({ name }) => name !== 'sqlite file')

describe.each(engines)('on $name', (engine) => {
  const ledgers = ledgersOn(engine)

  test('OCSP answers for its own key alone, with a responder of that key', async () => {
    const { old, next } = await openBoth(ledgers)
    const [first, second] = [await old.issue(ALICE), await next.issue(ALICE)]
    await old.sync()
    expect(await old.ask(first)).toEqual({ kind: 'good' })
    expect(await next.ask(second)).toEqual({ kind: 'good' })
    // Both issuers have the same name, so only issuerKeyHash tells them apart.
    expect(await old.ask(second)).toEqual({ kind: 'unknown' })
    expect(await next.ask(first)).toEqual({ kind: 'unknown' })
    const asked = await next.read([second])
    const responder = new X509Certificate(asked.certificate ?? new Uint8Array())
    const keyOf = ({ authority }: Side) =>
      new X509Certificate(authority.issuer.certificate).publicKey
    expect(responder.verify(keyOf(next))).toBe(true)
    expect(responder.verify(keyOf(old))).toBe(false)
  })

  test('a request with the other key’s hash is unauthorized', async () => {
    const { old, next } = await openBoth(ledgers)
    const serial = await old.issue(ALICE)
    await old.sync()
    for (const hash of ['sha1', 'sha256'] as const) {
      const request = ocspRequest(old.authority.issuer, [serial], { hash })
      const answer = await answerOcsp(next.authority, next.state, request)
      expect(readOcspResponse(answer.der)).toBe(6)
    }
  })

  test('a serial that both gave has the status of the one that is asked', async () => {
    const { old, next, random } = await openBoth(ledgers)
    random.fixed = true
    const serial = await old.issue(ALICE)
    expect(await next.issue(ALICE)).toBe(serial)
    random.fixed = false
    await old.sync()
    await revokeOwn(next.authority, requester, serial, 'superseded', false)
    expect(await next.ask(serial)).toMatchObject({ kind: 'revoked', reason: 'superseded' })
    expect(await old.ask(serial)).toEqual({ kind: 'good' })
  })

  test('each has its CRLs: key identifier, numbers, entries and scope are its own', async () => {
    const { old, next } = await openBoth(ledgers)
    const [first, second] = [await old.issue(ALICE), await next.issue(ALICE)]
    const third = await next.issue(ALICE)
    await old.sync()
    await revokeOwn(old.authority, requester, first, 'superseded', false)
    const [full, delta] = await publish(old, 'old')
    expect([full?.serials, delta?.serials]).toEqual([[first], []])

    await revokeOwn(next.authority, requester, second, 'superseded', false)
    await revokeOwn(next.authority, requester, third, 'keyCompromise', false)
    const [nextFull, nextDelta, nextMonth] = await publish(next, 'next', 1)
    const both = [second, third].sort()
    expect(nextFull?.serials).toEqual(both)
    // The delta CRL has a base of the same issuer.
    expect(nextDelta?.baseNumber).toBe((nextDelta?.number ?? 0n) - 1n)
    expect(nextMonth?.serials).toEqual(both)
    expect(nextMonth?.partitionUrl).toBe('http://next/crl/2026-11.crl')

    // The CRLs of the other issuer are unchanged, and their numbers continue by themselves.
    const stored = await old.authority.ledger.publishedCrl({
      issuerId: old.authority.issuer.id,
      partition: null,
      delta: false,
    })
    expect(BigInt(stored?.number ?? 0)).toBe(full?.number)
    await revokeOwn(old.authority, requester, await old.issue(ALICE), 'superseded', false)
    const [again] = await publish(old, 'old')
    expect(again?.number).toBe((full?.number ?? 0n) + 1n)
    expect(again?.serials).toHaveLength(2)
  })
})
