import { afterEach, expect, test } from 'vitest'
import type { Authority } from '#lib/issuance/authority.ts'
import { setLabel } from '#lib/issuance/label.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, requester } from '#lib/policy/testing/context.ts'
import { enroll } from './enroll.ts'
import { identify, reenroll } from './reenroll.ts'

/** A person renews: a new certificate takes the place of an older one, after a sign-in. */

const ENTRA = { commonName: laptop.deviceId ?? '' }
const SELF = { upn: alice.upn }
const bob = { ...alice, oid: 'b0b00000-0000-4000-8000-000000000002', upn: 'bob@contoso.example' }
const asBob = { ...requester, oid: bob.oid, name: bob.upn }

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  opened = null
})

async function open() {
  const made = await openStatus()
  const { authority, directory, sync } = made
  opened = authority
  directory.users.push(bob)
  const renew = (wish: object, replaces: string, who = requester) =>
    enroll(authority, who, makeCsr({ key: 'ec-p256', ...wish }).der, 'api', { replaces })
  const stateOf = async (serial: string) => {
    await sync()
    return (await made.ask(serial))?.kind
  }
  return { ...made, renew, stateOf }
}

test('the older one stays good until its owner retires it, and the new one is no descendant', async () => {
  const { authority, issue, renew, stateOf, clock } = await open()
  const older = await issue(SELF)
  await setLabel(authority, requester, older, 'my phone')
  clock.now = new Date(clock.now.getTime() + 60_000)
  const { serial } = await renew(SELF, older)
  expect(await authority.ledger.certificate(serial)).toMatchObject({
    ...{ replaces: older, enrollment: serial, signedInAt: clock.now, label: 'my phone' },
  })
  expect([await stateOf(older), await stateOf(serial)]).toEqual(['good', 'good'])
  // The older key had no part in the new certificate.
  await revokeOwn(authority, requester, older, 'keyCompromise', true)
  expect([await stateOf(older), await stateOf(serial)]).toEqual(['revoked', 'good'])
})

test('what renews by itself from the new one is called the same and descends from it', async () => {
  const { authority, issue, renew, stateOf } = await open()
  const older = await issue(SELF)
  const { serial, certificate } = await renew(SELF, older)
  await setLabel(authority, requester, serial, 'my phone')
  await stateOf(serial)
  const csr = makeCsr(SELF).der
  const third = await reenroll(authority, await identify(authority, certificate), csr)
  expect(await authority.ledger.certificate(third.serial)).toMatchObject({
    ...{ replaces: serial, enrollment: serial, label: 'my phone' },
  })
  await revokeOwn(authority, requester, serial, 'superseded', true)
  expect(await stateOf(third.serial)).toBe('revoked')
})

test('a device that has another Intune id by now is the same device', async () => {
  const { directory, issue, renew } = await open()
  const older = await issue(ENTRA)
  const intuneId = '14704e09-5e9d-4b7c-8a12-c6f3d0e85b09'
  directory.devices = [{ ...laptop, intuneId }]
  expect((await renew(ENTRA, older)).repeated).toBe(false)
})

test('the same request again gets the same certificate, also when the older one is retired', async () => {
  const { authority, issue } = await open()
  const older = await issue(SELF)
  const { der } = makeCsr(SELF)
  const first = await enroll(authority, requester, der, 'api', { replaces: older })
  await revokeOwn(authority, requester, older, 'superseded', false)
  const again = await enroll(authority, requester, der, 'api', { replaces: older })
  expect(again).toMatchObject({ serial: first.serial, repeated: true })
})

const NOT_YOURS = 'There is no such certificate, or it is not yours.'
const STOPPED = 'The certificate to renew is revoked or on hold.'

test('refusals', async () => {
  const { authority, directory, issue, renew, signed } = await open()
  const device = await issue(ENTRA)
  const self = await issue(SELF)
  const revoked = await issue(SELF)
  await revokeOwn(authority, requester, revoked, 'superseded', false)
  const held = await issue(SELF)
  const hold = { oid: alice.oid, at: authority.now(), by: 'x' }
  const event = { kind: 'person.held', at: authority.now(), actor: 'x', serial: null } as const
  await authority.ledger.holdPerson(hold, { ...event, facts: {} })
  const before = signed.length
  const table = [
    ['an unknown one', () => renew(SELF, '0bad'), 'not_found', NOT_YOURS],
    ['of somebody else', () => renew({ upn: bob.upn }, self, asBob), 'not_found', NOT_YOURS],
    ['for a device', () => renew(ENTRA, self), 'not_renewable', /^The certificate to renew is for/],
    [
      'for a person',
      () => renew(SELF, device),
      'not_renewable',
      /^The certificate to renew is for/,
    ],
    ['a revoked one', () => renew(SELF, revoked), 'not_renewable', STOPPED],
    ['one on hold', () => renew(SELF, held), 'not_renewable', STOPPED],
  ] as const
  for (const [name, ask, code, message] of table) {
    const matching = typeof message === 'string' ? message : expect.stringMatching(message)
    await expect(ask(), name).rejects.toMatchObject({ code, message: matching })
  }
  directory.devices = [{ ...laptop, entraOwnerOids: [bob.oid], primaryUserOids: [bob.oid] }]
  await expect(renew(ENTRA, device)).rejects.toMatchObject({ code: 'not_owner' })
  await expect(renew(ENTRA, device, asBob)).rejects.toMatchObject({ code: 'not_found' })
  expect(signed).toHaveLength(before)
  const trail = (await authority.ledger.auditTrail(0, 999)).map(({ event }) => event.kind)
  expect(trail.filter((kind) => kind === 'request.refused')).toHaveLength(table.length + 2)
})
