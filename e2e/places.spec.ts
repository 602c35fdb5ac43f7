import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { openPkcs12 } from '#lib/pki/testing/open-pkcs12.ts'
import { axe } from './axe.ts'
import {
  button,
  choose,
  enrol,
  expectInSight,
  expectReady,
  holdActions,
  main,
  PHONE,
  passwordOf,
} from './enroll-steps.ts'
import { expect, picture, signIn, test } from './fixtures.ts'
import { annotate } from './judges.ts'

/**
 * One certificate, wrapped for every place where somebody may hold it: each file opens with the tools that stand
 * for the systems, in the format that those systems read.
 */

let folder = ''
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-places-'))
})
test.afterEach(() => rmSync(folder, { recursive: true }))

/** `before` is put before the name that the file is kept under. */
async function download(page: Page, before = ''): Promise<string> {
  const started = page.waitForEvent('download')
  await button(page, 'Download').click()
  const file = await started
  const name = before + file.suggestedFilename()
  await file.saveAs(path.join(folder, name))
  return name
}

/** The sandbox's CA is a root, which stays out of the file. */
const openEverywhere = (files: readonly string[], password: string) =>
  openPkcs12(
    files.map((file) => ({ file: path.join(folder, file), password, issuers: 0 })),
    annotate,
  )

/** What OpenSSL says of how a file is locked; it throws when the password does not open it. */
function locksOf(file: string, password: string): string {
  const args = ['pkcs12', '-in', file, '-info', '-noout', '-passin', `pass:${password}`]
  const { status, stderr } = spawnSync('openssl', args, { cwd: folder })
  expect(status, stderr.toString()).toBe(0)
  return stderr.toString()
}

const OLDER = /MAC: sha1[\s\S]*pbeWithSHA1And3-KeyTripleDES-CBC/
const MODERN = /MAC: sha256[\s\S]*PBES2, PBKDF2, AES-256-CBC/

test('a Mac gets the file that a Mac opens, and says why', async ({ page }) => {
  await signIn(page, 'bob', '/enroll')
  await expect(page.getByRole('radio', { name: /^A file for macOS/ })).toBeChecked()
  await expect(main(page)).toContainText('It has the older file format')
  await expect(main(page)).not.toContainText('Wi‑Fi')
  await enrol(page, /^bob-mbp/)
  const file = await download(page)
  expect(file).toBe('bob-mbp.p12')
  expect(locksOf(file, await passwordOf(page))).toMatch(OLDER)
  await openEverywhere([file], await passwordOf(page))
  await expect(main(page)).toContainText('Keychain Access shows it under My Certificates')
  await axe(page)
  await picture(page, 'enroll-use-mac')
})

test('the same key for every place, without asking the server again', async ({ page }) => {
  await signIn(page, 'alice', '/enroll')
  await enrol(page, /^ALICE-LT-042/)
  const password = await passwordOf(page)
  let posts = 0
  page.on('request', (request) => {
    if (request.method() !== 'GET') posts++
  })
  const places: readonly (readonly [RegExp, RegExp, string])[] = [
    [/^Windows 10/, MODERN, 'Current User'],
    [/^Windows Server 2016/, OLDER, 'on that machine'],
    [/^Mac$/, OLDER, 'Keychain Access'],
    [/^iPhone or iPad/, OLDER, 'Profile Downloaded'],
    [/^Android 14/, MODERN, 'user certificate'],
    [/^Android 13 or older/, OLDER, 'Install certificates'],
    [/^Chromebook/, MODERN, 'chrome://certificate-manager'],
    [/^Linux/, MODERN, 'Set authentication to'],
    [/^wpa_supplicant/, MODERN, '/etc/wpa_supplicant'],
    [/^Firefox/, MODERN, 'View Certificates…'],
    [/^I do not know/, OLDER, 'where you want to use it'],
  ]
  const files: string[] = []
  for (const [place, locks, steps] of places) {
    await main(page).getByRole('radio', { name: place }).check()
    await expect(main(page)).toContainText(steps)
    const file = await download(page, `${files.length}-`)
    expect(locksOf(file, password)).toMatch(locks)
    files.push(file)
  }
  await test.step('it did not import: the other format, under another name', async () => {
    await choose(page, 'Mac')
    await expect(main(page)).toContainText('Keychain Access')
    await button(page, 'Newer file format').click()
    await expect(main(page)).toContainText('ALICE-LT-042-modern.p12')
    expect(locksOf(await download(page), password)).toMatch(MODERN)
  })
  expect(await passwordOf(page)).toBe(password)
  expect(posts).toBe(0)
  await test.step('each opens with every reader', () => openEverywhere(files, password))
})

