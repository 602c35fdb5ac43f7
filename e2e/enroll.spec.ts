import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { has } from '#lib/testing/judge.ts'
import { axe } from './axe.ts'
import { button, choose, enrol, expectReady, main, passwordOf } from './enroll-steps.ts'
import { expect, picture, signIn, test } from './fixtures.ts'
import { annotate } from './judges.ts'
import { authorityUrl } from './stack.ts'

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const LAPTOP_INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'

/** Makes a folder with the saved files, for OpenSSL to read. */
function makeFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-saved-'))
  const at = (name: string) => path.join(folder, name)
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }).toString()
  return { at, run, openssl: (...args: string[]) => run('openssl', ...args) }
}

type Folder = ReturnType<typeof makeFolder>

async function save(page: Page, { at }: Pick<Folder, 'at'>, name: string): Promise<string> {
  const download = page.waitForEvent('download')
  await button(page, name).click()
  const file = await download
  await file.saveAs(at(file.suggestedFilename()))
  return file.suggestedFilename()
}

/**
 * Checks by OpenSSL that the file opens, that key and certificate belong together, and that the chain leads
 * to the CA.
 */
async function judge(page: Page, folder: Folder, file: string): Promise<void> {
  const { at, openssl } = folder
  const password = await passwordOf(page)
  expect(password).toMatch(/^[A-HJ-NP-Z2-9]{20}$/)
  openssl('pkcs12', '-in', file, '-passin', `pass:${password}`, '-noenc', '-out', 'opened')
  openssl('x509', '-in', 'opened', '-out', 'leaf')
  const ofKey = openssl('pkey', '-in', 'opened', '-pubout')
  expect(openssl('x509', '-in', 'leaf', '-noout', '-pubkey')).toBe(ofKey)

  const ca = await page.request.get(`${authorityUrl}/ca`)
  writeFileSync(at('ca.der'), await ca.body())
  openssl('x509', '-inform', 'DER', '-in', 'ca.der', '-out', 'ca')
  const verify = ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'ca', 'leaf']
  expect(openssl(...verify)).toContain('leaf: OK')
}

