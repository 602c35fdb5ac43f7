import type { CertificateView, MeView } from '#lib/api/schemas.ts'

/** How long a certificate renews by itself, and so does what is renewed from it. */
export type Renewal =
  | {
      readonly kind: 'possible'
      /** Null: at any time. */
      readonly from: Date | null
      /** Null: without end. */
      readonly until: Date | null
    }
  /** Somebody has to sign in before it is renewed again. */
  | { readonly kind: 'over' }

type Rules = Pick<MeView['policy'], 'renewalMaxDays' | 'renewalWindowDays'>

const DAY_MS = 86_400_000

/** What the authority says to a renewal with this certificate, now and later. */
export function renewalOf(
  { signedInAt, notAfter }: CertificateView,
  { renewalMaxDays, renewalWindowDays }: Rules,
  now: Date,
): Renewal {
  const until =
    renewalMaxDays === 0 ? null : new Date(Date.parse(signedInAt) + renewalMaxDays * DAY_MS)
  const opens =
    renewalWindowDays === null ? null : new Date(Date.parse(notAfter) - renewalWindowDays * DAY_MS)
  const from = opens !== null && opens > now ? opens : null
  const isOver = until !== null && until < (from ?? now)
  return isOver ? { kind: 'over' } : { kind: 'possible', from, until }
}
