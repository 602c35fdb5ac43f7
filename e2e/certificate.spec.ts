import { expect, test } from './fixtures.ts'
import { lookedAt, looksRight } from './looks.ts'
import { arrive, issue, newDevice, newPerson } from './people.ts'

/** The page shows the relying parties' view while it is open. */

test('an open page follows the directory: on hold with the reason, and back to good', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  const serial = await issue(control, nora.upn, deviceId)
  await arrive(page, nora, `/certificates/${serial}`)
  await expect(page.getByRole('heading', { name: /^Good until / })).toBeVisible()
  const said = await lookedAt(page)

  await control.changeDevice(deviceId, { compliant: false })
  await expect(
    page.getByRole('heading', {
      name: /^On hold since today, \d\d:\d\d, because Intune marked this device as not compliant\./,
    }),
  ).toBeVisible()
  await expect(said).toHaveText('NORA-LT-1 is now not compliant.')
  const told = page.getByRole('region', { name: 'Everyone is told the same' })
  await expect(told.getByText('On hold', { exact: true })).toHaveCount(3)
  await expect(told).toContainText(/Directory read \d\d:\d\d\./)
  await expect(told).toContainText(
    /As of \d\d:\d\d; may be believed until (tomorrow, )?\d\d:\d\d\./,
  )
  await expect(told).toContainText(/Published \d\d:\d\d; may be believed until tomorrow, /)
  await expect(told).toContainText(/^.*Whoever asked before may remember the older answer until /)

  await page.getByRole('button', { name: 'Check again' }).click()
  await expect(said).toHaveText(/^Checked \d\d:\d\d: still not compliant\.$/)
  await looksRight(page, 'certificate-live-hold')

  await control.changeDevice(deviceId, { compliant: true })
  await expect(page.getByRole('heading', { name: /^Good until / })).toBeVisible()
  await expect(said).toHaveText('NORA-LT-1 is now good.')
})

test('home and devices follow the directory while they are open, and say what changed', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  await issue(control, nora.upn, deviceId)
  const said = page.getByRole('main').getByRole('status')
  await arrive(page, nora)
  await expect(page.getByText(/^Everything works\./)).toBeVisible()
  await control.changeDevice(deviceId, { enabled: false })
  await expect(page.getByText(/^On hold since .+ about 6 minutes after IT switches/)).toBeVisible()
  await expect(said).toHaveText('NORA-LT-1 is now switched off in the directory.')

  await page.goto('/devices')
  await expect(page.getByRole('link', { name: 'What to do about NORA-LT-1' })).toBeVisible()
  await control.changeDevice(deviceId, { enabled: true })
  await expect(page.getByRole('link', { name: 'View the certificate of NORA-LT-1' })).toBeVisible()
  await expect(said).toHaveText('NORA-LT-1 is now good.')
})

test('on a phone, nothing that has the focus lies under the bars', async ({ page, control }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const serial = await issue(control, nora.upn, nora.upn)
  await page.setViewportSize({ width: 390, height: 640 })
  await arrive(page, nora, `/certificates/${serial}`)
  await expect(page.getByRole('button', { name: 'Check again' })).toBeVisible()
  await page.locator('main').focus()
  for (;;) {
    await page.keyboard.press('Tab')
    const under = await page.evaluate(() => {
      const element = document.activeElement
      if (!element || !document.querySelector('main')?.contains(element)) return null
      const { left, top, right, bottom } = element.getBoundingClientRect()
      const points = [top + 1, bottom - 1].map((y) => [(left + right) / 2, y] as const)
      const free = points.every(
        ([x, y]) => !document.elementFromPoint(x, y)?.closest('body > nav, body > header'),
      )
      return free ? '' : element.textContent
    })
    if (under === null) break
    expect(under, 'what lies under a bar').toBe('')
  }
})

test('an account that is switched off puts its certificate on hold, and only as long', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const serial = await issue(control, nora.upn, nora.upn)
  await arrive(page, nora, `/certificates/${serial}`)
  await control.changeUser(nora.upn, { enabled: false })
  await expect(
    page.getByRole('heading', {
      name: /^On hold since .+, because your account is switched off\. It works again by itself, /,
    }),
  ).toBeVisible()
  await control.changeUser(nora.upn, { enabled: true })
  await expect(page.getByRole('heading', { name: /^Good until / })).toBeVisible()
})

test('nobody stops or watches what is not theirs', async ({ page, control }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const other = await newPerson(['CSR.SelfService'])
  const serial = await issue(control, other.upn, other.upn)
  await page.goto('/signin')
  const signedOut = await page.request.get(`/certificates/${serial}/status`)
  expect(signedOut.status()).toBe(401)
  await arrive(page, nora)
  const status = await page.request.get(`/certificates/${serial}/status`)
  expect(status.status()).toBe(404)
  expect(await status.json()).toMatchObject({ code: 'not_found' })
  await page.goto(`/certificates/${serial}`)
  await expect(page.getByText('There is no such certificate, or it is not yours.')).toBeVisible()
})

test('everything on the page is in German too', async ({ page, control, context, baseURL }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const serial = await issue(control, nora.upn, nora.upn)
  await arrive(page, nora, `/certificates/${serial}`)
  await context.addCookies([{ name: 'latchkey-language', value: 'de', url: baseURL ?? '' }])
  await page.reload()
  await expect(page.getByRole('region', { name: 'Alle bekommen dieselbe Antwort' })).toBeVisible()
  await page.getByRole('button', { name: 'Erneut prüfen' }).click()
  await expect(page.getByText(/^Geprüft \d\d:\d\d: weiterhin gültig\.$/)).toBeVisible()
  await page.getByRole('button', { name: 'Gerät verloren' }).click()
  await expect(page.getByRole('alertdialog')).toContainText('Ihr Zertifikat wird sofort pausiert')
  await looksRight(page, 'certificate-german')
})