test.describe('a certificate', () => {
  test('for a device, in one locked file', async ({ page }) => {
    await signIn(page, 'alice', '/enroll')
    await enrol(page, /^ALICE-LT-042/)
    const folder = makeFolder()
    const file = await save(page, folder, 'Download')
    expect(file).toBe('ALICE-LT-042.p12')
    await judge(page, folder, file)
    const altName = folder.openssl('x509', '-in', 'leaf', '-noout', '-ext', 'subjectAltName')
    expect(altName).toContain(`URI:IntuneDeviceId://${LAPTOP_INTUNE}`)

    await expect(main(page)).toContainText('It leads back to')
    await expect(button(page, 'Done')).toHaveAttribute('aria-disabled', 'true')
    await page.getByLabel('I have the file and the password').check()
    await main(page).getByRole('link', { name: 'Done' }).click()
    await expect(page.getByRole('heading', { name: 'Your certificates' })).toBeVisible()
    await expect(main(page)).toContainText('ALICE-LT-042')
  })

  test('for oneself, with an RSA key', async ({ page }) => {
    await signIn(page, 'alice', '/enroll?for=me')
    await expect(page.getByRole('radio', { name: /^Alice Adler/ })).toBeChecked()
    await main(page).getByText('Details for experts').click()
    await choose(page, 'RSA 2048')
    await enrol(page, /^Alice Adler/)
    const folder = makeFolder()
    const file = await save(page, folder, 'Download')
    expect(file).toBe('Alice-Adler.p12')
    await judge(page, folder, file)
    const text = folder.openssl('x509', '-in', 'leaf', '-noout', '-text')
    expect(text).toContain('Public-Key: (2048 bit)')
    expect(text).toContain('Subject: CN = Alice Adler')
    expect(text).toMatch(/othername:.*alice@contoso\.example/)
  })

  test('in separate files, then in one with the same password', async ({ page }) => {
    await signIn(page, 'alice', `/enroll?for=${LAPTOP}`)
    await choose(page, /^Something else/)
    await choose(page, /^Separate files$/)
    await enrol(page, /^ALICE-LT-042/)
    const folder = makeFolder()
    const key = await save(page, folder, 'Download ALICE-LT-042.key.pem')
    await save(page, folder, 'Download ALICE-LT-042.pem')
    await save(page, folder, 'Download ALICE-LT-042.chain.pem')
    const password = await passwordOf(page)
    const ofKey = folder.openssl('pkey', '-in', key, '-passin', `pass:${password}`, '-pubout')
    const leaf = ['x509', '-in', 'ALICE-LT-042.pem', '-noout']
    expect(folder.openssl(...leaf, '-pubkey')).toBe(ofKey)
    folder.openssl('verify', '-CAfile', 'ALICE-LT-042.chain.pem', 'ALICE-LT-042.pem')
    if (has('certtool', annotate)) {
      folder.run('certtool', '--key-info', '--infile', key, '--password', password)
      const trust = ['--load-ca-certificate', 'ALICE-LT-042.chain.pem']
      folder.run('certtool', '--verify', ...trust, '--infile', 'ALICE-LT-042.pem')
    }
    if (has('keytool', annotate)) {
      folder.run('keytool', '-printcert', '-file', 'ALICE-LT-042.chain.pem')
    }

    await choose(page, 'Windows 10 or 11')
    await expect(main(page)).toContainText('ALICE-LT-042.p12')
    const file = await save(page, folder, 'Download')
    expect(await passwordOf(page)).toBe(password)
    await judge(page, folder, file)
    expect(folder.openssl('x509', '-in', 'leaf', '-noout', '-serial')).toBe(
      folder.openssl(...leaf, '-serial'),
    )
  })

  test('for a key that the reader has', async ({ page }) => {
    const { at, openssl } = makeFolder()
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
    openssl('req', '-new', ...key, '-keyout', 'key', '-out', 'csr', '-subj', `/CN=${LAPTOP_INTUNE}`)
    await signIn(page, 'alice', '/enroll')
    await choose(page, /^I already have a key/)
    await expect(button(page, 'Get certificate')).toHaveAttribute('aria-disabled', 'true')
    await page.getByRole('textbox', { name: 'Your request' }).fill(readFileSync(at('csr'), 'utf8'))
    await button(page, 'Check it first').click()
    await expect(main(page)).toContainText('It would be accepted.')
    await expect(main(page)).toContainText(`CN=${LAPTOP_INTUNE}`)
    await axe(page)
    await picture(page, 'enroll-own')

    await button(page, 'Get certificate').click()
    await expectReady(page)
    await save(page, { at }, 'Download certificate.pem')
    await save(page, { at }, 'Download certificate.chain.pem')
    expect(openssl('x509', '-in', 'certificate.pem', '-noout', '-pubkey')).toBe(
      openssl('pkey', '-in', 'key', '-pubout'),
    )
    openssl('verify', '-CAfile', 'certificate.chain.pem', 'certificate.pem')
    await axe(page)
    await picture(page, 'enroll-own-ready')
  })

  test('not for what is somebody else’s: each rule says so before', async ({ page }) => {
    const { at, openssl } = makeFolder()
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'key']
    const subject = ['-subj', '/CN=de71ce04-a7c5-4316-9e8f-3b1d60f2c804']
    openssl('req', '-new', ...key, '-out', 'csr', ...subject)
    await signIn(page, 'alice', '/enroll')
    await choose(page, /^I already have a key/)
    await main(page).locator('input[type=file]').setInputFiles(at('csr'))
    await button(page, 'Check it first').click()
    await expect(main(page)).toContainText('It would not be accepted yet.')
    await expect(main(page)).toContainText('does not list a device with this id as yours')
    await button(page, 'Get certificate').click()
    await expect(
      page.getByRole('heading', { name: 'The directory does not list this device as yours.' }),
    ).toBeFocused()
  })
})

test('five clicks lead from the sign-in page to the file', async ({ page }) => {
  await page.goto('/')
  const clicks = [
    button(page, /^Continue with/),
    page.getByRole('button', { name: 'alice@contoso.example' }),
    main(page).getByRole('link', { name: 'Get a certificate', exact: true }),
    button(page, 'Get certificate'),
    button(page, 'Download'),
  ]
  const saved = page.waitForEvent('download')
  for (const target of clicks) await target.click()
  expect((await saved).suggestedFilename()).toMatch(/\.p12$/)
})
