import type { Authority } from '#lib/issuance/authority.ts'

const DAY_MS = 86_400_000

/** Gives when what was reported lost at this time is revoked for good, unless the report is undone before. */
export function revokedAt({ lostDays }: Pick<Authority, 'lostDays'>, reportedAt: Date): Date {
  return new Date(reportedAt.getTime() + lostDays * DAY_MS)
}

/**
 * Revokes for good what is on hold as lost for longer than is waited for it to turn up. The report of a
 * device stays, so nothing is issued for it. Gives the serials.
 */
export async function revokeLost({
  ledger,
  lostDays,
  now,
}: Pick<Authority, 'ledger' | 'lostDays' | 'now'>): Promise<readonly string[]> {
  const at = now()
  const before = new Date(at.getTime() - lostDays * DAY_MS)
  const serials: string[] = []
  for (;;) {
    const some = await ledger.revokeLost(before, at)
    if (some.length === 0) return serials
    serials.push(...some)
  }
}
