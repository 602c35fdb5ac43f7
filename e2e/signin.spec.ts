import { LANGUAGES } from '#lib/i18n/languages.ts'
import { axe } from './axe.ts'
import { expect, signIn, signInByPages, test } from './fixtures.ts'
import { looksRight } from './looks.ts'

/** The sign-in page, and the begin and end of a session. */

test('the door looks right wherever it is opened', async ({ page }) => {
  await page.goto('/signin')
  await expect(
    page.getByRole('button', { name: 'Continue with your Contoso account' }),
  ).toBeVisible()
  await looksRight(page, 'signin')
})

test('the door speaks the languages of its menu, and says when it is offline', async ({
  page,
  context,
}) => {
  await page.goto('/signin')
  await page.getByRole('button', { name: /^English/ }).click()
  const names = page.getByRole('main').locator('button[lang]')
  await expect(names).toHaveText(Object.values(LANGUAGES).map(({ name }) => name))
  await axe(page)
  await page.getByRole('button', { name: 'Deutsch' }).click()
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await expect(page.getByRole('button', { name: /^Deutsch/ })).toBeFocused()
  // The title comes last with the new language, and not at all after this.
  await expect(page).toHaveTitle(/\S/)
  await context.setOffline(true)
  await expect(page.getByRole('status').filter({ hasText: 'Sie sind offline.' })).toBeVisible()
  await axe(page)
})

for (const [error, title] of [
  ['wrong_tenant', 'That account belongs to another organisation.'],
  ['AccessDenied', 'Microsoft did not let you in.'],
  ['OAuthCallback', 'The sign-in did not finish.'],
  ['<b>x</b>', 'The sign-in did not finish.'],
  ['constructor', 'The sign-in did not finish.'],
] as const) {
  test(`refused as ${error}, the reader is told why`, async ({ page }) => {
    await page.goto(`/signin?error=${encodeURIComponent(error)}`)
    await expect(page.getByRole('heading', { name: title })).toBeVisible()
    await looksRight(page, `signin-${error.replace(/\W/g, '')}`)
  })
}

for (const name of ['alice', 'bob', 'erin'] as const) {
  test(`${name} signs in, sees their own name and signs out`, async ({ page }) => {
    await signInByPages(page, name, name === 'erin' ? '/admin' : '/')
    const account = page.getByRole('button', { name: new RegExp(`Account of ${name}`, 'i') })
    await account.click()
    await expect(page.getByText(`${name}@contoso.example`).first()).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('button', { name: 'Sign out' })).toHaveCount(0)
    await expect(account).toBeFocused()
    await account.click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect(page.getByRole('heading', { name: 'You are signed out.' })).toBeVisible()

    await page.goBack()
    await expect(page).toHaveURL(/\/signin/)
    await page.goto('/')
    await expect(page).toHaveURL(/\/signin\?next=%2F$/)
  })
}

test('carol, without the role, is told why and has the message for IT', async ({ page }) => {
  await signIn(page, 'carol')
  await expect(
    page.getByRole('heading', { level: 1, name: /certificates are not switched on for you yet/ }),
  ).toBeVisible()
  // By its id, since an administrator may have given the registration another name.
  await expect(page.getByText(/assign me the role “CSR.SelfService”/)).toContainText(
    /application [0-9a-f-]{36} \(“Latchkey API”\).* carol@contoso\.example/,
  )
  await expect(page.getByRole('link', { name: 'Get a certificate' })).toHaveCount(0)
  await looksRight(page, 'no-role-carol')
})

test('the message for IT is copied, and that is said', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await signIn(page, 'carol')
  await page.getByRole('button', { name: 'Copy message' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Message copied' })).toBeVisible()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied).toContain('carol@contoso.example')
})

test('a cookie that is not ours is nobody, and says that the sign-in ran out', async ({
  page,
  context,
  baseURL,
}) => {
  await context.addCookies([{ name: 'latchkey.session', value: 'x.y.z', url: baseURL ?? '' }])
  await page.goto('/devices')
  await expect(page).toHaveURL(/\/signin\?next=%2Fdevices&ended=1$/)
  await expect(page.getByRole('heading', { name: /^You were signed out/ })).toBeVisible()
})

test('a page that needs a sign-in is shown after it', async ({ page }) => {
  await signInByPages(page, 'alice', '/devices')
  await expect(page.getByText('ALICE-LT-042')).toBeVisible()
})

test('a disabled account does not get in', async ({ page }) => {
  await page.goto('/signin')
  await page.getByRole('button', { name: /^Continue with/ }).click()
  await page.getByRole('button', { name: 'dave@contoso.example' }).click()
  await expect(page.getByRole('alert')).toContainText('AADSTS50057')
})

test('sign-in by the keyboard alone', async ({ page }) => {
  await page.goto('/signin')
  const button = page.getByRole('button', { name: /^Continue with/ })
  for (let stop = 0; stop < 5; stop++) {
    await page.keyboard.press('Tab')
    if (await button.evaluate((element) => element === document.activeElement)) break
  }
  await expect(button).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: /alice@contoso.example/ })).toBeVisible()
})
