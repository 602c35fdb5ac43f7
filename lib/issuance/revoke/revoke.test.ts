import { afterEach, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { knownCrls, publishCrls } from '#lib/issuance/crl/publish-crl.ts'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import { crlWorkerHere } from '#lib/issuance/testing/crl-worker.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { makeCsr, newKey } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, operator, requester } from '#lib/policy/testing/context.ts'
import { reportLost } from './lost-device.ts'
import { revokeAsOperator, revokeOwn } from './revoke.ts'

const LAPTOP = { commonName: laptop.deviceId ?? '' }
const HOUR_MS = 3_600_000
const REVOKED = { code: 'already_revoked', message: 'The certificate is already revoked.' }

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  opened = null
})

async function open() {
  const made = await openStatus()
  const { authority, clock, directory } = made
  opened = authority
  const later = () => {
    clock.now = new Date(clock.now.getTime() + HOUR_MS)
  }
  const worker = crlWorkerHere(authority)
  const settings = { fullUrl: 'http://localhost/crl/full.crl', lifeMs: HOUR_MS, partitionAbove: 9 }
  return {
    ...made,
    later,
    /** Deletes the device, and lets a sync revoke its certificates. */
    deleteDevice: async () => {
      later()
      directory.devices = []
      directory.bin.set(laptop.deviceId ?? '', 'final')
      await made.sync()
      return clock.now
    },
    /** Gives the entries of a full CRL and a delta as of now. */
    entries: async () => {
      const known = await knownCrls(authority, worker)
      const publication = await publishCrls(authority, settings, worker, known)
      const [full, delta] = publication?.crls ?? []
      return [full, delta].map((crl) => readCrl(crl?.der ?? new Uint8Array()).entries)
    },
  }
}

describe('what the directory revoked', () => {
  test.each([
    ['superseded', 4],
    ['certificateHold', 6],
  ] as const)('is not revoked again by an operator, as %s', async (_, code) => {
    const { authority, issue, ask, sync, deleteDevice, later } = await open()
    const serial = await issue(LAPTOP)
    await sync()
    const at = await deleteDevice()
    later()
    await sync()
    const again = revokeAsOperator(authority, operator, serial, {
      code,
      revoker: null,
      withDescendants: false,
    })
    await expect(again).rejects.toMatchObject(REVOKED)
    expect(await ask(serial)).toEqual({ kind: 'revoked', at, reason: 'cessationOfOperation' })
    const byDirectory = { at, reason: 'cessationOfOperation', by: 'directory' }
    expect((await authority.ledger.certificate(serial))?.revocation).toMatchObject(byDirectory)
  })

  test('is known when the directory does not answer, and nothing else waits for it', async () => {
    const { authority, issue, sync, deleteDevice, later, directory } = await open()
    const [gone, user] = [await issue(LAPTOP), await issue({ upn: alice.upn })]
    await sync()
    await deleteDevice()
    later()
    let asked = 0
    directory.onAsk = () => asked++
    directory.error = new LatchkeyError('directory_unavailable', 'Graph is down.')
    const again = revokeOwn(authority, requester, gone, 'superseded', false)
    await expect(again).rejects.toMatchObject(REVOKED)
    await revokeOwn(authority, requester, user, 'superseded', false)
    expect(asked).toBe(0)
  })

  test('is not revoked or held again by its owner', async () => {
    const { authority, issue, sync, deleteDevice } = await open()
    const serial = await issue(LAPTOP)
    await sync()
    await deleteDevice()
    const revoked = revokeOwn(authority, requester, serial, 'superseded', false)
    await expect(revoked).rejects.toMatchObject(REVOKED)
    await expect(reportLost(authority, requester, serial)).rejects.toMatchObject({
      code: 'already_revoked',
      message: 'Every certificate of this device is stopped already.',
    })
  })
})

describe('a key that others may know', () => {
  const compromised = (at: Date) => ({ kind: 'revoked', at, reason: 'keyCompromise' })

  test('is the reason from now on for what its owner revoked before, since then', async () => {
    const { authority, issue, ask, sync, later, clock, entries } = await open()
    const serial = await issue(LAPTOP)
    await sync()
    const at = clock.now
    await revokeOwn(authority, requester, serial, 'superseded', false)
    await entries()
    later()
    await sync()
    await revokeOwn(authority, requester, serial, 'keyCompromise', false)
    expect(await ask(serial)).toEqual(compromised(at))
    const entry = { serial, at, reason: 'keyCompromise' }
    const trail = await authority.ledger.auditTrail(0, 99)
    const kinds = trail.map(({ event }) => event.kind)
    expect(kinds.slice(-2)).toEqual(['key.blocked', 'certificate.revoked'])
    // The entry is in the delta too, since the base has another reason.
    expect(await entries()).toMatchObject([[entry], [entry]])
    const record = await authority.ledger.certificate(serial)
    expect(record?.revocation).toMatchObject({ cause: 'key_compromise', at })
    expect(await authority.ledger.keyIsBlocked(record?.keyThumbprint ?? '')).toBe(true)
    const again = revokeOwn(authority, requester, serial, 'keyCompromise', false)
    await expect(again).rejects.toMatchObject(REVOKED)
  })

  test('is the reason for what the directory revoked before, since then', async () => {
    const { authority, issue, ask, sync, deleteDevice, later, entries } = await open()
    const serial = await issue(LAPTOP)
    await sync()
    const at = await deleteDevice()
    later()
    await sync()
    await revokeAsOperator(authority, operator, serial, {
      code: 1,
      revoker: null,
      withDescendants: false,
    })
    expect(await ask(serial)).toEqual(compromised(at))
    expect((await entries())[0]).toMatchObject([{ serial, at, reason: 'keyCompromise' }])
  })

  test('ends a hold as of now', async () => {
    const { authority, issue, ask, sync, later, clock } = await open()
    const serial = await issue(LAPTOP)
    await sync()
    await reportLost(authority, requester, serial)
    later()
    await sync()
    await revokeOwn(authority, requester, serial, 'keyCompromise', false)
    expect(await ask(serial)).toEqual(compromised(clock.now))
  })

  test('is the reason for everything that was made with it', async () => {
    const { authority, ask, sync, clock } = await open()
    const key = newKey('ec-p256')
    const intune = makeCsr({ key, commonName: laptop.intuneId ?? '' }).der
    const entra = makeCsr({ key, commonName: laptop.deviceId ?? '' }).der
    const one = await enroll(authority, requester, entra, 'api')
    const other = await enroll(authority, requester, intune, 'api')
    await sync()
    await revokeOwn(authority, requester, one.serial, 'cessationOfOperation', false)
    await revokeOwn(authority, requester, other.serial, 'keyCompromise', false)
    expect(await ask(one.serial)).toEqual(compromised(clock.now))
    expect(await ask(other.serial)).toEqual(compromised(clock.now))
  })
})
