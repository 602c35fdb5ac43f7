import { axe } from './axe.ts'
import { expect, test } from './fixtures.ts'
import { looksRight } from './looks.ts'
import { arrive, issue, newDevice, newPerson } from './people.ts'

test('without certificates, a ready device is the way on', async ({ page }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  await arrive(page, nora)
  await expect(page.getByText('No certificates yet. NORA-LT-1 is ready for one.')).toBeVisible()
  await expect(
    page.getByRole('main').getByRole('link', { name: 'Get a certificate' }).last(),
  ).toHaveAttribute('href', `/enroll?for=${deviceId}`)
  await expect(page.getByRole('main').getByRole('link', { name: 'Get a certificate' })).toHaveCount(
    1,
  )
  await looksRight(page, 'home-empty-ready')

  // Of two that are ready it is the one in the reader's hand.
  await newDevice(nora, 'AA-PC', { os: 'Linux', osVersion: 'Ubuntu 26.04' })
  await page.goto('/devices')
  await expect(page.getByRole('heading', { name: 'AA-PC' })).toBeVisible()
  await page.goto('/')
  await expect(page.getByText('No certificates yet. NORA-LT-1 is ready for one.')).toBeVisible()
})

test('without devices, there is still one for the person', async ({ page }) => {
  const nora = await newPerson(['CSR.SelfService'])
  await arrive(page, nora)
  await expect(page.getByText(/The directory lists no device as yours/)).toBeVisible()
  await expect(page.getByRole('link', { name: 'Get mine' })).toHaveAttribute(
    'href',
    '/enroll?for=me',
  )
  await looksRight(page, 'home-empty')
})

test('a good certificate is said to be good, in one sentence and on its row', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  const serial = await issue(control, nora.upn, deviceId)
  await arrive(page, nora)
  await expect(page.getByText(/^Everything works\. Next to renew: NORA-LT-1, /)).toBeVisible()
  const row = page.getByRole('listitem').filter({ hasText: 'NORA-LT-1' })
  await expect(row.getByText('Good', { exact: true })).toBeVisible()
  await expect(row.getByRole('img')).toHaveAccessibleName(
    /^Good\. Valid .+ to .+, 365 days left\.$/,
  )
  await expect(row.getByRole('link')).toHaveAttribute('href', `/certificates/${serial}`)
  await looksRight(page, 'home-good')
})

test('a device that is no longer compliant is on top, with the reason', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  await issue(control, nora.upn, deviceId)
  await issue(control, nora.upn, nora.upn)
  await control.changeDevice(deviceId, { compliant: false })
  await arrive(page, nora)
  // The page shows the state of the last directory sync, a few seconds old at most.
  await expect(async () => {
    await page.reload()
    await expect(
      page.getByRole('heading', {
        name: 'The certificate of NORA-LT-1 is on hold, so networks that ask refuse it right now.',
      }),
    ).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await expect(page.getByText(/because Intune marked this device as not compliant/)).toBeVisible()
  await expect(page.getByRole('listitem').first()).toContainText('On hold')
  await looksRight(page, 'home-hold')

  await page.getByRole('link', { name: 'See what to do' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'NORA-LT-1' })).toBeFocused()
  await expect(page.getByRole('heading', { name: 'What you can do' })).toBeVisible()
  await looksRight(page, 'certificate-hold')
})

test('a certificate of someone else is the same 404 as one that does not exist', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const other = await newPerson(['CSR.SelfService'])
  const serial = await issue(control, other.upn, other.upn)
  await arrive(page, nora)
  for (const path of [`/certificates/${serial}`, '/certificates/0badc0de', '/certificates/x%0Ay']) {
    await page.goto(path)
    await expect(page.getByText('There is no such certificate, or it is not yours.')).toBeVisible()
  }
  expect((await page.request.get(`/certificates/${serial}/certificate.pem`)).status()).toBe(404)
  // A proxy may refuse this one itself.
  expect([400, 404]).toContain((await page.request.get('/certificates/x%00y')).status())
})

