import type { Page } from '@playwright/test'
import { makeFiles } from '#lib/doctor/testing/files.ts'
import type { Control } from './control.ts'
import { button, choose, expectReady, holdActions, main } from './enroll-steps.ts'
import { expect, pictureForDocs, signIn, test } from './fixtures.ts'
import { arrive, issue, type Newcomer, newDevice, newPerson } from './people.ts'
import { sandboxUrl } from './stack.ts'

/** Once through every page, as two people and an operator see them; the documents' pictures are made here. */

test.use({ contextOptions: { reducedMotion: 'no-preference' } })

const NORA = { name: 'nora.berg', displayName: 'Nora Berg' }
const NILS = { name: 'nils.holm', displayName: 'Nils Holm' }

test('every page of the portal, from the sign-in to what an operator sees', async ({
  page,
  control,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto('/signin')
  await seen(page, /./, 'signin')

  const nora = await newPerson(['CSR.SelfService'], NORA)
  const laptop = await newDevice(nora, 'NORA-LT-7')
  const phone = { os: 'Android', osVersion: '16', model: 'Pixel 10' }
  await newDevice(nora, 'Nora’s Pixel', phone)
  await newDevice(nora, 'NORA-PC-2', { compliant: false })
  await arrive(page, nora)
  await seen(page, /./, 'first-visit')
  await getOne(page)
  await lookAround(page, control, nora, laptop.deviceId)
  await withoutSignIn(page)
  await asOperator(page, nora)

  await page.goto(sandboxUrl)
  await seen(page, /./, 'sandbox')
})

test('what is seldom seen: renewing, a lost device, confirming, and no page at all', async ({
  page,
  context,
  control,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 })
  const nils = await newPerson(['CSR.SelfService'], NILS)
  const { deviceId } = await newDevice(nils, 'NILS-LT-7')
  const older = await issue(control, nils.upn, deviceId)
  await arrive(page, nils, `/enroll?for=${deviceId}&renew=${older}`)
  await seen(page, 'Renew the certificate of NILS-LT-7', 'renew')
  await button(page, 'Get certificate').click()
  await expectReady(page)
  await leaveTo(page, `/certificates/${older}`)
  await expect(button(page, 'Retire this one now')).toBeVisible()
  await pictureForDocs(page, 'renewed')

  await page.goto('/')
  await button(page, 'Report a device lost').click()
  const dialog = page.getByRole('alertdialog', { name: 'What is lost?' })
  await dialog.getByRole('radio', { name: 'NILS-LT-7' }).check()
  await pictureForDocs(page, 'report-lost')
  await dialog.getByRole('button', { name: 'Stop this device' }).click()
  await expect(page.getByRole('heading', { name: 'NILS-LT-7 is reported lost.' })).toBeVisible()
  // Renewed or not: what is on hold is not good.
  await expect(main(page)).not.toContainText('still good')
  await pictureForDocs(page, 'lost')

  await control.changeSettings({ optionalClaims: [], idTokenClaims: ['auth_time'] })
  // The token of a sign-in before that still says when it was.
  await page.context().clearCookies()
  await arrive(page, nils, '/enroll?for=me')
  const opens = context.waitForEvent('page')
  await button(page, 'Get certificate').click()
  const away = await opens
  await expect(button(page, 'Window closed? Open it again')).toBeVisible()
  await pictureForDocs(page, 'confirm')
  await away.close()
  await leaveTo(page, '/nothing-here')
  await seen(page, 'There is no such page', 'not-found')
  // Only now: a page that waits for another window would close this one.
  const small = await context.newPage()
  await small.goto(`/step-up#${crypto.randomUUID()}`)
  await expect(small.getByText('One moment')).toBeVisible()
  await pictureForDocs(small, 'step-up', { width: 520, height: 680 })
  await small.close()
})

/** Waits for the page's heading, then takes its picture. */
async function seen(page: Page, heading: string | RegExp, name: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
  await pictureForDocs(page, name)
}

