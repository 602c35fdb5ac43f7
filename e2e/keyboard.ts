import { expect, type Page } from '@playwright/test'

/** What every page owes those who use no mouse. */

type Stop = {
  /** The element, so that an error names it. */
  readonly html: string
  readonly isMarked: boolean
  readonly isInSight: boolean
}

/**
 * Goes through the page with the Tab key. Everything that can be used is reached, in the order of the document
 * (WCAG 2.1.1, 2.4.3); what has the focus is seen to have it, and lies under nothing (2.4.7, 2.4.11).
 */
export async function walk(page: Page): Promise<void> {
  await page.evaluate(beginWalk)
  const stops: Stop[] = []
  for (let presses = 0; presses < MAX_STOPS; presses++) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(lookAtFocus)
    if (stop === null) break
    stops.push(stop)
  }
  const html = (wrong: readonly Stop[]) => wrong.map((stop) => stop.html)
  expect(stops.length, 'stops').toBeGreaterThan(0)
  expect(html(stops.filter(({ isMarked }) => !isMarked)), 'without a mark').toEqual([])
  expect(html(stops.filter(({ isInSight }) => !isInSight)), 'out of sight').toEqual([])
  expect(await page.evaluate(endWalk)).toEqual({ missed: [], outOfOrder: [] })
}

const MAX_STOPS = 120

declare global {
  interface Window {
    walked?: Element[]
  }
}

/** Runs in the page: the next Tab goes to its first stop. */
function beginWalk(): void {
  window.walked = []
  window.getSelection()?.removeAllRanges()
  // Tab goes on from where the focus was last.
  document.body.tabIndex = -1
  document.body.focus()
  document.body.removeAttribute('tabindex')
  window.scrollTo({ top: 0, behavior: 'instant' })
}

/** Runs in the page: what has the focus now; null behind the last stop. */
async function lookAtFocus(): Promise<Stop | null> {
  const { activeElement: element, body } = document
  if (element === null || element === body || window.walked?.includes(element)) return null
  window.walked?.push(element)
  // What is drawn over an invisible control for it: chip, field for files.
  const face = element.matches('input.peer') ? element.nextElementSibling : null
  await Promise.allSettled(element.getAnimations().map((animation) => animation.finished))
  const { outlineStyle, outlineWidth } = getComputedStyle(face ?? element)
  const { left, top, right, bottom } = (face ?? element).getBoundingClientRect()
  const points = [
    [(left + right) / 2, (top + bottom) / 2],
    [left + 4, top + 4],
    [right - 4, bottom - 4],
  ] as const
  const isInSight = points.some(([x, y]) => {
    const seen = document.elementFromPoint(x, y)
    return seen !== null && (element.contains(seen) || face?.contains(seen) === true)
  })
  return {
    html: element.outerHTML.slice(0, 160),
    isMarked: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
    isInSight,
  }
}

/** Runs in the page: what was not reached, and what was reached before something that stands before it. */
function endWalk(): { missed: string[]; outOfOrder: string[] } {
  const walked = window.walked ?? []
  const html = (elements: readonly Element[]) =>
    elements.map((element) => element.outerHTML.slice(0, 160))
  // Arrow keys go from the chosen tab to the others.
  const usable = 'a[href], button:not([role=tab]), input, select, textarea, summary, [tabindex="0"]'
  const missed = [...document.querySelectorAll<HTMLElement>(usable)]
    .filter((element) => !element.matches(':disabled'))
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => !walked.includes(element))
    // Of a group of radio buttons the chosen one is the stop; arrow keys go on from there.
    .filter((element) => !walked.some((other) => isSameGroup(element, other)))
  const outOfOrder = walked.filter((element, index) => {
    const before = walked[index - 1]
    const follows = Node.DOCUMENT_POSITION_FOLLOWING
    return before !== undefined && !(before.compareDocumentPosition(element) & follows)
  })
  return { missed: html(missed), outOfOrder: html(outOfOrder) }

  function isSameGroup(one: Element, other: Element): boolean {
    const isRadio = (element: Element) =>
      element instanceof HTMLInputElement && element.type === 'radio' ? element.name : null
    const name = isRadio(one)
    return name !== null && name === isRadio(other)
  }
}
