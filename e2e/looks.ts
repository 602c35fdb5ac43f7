import { expect, type Locator, type Page } from '@playwright/test'
import { axe, picture } from './fixtures.ts'

const SIZES = {
  desk: { width: 1440, height: 900 },
  tablet: { width: 768, height: 1024 },
  phone: { width: 390, height: 844 },
  narrow: { width: 320, height: 640 },
} as const

/**
 * Colours are the same at every width, and the layouts two: axe looks at those, in the dark for contrast,
 * since only colours are others then.
 */
const LOOKS = {
  light: [
    ['desk', 'everything'],
    ['tablet', null],
    ['phone', 'everything'],
    ['narrow', null],
  ],
  dark: [
    ['desk', 'contrast'],
    ['phone', 'contrast'],
  ],
} as const

/**
 * Checks the page in light and dark and at every width: no barrier, nothing beyond the edge, and a picture
 * that is compared when PICTURES is set.
 */
export async function looksRight(page: Page, name: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    for (const [size, barriers] of LOOKS[scheme]) {
      const viewport = SIZES[size]
      await page.setViewportSize(viewport)
      await wholePage(page, viewport)
      if (barriers) await axe(page, barriers)
      await noSidewaysScroll(page)
      await picture(page, `${name}-${size}-${scheme}`)
    }
  }
  await page.setViewportSize(SIZES.desk)
}

/**
 * Makes the viewport as high as the page: the tabs of a phone are then below everything and cover nothing
 * that is measured.
 */
async function wholePage(page: Page, { width, height }: { width: number; height: number }) {
  const needed = await page.evaluate(() => document.documentElement.scrollHeight)
  await page.setViewportSize({ width, height: Math.max(height, needed) })
}

async function noSidewaysScroll(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(over, 'pixels beyond the edge').toBeLessThanOrEqual(0)
}

/**
 * Gives the message by which an open page of a certificate reports a change, once the page is interactive.
 */
export async function lookedAt(page: Page): Promise<Locator> {
  await expect(page.getByRole('button', { name: 'Check again' })).toBeVisible()
  return page.getByRole('status').filter({ hasText: /now|Checked/ })
}
