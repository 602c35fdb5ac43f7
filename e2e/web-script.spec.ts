import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { button, choose, main } from './enroll-steps.ts'
import { expect, test } from './fixtures.ts'
import { arrive, issue, newDevice, newPerson } from './people.ts'

/**
 * Script in what others write, wherever a page shows it. Where it became an element, the policy would refuse what
 * that runs, and the fixture tell of it.
 */

const SCRIPT = '<img src="x" onerror="alert(1)">'
const UPN_OID = '1.3.6.1.4.1.311.20.2.3'

let folder = ''
test.beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-script-'))
})
test.afterAll(() => rmSync(folder, { recursive: true }))

function openssl(...args: string[]): string {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'key']
  execFileSync('openssl', ['req', ...key, ...args, '-out', 'made'], { cwd: folder, stdio: 'pipe' })
  return readFileSync(path.join(folder, 'made'), 'utf8')
}

async function isText(page: Page, ...words: readonly string[]): Promise<void> {
  for (const text of words) await expect(main(page)).toContainText(text)
  await expect(page.locator('img')).toHaveCount(0)
}

test('WEB-06 script in names, requests, problems and files is text', async ({ page, control }) => {
  const name = `new-${randomUUID()}`
  const roles = ['CSR.SelfService', 'Manage.All']
  const nora = await newPerson(roles, { name, displayName: SCRIPT })
  const device = `${SCRIPT}-LT-1`
  const { deviceId } = await newDevice(nora, device, { model: SCRIPT })
  const ofDevice = await issue(control, nora.upn, deviceId)
  const ofPerson = await issue(control, nora.upn, nora.upn)

  await test.step('of people and devices', async () => {
    await arrive(page, nora)
    for (const where of [
      '/',
      '/devices',
      '/enroll',
      `/certificates/${ofDevice}`,
      `/admin?q=${ofDevice}`,
    ]) {
      await page.goto(where)
      await expect(page.getByRole('button', { name: `Account of ${SCRIPT}` })).toBeVisible()
      await isText(page, device)
    }
  })

  await test.step('given to a certificate', async () => {
    await page.goto(`/certificates/${ofPerson}`)
    await page.getByLabel('Name, such as “my phone”').fill(SCRIPT)
    await button(page, 'Save the name').click()
    await isText(page, `${SCRIPT} · You, on any device`)
    await page.goto('/')
    await isText(page, SCRIPT)
  })

  await test.step('in a request, and in the problem that comes of it', async () => {
    await page.goto('/enroll')
    await choose(page, /^Something else/)
    await page.getByText('Details for experts').click()
    await choose(page, /^I already have a key/)
    const upn = `subjectAltName=otherName:${UPN_OID};UTF8:${nora.upn}`
    const subject = `/CN=${SCRIPT}@evil.example`
    const csr = openssl('-new', '-subj', subject, '-addext', upn)
    await page.getByRole('textbox', { name: 'Your request' }).fill(csr)
    const advice = `Use ${SCRIPT} or ${nora.upn} as common name.`
    await button(page, 'Check it first').click()
    await isText(page, advice)
    await button(page, 'Get certificate').click()
    await expect(
      page.getByRole('heading', { name: 'This certificate cannot be issued.' }),
    ).toBeVisible()
    await isText(page, advice)
  })

  await test.step('in a file', async () => {
    page.on('dialog', (dialog) => dialog.accept())
    await page.goto('/doctor')
    const file = openssl('-x509', '-subj', `/CN=${SCRIPT}`)
    const [mimeType, buffer] = ['application/octet-stream', Buffer.from(file)]
    const input = main(page).locator('input[type=file]')
    await input.setInputFiles({ name: `${SCRIPT}.pem`, mimeType, buffer })
    await isText(page, `${SCRIPT}.pem`)
    await expect(main(page).getByText(SCRIPT).nth(1)).toBeVisible()
  })
})
