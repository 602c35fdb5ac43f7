import { axe, expect, signIn, test } from './fixtures.ts'

/** What the whole portal owes readers who set their browser otherwise. */

test('forced colours and twice the size: every page without a barrier', async ({ page }) => {
  await signIn(page, 'alice', '/scripts')
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
  // 1440 by 900 at 200 %.
  await page.setViewportSize({ width: 720, height: 450 })
  for (const path of ['/scripts', '/', '/devices', '/enroll', '/signin', '/nowhere']) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await page.waitForLoadState('networkidle')
    await axe(page)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(over, path).toBeLessThanOrEqual(0)
  }
})

test('forced colours: what is chosen looks chosen', async ({ page }) => {
  await signIn(page, 'alice', '/enroll')
  await page.emulateMedia({ forcedColors: 'active' })
  const ground = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor)
  await page.getByText('Details for experts').click()
  const [chosen, other] = ['input:checked + span', 'input:not(:checked) + span']
  expect(await ground(`[role=radiogroup] ${chosen}`)).not.toBe(
    await ground(`[role=radiogroup] ${other}`),
  )
  expect(await ground('[aria-current=step] > span:last-of-type')).not.toBe(
    await ground('li:not([aria-current]) > span:last-of-type'),
  )
  await page.goto('/scripts')
  expect(await ground('[role=tab][aria-selected=true]')).not.toBe(
    await ground('[role=tab][aria-selected=false]'),
  )
})

test('offline is told on every page', async ({ page, context }) => {
  await signIn(page, 'alice', '/scripts')
  const told = page.getByRole('status').filter({ hasText: 'You are offline.' })
  for (const path of ['/scripts', '/devices', '/']) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(told.getByText('You are offline.')).toBeHidden()
    await context.setOffline(true)
    await expect(told.getByText('You are offline.')).toBeVisible()
    await context.setOffline(false)
  }
})
