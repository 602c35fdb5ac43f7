import { button, choose, main } from './enroll-steps.ts'
import { expect, test } from './fixtures.ts'
import { looksRight } from './looks.ts'
import { arrive, issue, newDevice, newPerson, reportLost } from './people.ts'

test('each device says what is possible, or why not and what to do', async ({ page, control }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  await issue(control, nora.upn, deviceId)
  await newDevice(nora, 'NORA-LT-2')
  const nora1 = await newDevice(nora, 'nora-ws', {
    os: 'Linux',
    osVersion: 'Ubuntu 26.04',
    compliant: false,
  })
  await newDevice(nora, 'Nora’s iPhone', {
    os: 'iOS',
    osVersion: '26.1',
    model: 'iPhone 17',
    managed: false,
  })
  await arrive(page, nora, '/devices')
  const card = (name: string) => page.getByRole('article').filter({ hasText: name })

  await expect(card('NORA-LT-1').getByText('Good', { exact: true })).toBeVisible()
  await expect(card('NORA-LT-2').getByText('No certificate yet')).toBeVisible()
  await expect(
    card('NORA-LT-2').getByRole('link', { name: 'Get a certificate for NORA-LT-2' }),
  ).toBeVisible()
  await expect(card('nora-ws')).toContainText('Fix it in the Intune app')
  const instead = card('nora-ws').getByRole('link')
  await expect(instead).toHaveText('Get one for yourself instead')
  await expect(instead).toHaveAttribute('href', '/enroll?for=me')
  await expect(card('nora-ws').getByRole('button', { name: 'Copy a message for IT' })).toBeVisible()
  await expect(card('iPhone')).toContainText('Contoso gives certificates to managed devices only.')
  await expect(page.getByText(/^Directory last read today/)).toBeVisible()
  await looksRight(page, 'devices')

  await page.goto('/enroll')
  const refused = page.getByRole('main').getByText('Not compliant in Intune right now.')
  await refused.getByRole('link', { name: 'How to fix it' }).click()
  await expect(page.getByRole('article').first()).toContainText('nora-ws')
  await control.changeDevice(nora1.deviceId, { compliant: true })
  await card('nora-ws').getByRole('button', { name: 'Check again: nora-ws' }).click()
  await expect(card('nora-ws').getByRole('link', { name: /^Get a certificate/ })).toBeVisible()
})

test('the device in hand is said only when it can be no other', async ({ browser }) => {
  const nora = await newPerson(['CSR.SelfService'])
  await newDevice(nora, 'A-LINUX', { os: 'Linux', osVersion: 'Debian 13' })
  await newDevice(nora, 'THE-WINDOWS')
  const context = await browser.newContext({
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0',
  })
  const page = await context.newPage()
  await arrive(page, nora, '/devices')
  await expect(page.getByRole('article').first()).toContainText('THE-WINDOWS')
  await expect(page.getByText('Probably the one you are using')).toHaveCount(1)

  await newDevice(nora, 'ANOTHER-WINDOWS')
  await page.getByRole('button', { name: 'Read it again' }).click()
  await expect(page.getByText('ANOTHER-WINDOWS')).toBeVisible()
  await expect(page.getByText('Probably the one you are using')).toHaveCount(0)
  await context.close()
})

test('for a device that is reported lost nothing is issued, until it is found', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  await newDevice(nora, 'A-LT-2')
  const serial = await issue(control, nora.upn, deviceId)
  await arrive(page, nora, `/enroll?for=${deviceId}`)
  await choose(page, /^NORA-LT-1/)
  await reportLost(control, nora.upn, serial)
  await button(page, 'Get certificate').click()
  await expect(page.getByRole('heading', { name: 'This device is reported lost.' })).toBeFocused()
  await looksRight(page, 'enroll-device-lost')
  await expect(issue(control, nora.upn, deviceId)).rejects.toThrow(/^403 .*"device_lost"/)

  page.on('dialog', (dialog) => dialog.accept())
  await page.goto('/enroll')
  await expect(main(page).getByText('Reported lost.')).toBeVisible()
  await expect(page.getByRole('radio', { name: /^NORA-LT-1/ })).toHaveCount(0)

  await page.goto('/devices')
  const card = page.getByRole('article').first()
  await expect(card).toContainText('NORA-LT-1')
  await expect(card).toContainText(
    /Reported lost today, \d\d:\d\d by you\. While it is reported lost, .+ Unless it turns up by .+, its certificates are revoked for good\./,
  )
  await expect(card.getByRole('link', { name: /^Get a certificate/ })).toHaveCount(0)
  await looksRight(page, 'devices-lost')
  await card.getByRole('button', { name: 'I have it again: NORA-LT-1' }).click()
  await expect(page.getByText('Reported lost')).toHaveCount(0)
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await expect(page.getByRole('link', { name: 'View the certificate of NORA-LT-1' })).toBeVisible()
  await issue(control, nora.upn, deviceId)
})

test('a device of someone else is not listed', async ({ page }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const other = await newPerson(['CSR.SelfService'])
  await newDevice(nora, 'NORA-LT-1')
  await newDevice(other, 'NOT-HERS')
  await arrive(page, nora, '/devices')
  await expect(page.getByText('NORA-LT-1')).toBeVisible()
  await expect(page.getByText('NOT-HERS')).toHaveCount(0)
})

test('without devices the page says how one gets here', async ({ page }) => {
  const nora = await newPerson(['CSR.SelfService'])
  await arrive(page, nora, '/devices')
  await expect(page.getByText(/The directory lists no device as yours/)).toBeVisible()
  await looksRight(page, 'devices-empty')
})
