import { randomBytes, verify, X509Certificate } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { reportLost, withdrawReport } from '#lib/issuance/revoke/lost-device.ts'
import { revokeAsOperator, revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { MAKING_MAX, openStatus } from '#lib/issuance/testing/open-status.ts'
import { readIssuer } from '#lib/pki/certificate/issuer.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import { newKey, spkiOf } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, nonCompliant, operator, requester } from '#lib/policy/testing/context.ts'
import { signerOf } from '#lib/signer/key.ts'
import { makeRootAndIssuingCa } from '#lib/signer/testing/ceremony.ts'
import { answerOcsp } from './ocsp.ts'
import { makeResponder } from './ocsp-responder.ts'

const ALICE = { upn: alice.upn }
const LAPTOP = { commonName: laptop.deviceId ?? '' }
const MINUTE_MS = 60_000

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  opened = null
})

async function open(change: Partial<Authority> = {}) {
  const made = await openStatus(change)
  opened = made.authority
  const later = (ms: number) => {
    made.clock.now = new Date(made.clock.now.getTime() + ms)
  }
  return { ...made, later }
}

const hold = (at: Date) => ({ kind: 'revoked', at, reason: 'certificateHold' })

describe('the status', () => {
  test('of an issued certificate is good, signed by a responder that the CA certified', async () => {
    const { issue, sync, read, authority, clock } = await open()
    const serial = await issue(ALICE)
    await sync()
    const response = await read([serial])
    expect(response.responses[0]?.status).toEqual({ kind: 'good' })
    expect(response.responses[0]?.thisUpdate).toEqual(clock.now)
    // What a directory sync read is valid for five minutes, less than the ten minutes of "good".
    expect(response.responses[0]?.nextUpdate).toEqual(new Date(clock.now.getTime() + 5 * MINUTE_MS))
    const responder = new X509Certificate(response.certificate ?? new Uint8Array())
    const issuer = new X509Certificate(authority.issuer.certificate)
    expect(responder.verify(issuer.publicKey)).toBe(true)
    expect(verify('sha256', response.tbs, responder.publicKey, response.signature)).toBe(true)
  })

  test('follows the directory, there and back', async () => {
    const { issue, sync, ask, directory, later, clock } = await open()
    const [user, device] = [await issue(ALICE), await issue(LAPTOP)]
    await sync()
    expect([await ask(user), await ask(device)]).toEqual([{ kind: 'good' }, { kind: 'good' }])

    later(MINUTE_MS)
    const disabledAt = clock.now
    directory.users = [{ ...alice, enabled: false }]
    directory.devices = [{ ...laptop, ...nonCompliant }]
    await sync()
    expect([await ask(user), await ask(device)]).toEqual([hold(disabledAt), hold(disabledAt)])

    later(MINUTE_MS)
    directory.users = [alice]
    directory.devices = []
    await sync()
    expect(await ask(user)).toEqual({ kind: 'good' })
    expect(await ask(device)).toEqual(hold(clock.now))

    later(MINUTE_MS)
    directory.devices = [laptop]
    await sync()
    expect(await ask(device)).toEqual({ kind: 'good' })

    later(MINUTE_MS)
    directory.devices = []
    directory.bin.set(laptop.deviceId ?? '', 'final')
    await sync()
    const gone = { kind: 'revoked', at: clock.now, reason: 'cessationOfOperation' }
    expect(await ask(device)).toEqual(gone)

    later(MINUTE_MS)
    directory.devices = [laptop]
    await sync()
    expect(await ask(device)).toEqual(gone)
  })

  test('follows its owner: held, released, revoked', async () => {
    const { authority, issue, sync, ask, clock } = await open()
    const serial = await issue(LAPTOP)
    await sync()
    await reportLost(authority, requester, serial)
    expect(await ask(serial)).toEqual(hold(clock.now))
    await withdrawReport(authority, requester, serial)
    expect(await ask(serial)).toEqual({ kind: 'good' })
    await revokeOwn(authority, requester, serial, 'keyCompromise', false)
    const compromised = { kind: 'revoked', at: clock.now, reason: 'keyCompromise' }
    expect(await ask(serial)).toEqual(compromised)
  })

  test('leaves "unspecified" out', async () => {
    const { authority, issue, sync, ask, clock } = await open()
    const serial = await issue(LAPTOP)
    await sync()
    await revokeAsOperator(authority, operator, serial, {
      code: 0,
      revoker: null,
      withDescendants: false,
    })
    expect(await ask(serial)).toEqual({ kind: 'revoked', at: clock.now, reason: null })
  })

  test('of an expired certificate stays what it was', async () => {
    const { authority, issue, sync, ask, held, later } = await open()
    const [user, device] = [await issue(ALICE), await issue(LAPTOP)]
    await revokeOwn(authority, requester, device, 'superseded', false)
    later(366 * 24 * 60 * MINUTE_MS)
    held.responder = await makeResponder(authority)
    await sync()
    const record = await authority.ledger.certificate(user)
    expect(record?.notAfter.getTime()).toBeLessThan(authority.now().getTime())
    expect(await ask(user)).toEqual({ kind: 'good' })
    expect(await ask(device)).toMatchObject({ kind: 'revoked', reason: 'superseded' })
  })

  test('REV-04: of what was never issued is unknown, of what was only intended too, of void is revoked', async () => {
    const stop = (name: string) => {
      if (name === 'after-sign') throw new Error('the power went')
    }
    const { authority, issue, ask, clock } = await open({ failpoint: stop })
    expect(await ask('0f'.repeat(20))).toEqual({ kind: 'unknown' })
    // Zero and serials of more than 20 octets were never issued.
    expect(await ask('00')).toEqual({ kind: 'unknown' })
    expect(await ask('7f'.repeat(21))).toEqual({ kind: 'unknown' })
    await expect(issue(ALICE)).rejects.toThrow('the power went')
    const [intent] = (await authority.ledger.auditTrail(0, 9)).filter(
      ({ event }) => event.kind === 'issuance.intended',
    )
    const gone = { kind: 'revoked', at: clock.now, reason: 'cessationOfOperation' }
    expect(await ask(intent?.event.serial ?? '')).toEqual(gone)
  })

  test('of a pending row is unknown', async () => {
    const { authority, issue, ask } = await open({
      failpoint: (name) => {
        if (name === 'after-intent') throw new Error('the power went')
      },
    })
    await expect(issue(ALICE)).rejects.toThrow('the power went')
    const [intent] = (await authority.ledger.auditTrail(0, 9)).slice(-1)
    const pending = intent?.event.serial ?? ''
    expect((await authority.ledger.certificate(pending))?.state).toBe('pending')
    expect(await ask(pending)).toEqual({ kind: 'unknown' })
  })

  test('of the CA and of its responder is good', async () => {
    const { authority, held, ask } = await open()
    expect(await ask(authority.issuer.serial)).toEqual({ kind: 'good' })
    expect(await ask(held.responder?.serial ?? '')).toEqual({ kind: 'good' })
  })

  test('of a CA under a root is not this issuer’s to know', async () => {
    const ca = await makeRootAndIssuingCa(
      {
        ...{ key: 'ec-p256', name: 'Test', organization: 'Contoso', years: 5 },
        ...{ statusUrl: 'http://localhost', crlDays: 365 },
      },
      { now: new Date('2026-11-21T12:00:00Z'), randomBytes: (length) => randomBytes(length) },
    )
    const urls = {
      caIssuers: 'https://localhost/ca',
      caIssuersHttp: 'http://localhost/ca',
      ocsp: 'http://localhost/ocsp',
      crl: null,
    }
    const issuer = readIssuer([...ca.chain], urls)
    const { held, ask } = await open({ issuer, signer: signerOf(ca.key) })
    expect(await ask(issuer.serial)).toEqual({ kind: 'unknown' })
    expect(await ask(held.responder?.serial ?? '')).toEqual({ kind: 'good' })
  })

  test('of several certificates comes in one answer, in their order', async () => {
    const { authority, issue, sync, read } = await open()
    const [user, device] = [await issue(ALICE), await issue(LAPTOP)]
    await sync()
    await revokeOwn(authority, requester, device, 'superseded', false)
    const { responses } = await read([device, '77', user], { hash: 'sha256' })
    expect(responses.map(({ status }) => status.kind)).toEqual(['revoked', 'unknown', 'good'])
  })
})

