import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Page } from '@playwright/test'
import { startChild } from '#bench/lib/child.ts'
import { machine } from '#bench/lib/machine.ts'
import { median, rounded } from '#bench/lib/round-robin.ts'
import { buildPortal, portalIsBuilt } from '#cli/build.ts'
import { CHROMIUM_ARGS, findBrowsers } from '#cli/find-chromium.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { untilAnswers } from '#lib/testing/until-answers.ts'

/**
 * `npm run bench:browser`: from the click on "Get certificate" to the file that is ready, in Chromium with the
 * whole of Latchkey and the sandbox behind it; what of it is not the round trip to the portal and not the
 * generation of a key is `overMs`: making the request, wrapping, the self-test of the file, and drawing.
 */

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, key: { type: 'string', default: 'P.256' } },
})
const rounds = Number(values.rounds)
/** Three programs and a CA, on a machine that may be busy. */
const START_MAX_MS = 180_000

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-browser-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

async function main(): Promise<void> {
  if (!portalIsBuilt()) await buildPortal(process.env)
  const portalPort = await freePort()
  const child = startChild('all', process.execPath, ['cli/run.js', 'cli/start.ts'], {
    cwd: path.resolve(import.meta.dirname, '..'),
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      LATCHKEY_DATA: folder,
      LATCHKEY_LIMITS: 'generous',
      PORTAL_PORT: String(portalPort),
      AUTHORITY_PORT: String(await freePort()),
      AUTHORITY_TLS_PORT: String(await freePort()),
      SANDBOX_PORT: String(await freePort()),
    },
  })
  const portal = `http://localhost:${portalPort}`
  await untilAnswers(`${portal}/signin`, child.process, START_MAX_MS)
  const { headless } = await findBrowsers(process.env.LATCHKEY_CHROMIUM)
  const browser = await chromium.launch({
    args: CHROMIUM_ARGS,
    ...(headless && { executablePath: headless }),
  })
  const page = await browser.newPage({ locale: 'en-GB' })
  await page.addInitScript(noteTrips)
  await signIn(page, portal)
  const taken: Taken[] = []
  // The first one compiles the page's code and is left out.
  for (let round = 0; round <= rounds; round++) taken.push(await clickToFile(page, portal))
  const of = (part: (one: Taken) => number) => rounded(median(taken.slice(1).map(part)))
  console.log(JSON.stringify(machine({ chromium: browser.version() })))
  console.log(
    JSON.stringify({
      case: `click to file, ${values.key.replace('.', '-')}`,
      n: rounds,
      ms: of(({ ms }) => ms),
      tripMs: of(({ tripMs }) => tripMs),
      keyMs: of(({ keyMs }) => keyMs),
      overMs: of(({ ms, tripMs, keyMs }) => ms - tripMs - keyMs),
    }),
  )
  await browser.close()
  await child.stop()
}

async function signIn(page: Page, portal: string): Promise<void> {
  await page.goto(`${portal}/enroll`)
  await page
    .getByRole('main')
    .getByRole('button', { name: /^continue with/i })
    .click()
  await page.getByRole('button', { name: 'alice@contoso.example' }).click()
  await page.waitForURL(`${portal}/enroll`)
}

type Taken = { readonly ms: number; readonly tripMs: number; readonly keyMs: number }

async function clickToFile(page: Page, portal: string): Promise<Taken> {
  await page.goto(`${portal}/enroll`)
  const main = page.getByRole('main')
  await main.getByText('Details for experts').click()
  await main.getByRole('radio', { name: new RegExp(values.key) }).check()
  await page.waitForLoadState('networkidle')
  const keyMs = await page.evaluate(async () => {
    const begun = performance.now()
    await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
    return performance.now() - begun
  })
  await main.getByRole('button', { name: 'Get certificate' }).click()
  await page.getByRole('heading', { name: 'Your certificate is ready' }).waitFor()
  const noted = await page.evaluate(() => window.noted)
  return { ms: noted.readyAt - noted.clickedAt, tripMs: noted.tripMs, keyMs }
}

declare global {
  interface Window {
    noted: { clickedAt: number; readyAt: number; tripMs: number }
  }
}

/** Runs in the page before its own code. */
function noteTrips(): void {
  const noted = { clickedAt: 0, readyAt: 0, tripMs: 0 }
  window.noted = noted
  const send = window.fetch
  window.fetch = async (...given) => {
    const begun = performance.now()
    const answer = await send(...given)
    // Server actions are the page's only POST; the time is to the end of the answer.
    if (given[1]?.method === 'POST' && noted.readyAt === 0) {
      await answer.clone().arrayBuffer()
      noted.tripMs += performance.now() - begun
    }
    return answer
  }
  document.addEventListener(
    'click',
    ({ target }) => {
      const text = target instanceof Element ? target.closest('button')?.textContent : null
      if (text?.includes('Get certificate')) noted.clickedAt = performance.now()
    },
    true,
  )
  new MutationObserver(() => {
    const isReady = [...document.querySelectorAll('h1, h2, h3')].some(
      ({ textContent }) => textContent === 'Your certificate is ready',
    )
    if (isReady && noted.readyAt === 0) noted.readyAt = performance.now()
  }).observe(document, { childList: true, subtree: true, characterData: true })
}

await main()
