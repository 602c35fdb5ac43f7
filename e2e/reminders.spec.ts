import type { Locator } from '@playwright/test'
import { sql } from 'kysely'
import { z } from 'zod'
import { ease } from './ease.ts'
import { button, main } from './enroll-steps.ts'
import { expect, pictureForDocs, test } from './fixtures.ts'
import { changeLedger } from './ledger.ts'
import { looksRight } from './looks.ts'
import { arrive, issue, newDevice, newPerson } from './people.ts'
import { sandboxUrl } from './stack.ts'

/** What ends soon: a mail and the page behind its link, and the calendar. */

const DAY_MS = 86_400_000
const mailsSchema = z.array(
  z.object({
    to: z.array(z.object({ address: z.string() })),
    subject: z.string(),
    text: z.string(),
  }),
)

/** Lets the certificates of this device be so old that they end in some days. */
async function age(deviceId: string, daysLeft: number): Promise<void> {
  const ms = (365 - daysLeft) * DAY_MS
  await changeLedger(sql`update certificate set not_before = not_before - ${ms},
    not_after = not_after - ${ms} where holder_device_id = ${deviceId}`)
}

async function mailsTo(upn: string) {
  const answer = await fetch(`${sandboxUrl}/sandbox/mails`)
  const mails = mailsSchema.parse(await answer.json())
  return mails.filter(({ to }) => to.some(({ address }) => address === upn))
}

test('one click ends the reminders of a mail, and another takes them up again', async ({
  page,
  control,
}) => {
  const mila = await newPerson(['CSR.SelfService'], {
    name: `mila-${Date.now()}`,
    displayName: 'Mila Voss',
  })
  const { deviceId } = await newDevice(mila, 'MILA-LT-1')
  await issue(control, mila.upn, deviceId)
  await age(deviceId, 10.5)
  await expect.poll(async () => (await mailsTo(mila.upn)).length, { timeout: 20_000 }).toBe(1)
  const [mail] = await mailsTo(mila.upn)
  expect(mail?.subject).toMatch(/^The certificate of MILA-LT-1 ends in 1[01] days$/)
  const link = /https?:\S+\/reminders\/\S+/.exec(mail?.text ?? '')?.[0] ?? ''

  await page.goto(`${sandboxUrl}/#mail`)
  await page.getByText('Read', { exact: false }).first().click()
  await expect(page.getByRole('link', { name: link })).toBeVisible()
  await page.getByRole('link', { name: 'As a mail program shows it' }).first().click()
  await expect(page.getByRole('link', { name: 'Renew it' })).toBeVisible()
  await pictureForDocs(page, 'mail')

  await page.goto(link)
  await expect(main(page)).toContainText('The certificate of MILA-LT-1, until')
  await looksRight(page, 'reminder')
  await ease(page)
  await pictureForDocs(page, 'reminder')
  await button(page, 'No more reminders').click()
  await expect(main(page)).toContainText('You get no more mails about it.')
  await button(page, 'Remind me again').click()
  await expect(button(page, 'No more reminders')).toBeVisible()

  // As a provider of mail does it: without a cookie, without an origin.
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })
  const clicked = await fetch(`${link}/stop`, { method: 'POST', body })
  expect([clicked.status, await clicked.text()]).toEqual([200, ''])
  expect((await fetch(`${link}/stop`, { redirect: 'manual' })).headers.get('location')).toBe(link)
  expect((await fetch(`${link}/stop`, { method: 'POST', body: 'x'.repeat(5000) })).status).toBe(413)
  expect((await fetch(`${link.slice(0, -1)}/stop`, { method: 'POST', body })).status).toBe(403)
  await page.reload()
  await expect(button(page, 'Remind me again')).toBeVisible()

  const unknown = await page.goto(`${link.slice(0, -32)}${'a'.repeat(32)}`)
  expect(unknown?.status()).toBe(404)
  await expect(main(page)).toContainText('This link is of no mail that we know.')
})

test('what ends soon is renewed from its device’s card; what has ended says so', async ({
  page,
  control,
}) => {
  const mila = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(mila, 'MILA-LT-2')
  const serial = await issue(control, mila.upn, deviceId)
  await age(deviceId, 20.5)
  await arrive(page, mila, '/devices')
  const renew = `/enroll?for=${deviceId}&renew=${serial}`
  const link = page.getByRole('link', { name: 'Renew the certificate of MILA-LT-2' })
  await expect(link).toHaveAttribute('href', renew)
  await page.goto(`/certificates/${serial}`)
  const history = page.getByRole('region', { name: 'History' })
  await expect(history.getByText('Ends', { exact: true })).toBeVisible()
  await looksRight(page, 'certificate-soon')

  // Twenty-five days later.
  await age(deviceId, 340)
  await page.reload()
  await expect(history.getByText('Ended', { exact: true })).toBeVisible()
  await expect(history.getByText('Ends', { exact: true })).toHaveCount(0)
  const middleOf = async (what: Locator) => {
    const { y, height } = (await what.boundingBox()) ?? { y: 0, height: 0 }
    return y + height / 2
  }
  const line = main(page).getByText('It has ended; there is nothing left to stop.')
  const way = main(page).getByRole('link', { name: 'Renew' })
  expect(await middleOf(line)).toBeCloseTo(await middleOf(way), 0)
  await looksRight(page, 'certificate-expired')

  // Another one that is good does not make everything work.
  const other = await newDevice(mila, 'MILA-LT-3')
  await issue(control, mila.upn, other.deviceId)
  await page.goto('/')
  const row = page.getByRole('listitem').filter({ hasText: 'MILA-LT-2' }).first()
  await expect(row.getByText('Expired', { exact: true })).toBeVisible()
  await expect(row.getByText(/^The last one ended on /)).toBeVisible()
  await expect(main(page)).not.toContainText('Everything works')
})

test('a calendar gets an address, which is shown once and can be taken away', async ({
  page,
  control,
}) => {
  const otto = await newPerson(['CSR.SelfService'], {
    name: `otto-${Date.now()}`,
    displayName: 'Otto Lind',
  })
  const { deviceId } = await newDevice(otto, 'OTTO-LT-1')
  await issue(control, otto.upn, deviceId)
  await arrive(page, otto)
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('link', { name: 'Calendar' }).click()
  await expect(main(page)).toContainText('Your calendar has no address yet.')
  await looksRight(page, 'calendar')
  await button(page, 'Make an address').click()
  await expect(main(page)).toContainText('shown only this once')
  const address = await main(page)
    .getByText(/\/calendar\/[\w-]{32}\.ics$/)
    .innerText()
  await looksRight(page, 'calendar-made')
  await pictureForDocs(page, 'calendar')

  const file = await fetch(address)
  expect(file.headers.get('content-type')).toMatch(/^text\/calendar\b/)
  expect(file.headers.get('cache-control')).toMatch(/^private\b/)
  expect(await file.text()).toContain('SUMMARY:The certificate of OTTO-LT-1 ends')

  await page.reload()
  await expect(main(page)).toContainText('it cannot be shown again')
  await expect(main(page)).not.toContainText('.ics')
  await button(page, 'Take the address away').click()
  await expect(main(page)).toContainText('Your calendar has no address yet.')
  expect((await fetch(address)).status).toBe(404)
})
