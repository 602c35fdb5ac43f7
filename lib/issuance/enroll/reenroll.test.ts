import { X509Certificate } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { Authority } from '#lib/issuance/authority.ts'
import { makeResponder } from '#lib/issuance/ocsp/ocsp-responder.ts'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { laptop, policy, requester } from '#lib/policy/testing/context.ts'
import { enroll } from './enroll.ts'
import type { Issued } from './issuance-request.ts'
import { identify, reenroll } from './reenroll.ts'

/** Who may renew, and for how long. */

const DAY_MS = 86_400_000

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  opened = null
})

async function open(change: Partial<Authority> = {}) {
  const made = await testAuthority(change)
  const { authority, clock, sync } = made
  opened = authority
  const csr = () => makeCsr({ commonName: laptop.deviceId ?? '' }).der
  /** Renews with this certificate at this time, just after a directory sync. */
  const renewAt = async (at: number, { certificate }: Issued): Promise<Issued> => {
    clock.now = new Date(at)
    await sync()
    return reenroll(authority, await identify(authority, certificate), csr())
  }
  return { ...made, renewAt, go: () => enroll(authority, requester, csr(), 'api') }
}

describe('a client certificate', () => {
  test('EST-03: that our key signed and no row stands for is nobody’s', async () => {
    const { authority } = await open()
    const responder = await makeResponder(authority)
    for (const certificate of [authority.issuer.certificate, responder.certificate]) {
      await expect(identify(authority, certificate)).rejects.toMatchObject({
        code: 'client_cert_invalid',
        message: 'The client certificate is not one that this authority issued.',
      })
    }
  })

  test('EST-04: with other octets than those that were issued is nobody’s', async () => {
    const { authority, go } = await open()
    const { certificate, serial } = await go()
    const forged = certificate.slice()
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
    expect(readCertificate(forged).serial).toBe(serial)
    await expect(identify(authority, forged)).rejects.toMatchObject({ code: 'client_cert_invalid' })
  })

  test('EST-09: renews in its last second, and not in the one after', async () => {
    const { renewAt, go, signed } = await open()
    const first = await go()
    const end = new X509Certificate(first.certificate).validToDate.getTime()
    expect((await renewAt(end - 1000, first)).serial).not.toBe(first.serial)
    const before = signed.length
    await expect(renewAt(end + 1000, first)).rejects.toMatchObject({
      code: 'client_cert_invalid',
      message: 'The client certificate has expired.',
      remedy: 'Enrol anew with your account.',
    })
    expect(signed).toHaveLength(before)
  })
})

describe('EST-06: renewal', () => {
  test('goes on from certificate to certificate, and ends two years after the sign-in', async () => {
    const { clock, renewAt, go, signed } = await open()
    const start = clock.now.getTime()
    const first = await go()
    const second = await renewAt(start + 360 * DAY_MS, first)
    const third = await renewAt(start + 720 * DAY_MS, second)
    const last = await renewAt(start + 730 * DAY_MS, third)
    const before = signed.length
    await expect(renewAt(start + 730 * DAY_MS + 1, last)).rejects.toMatchObject({
      code: 'sign_in_again',
      rule: 'renewal_age',
      message: 'Nobody signed in for this certificate for more than 730 days.',
    })
    expect(signed).toHaveLength(before)
  })

  test('has no end where that is configured', async () => {
    const { clock, renewAt, go } = await open({ policy: { ...policy, renewalMaxDays: 0 } })
    const start = clock.now.getTime()
    let certificate = await go()
    for (const days of [300, 600, 900]) {
      certificate = await renewAt(start + days * DAY_MS, certificate)
    }
    expect(certificate.repeated).toBe(false)
  })

  test('waits for its window where one is configured', async () => {
    const { renewAt, go } = await open({ policy: { ...policy, renewalWindowDays: 30 } })
    const first = await go()
    const end = new X509Certificate(first.certificate).validToDate.getTime()
    await expect(renewAt(end - 30 * DAY_MS - 1, first)).rejects.toMatchObject({
      code: 'too_early',
      rule: 'renewal_window',
      remedy: `Renew it from ${new Date(end - 30 * DAY_MS).toISOString()} on.`,
    })
    expect((await renewAt(end - 30 * DAY_MS, first)).serial).not.toBe(first.serial)
  })
})
