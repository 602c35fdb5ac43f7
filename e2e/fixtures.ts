import path from 'node:path'
import {
  type APIRequestContext,
  type APIResponse,
  test as base,
  expect,
  type Page,
} from '@playwright/test'
import { type Control, makeControl } from './control.ts'
import { portalUrl, sandboxUrl } from './stack.ts'

/**
 * Fixtures of every test. Before each test the sandbox is reset, and a page that violates its own
 * Content-Security-Policy or throws an error fails its test.
 */
type Fixtures = {
  readonly control: Control
  readonly quietPages: undefined
}

export const test = base.extend<Fixtures>({
  baseURL: portalUrl,
  control: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names out of this pattern.
    async ({}, use) => {
      const control = makeControl(sandboxUrl)
      await control.reset()
      await use(control)
    },
    { auto: true },
  ],
  quietPages: [
    async ({ context }, use) => {
      const complaints: string[] = []
      context.on('weberror', (error) => complaints.push(error.error().message))
      context.on('console', (message) => {
        if (/Content[- ]Security[- ]Policy/i.test(message.text())) complaints.push(message.text())
      })
      await use(undefined)
      expect(complaints, 'errors and policy violations of the pages').toEqual([])
    },
    { auto: true },
  ],
})

export { expect }

/**
 * Signs in and opens the page. Makes the requests of a sign-in without drawing its pages, which are the same
 * before every test: signInByPages draws them.
 */
export async function signIn(page: Page, name: string, path = '/'): Promise<void> {
  const done = await requestSignIn(page, name)
  expect(done.url(), `${name} signs in`).toBe(`${portalUrl}/icon.svg`)
  await page.goto(path)
  const { pathname } = new URL(path, portalUrl)
  await expect(page).toHaveURL((url) => url.pathname === pathname)
}

/** Makes the requests of a sign-in; gives the portal's answer to the last one. */
export async function requestSignIn(page: Page, name: string): Promise<APIResponse> {
  return await page.request.get((await answerOfSignIn(page.request, name)).href)
}

/** Makes the requests of a sign-in but the last; gives its address, with what Microsoft answers. */
export async function answerOfSignIn(request: APIRequestContext, name: string): Promise<URL> {
  const upn = `${name}@contoso.example`
  const { users } = await makeControl(sandboxUrl).state()
  const oid = users.find((user) => user.upn === upn)?.oid ?? ''
  const csrf = await request.get(`${portalUrl}/api/auth/csrf`)
  const { csrfToken } = (await csrf.json()) as { csrfToken: string }
  const picker = await request.post(`${portalUrl}/api/auth/signin/azure-ad`, {
    headers: { origin: portalUrl },
    form: { csrfToken, callbackUrl: '/icon.svg' },
  })
  const picked = await request.post(picker.url(), {
    headers: { origin: sandboxUrl },
    form: { oid },
    maxRedirects: 0,
  })
  const resumed = await request.get(locationOf(picked).href, { maxRedirects: 0 })
  return locationOf(resumed)
}

function locationOf(answer: APIResponse): URL {
  return new URL(answer.headers().location ?? '', answer.url())
}

/** Signs in by the sandbox's account picker, as a person would; ends on the requested page. */
export async function signInByPages(page: Page, name: string, path = '/'): Promise<void> {
  await page.goto(path)
  await expect(page).toHaveURL(/\/signin/)
  await page
    .getByRole('main')
    .getByRole('button', { name: /^(continue with|weiter mit) /i })
    .click()
  await page.getByRole('button', { name: `${name}@contoso.example` }).click()
  const { pathname } = new URL(path, portalUrl)
  await expect(page).toHaveURL((url) => url.pathname === pathname)
}

/**
 * With PICTURES=FOLDER in the environment, compares the whole page with the picture of that name in the
 * folder; with `--update-snapshots=all` it becomes that picture. Else nothing is drawn.
 */
export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env.PICTURES) return
  const viewport = page.viewportSize()
  // React compares the texts with the server's first; what changes before would be an error to it.
  await page.waitForLoadState('networkidle')
  await page.evaluate(evenOut)
  // As high as the page is now: a line more or less of real digits must not count.
  await resize(page, viewport?.width ?? 0, 320)
  const height = await page.evaluate(() => document.documentElement.scrollHeight)
  await resize(page, viewport?.width ?? 0, height)
  // Soft, so that one run names every page that looks otherwise.
  await expect.soft(page).toHaveScreenshot(`${name}.png`, {
    fullPage: true,
    maxDiffPixelRatio: 0.005,
    threshold: 0.1,
  })
  await page.evaluate(() => dispatchEvent(new Event('restore-text')))
  if (viewport) await page.setViewportSize(viewport)
}

const LOOKS_OF_DOCS = [
  ['light', 'light', { width: 1280, height: 800 }],
  ['dark', 'dark', { width: 1280, height: 800 }],
  ['phone', 'light', { width: 390, height: 844 }],
] as const

/**
 * With PICTURES_FOR_DOCS=FOLDER in the environment, as `npm run pictures` sets it, saves what a person sees of
 * the page: light, dark and on a phone; a small window has a size of its own. Else nothing is drawn.
 */
export async function pictureForDocs(
  page: Page,
  name: string,
  window: { readonly width: number; readonly height: number } | null = null,
): Promise<void> {
  const folder = process.env.PICTURES_FOR_DOCS
  if (!folder) return
  await page.waitForLoadState('networkidle')
  // Nothing looks as under a pointer.
  await page.mouse.move(0, 0)
  for (const [look, colorScheme, size] of LOOKS_OF_DOCS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { width, height } = look === 'phone' ? size : (window ?? size)
    await resize(page, width, height)
    const file = path.join(folder, `${name}-${look}.png`)
    await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' })
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
  await resize(page, 1280, 800)
}

/** The page hears of a new size a moment after the browser has it. */
async function resize(page: Page, width: number, height: number): Promise<void> {
  await page.setViewportSize({ width, height })
  await page.waitForFunction((wanted) => window.innerHeight === wanted, height)
}

/**
 * Runs in the page: what differs from run to run, which is digits, days, serials, passwords and the names
 * of newcomers, reads the same in all of them, until the event `restore-text`.
 */
function evenOut(): void {
  // A hyphen in the middle of a thumbprint would be a place to break the line.
  const sameLength = (text: string) => '0'.repeat(text.length)
  const changed: { readonly node: Node; readonly was: string | null }[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    const parent = node.parentElement
    if (!parent || parent.closest('script, style')) continue
    const mono = getComputedStyle(parent).fontFamily.includes('ui-monospace')
    const even = mono
      ? node.nodeValue?.replace(/[\w-]{30,}/g, sameLength).replace(/[a-z0-9]/gi, '0')
      : node.nodeValue
          ?.replace(/new-[0-9a-f]{8}|[0-9a-f]{16,}/g, sameLength)
          .replace(/tomorrow/gi, 'today')
          .replace(/\d/g, '0')
    if (even === undefined || even === node.nodeValue) continue
    changed.push({ node, was: node.nodeValue })
    node.nodeValue = even
  }
  const restore = () => {
    for (const { node, was } of changed) node.nodeValue = was
  }
  addEventListener('restore-text', restore, { once: true })
}
