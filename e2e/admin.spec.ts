import { axe } from './axe.ts'
import { expect, signIn, test } from './fixtures.ts'
import { looksRight } from './looks.ts'
import { arrive, issue, newDevice, newPerson } from './people.ts'

test('an operator without certificates is at manage at once, where nothing is amiss', async ({
  page,
}) => {
  await page.goto('/')
  await page.getByRole('button', { name: /^Continue with/ }).click()
  await page.getByRole('button', { name: 'erin@contoso.example' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Manage' })).toBeVisible()
  await expect(page).toHaveURL(/\/admin$/)
  await expect(page.getByRole('heading', { name: 'Brake on mass change' })).toHaveCount(0)
})

test('an operator finds a certificate, holds it, releases it and revokes it', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const serial = await issue(control, nora.upn, nora.upn)
  await signIn(page, 'erin', '/admin')
  await page.getByLabel('Beginning of a serial, a name or an account').fill(nora.upn)
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page).toHaveURL(/[?&]q=new-/)
  const row = page.getByRole('listitem').filter({ hasText: nora.upn })
  await expect(row).toHaveCount(1)
  await expect(row.getByRole('heading')).toHaveText(`Nora ${nora.name}`)
  await expect(row.locator('mark')).toHaveText([nora.upn])
  await expect(row.getByText('Good', { exact: true })).toBeVisible()
  await looksRight(page, 'admin')

  await row.getByRole('button', { name: `Stop the certificate of Nora ${nora.name}` }).click()
  const dialog = page.getByRole('alertdialog')
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  // Nobody chose a reason, so none is recorded.
  const chosen = dialog.getByRole('radio', { checked: true })
  await expect(chosen).toHaveCount(0)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const why = dialog.getByRole('group', { name: 'Why?' })
  await expect(why.getByRole('alert')).toHaveText(/^Choose why first:/)
  await expect(why).toHaveAccessibleDescription(/^Choose why first:/)
  await expect(why.getByRole('radio').first()).toBeFocused()
  await looksRight(page, 'admin-ask-why')
  await page.keyboard.press('Escape')
  await expect(row.getByText('Good', { exact: true })).toBeVisible()
  await row.getByRole('button', { name: `Stop the certificate of Nora ${nora.name}` }).click()
  await expect(why.getByRole('alert')).toHaveText('')
  await dialog.getByRole('radio', { name: 'Only put it on hold' }).check()
  await looksRight(page, 'admin-ask')
  await dialog.getByRole('button', { name: 'Put on hold' }).click()
  await expect(row.getByText(/^On hold since today, .+, by erin@contoso\.example\.$/)).toBeVisible()

  await expect(row.getByRole('status')).toHaveText('Put on hold.')
  await page.getByLabel('Status').selectOption('On hold')
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page).toHaveURL(/state=Held/)
  await expect(row).toHaveCount(1)
  await page.getByLabel('Status').selectOption('Any')
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page).toHaveURL(/state=Any/)
  await row.getByRole('button', { name: `End hold of Nora ${nora.name}` }).click()
  await expect(row.getByText('Good', { exact: true })).toBeVisible()
  await expect(row.getByRole('status')).toHaveText('The hold has ended.')
  await expect(row.getByRole('heading')).toBeFocused()

  await row.getByRole('button', { name: `Stop the certificate of Nora ${nora.name}` }).click()
  await expect(chosen).toHaveCount(0)
  const descendants = dialog.getByRole('checkbox', { name: 'Also what was renewed from it' })
  await expect(descendants).not.toBeChecked()
  await dialog.getByRole('radio', { name: 'Someone else may have the key' }).check()
  await expect(descendants).toHaveCount(0)
  await expect(dialog).toContainText('with all that was renewed from it')
  await dialog.getByRole('button', { name: 'Revoke for good' }).click()
  await expect(
    row.getByText(/^Revoked today, .+, by erin@.+: someone else may have the key\.$/),
  ).toBeVisible()
  await expect(row.getByRole('button')).toHaveCount(0)

  await page.getByLabel('Status').selectOption('Active')
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page.getByText('No certificate matches.')).toBeVisible()
  await page.getByRole('link', { name: 'Show all' }).click()
  await expect(page.getByLabel('Status')).toHaveValue('Any')
  await page.goto(`/admin?q=${serial}`)
  await expect(row).toHaveCount(1)
})

test('what the directory did is said to be its doing', async ({ page, control }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  const serial = await issue(control, nora.upn, deviceId)
  await control.changeDevice(deviceId, { compliant: false })
  await signIn(page, 'erin', `/admin?q=${serial}`)
  await expect(async () => {
    await page.reload()
    await expect(
      page.getByText(/^On hold since today, .+, by the directory: the device is not compliant\.$/),
    ).toBeVisible({
      timeout: 2_000,
    })
  }).toPass({ timeout: 30_000 })
  await expect(page.getByRole('button', { name: /^End hold/ })).toHaveCount(0)
  const row = page.getByRole('listitem').filter({ hasText: deviceId })
  await expect(row.getByRole('heading')).toHaveText('NORA-LT-1')
  await expect(row).toContainText(`Device · ${nora.upn}`)
})

test('to everyone else there is no such page', async ({ page }) => {
  const nora = await newPerson(['CSR.SelfService'])
  await arrive(page, nora, '/admin')
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Manage' })).toHaveCount(0)
  await expect(page.getByRole('main')).toHaveCount(1)
  await axe(page)
})
