import { expect, type Page } from '@playwright/test'

/** What a person does on the enrol page, by its visible texts. */

export const main = (page: Page) => page.getByRole('main')

export const button = (page: Page, name: string | RegExp) =>
  main(page).getByRole('button', { name })

export const choose = (page: Page, name: string | RegExp) =>
  main(page).getByRole('radio', { name }).check()

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