test('a signature that fails is tried again for the next who asks', async () => {
  const { issue, sync, answer, held } = await open()
  const serial = await issue(ALICE)
  await sync()
  const { responder } = held
  if (!responder) throw new Error('There is no responder.')
  held.responder = { ...responder, sign: () => Promise.reject(new Error('no key')) }
  expect(await answer([serial])).toMatchObject({ kind: 'error', error: 'internalError' })
  held.responder = responder
  expect(await answer([serial])).toMatchObject({ kind: 'response' })
})

describe('what cannot be known is tryLater, never good', () => {
  const later = { kind: 'error', error: 'tryLater' }

  test('the directory was not read in time and does not answer', async () => {
    const { issue, sync, answer, directory, refreshed, later: wait } = await open()
    const serial = await issue(ALICE)
    await sync()
    directory.error = new LatchkeyError('directory_unavailable', 'Graph is down.')
    expect(await answer([serial])).toMatchObject({ kind: 'response' })
    wait(4 * MINUTE_MS)
    expect(await answer([serial])).toMatchObject({ kind: 'response' })
    wait(2 * MINUTE_MS)
    expect(await answer([serial])).toMatchObject(later)
    await refreshed()
    directory.error = null
    // The directory is asked for one object once a minute at most, and never while a request waits.
    expect(await answer([serial])).toMatchObject(later)
    wait(MINUTE_MS)
    expect(await answer([serial])).toMatchObject(later)
    await refreshed()
    expect(await answer([serial])).toMatchObject({ kind: 'response' })
  })

  test('but what is revoked for good is revoked, whatever the directory says', async () => {
    const { authority, issue, ask, directory } = await open()
    const serial = await issue(ALICE)
    await revokeOwn(authority, requester, serial, 'superseded', false)
    directory.error = new LatchkeyError('directory_unavailable', 'Graph is down.')
    expect(await ask(serial)).toMatchObject({ reason: 'superseded' })
  })

  test('the ledger does not answer', async () => {
    const { authority, state } = await open()
    const down = new LatchkeyError('store_unavailable', 'The ledger is down.')
    const request = ocspRequest(authority.issuer, ['77'])
    const broken = { ...state, statusVersion: () => Promise.reject(down) }
    expect(await answerOcsp(authority, broken, request)).toMatchObject({ ...later, cause: down })
    const bug = { ...state, statusVersion: () => Promise.reject(new Error('a bug')) }
    expect(await answerOcsp(authority, bug, request)).toMatchObject({ error: 'internalError' })
  })

  test('there is no responder, or its certificate has ended', async () => {
    const { issue, sync, answer, held, later: wait } = await open()
    const serial = await issue(ALICE)
    await sync()
    wait(23 * 60 * MINUTE_MS + 58 * MINUTE_MS)
    await sync()
    const last = await answer([serial])
    // nextUpdate is not after the end of the responder's certificate.
    expect(last).toMatchObject({ kind: 'response', nextUpdate: held.responder?.notAfter })
    wait(2 * MINUTE_MS)
    expect(await answer([serial])).toMatchObject(later)
    held.responder = null
    expect(await answer([serial])).toMatchObject(later)
  })
})

