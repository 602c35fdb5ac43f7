/**
 * The geometry of the validity bar. Pure: from a serial to paths. The teeth come from the serial, so the same
 * certificate has the same teeth wherever it is drawn.
 */

/** Width of the bar in its own units; it is stretched to the available width. */
export const SHAFT_WIDTH = 445

/** Width for a full page; phones use the shorter bar. */
export const LONG_SHAFT_WIDTH = 980

const TEETH = 14
const TOP = 9
const BOTTOM = 23

/** Depth of each of the 14 teeth in px, one of 2, 4, 6, 8: a running FNV-1a over the serial. */
export function teethOf(serial: string): readonly number[] {
  const text = serial === '' ? '00' : serial
  let hash = 0x811c9dc5
  return Array.from({ length: TEETH }, (_, tooth) => {
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul((hash ^ text.charCodeAt(index)) + tooth, 0x01000193)
    }
    return ((hash >>> 9) % 4) * 2 + 2
  })
}

/** Outline of the bar from 0 to `width`: flat back, teeth below, tip on the right. */
export function shaftPath(serial: string, width: number = SHAFT_WIDTH): string {
  const pitch = (width - 22) / TEETH
  const foot = Math.min(pitch * 0.36, 10.5)
  const floor = Math.min(pitch * 0.14, 4.5)
  const cuts = teethOf(serial)
    .map((depth, tooth) => {
      const middle = 8 + pitch * (tooth + 0.5)
      const height = BOTTOM - depth
      return `H${round(middle + foot)}L${round(middle + floor)} ${height}H${round(middle - floor)}L${round(middle - foot)} ${BOTTOM}`
    })
    .reverse()
    .join('')
  return `M0 ${TOP}H${width - 9}L${width} 15.5L${width - 7} ${BOTTOM}${cuts}H0Z`
}

/**
 * Degrees by which the broken-off part of a revoked certificate's bar hangs: less for a longer part, so that
 * its tip stays inside the picture.
 */
export function hangAngle(length: number): number {
  return round(Math.min(HANG_MAX, (Math.atan2(HANG_PX, length) * 180) / Math.PI))
}

const HANG_MAX = 2.2
const HANG_PX = 7

/** Share of the validity that has passed, from 0 to 1. */
export function shareOfLife(from: Date, to: Date, at: Date): number {
  const life = to.getTime() - from.getTime()
  if (life <= 0) return 1
  return Math.min(1, Math.max(0, (at.getTime() - from.getTime()) / life))
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
