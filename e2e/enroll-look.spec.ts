import { gzipSync } from 'node:zlib'
import { axe, noSidewaysScroll } from './axe.ts'
import { ease } from './ease.ts'
import { button, choose, expectReady, holdActions, main } from './enroll-steps.ts'
import { expect, picture, signIn, test } from './fixtures.ts'
import { pictures } from './looks.ts'
import { arrive, issue, newDevice, newPerson } from './people.ts'

test('choose, make and use without a barrier', async ({ page }) => {
  const looks = async (name: string | null) => {
    await axe(page)
    if (name) await pictures(page, `enroll-${name}`)
  }
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await signIn(page, 'alice', '/enroll')
  await looks('choose')

  await choose(page, /^Something else/)
  await main(page).getByText('Details for experts').click()
  await looks('more')
  await choose(page, /^I already have a key/)
  await main(page).getByText('How to make one').click()
  await looks(null)
  await choose(page, /^A file for/)

  const letGo = await holdActions(page)
  await button(page, 'Get certificate').click()
  await expect(main(page).locator('[aria-current=step]', { hasText: 'directory' })).toBeVisible()
  await looks('make')
  await ease(page)

  letGo()
  await expectReady(page)
  await looks('use')
  await ease(page)
  await main(page).getByRole('tab', { name: 'By command' }).click()
  await looks(null)
  await choose(page, /^Separate files$/)
  await expect(main(page)).toContainText('.key.pem')
  await looks('files')
})

test('magnified four times, nothing stays over what is read', async ({ page }) => {
  // 1280 by 1024 at 400 % (WCAG 2.2, criterion 1.4.10).
  await page.setViewportSize({ width: 320, height: 256 })
  await signIn(page, 'alice', '/enroll')
  await expect(button(page, 'Get certificate')).toBeVisible()
  const stay = await page.evaluate(() =>
    [...document.querySelectorAll('header, nav, main *')]
      .filter((element) => element.checkVisibility())
      .filter((element) => /fixed|sticky/.test(getComputedStyle(element).position))
      .filter((element) => element.getBoundingClientRect().height > 0)
      .map((element) => element.outerHTML.slice(0, 120)),
  )
  expect(stay, 'stays in the window').toEqual([])
  await noSidewaysScroll(page)
})

test('a name without a gap breaks wherever it stands, in the narrowest window', async ({
  page,
  control,
}) => {
  const nora = await newPerson(['CSR.SelfService'])
  // As long as a label of a host name may be (RFC 1035, section 2.3.4).
  const { deviceId } = await newDevice(nora, 'w'.repeat(63))
  await page.setViewportSize({ width: 320, height: 640 })
  await arrive(page, nora, '/enroll')
  await expect(button(page, 'Get certificate')).toBeVisible()
  await noSidewaysScroll(page)
  const serial = await issue(control, nora.upn, deviceId)
  for (const path of [
    '/',
    '/devices',
    `/certificates/${serial}`,
    `/enroll/phone?for=${deviceId}`,
  ]) {
    await page.goto(path)
    await expect(main(page).getByText('w'.repeat(63)).first()).toBeVisible()
    await noSidewaysScroll(page)
  }
})

test('the whole flow in German', async ({ page, context, baseURL }) => {
  await context.addCookies([{ name: 'latchkey-language', value: 'de', url: baseURL ?? '' }])
  await signIn(page, 'alice', '/enroll')
  await picture(page, 'enroll-choose-de')
  await main(page).getByRole('button', { name: 'Zertifikat holen' }).click()
  await expect(page.getByRole('heading', { name: 'Ihr Zertifikat ist fertig' })).toBeVisible()
  await axe(page)
  await picture(page, 'enroll-use-de')
})

test('the whole flow by keyboard', async ({ page }) => {
  await signIn(page, 'alice', '/enroll')
  const press = async (key: string, until: () => Promise<boolean>) => {
    for (let presses = 0; presses < 30 && !(await until()); presses++)
      await page.keyboard.press(key)
    expect(await until()).toBe(true)
  }
  const focused = (selector: string) => () =>
    page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)
  const focusedOn = (words: string) => () =>
    page.evaluate((wanted) => document.activeElement?.textContent === wanted, words)
  await press('Tab', focused('input[name=who]'))
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: /^alice-ws/ })).toBeChecked()
  await press('Tab', focusedOn('Get certificate'))
  await page.keyboard.press('Enter')
  await expectReady(page)
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await press('Tab', focused('input[type=checkbox]'))
  await page.keyboard.press('Space')
  await press('Tab', focusedOn('Done'))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Your certificates' })).toBeVisible()
})

test('readers who listen hear each step', async ({ page }) => {
  await signIn(page, 'alice', '/enroll')
  const letGo = await holdActions(page)
  await button(page, 'Get certificate').click()
  const status = page.getByRole('status').filter({ hasText: 'Step 2 of 4' })
  await expect(status).toHaveText('Step 2 of 4: Check with the directory.')
  letGo()
  await expect(
    page.getByRole('status').filter({ hasText: 'Save the file, then keep its password.' }),
  ).toBeAttached()
})

test('the page ships at most 170 kB of gzipped JavaScript', async ({ page }) => {
  await signIn(page, 'alice')
  const scripts = new Map<string, Promise<number>>()
  page.on('response', (response) => {
    const type = response.headers()['content-type'] ?? ''
    if (type.includes('javascript')) {
      scripts.set(
        response.url(),
        response.body().then((body) => gzipSync(body).length),
      )
    }
  })
  await page.goto('/enroll')
  await expect(button(page, 'Get certificate')).toBeVisible()
  await page.waitForLoadState('networkidle')
  const sizes = await Promise.all(scripts.values())
  const total = sizes.reduce((sum, size) => sum + size, 0)
  test.info().annotations.push({ type: 'gzipped JavaScript', description: `${total} octets` })
  expect(scripts.size).toBeGreaterThan(0)
  expect(total).toBeLessThanOrEqual(170_000)
})
