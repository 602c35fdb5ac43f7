import { expect, type Page } from '@playwright/test'
import { axeAsItIs, noSidewaysScroll } from './axe.ts'
import { walk } from './keyboard.ts'

/**
 * Checks the page for readers who set their browser otherwise: twice the size (WCAG 1.4.4), wider spaces (1.4.12),
 * no motion, forced colours, no mouse. Leaves it with the size and media of a desk.
 */
export async function ease(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await page.evaluate(whatMoves), 'moves').toEqual([])

  await page.setViewportSize({ width: 320, height: 640 })
  await page.evaluate(setText, SPACES)
  await nothingIsLost(page)
  await page.evaluate(setText, '')

  // 1440 by 900 at 200 %.
  await page.setViewportSize({ width: 720, height: 450 })
  await page.emulateMedia({ forcedColors: 'active' })
  await axeAsItIs(page)
  await nothingIsLost(page)
  await walk(page)
  await page.emulateMedia({ forcedColors: null, reducedMotion: null })
  await page.setViewportSize({ width: 1280, height: 720 })
}

/** WCAG 1.4.12. */
const SPACES = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`

/** Runs in the page: adds a style sheet, in place of the one before. */
function setText(css: string): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  document.adoptedStyleSheets = [sheet]
}

/** Nothing is beyond the edge, and no box hides a part of its own text. */
export async function nothingIsLost(page: Page): Promise<void> {
  await noSidewaysScroll(page)
  expect(await page.evaluate(cutOff), 'cut off').toEqual([])
}

/** Runs in the page. */
function cutOff(): string[] {
  return [
    ...document.querySelectorAll<HTMLElement>(
      'body *:not(svg, svg *, .vh, .vh *, .unseen, script)',
    ),
  ]
    .filter((element) => {
      const own = [...element.childNodes].some(
        ({ nodeType, nodeValue }) => nodeType === Node.TEXT_NODE && nodeValue?.trim(),
      )
      const { overflowX, overflowY } = getComputedStyle(element)
      const hides = /hidden|clip/
      return (
        own &&
        element.checkVisibility() &&
        ((hides.test(overflowX) && element.scrollWidth > element.clientWidth + 1) ||
          (hides.test(overflowY) && element.scrollHeight > element.clientHeight + 1))
      )
    })
    .map((element) => element.outerHTML.slice(0, 160))
}

/** Runs in the page: what is animated otherwise than by fading, or takes its time to change. */
function whatMoves(): string[] {
  const animated = document.getAnimations().flatMap(({ effect }) => {
    if (!(effect instanceof KeyframeEffect)) return []
    const does = effect.getKeyframes().flatMap((frame) => Object.keys(frame))
    const moves = does.some((name) => /transform|translate|rotate|scale|position/i.test(name))
    return moves && effect.target?.checkVisibility() ? [effect.target] : []
  })
  const slow = [...document.querySelectorAll('body, body *')].filter((element) => {
    const { transitionDuration, scrollBehavior } = getComputedStyle(element)
    const seconds = transitionDuration.split(',').map((time) => Number.parseFloat(time))
    return Math.max(...seconds) > 0.01 || scrollBehavior === 'smooth'
  })
  return [...animated, ...slow].map((element) => element.outerHTML.slice(0, 160))
}
