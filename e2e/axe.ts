import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import axeCore from 'axe-core'
import { ROOT } from '#cli/programs.ts'

/** What every page owes its readers, asked with all rules of axe. */

/** The rules that are not asked, and why. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  'color-contrast-enhanced': 'Level AAA, 7 to 1. We promise AA, which color-contrast asks for.',
  'hidden-content':
    'Names what is hidden, for a person to look at; it finds nothing wrong by itself.',
}

/** Also those that axe leaves out by itself: experimental, level AAA, deprecated. */
const EVERY_RULE = {
  rules: Object.fromEntries(
    axeCore.getRules().map(({ ruleId }) => [ruleId, { enabled: !(ruleId in NOT_ASKED) }]),
  ),
  resultTypes: ['violations'],
  selectors: false,
} satisfies axeCore.RunOptions

const SCRIPT = readFileSync(path.join(ROOT, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8')

/** Those whose answer depends on colours, and those whose answer depends on sizes and places too. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']
const OF_LAYOUT = [
  ...OF_COLOURS,
  ...['label-content-name-mismatch', 'p-as-heading', 'scrollable-region-focusable'],
  ...['skip-link', 'target-size'],
]

type Asked = 'every rule' | 'layout' | 'colours'

const optionsOf = (values: readonly string[]) =>
  ({
    runOnly: { type: 'rule', values: [...values] },
    resultTypes: ['violations'],
    selectors: false,
  }) satisfies axeCore.RunOptions

const OPTIONS: Readonly<Record<Asked, axeCore.RunOptions>> = {
  'every rule': EVERY_RULE,
  layout: optionsOf(OF_LAYOUT),
  colours: optionsOf(OF_COLOURS),
}

type Look = readonly [width: number, height: number, colorScheme: 'light' | 'dark', asked: Asked]

/** A layout has the same elements in light and dark. */
const FIRST: readonly Look[] = [
  [1440, 900, 'light', 'every rule'],
  [1440, 900, 'dark', 'colours'],
  [320, 640, 'light', 'every rule'],
]
/** Of a phone that shows what the narrow one shows, and of one that does not. */
const ALIKE: readonly Look[] = [[390, 844, 'dark', 'layout']]
const UNLIKE: readonly Look[] = [
  [390, 844, 'dark', 'every rule'],
  [390, 844, 'light', 'colours'],
]
/** Both layouts and both schemes, for what is only a state of a page that is checked in every look. */
const OF_A_STATE: readonly Look[] = [
  [1440, 900, 'light', 'every rule'],
  [390, 844, 'dark', 'every rule'],
]

/**
 * Checks the page in light and dark, on a desk, on a phone and 320 px wide: no barrier, and nothing beyond the
 * edge (WCAG 1.4.10). What does not depend on sizes is not asked again of a phone that shows just what the narrow
 * one shows. Leaves the page as wide as it was.
 */
export async function axeInEveryLook(page: Page): Promise<void> {
  const before = page.viewportSize()
  await inTurn(page, FIRST)
  const narrow = await page.evaluate(shown)
  await page.setViewportSize({ width: 390, height: page.viewportSize()?.height ?? 844 })
  await inTurn(page, narrow === (await page.evaluate(shown)) ? ALIKE : UNLIKE)
  await asBefore(page, before)
}

/** The same in light on a desk and in dark on a phone. */
export async function axe(page: Page): Promise<void> {
  const before = page.viewportSize()
  await inTurn(page, OF_A_STATE)
  await asBefore(page, before)
}

async function inTurn(page: Page, looks: readonly Look[]): Promise<void> {
  for (const [width, height, colorScheme, asked] of looks) {
    await page.emulateMedia({ colorScheme })
    await wholePage(page, { width, height })
    await axeAsItIs(page, asked)
    await noSidewaysScroll(page)
  }
}

async function asBefore(page: Page, size: Size | null): Promise<void> {
  await page.emulateMedia({ colorScheme: null })
  if (size) await page.setViewportSize(size)
}

/** Runs in the page: which elements there are to see and to use, with all that they say of themselves. */
function shown(): string {
  return [...document.querySelectorAll('*')]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => {
      const said = [...element.attributes].map(({ name, value }) => `${name}=${value}`)
      const own = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
      return [element.tagName, ...said, ...own.map(({ nodeValue }) => nodeValue)].join(' ')
    })
    .join('\n')
}

/** Checks the page for barriers as it is drawn now. Waits for animations to end before. */
export async function axeAsItIs(page: Page, asked: Asked = 'every rule'): Promise<void> {
  // Our pages have no frames (`frame-src 'none'`), so one run in the page covers everything.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SCRIPT)
  const found = await page.evaluate(runAxe, OPTIONS[asked])
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 }
  expect(found, `${width} by ${height}`).toEqual([])
}

type Found = { readonly id: string; readonly help: string; readonly where: readonly string[] }

/** Runs in the page. */
async function runAxe(options: axeCore.RunOptions): Promise<readonly Found[]> {
  const ending = document
    .getAnimations()
    // A spinner's animation does not end.
    .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity)
    // Inside a closed <details> nothing is drawn, and transitions there never advance.
    .filter((animation) => {
      const { effect } = animation
      const target = effect instanceof KeyframeEffect ? effect.target : null
      return target?.checkVisibility() ?? true
    })
  await Promise.allSettled(ending.map((animation) => animation.finished))
  const { axe: engine } = window as unknown as { axe: typeof axeCore }
  const { violations } = await engine.run(document, options)
  return violations.map(({ id, help, nodes }) => ({
    id,
    help,
    where: nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`),
  }))
}

type Size = { readonly width: number; readonly height: number }

/**
 * Makes the viewport as high as the page: the tabs of a phone are then below everything and cover nothing
 * that is measured.
 */
export async function wholePage(page: Page, { width, height }: Size): Promise<void> {
  await page.setViewportSize({ width, height })
  const needed = await page.evaluate(() => document.documentElement.scrollHeight)
  await page.setViewportSize({ width, height: Math.max(height, needed) })
}

/** Nothing has to be scrolled to sideways, and nothing is cut off, but in boxes that scroll by themselves. */
export async function noSidewaysScroll(page: Page): Promise<void> {
  const beyond = await page.evaluate(() => {
    const scrolls = (element: Element) => /auto|scroll/.test(getComputedStyle(element).overflowX)
    const isInBox = (element: Element): boolean =>
      element.parentElement !== null &&
      element.parentElement !== document.body &&
      (scrolls(element.parentElement) || isInBox(element.parentElement))
    const width = document.documentElement.scrollWidth - window.innerWidth
    const elements = [
      ...document.querySelectorAll<HTMLElement>('main *:not(svg, svg *, .vh, .vh *)'),
    ]
      .filter((element) => element.checkVisibility())
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect()
        return (left < -0.5 || right > window.innerWidth + 0.5) && !isInBox(element)
      })
      .map((element) => element.outerHTML.slice(0, 120))
    return { width: Math.max(0, width), elements }
  })
  expect(beyond, 'beyond the edge').toEqual({ width: 0, elements: [] })
}
