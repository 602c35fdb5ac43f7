import { axe } from './axe.ts'
import { button, choose, expectInSight, expectReady, main, PHONE } from './enroll-steps.ts'
import { expect, test } from './fixtures.ts'
import { looksRight } from './looks.ts'
import { arrive, issue, newDevice, newPerson } from './people.ts'

/** What lasts: renewal, labels, and going on with the phone. */

test('renew: a new one in its place, the old one good until it is retired', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  await newDevice(nora, 'A-LT-2')
  const older = await issue(control, nora.upn, deviceId)
  await arrive(page, nora, `/certificates/${older}`)
  await main(page).getByRole('link', { name: 'Renew' }).click()
  await expect(page).toHaveURL(`/enroll?for=${deviceId}&renew=${older}`)
  await expect(
    page.getByRole('heading', { name: 'Renew the certificate of NORA-LT-1' }),
  ).toBeVisible()
  await expect(page.getByRole('radio', { name: /LT-[12]/ })).toHaveCount(1)
  await expect(
    page.getByRole('radio', { name: /^NORA-LT-1.+stays so until you retire it/ }),
  ).toBeChecked()
  await looksRight(page, 'enroll-renew')
  await button(page, 'Get certificate').click()
  await expectReady(page)
  const retire = button(page, 'Retire the old one now')
  await expect(retire).toHaveAttribute('aria-disabled', 'true')
  await looksRight(page, 'enroll-renewed')
  await page.getByLabel('I have the file and the password').check()
  await main(page).getByRole('link', { name: 'See the certificate' }).click()
  await expect(page.getByText('Issued to you, in place of an older one')).toBeVisible()

  await page.goto('/')
  const rows = page.getByRole('listitem').filter({ hasText: 'Good' })
  await expect(rows).toHaveCount(2)
  await expect(rows.nth(1)).toContainText(/Renewed on .+; this one is still good/)
  await looksRight(page, 'home-renewed')
  await rows
    .nth(1)
    .getByRole('link', { name: /^Another one, of .+: NORA-LT-1$/ })
    .click()
  await expect(page).toHaveURL(`/certificates/${older}`)
  await expect(main(page).getByRole('link', { name: 'Renew' })).toHaveCount(0)
  await button(page, 'Retire this one now').click()
  const dialog = page.getByRole('alertdialog', { name: 'Retire the older certificate?' })
  await looksRight(page, 'certificate-retire')
  await dialog.getByRole('button', { name: 'Retire it for good' }).click()
  await expect(
    page.getByRole('heading', { name: /^Revoked on .+, replaced by a newer one\.$/ }),
  ).toBeVisible()
  await page.goto(`/enroll?for=${deviceId}&renew=${older}`)
  await expect(page.getByText(/^This certificate cannot be renewed/)).toBeVisible()
  await axe(page)
})

test.describe('on a phone of 390 × 844', () => {
  test.use(PHONE)

  test('the old one is retired where the new one is saved', async ({ page, control }) => {
    const nora = await newPerson(['CSR.SelfService'])
    const older = await issue(control, nora.upn, nora.upn)
    await arrive(page, nora, `/certificates/${older}`)
    const renew = main(page).getByRole('link', { name: 'Renew' })
    await expectInSight(page, renew)
    await renew.tap()
    await expect(page).toHaveURL(`/enroll?for=me&renew=${older}`)
    await expectInSight(page, 'Get certificate')
    await button(page, 'Get certificate').tap()
    await expectReady(page)
    await expectInSight(page, 'Download')
    await page.getByLabel('I have the file and the password').check()
    await button(page, 'Retire the old one now').tap()
    const retired = page.getByText(/^The old one is retired for good; networks refuse it/)
    await expect(retired).toBeInViewport({ ratio: 1 })
    await page.waitForLoadState('networkidle')
    await expectReady(page)
    await page.goto(`/certificates/${older}`)
    await expect(page.getByRole('heading', { name: /replaced by a newer one\.$/ })).toBeVisible()
  })
})

test('certificates for a person are told apart by what they call them', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  await issue(control, nora.upn, nora.upn)
  await arrive(page, nora, '/enroll?for=me')
  await choose(page, /^Nora/)
  await button(page, 'Get certificate').click()
  await expectReady(page)
  await page.getByLabel('Name, such as “my phone”').fill('my phone')
  await button(page, 'Save the name').click()
  await expect(page.getByText('Name saved')).toBeVisible()
  await looksRight(page, 'enroll-label')
  await page.getByLabel('I have the file and the password').check()
  await main(page).getByRole('link', { name: 'See the certificate' }).click()
  await expect(main(page).getByText('my phone · You, on any device')).toBeVisible()
  await page.getByLabel('Name, such as “my phone”').fill('my tablet')
  await button(page, 'Save the name').click()
  await expect(main(page).getByText('my tablet · You, on any device')).toBeVisible()
  await looksRight(page, 'certificate-label')
  await page.goto('/')
  await expect(page.getByRole('listitem')).toHaveCount(2)
  await expect(page.getByRole('listitem').first()).toContainText('my tablet')
})

test('a code leads to the phone, with the device chosen', async ({ page, browser }) => {
  const nora = await newPerson(['CSR.SelfService'])
  await newDevice(nora, 'NORA-LT-1')
  const phone = { os: 'Android', osVersion: '16', model: 'Pixel 10' }
  const { deviceId } = await newDevice(nora, 'Nora’s Pixel', phone)
  await arrive(page, nora, '/devices')
  await page.getByRole('link', { name: 'Get the certificate of Nora’s Pixel on the phone' }).click()
  const code = page.getByRole('img', { name: /^QR code of the address http/ })
  const name = (await code.getAttribute('aria-label')) ?? ''
  const address = name.slice(name.indexOf('http'))
  expect(new URL(address).search).toBe(`?for=${deviceId}`)
  await expect(main(page)).toContainText('A phone cannot open this address.')
  await looksRight(page, 'enroll-phone')

  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    userAgent: 'Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/156.0 Mobile',
  })
  const there = await context.newPage()
  await arrive(there, nora, address.slice(new URL(address).origin.length))
  await expect(there.getByRole('radio', { name: /^Nora’s Pixel/ })).toBeChecked()
  await expect(there.getByRole('link', { name: 'Continue on my phone' })).toHaveCount(0)
  await axe(there)
  await context.close()
})
