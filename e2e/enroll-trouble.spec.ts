import type { Page } from '@playwright/test'
import { callAuthority } from './authority.ts'
import { axe } from './axe.ts'
import type { Control } from './control.ts'
import { button, choose, enrol, expectReady, main, passwordOf } from './enroll-steps.ts'
import { expect, picture, signIn, test } from './fixtures.ts'

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'

/** Number of Alice's certificates; the ledger is not reset before each test. */
async function countCertificates(control: Control): Promise<number> {
  const token = await control.token({ user: 'alice@contoso.example' })
  let count = 0
  let after: string | null = null
  do {
    const query = after ? `?after=${after}` : ''
    const answer = await callAuthority(`/api/me/certificates${query}`, token)
    const page = JSON.parse(answer.body.toString()) as { items: unknown[]; next: string | null }
    count += page.items.length
    after = page.next
  } while (after)
  return count
}

test.beforeEach(async ({ page }) => signIn(page, 'alice', `/enroll?for=${LAPTOP}`))

test('not compliant any more: it says so, and the same request goes on when it is mended', async ({
  page,
  control,
}) => {
  const before = await countCertificates(control)
  await control.changeDevice(LAPTOP, { compliant: false })
  await button(page, 'Get certificate').click()
  const heading = page.getByRole('heading', { name: 'This device is not compliant right now.' })
  await expect(heading).toBeFocused()
  await expect(main(page)).toContainText('nothing is issued twice')
  await axe(page)
  await picture(page, 'enroll-not-compliant')
  await button(page, 'Check again').click()
  await expect(heading).toBeFocused()

  await control.changeDevice(LAPTOP, { compliant: true })
  await button(page, 'Check again').click()
  await expectReady(page)
  expect(await countCertificates(control)).toBe(before + 1)
})

test('the directory is silent: it counts down, and goes on when it is back', async ({
  page,
  control,
}) => {
  await control.breakGraph('down')
  await button(page, 'Get certificate').click()
  await expect(page.getByRole('heading', { name: 'The directory is not answering.' })).toBeVisible({
    timeout: 40_000,
  })
  await expect(main(page)).toContainText(/We ask again by ourselves in \d+ s/)
  await axe(page)
  await picture(page, 'enroll-directory-silent')
  await control.breakGraph(null)
  await button(page, 'Try now').click()
  await expectReady(page)
})

test('offline: it waits, and carries on by itself', async ({ page, context }) => {
  await context.setOffline(true)
  await button(page, 'Get certificate').click()
  await expect(page.getByRole('heading', { name: 'You are offline.' })).toBeVisible()
  await picture(page, 'enroll-offline')
  await context.setOffline(false)
  await expectReady(page)
})

test('cancelled while offline: nothing is sent when the connection is back', async ({
  page,
  context,
}) => {
  const posts = countPosts(page)
  await context.setOffline(true)
  await button(page, 'Get certificate').click()
  await expect(page.getByRole('heading', { name: 'You are offline.' })).toBeVisible()
  await button(page, 'Cancel').click()
  await context.setOffline(false)
  await enrol(page, /^Alice Adler/)
  expect(posts()).toBe(1)
})

test('the answer is lost: the same request brings the same certificate', async ({
  page,
  control,
}) => {
  const before = await countCertificates(control)
  let lost = 0
  await page.route('**/enroll*', async (route) => {
    if (route.request().method() !== 'POST' || lost > 0) return route.continue()
    lost++
    await route.fetch()
    await route.abort('connectionreset')
  })
  await button(page, 'Get certificate').click()
  await expectReady(page)
  expect(lost).toBe(1)
  expect(await countCertificates(control)).toBe(before + 1)
})

test('pressed twice, it is one request; and nothing secret leaves the browser', async ({
  page,
  control,
}) => {
  const before = await countCertificates(control)
  await page.addInitScript(recordBodies)
  await page.reload()
  const posts = countPosts(page)
  await button(page, 'Get certificate').dblclick()
  await expectReady(page)
  expect(await countCertificates(control)).toBe(before + 1)
  expect(posts()).toBe(1)

  const [body = '', ...more] = await page.evaluate(() => window.sentBodies ?? [])
  expect(more).toEqual([])
  expect(body).not.toContain(await passwordOf(page))
  // The size of a CSR with a P-256 key and names. A PKCS#8 key would add 138 octets and a second ecPublicKey.
  expect(body.length).toBeLessThan(1_000)
  expect(body.split(EC_PUBLIC_KEY)).toHaveLength(2)
})