describe('a request that is refused', () => {
  test('is malformedRequest with more than eight certificates', async () => {
    const { answer } = await open()
    const serials = Array.from({ length: 9 }, (_, i) => `0${i + 1}`)
    expect(await answer(serials)).toMatchObject({ error: 'malformedRequest' })
    expect(await answer(serials.slice(1))).toMatchObject({ kind: 'response' })
  })

  test('is malformedRequest when it is no request', async () => {
    const { authority, state } = await open()
    for (const bytes of [[], [0x30, 0x00], [0xde, 0xad]]) {
      const answer = await answerOcsp(authority, state, Uint8Array.from(bytes))
      expect(answer).toMatchObject({ kind: 'error', error: 'malformedRequest' })
      expect(readOcspResponse(answer.der)).toBe(1)
    }
  })

  test('is unauthorized when it asks for another issuer’s certificate', async () => {
    const { authority, state } = await open()
    const other = { ...authority.issuer, spki: spkiOf(newKey('ec-p256')) }
    const answer = await answerOcsp(authority, state, ocspRequest(other, ['77']))
    expect(answer).toMatchObject({ kind: 'error', error: 'unauthorized' })
  })
})

describe('the cache', () => {
  test('gives the same bytes until a status changes', async () => {
    const { authority, issue, sync, answer } = await open()
    const [user, device] = [await issue(ALICE), await issue(LAPTOP)]
    await sync()
    const first = await answer([user])
    expect(await answer([user])).toBe(first)
    await revokeOwn(authority, requester, device, 'superseded', false)
    const second = await answer([user])
    expect(second).not.toBe(first)
    expect(second).toMatchObject({ kind: 'response' })
  })

  test('is refreshed when half of its time is over', async () => {
    const { issue, sync, answer, later, clock } = await open()
    const serial = await issue(ALICE)
    await sync()
    const first = await answer([serial])
    const readAt = clock.now
    later(2 * MINUTE_MS)
    expect(await answer([serial])).toBe(first)
    later(MINUTE_MS)
    const second = await answer([serial])
    expect(second).not.toBe(first)
    expect(second).toMatchObject({ producedAt: clock.now, thisUpdate: readAt })
  })

  test('knows the status for answers with a nonce, which are signed one by one', async () => {
    const { authority, issue, sync, answer, read } = await open()
    const serial = await issue(ALICE)
    await sync()
    let asked = 0
    const { certificate } = authority.ledger
    Object.assign(authority.ledger, {
      certificate: (wanted: string) => {
        asked += 1
        return certificate(wanted)
      },
    })
    const nonce = Uint8Array.of(1, 2, 3, 4)
    expect((await read([serial], { nonce })).nonce).toEqual(nonce)
    const [one, other] = [await answer([serial], { nonce }), await answer([serial], { nonce })]
    expect(one.der).not.toEqual(other.der)
    expect(one).toMatchObject({ isCacheable: false })
    await answer([serial])
    expect(asked).toBe(1)
  })

  test('does not keep that a serial is unknown', async () => {
    const { state, answer } = await open()
    let kept = 0
    Object.assign(state.cache, { set: () => kept++ })
    expect(await answer(['77'])).toMatchObject({ status: 'unknown', isCacheable: false })
    expect(kept).toBe(0)
  })

  test('REV-20: is given until its end while there is too much to do', async () => {
    const { issue, sync, answer, held, later } = await open()
    const user = await issue(ALICE)
    await sync()
    const known = await answer([user])
    held.busy = true
    const alone = () => answer([user])
    // There is room for one response in the making, and it is taken.
    const amongOthers = async () => (await Promise.all([answer(['77']), answer([user])]))[1]
    expect(await alone()).toBe(known)
    // At half of its validity the cached response would be refreshed.
    later(5 * MINUTE_MS - 1000)
    expect(await amongOthers()).toBe(known)
    later(1000)
    expect(await amongOthers()).toMatchObject({ kind: 'error', error: 'tryLater' })
    await sync()
    expect(await alone()).toMatchObject({ kind: 'response' })
  })

  test('REV-20: is filled even then, by little and little, and without nonces', async () => {
    const { authority, issue, sync, answer, ask, held } = await open()
    const [user, device] = [await issue(ALICE), await issue(LAPTOP)]
    await sync()
    held.busy = true
    const busy = { kind: 'error', error: 'tryLater' }
    expect(await answer([user], { nonce: Uint8Array.of(1) })).toMatchObject(busy)
    const both = [answer([user]), answer([device])]
    expect(await Promise.all(both)).toMatchObject([{ kind: 'response' }, busy])
    await revokeOwn(authority, requester, device, 'superseded', false)
    expect(await ask(device)).toMatchObject({ reason: 'superseded' })
    expect(await ask(user)).toEqual({ kind: 'good' })
  })

  test('is not answered from when the clock was set back since', async () => {
    const { issue, sync, read, later, clock } = await open()
    const issuedAt = clock.now
    const serial = await issue(ALICE)
    await sync()
    later(10 * MINUTE_MS)
    await sync()
    await read([serial])
    // A sync with a time in the future is ignored; what issuance saw before counts.
    later(-9 * MINUTE_MS)
    const response = await read([serial])
    expect(response.producedAt).toEqual(clock.now)
    expect(response.responses[0]?.thisUpdate).toEqual(issuedAt)
  })
})

