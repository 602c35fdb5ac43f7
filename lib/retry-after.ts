/**
 * Gives the seconds to wait by a Retry-After header (RFC 9110 section 10.2.3), none of a date that has passed; null when
 * it says neither. A fraction and a second header are read as well: Date.parse would take `1.5` and `5,5` for days of
 * 2001, long past.
 */
export function retryAfterSeconds(header: string | null | undefined): number | null {
  const text = header?.trim() ?? ''
  const [, number] = /^(\d+(?:\.\d+)?)(?:\s*,.*)?$/.exec(text) ?? []
  if (number !== undefined) return Number(number)
  const until = /^[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(until) ? null : Math.max(0, (until - Date.now()) / 1000)
}
