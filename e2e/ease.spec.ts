import { chromium, type Page } from '@playwright/test'
import { CHROMIUM_ARGS } from '#cli/find-chromium.ts'
import { axeInEveryLook } from './axe.ts'
import { ease, nothingIsLost } from './ease.ts'
import { choose } from './enroll-steps.ts'
import { expect, signIn, test } from './fixtures.ts'
import { arrive, issue, newDevice, newPerson } from './people.ts'
import { portalUrl } from './stack.ts'

/** A call that takes longer hangs. Ended by this limit the report names it, by the test's own it does not. */
const WAIT_MS = 60_000

/** What the whole portal owes readers who set their browser otherwise. */

type Hers = { readonly upn: string; readonly deviceId: string; readonly serial: string }

const PAGES: readonly (readonly [string, (hers: Hers) => readonly string[]])[] = [
  [
    'what somebody has',
    ({ serial }) => ['/', '/devices', `/certificates/${serial}`, '/certificates/0badc0de'],
  ],
  [
    'the way to a certificate',
    ({ deviceId, serial }) => [
      '/enroll',
      `/enroll?for=${deviceId}&renew=${serial}`,
      `/enroll/phone?for=${deviceId}`,
      '/step-up',
    ],
  ],
  ['what runs by itself', () => ['/scripts', '/scripts/api', '/calendar']],
  [
    'doors, tools and dead ends',
    ({ upn }) => [
      '/signin',
      '/doctor',
      `/admin?q=${upn}`,
      `/reminders/${'a'.repeat(32)}`,
      '/nowhere',
    ],
  ],
]

for (const [what, pathsOf] of PAGES) {
  test(`every page of ${what}`, async ({ page, control }) => {
    // Each page is drawn in two browsers, and walked through key by key.
    test.slow()
    const nora = await newPerson(['CSR.SelfService', 'Manage.All'])
    const { deviceId } = await newDevice(nora, 'NORA-LT-1')
    const serial = await issue(control, nora.upn, deviceId)
    await arrive(page, nora)
    page.setDefaultTimeout(WAIT_MS)
    const large = await twiceTheText(page)
    for (const path of pathsOf({ upn: nora.upn, deviceId, serial })) {
      await test.step(path, async () => {
        for (const one of [large, page]) {
          await one.goto(path)
          await expect(one.getByRole('heading', { level: 1 })).toBeVisible()
          const size = one === large ? '32px' : '16px'
          await expect(one.locator('html')).toHaveCSS('font-size', size)
          await one.waitForFunction(isWhole)
          await (one === large ? nothingIsLost(large) : ease(page))
        }
      })
    }
    await large.context().browser()?.close()
  })
}

/** Runs in the page: all of it has arrived, and React has taken over what there is to press. */
function isWhole(): boolean {
  const isReacts = (element: Element) =>
    Object.keys(element).some((key) => key.startsWith('__reactProps'))
  return (
    document.querySelector('[aria-busy=true]') === null &&
    [...document.querySelectorAll('button')].every(isReacts)
  )
}

/** A page of a browser whose reader has set its text to twice the size, with the same session. */
async function twiceTheText(page: Page): Promise<Page> {
  const executablePath = process.env.LATCHKEY_CHROMIUM
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: [...CHROMIUM_ARGS, '--blink-settings=defaultFontSize=32'],
  })
  const storageState = await page.context().storageState()
  const large = await browser.newPage({ baseURL: portalUrl, storageState })
  large.setDefaultTimeout(WAIT_MS)
  await large.setViewportSize({ width: 1280, height: 800 })
  return large
}

test('the page for an error', async ({ page }) => {
  await signIn(page, 'alice', '/devices')
  await page.addInitScript(() => {
    window.matchMedia = () => {
      throw new Error('broken by the test')
    }
  })
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Something went wrong' })).toBeVisible()
  await axeInEveryLook(page)
  await ease(page)
})

test('forced colours: what is chosen has a mark that is no colour', async ({ page }) => {
  await signIn(page, 'alice', '/enroll')
  await page.emulateMedia({ forcedColors: 'active' })
  const step = page.getByRole('list', { name: 'Progress' }).getByRole('listitem')
  await expect(step.nth(0)).toHaveCSS('text-decoration-line', 'underline')
  await expect(step.nth(1)).toHaveCSS('text-decoration-line', 'none')
  const device = (state: string) => page.locator(`input[name=who]${state}`).first()
  await expect(device(':checked')).toHaveCSS('border-top-width', '6px')
  await expect(device(':not(:checked)')).not.toHaveCSS('border-top-width', '6px')
  await expect(page.locator('nav a[aria-current=page]').first()).toBeVisible()
  expect(await markOf(page, 'nav a[aria-current=page]', '::after')).not.toBeNull()

  await choose(page, /^Something else/)
  await page.getByText('Details for experts').click()
  for (const group of await page.getByRole('radiogroup').all()) {
    const name = await group.getAttribute('aria-label')
    await test.step(`a chip: ${name}`, async () => {
      const chip = `[role=radiogroup][aria-label="${name}"] input`
      expect(await markOf(page, `${chip}:checked + span`)).not.toBeNull()
      expect(await markOf(page, `${chip}:not(:checked) + span`)).toBeNull()
    })
  }
  await page.goto('/scripts')
  expect(await markOf(page, '[role=tab][aria-selected=true]')).not.toBeNull()
  expect(await markOf(page, '[role=tab][aria-selected=false]')).toBeNull()
})

/** The shape that is drawn in another colour than what it lies on; null where there is none. */
async function markOf(page: Page, selector: string, pseudo = '::before'): Promise<string | null> {
  return await page
    .locator(selector)
    .first()
    .evaluate((element, part) => {
      const mark = getComputedStyle(element, part)
      const isDrawn = mark.content !== 'none' && Number.parseFloat(mark.width) >= 8
      const { backgroundColor: ground } = getComputedStyle(element)
      return isDrawn && mark.backgroundColor !== ground ? mark.clipPath : null
    }, pseudo)
}

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