describe('REV-20: what is in the making has an end', () => {
  const nonce = (i: number) => ({ nonce: Uint8Array.of(i + 1) })
  const busy = { kind: 'error', error: 'tryLater' }

  test('and half of it is kept for answers that serve everyone', async () => {
    const { issue, sync, answer, state } = await open()
    const [user, device] = [await issue(ALICE), await issue(LAPTOP)]
    await sync()
    const known = await answer([user])
    const asked = Array.from({ length: 100 }, (_, i) => answer([user], nonce(i)))
    const [device1, user1] = [answer([device]), answer([user])]
    const answers = await Promise.all(asked)
    expect(answers.map(({ kind }) => kind)).toEqual([
      ...Array(MAKING_MAX / 2).fill('response'),
      ...Array(100 - MAKING_MAX / 2).fill('error'),
    ])
    expect(answers[99]).toMatchObject(busy)
    expect(await device1).toMatchObject({ kind: 'response' })
    expect(await user1).toBe(known)
    expect(state.making.count()).toBe(0)
    expect(await answer([user], nonce(0))).toMatchObject({ kind: 'response' })
  })

  test('and beyond it what is kept is answered until its end, and the rest is tryLater', async () => {
    const { issue, sync, answer, later } = await open()
    const [user, device] = [await issue(ALICE), await issue(LAPTOP)]
    await sync()
    const known = await answer([user])
    // The cached response would be refreshed now.
    later(3 * MINUTE_MS)
    const serials = Array.from({ length: MAKING_MAX }, (_, i) => `${i + 10}`)
    const asked = serials.map((serial) => answer([serial]))
    expect(await Promise.all([answer([user]), answer([device])])).toMatchObject([known, busy])
    expect(await Promise.all(asked)).toMatchObject(serials.map(() => ({ status: 'unknown' })))
  })

  test('and a failure leaves room for the next', async () => {
    const { authority, answer, state } = await open()
    const down = new LatchkeyError('store_unavailable', 'The ledger is down.')
    const { certificate } = authority.ledger
    Object.assign(authority.ledger, { certificate: () => Promise.reject(down) })
    const asked = Array.from({ length: MAKING_MAX }, () => answer(['77']))
    expect(await Promise.all(asked)).toMatchObject(asked.map(() => busy))
    expect(state.making.count()).toBe(0)
    Object.assign(authority.ledger, { certificate })
    expect(await answer(['77'])).toMatchObject({ kind: 'response' })
  })
})

test('a responder is recorded before it is signed, and lives for a day', async () => {
  const { authority, signed, held, clock } = await open()
  const trail = (await authority.ledger.auditTrail(0, 9)).map(({ event }) => event)
  const serial = held.responder?.serial ?? null
  expect(trail).toMatchObject([
    { kind: 'responder.intended', serial },
    { kind: 'responder.issued', serial },
  ])
  expect(signed).toHaveLength(1)
  expect(held.responder?.notAfter).toEqual(new Date(clock.now.getTime() + 24 * 60 * MINUTE_MS))
  expect(held.responder?.renewAt).toEqual(new Date(clock.now.getTime() + 12 * 60 * MINUTE_MS))

  const down = new LatchkeyError('signer_unavailable', 'The vault is down.')
  const broken = { ...authority, signer: { ...authority.signer, sign: () => Promise.reject(down) } }
  await expect(makeResponder(broken)).rejects.toBe(down)
  const last = (await authority.ledger.auditTrail(0, 9)).at(-1)
  expect(last?.event.kind).toBe('responder.intended')
})
