import type { BrowserContext, Page } from '@playwright/test'
import { axe } from './axe.ts'
import { button, expectInSight, expectReady, main, PHONE } from './enroll-steps.ts'
import { expect, picture, signIn, test } from './fixtures.ts'
import { arrive, issue, newDevice, newPerson } from './people.ts'
import { sandboxUrl } from './stack.ts'

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const OPEN = 'Open the sign-in window'
const AGAIN = 'Window closed? Open it again'

/** As a tenant whose API registration asks for nothing: no access token says when somebody signed in. */
test.beforeEach(async ({ control }) => {
  await control.changeSettings({ optionalClaims: [], idTokenClaims: ['auth_time'] })
})

/** Presses the button and gives the window that opens by it. */
async function windowOf(context: BrowserContext, press: () => Promise<void>): Promise<Page> {
  const [opened] = await Promise.all([context.waitForEvent('page'), press()])
  return opened
}

const pick = (opened: Page, name: string) =>
  opened.getByRole('button', { name: `${name}@contoso.example` }).click()

/** Begins to enrol; gives the window at the sandbox's picker. */
async function begin(page: Page): Promise<Page> {
  await signIn(page, 'alice', `/enroll?for=${LAPTOP}`)
  const opened = await windowOf(page.context(), () => button(page, 'Get certificate').click())
  await expect(opened.getByRole('heading', { name: 'Pick an account' })).toBeVisible()
  return opened
}

test('confirmed in the window: the certificate goes on by itself', async ({ page }) => {
  const opened = await begin(page)
  expect(new URL(opened.url()).origin).toBe(sandboxUrl)
  await expect(
    page.getByRole('status').filter({ hasText: 'Step 2 of 5: Confirm it is you.' }),
  ).toBeAttached()
  await axe(page)
  await picture(page, 'enroll-confirm')
  const closed = opened.waitForEvent('close')
  await pick(opened, 'alice')
  await expectReady(page)
  await closed
})

test('closed: it is opened again, and the key is still there', async ({ page, context }) => {
  await (await begin(page)).close()
  const again = await windowOf(context, () => button(page, AGAIN).click())
  await pick(again, 'alice')
  await expectReady(page)
})

test('blocked: a click, or a new tab, goes on with the same key', async ({ page, context }) => {
  await signIn(page, 'alice', `/enroll?for=${LAPTOP}`)
  await page.evaluate(() => {
    window.open = () => null
  })
  await button(page, 'Get certificate').click()
  const heading = page.getByRole('heading', { name: 'Your browser blocked the sign-in window.' })
  await expect(heading).toBeFocused()
  await axe(page)
  await picture(page, 'enroll-confirm-blocked')
  await button(page, OPEN).click()
  await expect(heading).toBeFocused()
  const link = main(page).getByRole('link', { name: 'Use a new tab instead' })
  await pick(await windowOf(context, () => link.click()), 'alice')
  await expectReady(page)
})

test('another account, or none: it says so, and asks again', async ({ page, context }) => {
  await pick(await begin(page), 'bob')
  const other = page.getByRole('heading', { name: 'That was another account.' })
  await expect(other).toBeFocused()
  await expect(main(page)).toContainText('You confirmed as bob@contoso.example')
  await axe(page)

  const second = await windowOf(context, () => button(page, OPEN).click())
  await second.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('heading', { name: 'You did not sign in.' })).toBeFocused()

  await pick(await windowOf(context, () => button(page, OPEN).click()), 'alice')
  await expectReady(page)
})

test('five minutes passed: it waits no more, and can be opened again', async ({
  page,
  context,
}) => {
  await page.clock.install()
  await begin(page)
  await page.clock.fastForward('05:01')
  await expect(
    page.getByRole('heading', { name: 'That took longer than 5 minutes.' }),
  ).toBeFocused()
  await pick(await windowOf(context, () => button(page, OPEN).click()), 'alice')
  await expectReady(page)
})

test('no registration asks for auth_time: nothing is issued, and it says why', async ({
  page,
  control,
}) => {
  await control.changeSettings({ idTokenClaims: [] })
  await pick(await begin(page), 'alice')
  const refused = page.getByRole('heading', { name: 'This certificate cannot be issued.' })
  await expect(refused).toBeFocused()
  await expect(main(page)).toContainText('the optional claim "auth_time" is missing')
})

test('a report of a loss is withdrawn when that is confirmed', async ({
  page,
  control,
  context,
}) => {
  const person = await newPerson(['CSR.SelfService'])
  const { deviceId } = await newDevice(person, 'NORA-LT-1')
  const serial = await issue(control, person.upn, deviceId)
  await arrive(page, person, `/certificates/${serial}`)
  await button(page, 'Lost device').click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stop this device' }).click()
  await button(page, 'I have it again').click()
  const dialog = page.getByRole('alertdialog', { name: 'Confirm it is you' })
  await expect(dialog).toHaveAccessibleDescription(/^Before we undo it, sign in once more/)
  await axe(page)
  await picture(page, 'certificate-lost-confirm')
  const press = () => dialog.getByRole('button', { name: OPEN }).click()
  await pick(await windowOf(context, press), 'bob')
  await expect(dialog.getByRole('alert')).toContainText('That was another account.')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toHaveCount(0)
  await page.goto('/devices')
  await button(page, 'I have it again: NORA-LT-1').click()
  await pick(await windowOf(context, press), person.name)
  // Behind the open dialog no button has a role, so that this one is gone says nothing yet.
  await expect(page.getByText('Good', { exact: true })).toBeVisible()
  await expect(button(page, 'I have it again: NORA-LT-1')).toHaveCount(0)
  await page.goto(`/certificates/${serial}`)
  await expect(page.getByRole('heading', { name: /^Good until / })).toBeVisible()
})

