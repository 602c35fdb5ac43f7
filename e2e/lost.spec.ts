import { sql } from 'kysely'
import { button, main } from './enroll-steps.ts'
import { expect, test } from './fixtures.ts'
import { changeLedger } from './ledger.ts'
import { looksRight } from './looks.ts'
import { arrive, issue, newDevice, newPerson } from './people.ts'

/** A lost device: from the report, while it stands, to the undo in time and to the one that comes too late. */

const DAY_MS = 86_400_000

/** Lets the reports and holds of this device be some days older. */
async function age(deviceId: string, days: number): Promise<void> {
  const ms = days * DAY_MS
  await changeLedger(
    sql`update lost_device set reported_at = reported_at - ${ms} where device_id = ${deviceId}`,
    sql`update certificate set revoked_at = revoked_at - ${ms} where holder_device_id = ${deviceId}`,
  )
}

test('a lost device stops with all its certificates, stays first, and comes back in time only', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  await newDevice(nora, 'A-LT-2')
  await issue(control, nora.upn, deviceId)
  await issue(control, nora.upn, deviceId)
  await issue(control, nora.upn, nora.upn)
  await arrive(page, nora)
  const rows = page.getByRole('listitem')
  await expect(rows).toHaveCount(4)
  await button(page, 'Report a device lost').click()
  const dialog = page.getByRole('alertdialog', { name: 'What is lost?' })
  await expect(dialog.getByRole('radio')).toHaveCount(3)
  await dialog.getByRole('radio', { name: 'A-LT-2' }).check()
  await expect(dialog).toHaveAccessibleDescription(/^It has no certificate\./)
  await dialog.getByRole('radio', { name: 'NORA-LT-1' }).check()
  await expect(dialog).toHaveAccessibleDescription(
    /^Its 2 certificates go on hold at once, whoever got them; .+ After 7 days the certificates are revoked/,
  )
  await looksRight(page, 'home-lost-ask')
  await dialog.getByRole('button', { name: 'Stop this device' }).click()
  await expect(page.getByRole('heading', { name: 'NORA-LT-1 is reported lost.' })).toBeVisible()
  await expect(rows.first()).toContainText('NORA-LT-1')
  await expect(rows.first()).toContainText('On hold')
  await expect(rows.nth(1)).toContainText('On hold')
  await looksRight(page, 'home-lost')

  await page.goto('/enroll')
  await expect(main(page).getByText('Reported lost.')).toBeVisible()
  await expect(page.getByRole('radio', { name: /^NORA-LT-1/ })).toHaveCount(0)
  await expect(issue(control, nora.upn, deviceId)).rejects.toThrow(/^403 .*"device_lost"/)

  await page.goto('/')
  await page.getByRole('link', { name: 'See what to do' }).click()
  await expect(page.getByRole('heading', { name: /you reported the device lost/ })).toBeVisible()
  await looksRight(page, 'certificate-lost')
  await button(page, 'I have it again').click()
  await expect(page.getByRole('heading', { name: /^Good until / })).toBeVisible()

  await button(page, 'Lost device').click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stop this device' }).click()
  await expect(page.getByRole('heading', { name: /you reported the device lost/ })).toBeVisible()
  await age(deviceId, 8)
  await button(page, 'I have it again').click()
  await expect(
    page.getByRole('heading', { name: /^Revoked on .+ the report was not withdrawn in time\./ }),
  ).toBeVisible()
  await looksRight(page, 'certificate-lost-revoked')
  await main(page).getByRole('link', { name: 'Get a certificate' }).click()
  await expect(page.getByRole('radio', { name: /^NORA-LT-1/ })).toBeChecked()
  await page.goto('/')
  await expect(page.getByText('2 earlier certificates, revoked or ended')).toBeVisible()
})

test('a device without a certificate is reported as well, and told apart until it is back', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(nora, 'NORA-LT-1')
  await arrive(page, nora)
  await button(page, 'Report a device lost').click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stop this device' }).click()
  await expect(page.getByRole('heading', { name: 'NORA-LT-1 is reported lost.' })).toBeVisible()
  await expect(main(page).getByText('Ready', { exact: false })).toHaveCount(0)
  await expect(issue(control, nora.upn, deviceId)).rejects.toThrow(/^403 .*"device_lost"/)
  await looksRight(page, 'home-lost-without')
  await button(page, 'I have it again: NORA-LT-1').click()
  await expect(page.getByText('No certificates yet. NORA-LT-1 is ready for one.')).toBeVisible()
})