/** From the choice of a device to the file. */
async function getOne(page: Page): Promise<void> {
  await page.goto('/enroll')
  await seen(page, /./, 'choose')
  const letGo = await holdActions(page)
  await choose(page, /^NORA-LT-7/)
  await button(page, 'Get certificate').click()
  await expect(main(page).locator('[aria-current=step]', { hasText: 'directory' })).toBeVisible()
  await pictureForDocs(page, 'making')
  letGo()
  await seen(page, 'Your certificate is ready', 'ready')
  await page.unroute('**/enroll*')
  const saved = page.waitForEvent('download')
  await button(page, 'Download').click()
  await saved
  await choose(page, /^iPhone or iPad/)
  await expect(main(page)).toContainText('Profile Downloaded')
  await expect(page.getByText('Your browser saves it')).toBeHidden()
  await pictureForDocs(page, 'ready-for-a-phone')
}

/** What a person has, and what happens when something is wrong. */
async function lookAround(
  page: Page,
  control: Control,
  nora: Newcomer,
  laptop: string,
): Promise<void> {
  await issue(control, nora.upn, nora.upn)
  await leaveTo(page, '/')
  await seen(page, 'Your certificates', 'home')
  await page.getByRole('listitem').filter({ hasText: 'NORA-LT-7' }).getByRole('link').click()
  await expect(main(page)).toContainText('Everyone is told the same')
  await seen(page, 'NORA-LT-7', 'certificate')
  await button(page, 'Revoke').click()
  await expect(page.getByRole('alertdialog')).toBeVisible()
  await pictureForDocs(page, 'revoke')
  await page.keyboard.press('Escape')

  await page.goto('/devices')
  await seen(page, 'Devices', 'devices')
  await page.getByRole('link', { name: /^Get the certificate of Nora’s Pixel/ }).click()
  await expect(page.getByRole('img', { name: /^QR code/ })).toBeVisible()
  await pictureForDocs(page, 'phone')
  await page.goto('/scripts')
  await seen(page, 'Scripts', 'scripts')
  await page.goto('/scripts/api')
  await seen(page, /./, 'api')

  await control.changeDevice(laptop, { compliant: false })
  // The page shows the state of the last directory sync, a few seconds old at most.
  await expect(async () => {
    await page.goto('/')
    const row = page.getByRole('listitem').filter({ hasText: 'NORA-LT-7' })
    await expect(row.getByText('On hold', { exact: true })).toBeVisible({ timeout: 1000 })
  }).toPass()
  await pictureForDocs(page, 'on-hold')
}

/** A page that asks before it is left is left all the same. */
async function leaveTo(page: Page, address: string): Promise<void> {
  page.once('dialog', (dialog) => void dialog.accept())
  await page.goto(address)
}

async function withoutSignIn(page: Page): Promise<void> {
  const files = makeFiles()
  const password = 'ABCDEFGHJKLMNPQRSTUV'
  await page.goto('/doctor')
  const input = main(page).locator('input[type=file]')
  const buffer = Buffer.from(files.pkcs12(password))
  await input.setInputFiles({ name: 'nora.p12', mimeType: 'application/octet-stream', buffer })
  await main(page).getByLabel('Password of the file').fill(password)
  await button(page, 'Open').click()
  await expect(main(page).getByText('Nothing is wrong with this file.')).toBeVisible()
  await page.evaluate(() => scrollTo(0, 0))
  await pictureForDocs(page, 'doctor', { width: 1280, height: 1100 })
  files.close()
}

async function asOperator(page: Page, nora: Newcomer): Promise<void> {
  await page.context().clearCookies()
  await signIn(page, 'carol')
  await pictureForDocs(page, 'no-role')
  await page.context().clearCookies()
  await signIn(page, 'erin', `/admin?q=${nora.upn}`)
  await expect(page.getByRole('listitem').filter({ hasText: nora.upn }).first()).toBeVisible()
  await seen(page, 'Manage', 'manage')
}
