import type { CertificateView, MeView } from '#lib/api/schemas.ts'

/** For how long a certificate can be renewed without a new sign-in, and so what is renewed from it. */
export type Renewal =
  | {
      readonly kind: 'possible'
      /** Null: at any time. */
      readonly from: Date | null
      /** Null: without limit. */
      readonly until: Date | null
    }
  /** Somebody has to sign in for the next renewal. */
  | { readonly kind: 'over' }

type Rules = Pick<MeView['policy'], 'renewalMaxDays' | 'renewalWindowDays'>

const DAY_MS = 86_400_000

/** Gives how the authority would answer a renewal with this certificate, now and later. */
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