test('the owner saves the certificate again, never a key', async ({ page, control }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const serial = await issue(control, nora.upn, nora.upn)
  await arrive(page, nora, `/certificates/${serial}`)
  await page.getByRole('main').getByText('Download', { exact: true }).click()
  await expect(page.getByText('Without the private key; we never had it.')).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Certificate and chain, PEM' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^Nora-new-[0-9a-f]+-chain\.pem$/)
  const pem = await (await page.request.get(`/certificates/${serial}/chain.pem`)).text()
  expect(pem.match(/-----BEGIN CERTIFICATE-----/g)?.length).toBeGreaterThanOrEqual(2)
  expect(pem).not.toContain('KEY')
  await looksRight(page, 'certificate-good')
})

test('an account that is switched off meanwhile is told, with a message for IT', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  await issue(control, nora.upn, nora.upn)
  await arrive(page, nora)
  await control.changeUser(nora.upn, { enabled: false })
  await page.reload()
  await expect(
    page.getByRole('heading', {
      name: /^Your account is switched off\. Since today, .+ your certificates are on hold\.$/,
    }),
  ).toBeVisible()
  await expect(
    page.getByText(/^They work again by themselves, about 6 minutes after/),
  ).toBeVisible()
  await expect(page.getByRole('button', { name: 'Copy a message for IT' })).toBeVisible()
  await looksRight(page, 'home-account-off')
})

test('a silent directory is said, and what is known stays', async ({ page, control }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  await newDevice(nora, 'NORA-LT-2')
  await issue(control, nora.upn, nora.upn)
  await issue(control, nora.upn, deviceId)
  await arrive(page, nora)
  await control.breakGraph('down')
  await page.reload()
  await expect(
    page.getByRole('heading', { name: 'The directory is not answering right now.' }),
  ).toBeVisible()
  const rows = page.getByRole('listitem')
  await expect(rows.filter({ hasText: 'You, on any device' })).toBeVisible()
  await expect(rows.filter({ hasText: 'NORA-LT-1' })).toContainText('Windows 11')
  await expect(rows.filter({ hasText: 'NORA-LT-2' })).toHaveCount(0)
  await looksRight(page, 'home-directory-silent')
  await page.goto('/devices')
  await expect(page.getByRole('article').filter({ hasText: 'NORA-LT-2' })).toBeVisible()
  await expect(
    page.getByText(/^This list is as of today, \d\d:\d\d; what changed since/),
  ).toBeVisible()
  await looksRight(page, 'devices-directory-silent')
})

test('everything on the page is reached by the keyboard, in reading order', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  await issue(control, nora.upn, nora.upn)
  await arrive(page, nora)
  await expect(page.getByRole('listitem').filter({ hasText: 'Nora' })).toBeVisible()
  await page.locator('body').press('Tab')
  const stops: string[] = []
  for (let stop = 0; stop < 11; stop++) {
    const name = await page.evaluate(() => {
      const element = document.activeElement
      return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? ''
    })
    stops.push(name.replace(/\s+/g, ' '))
    await page.keyboard.press('Tab')
  }
  expect(stops[0]).toBe('Skip to content')
  const bar = ['Home', 'Devices', 'Scripts', 'Language', 'Switch to dark']
  expect(stops.slice(2, 7)).toEqual(bar)
  expect(stops[8]).toBe('Get a certificate')
  expect(stops[9]).toContain('Nora')
  expect(stops[10]).toBe('Report a device lost')
})

test('German says it in German, and the choice stays', async ({ page }) => {
  const nora = await newPerson(['CSR.SelfService'])
  await arrive(page, nora)
  await page.getByRole('button', { name: 'Language' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'English' })).toHaveAttribute(
    'aria-current',
    'true',
  )
  await axe(page)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'English' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Language' })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Deutsch' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Ihre Zertifikate' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Ihre Zertifikate' })).toBeVisible()
  await looksRight(page, 'home-german')
})

test('the theme is the reader’s, and there from the first byte', async ({ page }) => {
  const nora = await newPerson(['CSR.SelfService'])
  await page.emulateMedia({ colorScheme: 'light' })
  await arrive(page, nora)
  await page.getByRole('button', { name: 'Switch to dark' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  expect(await (await page.request.get('/')).text()).toContain('data-theme="dark"')
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('each page says that it needs it', async ({ page }) => {
    const needs = page.getByRole('heading', { name: /^This page needs JavaScript/ })
    await page.goto('/signin')
    await expect(needs).toBeVisible()
    await arrive(page, await newPerson(['CSR.SelfService']))
    await expect(needs).toBeVisible()
  })
})
