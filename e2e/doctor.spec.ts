import { execFileSync } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { type Files, makeFiles } from '#lib/doctor/testing/files.ts'
import { axe } from './axe.ts'
import { button, choose, main } from './enroll-steps.ts'
import { expect, picture, signIn, test } from './fixtures.ts'

/** The page that looks into files: files of real programs, for anybody, and nothing leaves the page. */

let files: Files
test.beforeAll(async () => {
  files = makeFiles()
  // It takes a while without a pause: let the loop see which idle sockets were closed meanwhile.
  await setImmediate()
})
test.afterAll(() => files.close())

const PASSWORD = 'ABCDEFGHJKLMNPQRSTUV'
const finding = (page: Page, code: string) => main(page).locator(`[data-finding=${code}]`)

async function give(page: Page, name: string, octets: Uint8Array): Promise<void> {
  const buffer = Buffer.from(octets)
  const mimeType = 'application/octet-stream'
  await main(page).locator('input[type=file]').setInputFiles({ name, mimeType, buffer })
}

async function open(page: Page, password: string): Promise<void> {
  await main(page).getByLabel('Password of the file').fill(password)
  await button(page, 'Open').click()
}

test('files of OpenSSL, NSS and Java, without a sign-in, and nothing is sent', async ({
  page,
  browser,
}) => {
  const answer = await page.goto('/doctor')
  const policy = answer?.headers()['content-security-policy'] ?? ''
  expect(policy).toContain("connect-src 'none'")
  expect(policy).toContain("form-action 'none'")
  await page.waitForLoadState('networkidle')
  await axe(page)
  await picture(page, 'doctor')
  const sent: string[] = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (!pathname.startsWith('/_next/static/')) sent.push(`${request.method()} ${request.url()}`)
  })

  await test.step('OpenSSL’s: the password is asked for, a wrong one is told', async () => {
    await give(page, 'alice.p12', files.pkcs12(PASSWORD))
    await expect(finding(page, 'passwordNeeded')).toBeVisible()
    await open(page, 'something else')
    await expect(finding(page, 'wrongPassword')).toBeVisible()
    await axe(page)
    await open(page, PASSWORD)
    await expect(main(page)).toContainText('Nothing is wrong with this file.')
    await expect(finding(page, 'keyMatches')).toContainText('The key is that of leaf.')
    await expect(finding(page, 'chainWhole')).toContainText('Root')
    await expect(main(page)).toContainText('Only in newer versions ofMac, iPhone or iPad')
    await axe(page)
    await picture(page, 'doctor-fine')
  })

  const run = (tool: string, ...args: string[]) =>
    execFileSync(tool, args, { cwd: files.folder, stdio: 'pipe' }).toString()
  await test.step('NSS’s and Java’s', async () => {
    run('certutil', '-N', '-d', 'sql:.', '--empty-password')
    run('pk12util', '-i', 'out.p12', '-d', 'sql:.', '-W', PASSWORD)
    const name = run('certutil', '-L', '-d', 'sql:.').match(/^(.*\S)\s+u,u,u/m)?.[1] ?? ''
    run('pk12util', '-o', 'nss.p12', '-n', name, '-d', 'sql:.', '-W', PASSWORD)
    const store = [
      '-srckeystore',
      'out.p12',
      '-srcstorepass',
      PASSWORD,
      '-destkeystore',
      'java.p12',
    ]
    run('keytool', '-importkeystore', ...store, '-deststorepass', PASSWORD, '-noprompt')
    for (const file of ['nss.p12', 'java.p12']) {
      await give(page, file, files.read(file))
      await open(page, PASSWORD)
      await expect(main(page)).toContainText(`${file}: Key and certificate in one file`)
      await expect(finding(page, 'keyMatches')).toBeVisible()
    }
  })

  await test.step('a key that is another one, pasted', async () => {
    const text = ['leaf.pem', 'other.key'].map((name) => Buffer.from(files.read(name))).join('')
    await main(page).getByLabel('Text of the file').fill(text)
    await button(page, 'Check this text').click()
    await expect(finding(page, 'keyMismatch')).toBeVisible()
    await axe(page)
    await picture(page, 'doctor-bad')
  })

  await test.step('a web page in place of a file', async () => {
    await give(page, 'alice.p12', Buffer.from('<!DOCTYPE html><html></html>'))
    await expect(finding(page, 'html')).toBeVisible()
  })

  expect(sent).toEqual([])
  await test.step('the browser itself holds the page to it', async () => {
    // In a context of its own: a refusal in the console of the other would fail every test.
    const context = await browser.newContext()
    const other = await context.newPage()
    await other.goto('/doctor')
    const isRefused = await other.evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) =>
            resolve(event.effectiveDirective),
          )
          navigator.sendBeacon('/doctor')
        }),
    )
    expect(isRefused).toBe('connect-src')
    await context.close()
  })
})

test('offline it says so, and looks at the file when the connection is back', async ({
  page,
  context,
}) => {
  await page.goto('/doctor')
  await page.waitForLoadState('networkidle')
  await context.setOffline(true)
  await expect(page.getByText('You are offline. A file that you give here may')).toBeVisible()
  await give(page, 'alice.p12', files.pkcs12(PASSWORD))
  const told = main(page).getByText('You are offline, so this file cannot be checked yet.')
  await expect(told).toBeVisible()
  await axe(page)
  await picture(page, 'doctor-offline')
  await context.setOffline(false)
  await expect(finding(page, 'passwordNeeded')).toBeVisible()
  await expect(told).toHaveCount(0)
})

test('another language, on a phone, and back to the portal, without a complaint', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/doctor')
  await page.waitForLoadState('networkidle')
  await page.getByRole('button', { name: 'Language' }).click()
  await page.getByRole('button', { name: 'Deutsch' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Eine Datei prüfen' })).toBeVisible()
  await page.waitForLoadState('networkidle')
  await give(page, 'request.cer', files.read('leaf.csr'))
  await expect(finding(page, 'misnamed')).toContainText('.csr')
  await axe(page)
  await picture(page, 'doctor-phone')
  await page.getByRole('banner').getByRole('link').click()
  await expect(page).toHaveURL(/\/signin/)
})

test('its readers are loaded there, and a brought request is read by the second one', async ({
  page,
}) => {
  await signIn(page, 'alice', '/enroll')
  const link = page.getByRole('contentinfo').getByRole('link', { name: 'Check a file' })
  await expect(link).toHaveAttribute('href', '/doctor')
  await choose(page, /^Something else/)
  await main(page).getByText('Details for experts').click()
  await choose(page, /^I already have a key/)
  await main(page)
    .getByRole('textbox', { name: 'Your request' })
    .fill(Buffer.from(files.read('leaf.csr')).toString())
  const loaded = page.waitForResponse((response) => response.url().includes('/_next/static/'))
  await button(page, 'Check it first').click()
  await loaded
  await expect(main(page)).toContainText('It would not be accepted yet.')
  await expect(main(page)).not.toContainText('Two readers')
})