test('pressed again before the page is drawn anew, it is one request', async ({ page }) => {
  const posts = countPosts(page)
  await button(page, 'Get certificate').evaluate((it) => {
    if (!(it instanceof HTMLElement)) return
    it.click()
    setTimeout(() => it.click())
  })
  await expectReady(page)
  expect(posts()).toBe(1)
})

function countPosts(page: Page): () => number {
  let posts = 0
  page.on('request', (request) => {
    if (request.method() !== 'GET') posts++
  })
  return () => posts
}

declare global {
  interface Window {
    sentBodies?: string[]
  }
}

/** The object identifier 1.2.840.10045.2.1, which every EC key contains. */
const EC_PUBLIC_KEY = '\x2a\x86\x48\xce\x3d\x02\x01'

/** Runs in the page: records the octets that fetch sends, since the browser does not report blobs. */
function recordBodies(): void {
  const send = window.fetch
  window.sentBodies = []
  window.fetch = async (input, init) => {
    if (init?.body) {
      const octets = new Uint8Array(await new Response(init.body as BodyInit).arrayBuffer())
      window.sentBodies?.push(Array.from(octets, (octet) => String.fromCharCode(octet)).join(''))
    }
    return send(input, init)
  }
}

test('signed out meanwhile: the key waits until the reader is back', async ({ page, context }) => {
  const cookies = await context.cookies()
  await context.clearCookies()
  await button(page, 'Get certificate').click()
  await expect(page.getByRole('heading', { name: 'You are signed out.' })).toBeFocused()
  await expect(main(page).getByRole('link', { name: 'Sign in in a new tab' })).toBeVisible()
  await axe(page)
  await picture(page, 'enroll-signed-out')
  await context.addCookies(cookies)
  await button(page, 'Try again').click()
  await expectReady(page)
})

test('nobody leaves without file and password by accident', async ({ page }) => {
  await enrol(page, /^ALICE-LT-042/)
  const question = page.getByRole('dialog', { name: 'Leave without your certificate?' })

  await page.getByRole('link', { name: 'Devices' }).first().click()
  await expect(question).toBeVisible()
  await expect(question.getByRole('button', { name: 'Stay here' })).toBeFocused()
  await axe(page)
  await picture(page, 'enroll-leave')
  await page.keyboard.press('Escape')
  await expect(question).toBeHidden()

  await page.goBack()
  await expect(question).toBeVisible()
  await question.getByRole('button', { name: 'Stay here' }).click()
  await expectReady(page)

  const asked = page.waitForEvent('dialog')
  void page.reload().catch(() => undefined)
  const dialog = await asked
  expect(dialog.type()).toBe('beforeunload')
  await dialog.dismiss()
  await expectReady(page)

  await page.getByLabel('I have the file and the password').check()
  await page.getByRole('link', { name: 'Devices' }).first().click()
  await expect(page.getByRole('heading', { name: 'Your devices' })).toBeVisible()
})

test('asked again in the moment of its answer, it is asked', async ({ page }) => {
  await enrol(page, /^ALICE-LT-042/)
  const question = page.getByRole('dialog', { name: 'Leave without your certificate?' })
  await page.goBack()
  await expect(question).toBeVisible()
  await question.evaluate((it) => {
    if (it instanceof HTMLDialogElement) it.requestClose()
    window.dispatchEvent(new PopStateEvent('popstate'))
  })
  await question.getByRole('button', { name: 'Stay here' }).click()
  await expect(question).toBeHidden()
  await page.goBack()
  await expect(question).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(question).toBeHidden()
})

test('a reload after all: home shows the certificate', async ({ page }) => {
  await enrol(page, /^alice-ws/)
  page.on('dialog', (dialog) => dialog.accept())
  await page.goto('/')
  await expect(main(page)).toContainText('alice-ws')
})

test('an own request that is no request is told at once', async ({ page }) => {
  await choose(page, /^I already have a key/)
  await page.getByRole('textbox', { name: 'Your request' }).fill('hello')
  await button(page, 'Check it first').click()
  await expect(main(page)).toContainText('We could not check it.')
  await axe(page)
})
