import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { SANDBOX } from '#lib/config.ts'
import { callAuthority } from './authority.ts'
import { axe } from './axe.ts'
import { expect, picture, signIn, test } from './fixtures.ts'
import { looksRight } from './looks.ts'
import { arrive, newDevice, newPerson } from './people.ts'
import { authorityTlsUrl, sandboxUrl, tlsCaFile } from './stack.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-scripts-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs pasted lines one after the other, as a reader would; in a test the CA's file is elsewhere. */
function paste(lines: readonly string[], env: Record<string, string> = {}): string {
  const script = lines.filter((line) => !line.startsWith('export CURL_CA_BUNDLE=')).join('\n')
  const all = { ...process.env, CURL_CA_BUNDLE: tlsCaFile, ...env }
  return execFileSync('sh', ['-e'], { cwd: folder, env: all, input: script }).toString()
}

async function commandIn(place: Locator): Promise<string> {
  return (await place.getByRole('code').first().innerText()).replaceAll('\n', ' ')
}

async function download(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: `Download ${name}` }).click(),
  ])
  expect(file.suggestedFilename()).toBe(name)
  return readFileSync(await file.path(), 'utf8')
}

test('the scripts come with the addresses, and a command for each device', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'nora-ws', { os: 'Linux', osVersion: 'Debian 13' })
  await newDevice(nora, 'NORA-LT-1')
  await arrive(page, nora, '/scripts')
  await expect(page.getByRole('heading', { level: 1, name: 'Scripts' })).toBeVisible()
  // Chosen by the browser's User-Agent; Playwright's says Windows.
  await expect(page.getByRole('tab', { name: 'Windows' })).toHaveAttribute('aria-selected', 'true')
  await page.getByRole('tab', { name: 'Linux and macOS' }).click()
  await looksRight(page, 'scripts')

  const script = await download(page, 'latchkey-enroll.sh')
  expect(script).toContain(
    `URL='${authorityTlsUrl}' SCOPE='api://${SANDBOX.apiClientId}/${SANDBOX.scope}' ` +
      `TENANT='${SANDBOX.tenantId}' LOGIN='${sandboxUrl}'`,
  )
  execFileSync('sh', ['-n'], { input: script })

  const command = await commandIn(page.locator('section').filter({ hasText: 'For nora-ws' }).last())
  expect(command).toBe(
    `sh latchkey-enroll.sh device --device-id ${deviceId} --cacert data/tls/ca.pem`,
  )
  execFileSync('sh', ['-c', 'cat > latchkey-enroll.sh'], { cwd: folder, input: script })
  const token = await control.token({ user: nora.upn })
  // As root the script would use a folder of the whole machine.
  const said = paste([`${command.replace('data/tls/ca.pem', tlsCaFile)} --folder keys`], {
    LATCHKEY_TOKEN: token,
  })
  expect(said).toContain('The certificate is in ')

  await page.getByRole('tab', { name: 'Linux and macOS' }).focus()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('tab', { name: 'Windows' })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('tabpanel', { name: 'Windows' })).toContainText('For NORA-LT-1')
  expect(await download(page, 'latchkey-enroll.ps1')).toContain(
    `[string] $Url = '${authorityTlsUrl}',`,
  )
  await axe(page)
  await picture(page, 'scripts-windows')
})

test('on a phone a command breaks between its words, not at the hyphen of a name', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await signIn(page, 'alice', '/scripts')
  for (const tab of ['Linux and macOS', 'Windows']) {
    await page.getByRole('tab', { name: tab }).click()
    await expect(page.getByRole('code').first()).toBeVisible()
    const broken = await page.getByRole('code').evaluateAll((commands) =>
      commands.flatMap((command) => {
        const room = command.getBoundingClientRect().width
        const walker = document.createTreeWalker(command, NodeFilter.SHOW_TEXT)
        const found: string[] = []
        while (walker.nextNode()) {
          const text = walker.currentNode.textContent ?? ''
          for (const { index, 0: word } of text.matchAll(/\S+/g)) {
            const range = document.createRange()
            range.setStart(walker.currentNode, index)
            range.setEnd(walker.currentNode, index + word.length)
            const lines = [...range.getClientRects()]
            const long = lines.reduce((sum, { width }) => sum + width, 0)
            if (lines.length > 1 && long <= room) found.push(word)
          }
        }
        return found
      }),
    )
    expect(broken).toEqual([])
  }
})

test('by hand it is as many commands as the page shows', async ({ page }) => {
  const nora = await newPerson(['CSR.SelfService'])
  await arrive(page, nora, '/scripts')
  await page.getByRole('tab', { name: 'Anything else' }).click()
  const steps = page.getByRole('tabpanel', { name: 'Anything else' }).getByRole('listitem')
  await expect(steps).toHaveCount(5)
  const lines: string[] = []
  for (const step of await steps.all()) lines.push(await commandIn(step))
  expect(paste(lines)).toContain(nora.upn)
  await looksRight(page, 'scripts-by-hand')
})

test('the description of the API works as pasted', async ({ page, control }) => {
  const nora = await newPerson(['CSR.SelfService'])
  await arrive(page, nora, '/scripts/api')
  const call = async (method: string, address: string) => {
    const card = page.locator('details').filter({ has: page.getByText(address, { exact: true }) })
    const one = card.filter({ has: page.getByText(method, { exact: true }) })
    await one.locator('summary').click()
    return commandIn(one)
  }
  const before = page.getByRole('region', { name: 'Before you begin' })
  const intro = (await before.getByRole('code').allInnerTexts()).map((text) =>
    text.replaceAll('\n', ' '),
  )
  const token = intro.find((line) => line.includes('/sandbox/token')) ?? ''
  const request = intro.find((line) => line.startsWith('openssl req')) ?? ''
  const said = paste([
    token,
    request,
    await call('POST', '/api/csr'),
    'openssl x509 -inform DER -in answer -noout -subject',
    await call('GET', '/api/me'),
  ])
  expect(said).toContain(nora.upn)
  expect(said).toContain('"policy":')

  const mine = await control.token({ user: nora.upn })
  const list = await callAuthority('/api/me/certificates', mine)
  const [{ serial }] = (JSON.parse(list.body.toString()) as { items: [{ serial: string }] }).items
  const revoked = paste([
    token,
    `SERIAL=${serial}`,
    await call('POST', '/api/me/certificates/{serial}/revoke'),
  ])
  expect(revoked).toContain('"state":"revoked"')
  await expect(page.locator('details[open]').getByText('already_revoked').first()).toBeVisible()
  await looksRight(page, 'scripts-api')
})

test('scripts and descriptions are for who is signed in', async ({ page }) => {
  expect((await page.request.get('/scripts/latchkey-enroll.sh')).status()).toBe(401)
  await page.goto('/scripts/api')
  await expect(page).toHaveURL(/\/signin\?next=%2Fscripts%2Fapi/)
  const nora = await newPerson(['CSR.SelfService'])
  await arrive(page, nora, '/scripts')
  expect((await page.request.get('/scripts/latchkey-enroll.py')).status()).toBe(404)
})
