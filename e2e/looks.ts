import { expect, type Locator, type Page } from '@playwright/test'
import { axeInEveryLook, noSidewaysScroll, wholePage } from './axe.ts'
import { picture } from './fixtures.ts'

const SIZES = {
  desk: { width: 1440, height: 900 },
  tablet: { width: 768, height: 1024 },
  phone: { width: 390, height: 844 },
  narrow: { width: 320, height: 640 },
} as const

const PICTURES = {
  light: ['desk', 'tablet', 'phone', 'narrow'],
  dark: ['desk', 'phone'],
} as const

/**
 * Checks the page in light and dark and at every width: no barrier, nothing beyond the edge, and a picture
 * that is compared when PICTURES is set.
 */
export async function looksRight(page: Page, name: string): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await axeInEveryLook(page)
  await page.setViewportSize(SIZES.tablet)
  await noSidewaysScroll(page)
  await pictures(page, name)
  await page.setViewportSize(SIZES.desk)
}

/** The page's pictures in light and dark and at every width. */
export async function pictures(page: Page, name: string): Promise<void> {
  if (!process.env.PICTURES) return
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    for (const size of PICTURES[scheme]) {
      await wholePage(page, SIZES[size])
      await picture(page, `${name}-${size}-${scheme}`)
    }
  }
  await page.emulateMedia({ colorScheme: null })
}

/**
 * Gives the message by which an open page of a certificate reports a change, once the page is interactive.
 */
export async function lookedAt(page: Page): Promise<Locator> {
  await expect(page.getByRole('button', { name: 'Check again' })).toBeVisible()
  return page.getByRole('status').filter({ hasText: /now|Checked/ })
}