test('a renewal is confirmed, and so is that the older one is retired', async ({
  page,
  control,
  context,
}) => {
  const person = await newPerson(['CSR.SelfService'])
  const older = await issue(control, person.upn, person.upn)
  await arrive(page, person, `/enroll?for=me&renew=${older}`)
  const start = () => button(page, 'Get certificate').click()
  await pick(await windowOf(context, start), person.name)
  await expectReady(page)
  await page.getByLabel('I have the file and the password').check()
  await button(page, 'Retire the old one now').click()
  await expect(main(page).getByText('Before we revoke it, sign in once more')).toBeVisible()
  await axe(page)
  await picture(page, 'enroll-renewed-confirm')
  await pick(await windowOf(context, () => button(page, OPEN).click()), person.name)
  await expect(page.getByText(/^The old one is retired for good; networks refuse it/)).toBeVisible()
  await page.waitForLoadState('networkidle')
  await expectReady(page)
})

test('WEB-21 only the window may connect to the sign-in service, and it asks for a session', async ({
  page,
}) => {
  const policyOf = async (path: string) =>
    (await page.request.get(path)).headers()['content-security-policy']
  expect(await policyOf('/step-up')).toContain(`connect-src 'self' ${sandboxUrl};`)
  for (const path of ['/signin', '/enroll', '/step-up/x']) {
    expect(await policyOf(path)).toContain("connect-src 'self';")
  }
  await page.goto('/step-up')
  await expect(page.getByRole('main')).toContainText('You are signed out.')
  await axe(page)
})

test.describe('on a phone of 390 × 844', () => {
  test.use(PHONE)

  test('the way on is in sight, whatever became of the window', async ({ page, context }) => {
    const inSight = async (title: string, action: string) => {
      await expect(page.getByRole('heading', { name: title })).toBeInViewport({ ratio: 1 })
      await expectInSight(page, action)
    }
    const first = await begin(page)
    await expectInSight(page, AGAIN)
    await first.close()
    await expectInSight(page, AGAIN)
    await pick(await windowOf(context, () => button(page, AGAIN).tap()), 'bob')
    await inSight('That was another account.', OPEN)
    const cancelled = await windowOf(context, () => button(page, OPEN).tap())
    await cancelled.getByRole('button', { name: 'Cancel' }).tap()
    await inSight('You did not sign in.', OPEN)

    await page.evaluate(() => {
      window.open = () => null
    })
    await button(page, OPEN).tap()
    await inSight('Your browser blocked the sign-in window.', OPEN)
    const link = main(page).getByRole('link', { name: 'Use a new tab instead' })
    await expectInSight(page, link)
    await pick(await windowOf(context, () => link.tap()), 'alice')
    await expectReady(page)
    await expectInSight(page, 'Download')
  })

  test('what took too long, and what cannot be issued, is in sight', async ({ page, control }) => {
    await page.clock.install()
    const opened = await begin(page)
    await page.clock.fastForward('05:01')
    const late = page.getByRole('heading', { name: 'That took longer than 5 minutes.' })
    await expect(late).toBeInViewport({ ratio: 1 })
    await expectInSight(page, OPEN)
    await opened.close()

    await control.changeSettings({ idTokenClaims: [] })
    await pick(await windowOf(page.context(), () => button(page, OPEN).tap()), 'alice')
    const refused = page.getByRole('heading', { name: 'This certificate cannot be issued.' })
    await expect(refused).toBeInViewport({ ratio: 1 })
    await expectInSight(page, 'Copy a message for IT')
  })

  test('a revocation is confirmed in its dialog', async ({ page, control, context }) => {
    const person = await newPerson(['CSR.SelfService'])
    const serial = await issue(control, person.upn, person.upn)
    await arrive(page, person, `/certificates/${serial}`)
    await page.getByRole('button', { name: 'Revoke' }).tap()
    const dialog = page.getByRole('alertdialog', { name: 'Revoke this certificate for good?' })
    const sure = dialog.getByRole('button', { name: 'Revoke for good' })
    await expectInSight(page, sure)
    await sure.tap()
    await expect(dialog.getByRole('alert')).toContainText('Confirm it is you.')
    const open = dialog.getByRole('button', { name: OPEN })
    await expectInSight(page, open)
    await axe(page)
    await picture(page, 'certificate-revoke-confirm')
    const first = await windowOf(context, () => open.tap())
    await first.close()
    const again = dialog.getByRole('button', { name: AGAIN })
    await expectInSight(page, again)
    await pick(await windowOf(context, () => again.tap()), person.name)
    await expect(page.getByRole('heading', { name: /^Revoked on .+ by you\.$/ })).toBeVisible()
  })
})
