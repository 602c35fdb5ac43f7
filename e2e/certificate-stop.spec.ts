import { callAuthority } from './authority.ts'
import { expect, test } from './fixtures.ts'
import { lookedAt, looksRight } from './looks.ts'
import { arrive, issue, issueAndRenew, newDevice, newPerson } from './people.ts'

/** What stops a certificate: its owner, the device's next owner, the directory, IT; and how a hold ends. */

test('a certificate is revoked after a question, by keyboard alone', async ({ page, control }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  const serial = await issue(control, nora.upn, deviceId)
  await arrive(page, nora, `/certificates/${serial}`)

  await page.getByRole('button', { name: 'Revoke' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('alertdialog', { name: 'Revoke this certificate for good?' })
  await expect(dialog.getByRole('button', { name: 'Keep it' })).toBeFocused()
  await expect(dialog).toHaveAccessibleDescription(/Nobody can undo this\.$/)
  await looksRight(page, 'certificate-revoke')
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Revoke' })).toBeFocused()

  await page.keyboard.press('Enter')
  await dialog.getByRole('radio', { name: 'I do not need it' }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(dialog.getByRole('radio', { name: 'I replaced it' })).toBeChecked()
  await page.keyboard.press('ArrowDown')
  await expect(dialog.getByText(/can never be used again/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Revoke for good' }).focus()
  await page.keyboard.press('Enter')

  await expect(
    page.getByRole('heading', { name: /because the key may be known to someone else/ }),
  ).toBeVisible()
  await expect(page.getByText('there is nothing left to stop')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Revoke' })).toHaveCount(0)
  await looksRight(page, 'certificate-revoked')

  for (const path of ['/', '/devices']) {
    await page.goto(path)
    await expect(page.getByText(/^The last one was revoked on \d+ \w+ \d+$/)).toBeVisible()
  }
})

test('a device that is deleted may come back, until it is deleted for good', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  const serial = await issue(control, nora.upn, deviceId)
  await arrive(page, nora, `/certificates/${serial}`)
  await expect(
    page.getByText(/^Scripts can renew it without a sign-in until .+ sign in and get a/),
  ).toBeVisible()
  const said = await lookedAt(page)

  await control.deleteDevice(deviceId)
  await expect(
    page.getByRole('heading', {
      name: /^On hold since today, .+ the directory no longer has this device\. .+ If nothing changes by .+, it is revoked for good\.$/,
    }),
  ).toBeVisible()
  await expect(said).toHaveText(/on hold, because the directory no longer has the device\.$/)
  await looksRight(page, 'certificate-device-absent')

  await control.restoreDevice(deviceId)
  await control.changeDevice(deviceId, { compliant: true })
  await expect(page.getByRole('heading', { name: /^Good until / })).toBeVisible()

  await control.deleteDevice(deviceId, { permanent: true })
  await expect(
    page.getByRole('heading', { name: /^Revoked on .+ the device was removed from the directory/ }),
  ).toBeVisible()
})

test('a device that is handed over: its certificate stops, and its new owner can end it', async ({
  page,
  control,
  browser,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const ben = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  const serial = await issue(control, nora.upn, deviceId)
  await arrive(page, nora, `/certificates/${serial}`)
  await page.getByRole('button', { name: 'Lost device' }).click()
  const lost = page.getByRole('alertdialog', { name: 'Stop NORA-LT-1?' })
  await control.changeDevice(deviceId, { ownerUpn: ben.upn })
  await lost.getByRole('button', { name: 'Stop this device' }).click()
  await expect(lost.getByRole('alert')).toHaveText(
    /^The directory lists the device as somebody else’s now, so only they can report it\./,
  )
  await lost.getByRole('button', { name: 'Cancel' }).click()
  await expect(
    page.getByRole('heading', {
      name: /^On hold since today, .+ another owner .+ If nothing changes by tomorrow, .+, it is revoked for good\.$/,
    }),
  ).toBeVisible()
  await expect(page.getByRole('button', { name: 'Lost device' })).toHaveCount(0)
  await looksRight(page, 'certificate-handed-over')

  const context = await browser.newContext()
  const other = await context.newPage()
  await arrive(other, ben, '/devices')
  const card = other.getByRole('article').filter({ hasText: 'NORA-LT-1' })
  await expect(card).toContainText('Somebody else has a certificate for this device:')
  await looksRight(other, 'devices-others')
  await card.getByRole('link', { name: /^Certificate …[0-9a-f]{6} for NORA-LT-1$/ }).click()
  await expect(other).toHaveURL(`/certificates/${serial}`)
  await expect(
    other.getByRole('heading', {
      name: 'Somebody else got this certificate, for a device of yours.',
    }),
  ).toBeVisible()
  await expect(other.getByText('Issued to somebody else')).toBeVisible()
  await looksRight(other, 'certificate-others')

  await other.getByRole('button', { name: 'Revoke' }).click()
  const dialog = other.getByRole('alertdialog')
  await expect(dialog.getByRole('radio', { name: 'The device is mine now' })).toBeChecked()
  await dialog.getByRole('button', { name: 'Revoke for good' }).click()
  await expect(other.getByRole('heading', { name: /^Revoked on .+ by you\.$/ })).toBeVisible()
  await context.close()
  await expect(page.getByRole('heading', { name: `by ${ben.upn}.` }).first()).toBeVisible()
})

test('what was renewed from a certificate is revoked with it, when that is wanted', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  const { first, second } = await issueAndRenew(control, nora.upn, deviceId)
  await arrive(page, nora, `/certificates/${second}`)
  const dialog = page.getByRole('alertdialog', { name: 'Revoke this certificate for good?' })
  await page.getByRole('button', { name: 'Revoke' }).click()
  await expect(dialog.getByRole('checkbox')).toHaveCount(0)
  await page.keyboard.press('Escape')

  await page.goto(`/certificates/${first}`)
  await page.getByRole('button', { name: 'Revoke' }).click()
  const descendants = dialog.getByRole('checkbox', { name: 'Also revoke what was renewed from it' })
  await expect(descendants).not.toBeChecked()
  await looksRight(page, 'certificate-revoke-descendants')
  await dialog.getByRole('radio', { name: 'Someone else may have the key' }).check()
  await expect(descendants).toHaveCount(0)
  await expect(dialog).toContainText('with all that was renewed from it')
  await dialog.getByRole('radio', { name: 'I do not need it' }).check()
  await descendants.check()
  await dialog.getByRole('button', { name: 'Revoke for good' }).click()
  await expect(page.getByRole('heading', { name: /^Revoked on .+ by you\.$/ })).toBeVisible()
  await page.goto(`/certificates/${second}`)
  await expect(
    page.getByRole('heading', { name: /^Revoked on .+ the one it was renewed from was revoked\./ }),
  ).toBeVisible()
})

test('an account with a new name is offered a certificate of that name', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const serial = await issue(control, nora.upn, nora.upn)
  const upn = `neu-${nora.upn}`
  await arrive(page, nora)
  await expect(page.getByText(/^Everything works\./)).toBeVisible()
  await control.changeUser(nora.upn, { upn })
  await page.reload()
  const note = page.getByRole('region', { name: `Your account has a new name: ${upn}.` })
  await expect(note).toContainText(`The certificate made out to ${nora.upn} stays good.`)
  await looksRight(page, 'home-renamed')
  await page.goto(`/certificates/${serial}`)
  await expect(page.getByRole('heading', { name: /^Good until / })).toBeVisible()
  await expect(note).toBeVisible()
  await looksRight(page, 'certificate-renamed')

  await issue(control, upn, upn)
  await note.getByRole('link', { name: 'Get one under the new name' }).click()
  await expect(page).toHaveURL('/enroll?for=me')
  await page.goto('/')
  await expect(page.getByRole('listitem')).toHaveCount(2)
  await expect(note).toHaveCount(0)
})

test('a hold of IT is told as one, and only IT ends it', async ({ page, control }) => {
  const nora = await newPerson(['CSR.SelfService'])
  const serial = await issue(control, nora.upn, nora.upn)
  const token = await control.token({ user: 'erin@contoso.example' })
  const what = { type: 'application/json', body: JSON.stringify({ revocationReason: 6 }) }
  const answer = await callAuthority(`/api/manage/revoke/${serial}`, token, what, 'PATCH')
  expect(answer.status).toBe(200)
  await arrive(page, nora, `/certificates/${serial}`)
  await expect(
    page.getByRole('heading', { name: /^On hold since today, .+ by IT\. Only IT can end it\.$/ }),
  ).toBeVisible()
  await expect(page.getByRole('button', { name: 'I have it again' })).toHaveCount(0)
})