test('what the page says when one leaves is true after a download', async ({ page }) => {
  await signIn(page, 'alice', '/enroll')
  await enrol(page, /^ALICE-LT-042/)
  const home = page.getByRole('link', { name: /Latchkey/ }).first()
  await home.click()
  await expect(page.getByRole('dialog')).toContainText('The file and its password exist only')
  await page.getByRole('button', { name: 'Stay here' }).click()
  await download(page)
  await home.click()
  await expect(page.getByRole('dialog')).toContainText('You downloaded the file.')
  await page.getByRole('button', { name: 'Stay here' }).click()
  await main(page).getByRole('radio', { name: 'Firefox' }).check()
  await expect(main(page)).toContainText('View Certificates…')
  await home.click()
  await expect(page.getByRole('dialog')).toContainText('The file and its password exist only')
})

test.describe('on a phone of 390 × 844', () => {
  test.use(PHONE)

  test('the main action of each step is in sight when the step appears', async ({ page }) => {
    await signIn(page, 'alice', '/enroll')
    await expectInSight(page, 'Get certificate')
    await axe(page)
    const letGo = await holdActions(page)
    await button(page, 'Get certificate').click()
    await expect(page.getByRole('heading', { level: 1 })).toBeInViewport({ ratio: 1 })
    const step = main(page).locator('[aria-current=step]', { hasText: 'directory' })
    await expect(step).toBeInViewport({ ratio: 1 })
    letGo()
    await expectReady(page)
    await expectInSight(page, 'Download')
    await expect(page.getByRole('heading', { level: 1 })).toBeInViewport({ ratio: 1 })
    await axe(page)
    await picture(page, 'enroll-use-phone-844')
  })

  test('trouble and its way on are in sight, and so are several files', async ({
    page,
    control,
  }) => {
    await signIn(page, 'alice', '/enroll')
    await choose(page, /^Something else/)
    await choose(page, /^Separate files$/)
    await expectInSight(page, 'Get certificate')
    await control.changeDevice('de71ce01-8c2b-4f6a-9d35-71e0b4a9c601', { compliant: false })
    await choose(page, /^ALICE-LT-042/)
    await button(page, 'Get certificate').click()
    const heading = page.getByRole('heading', { name: /not compliant right now/ })
    await expect(heading).toBeInViewport({ ratio: 1 })
    await expectInSight(page, 'Check again')
    await control.changeDevice('de71ce01-8c2b-4f6a-9d35-71e0b4a9c601', { compliant: true })
    await button(page, 'Check again').click()
    await expectReady(page)
    await expectInSight(page, 'Download ALICE-LT-042.key.pem')
  })

  test('the way with a key of one’s own is in sight from step to step', async ({ page }) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'key']
    const subject = ['-subj', '/CN=14704e01-5e9d-4b7c-8a12-c6f3d0e85b01']
    execFileSync('openssl', ['req', '-new', ...key, '-out', 'csr', ...subject], {
      cwd: folder,
      stdio: 'pipe',
    })
    await signIn(page, 'alice', '/enroll')
    await choose(page, /^I already have a key/)
    const request = page.getByRole('textbox', { name: 'Your request' })
    await request.fill(readFileSync(path.join(folder, 'csr'), 'utf8'))
    await expectInSight(page, 'Get certificate')
    await button(page, 'Get certificate').click()
    await expectReady(page)
    await expectInSight(page, 'Download certificate.pem')
  })
})
