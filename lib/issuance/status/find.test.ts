import { afterEach, expect, test } from 'vitest'
import type { Authority } from '#lib/issuance/authority.ts'
import { setLabel } from '#lib/issuance/label.ts'
import { reportLost } from '#lib/issuance/revoke/lost-device.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import {
  alice,
  laptop,
  nonCompliant,
  operator,
  policy,
  requester,
} from '#lib/policy/testing/context.ts'
import { type Find, findCertificates } from './find.ts'

const ALICE = { upn: alice.upn }
const LAPTOP = { commonName: laptop.deviceId ?? '' }
const EVERYTHING: Find = {
  text: null,
  validity: 'any',
  profile: null,
  after: null,
  limit: 50,
  names: false,
}

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  opened = null
})

async function open(change: Partial<Authority> = {}) {
  const made = await openStatus(change)
  const { authority } = made
  opened = authority
  const find = async (wanted: Partial<Find>) => {
    const page = await findCertificates(authority, operator, { ...EVERYTHING, ...wanted })
    const { items, continuationToken: next } = page
    return { items, next, serials: items.map(({ serialNumber }) => serialNumber.toLowerCase()) }
  }
  return { ...made, find }
}

test('active is what is neither stopped nor expired, whoever stopped it; revoked is the rest', async () => {
  const { authority, issue, sync, find, directory, clock } = await open()
  const [user, device] = [await issue(ALICE), await issue(LAPTOP)]
  const other = await issue(ALICE)
  await sync()
  const active = async () => (await find({ validity: 'active' })).serials.sort()
  const revoked = async () => (await find({ validity: 'revoked' })).serials.sort()
  const held = async () => (await find({ validity: 'held' })).serials
  expect(await active()).toEqual([user, device, other].sort())
  expect(await revoked()).toEqual([])

  await revokeOwn(authority, requester, user, 'superseded', false)
  directory.devices = [{ ...laptop, ...nonCompliant }]
  await sync()
  expect(await active()).toEqual([other])
  expect(await revoked()).toEqual([user, device].sort())
  expect(await held()).toEqual([device])

  directory.devices = [laptop]
  await sync()
  expect(await active()).toEqual([device, other].sort())
  expect(await held()).toEqual([])
  await reportLost(authority, requester, device)
  expect(await active()).toEqual([other])

  clock.now = new Date(clock.now.getTime() + 366 * 86_400_000)
  await sync()
  expect(await active()).toEqual([])
  expect((await find({ validity: 'expired' })).serials).toHaveLength(3)
})

test('a device that one of two directories lost is active as long as the other has it', async () => {
  const managed = { ...policy, deviceGate: 'managed', holdNonCompliant: false } as const
  const { issue, sync, find, ask, directory } = await open({ policy: managed })
  const serial = await issue(LAPTOP)
  await sync()
  directory.devices = [{ ...laptop, intuneId: null }]
  await sync()
  expect(await ask(serial)).toEqual({ kind: 'good' })
  expect(await find({ validity: 'active' })).toMatchObject({
    serials: [serial],
    items: [{ revocationDate: null, revocationReason: null, revokedBy: null }],
  })
  expect((await find({ validity: 'revoked' })).serials).toEqual([])
})

test('a page is filled with what is wanted, over what is not, and goes on where it ended', async () => {
  const lenient = { ...policy, holdNonCompliant: false }
  const { authority, issue, sync, find, directory } = await open({ policy: lenient })
  const wanted: string[] = []
  for (let i = 0; i < 9; i++) {
    await issue(LAPTOP)
    if (i % 3 === 0) wanted.push(await issue(ALICE))
  }
  for (const serial of wanted) await revokeOwn(authority, requester, serial, 'superseded', false)
  // By the ledger's marks each device certificate may be on hold; by its status none is.
  directory.devices = [{ ...laptop, ...nonCompliant }]
  await sync()
  const first = await find({ validity: 'revoked', limit: 2 })
  expect(first.serials).toHaveLength(2)
  const second = await find({ validity: 'revoked', limit: 2, after: first.next })
  expect([...first.serials, ...second.serials].sort()).toEqual(wanted.sort())
  expect(second.next).toBeNull()
})

test('the cause of a hold or revocation is there for who asks for names', async () => {
  const { authority, issue, sync, find, directory } = await open()
  const [user, device, other] = [await issue(ALICE), await issue(LAPTOP), await issue(ALICE)]
  await revokeOwn(authority, requester, user, 'superseded', false)
  directory.devices = [{ ...laptop, ...nonCompliant }]
  await sync()
  const { items } = await find({ names: true })
  const causeOf = (serial: string) =>
    items.find(({ serialNumber }) => serialNumber.toLowerCase() === serial)?.cause
  expect([user, device, other].map(causeOf)).toEqual(['superseded', 'device_not_compliant', null])
  expect((await find({})).items[0]).not.toHaveProperty('cause')
})

test('names are what people call holder, requester and certificate, for who asks for them', async () => {
  const { authority, issue, sync, find } = await open()
  const [user, device] = [await issue(ALICE), await issue(LAPTOP)]
  await sync()
  await setLabel(authority, requester, user, 'my phone')
  const names = async (wanted: Partial<Find>) => {
    const { items } = await find(wanted)
    return new Map(items.map((item) => [item.serialNumber.toLowerCase(), item.names]))
  }
  expect(await names({ names: true })).toEqual(
    new Map([
      [device, { holder: laptop.displayName, requester: alice.upn, label: null }],
      [user, { holder: alice.displayName, requester: alice.upn, label: 'my phone' }],
    ]),
  )
  expect([...(await names({})).values()]).toEqual([undefined, undefined])
  for (const item of (await find({})).items) expect(item).not.toHaveProperty('label')
})
