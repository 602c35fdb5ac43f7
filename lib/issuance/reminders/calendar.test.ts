import { expect, test } from 'vitest'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, nonCompliant, now, requester } from '#lib/policy/testing/context.ts'
import { eventsOf, openCalendar } from './calendar.ts'

const HOUR_MS = 3_600_000

async function open() {
  const made = await testAuthority()
  const { authority, clock } = made
  const issue = async (wish: object, replaces: string | null = null) => {
    clock.now = new Date(clock.now.getTime() + HOUR_MS)
    const csr = makeCsr({ key: 'ec-p256', ...wish }).der
    return (await enroll(authority, requester, csr, 'api', { replaces })).serial
  }
  const secret = await openCalendar(authority, requester, 'fr')
  const serials = async () => {
    const { events } = await eventsOf(authority, secret)
    return events.map(({ serial }) => serial).toSorted()
  }
  return { ...made, issue, secret, serials }
}

const device = { commonName: laptop.deviceId ?? '' }
const person = { upn: alice.upn }

test('what is good or on hold is in it, and what took the place of another', async () => {
  const { authority, issue, sync, serials, secret, directory } = await open()
  const first = await issue(person)
  const second = await issue(person, first)
  const other = await issue(person)
  await issue(device)
  const latest = await issue(device)
  const gone = await issue(person)
  await revokeOwn(authority, requester, gone, 'superseded', false)
  await sync()
  expect(await serials()).toEqual([second, other, latest].toSorted())

  directory.devices = [{ ...laptop, ...nonCompliant }]
  await sync()
  expect(await serials()).toEqual([second, other, latest].toSorted())
  const { language, events } = await eventsOf(authority, secret)
  expect(language).toBe('fr')
  const found = events.find(({ serial }) => serial === latest)
  const record = await authority.ledger.certificate(latest)
  expect(found).toEqual({
    ...{ serial: latest, profile: 'device', name: laptop.displayName },
    ...{ notAfter: record?.notAfter, issuedAt: record?.createdAt },
  })
})

test('reading it asks the ledger and nobody else, also while the directory is not known', async () => {
  const { issue, serials, directory, clock, refreshed } = await open()
  const serial = await issue(device)
  clock.now = new Date(now.getTime() + 24 * HOUR_MS)
  let asked = 0
  directory.onAsk = () => {
    asked += 1
  }
  expect(await serials()).toEqual([serial])
  await refreshed()
  expect(asked).toBe(0)
})

test('while an account is disabled nothing of it is in it', async () => {
  const { issue, serials, directory, sync } = await open()
  const both = [await issue(person), await issue(device)].toSorted()
  directory.users = [{ ...alice, enabled: false }]
  await sync()
  expect(await serials()).toEqual([])
  directory.users = [alice]
  await sync()
  expect(await serials()).toEqual(both)
})

test('what has ended is not in it', async () => {
  const { issue, serials, clock, sync } = await open()
  await issue(person)
  clock.now = new Date(now.getTime() + 366 * 24 * HOUR_MS)
  await sync()
  expect(await serials()).toEqual([])
})
