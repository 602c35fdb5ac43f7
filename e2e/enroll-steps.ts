import { expect, type Locator, type Page } from '@playwright/test'

/** What a person does on the enrol page, by its visible texts. */

export const main = (page: Page) => page.getByRole('main')

export const button = (page: Page, name: string | RegExp) =>
  main(page).getByRole('button', { name })

export const choose = (page: Page, name: string | RegExp) =>
  main(page).getByRole('radio', { name }).check()

/** For `test.use`: what is in the window there is what a person sees without scrolling. */
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

export const expectReady = (page: Page) =>
  expect(page.getByRole('heading', { name: 'Your certificate is ready' })).toBeVisible()

export async function enrol(page: Page, who: RegExp): Promise<void> {
  await choose(page, who)
  await button(page, 'Get certificate').click()
  await expectReady(page)
}

export async function passwordOf(page: Page): Promise<string> {
  const text = await page.getByLabel('Password, five groups of four').innerText()
  return text.replaceAll(/\s/g, '')
}

/** Holds back every server action of the page until they are released. */
export async function holdActions(page: Page): Promise<() => void> {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/enroll*', async (route) => {
    if (route.request().method() === 'POST') await released
    await route.continue()
  })
  return release
}

/** Wholly in the window, and under neither the bar nor the tabs. A name is that of a button of the page. */
export async function expectInSight(page: Page, what: string | Locator): Promise<void> {
  const target = typeof what === 'string' ? button(page, what) : what
  await expect(target).toBeInViewport({ ratio: 1 })
  const isOnTop = await target.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    const points = [top + 3, top + height / 2, top + height - 3]
    return points.every((y) => element.contains(document.elementFromPoint(left + width / 2, y)))
  })
  expect(isOnTop, `${what} is not covered`).toBe(true)
}
