import { axe, expect, picture, signIn, test } from './fixtures.ts'

for (const scheme of ['light', 'dark'] as const) {
  test(`the sign-in page has no barrier in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.goto('/signin')
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await axe(page)
    await picture(page, `signin-${scheme}`)
  })
}

test('a person with the role signs in and is at home', async ({ page }) => {
  await signIn(page, 'alice')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await axe(page)
  await picture(page, 'home')
})

test('a page that needs a sign-in is shown after it', async ({ page }) => {
  await signIn(page, 'alice', '/devices')
  await expect(page.getByText('ALICE-LT-042')).toBeVisible()
})

test('a person without the role is told why', async ({ page }) => {
  await signIn(page, 'carol')
  await expect(page.getByRole('main')).toContainText('certificates are not switched on for you yet')
  await axe(page)
  await picture(page, 'no-role')
})

test('a disabled account does not get in', async ({ page }) => {
  await page.goto('/signin')
  await page
    .getByRole('main')
    .getByRole('button', { name: /^continue with /i })
    .click()
  await page.getByRole('button', { name: 'dave@contoso.example' }).click()
  await expect(page.getByRole('alert')).toContainText('AADSTS50057')
})
