import { authorityForAnyone } from '#lib/auth/authority-client.ts'
import type { NetworkKind } from '#lib/network/network.ts'

/** The kinds of networks that certificates are for, without duplicates; none while nobody can say. */
export const networkKinds = rememberKinds(() => authorityForAnyone().networkKinds())

const FRESH_MS = 60_000
const RETRY_MS = 5_000
const PATIENCE_MS = 1_000

/**
 * Asks once a minute, and in the background once there was an answer; a page waits a second at most. Never
 * rejects: what was known before is given, or none.
 */
export function rememberKinds(
  ask: () => Promise<readonly NetworkKind[]>,
  now: () => number = () => performance.now(),
): () => Promise<readonly NetworkKind[]> {
  let known: readonly NetworkKind[] | null = null
  let askAt = Number.NEGATIVE_INFINITY
  let waiting: Promise<void> | null = null

  const refresh = async () => {
    askAt = now() + RETRY_MS
    try {
      known = await ask()
      askAt = now() + FRESH_MS
    } catch {
      // Whoever is asked about certificates says that the authority is silent.
    } finally {
      waiting = null
    }
  }
  return async () => {
    if (now() >= askAt) waiting = atMost(PATIENCE_MS, refresh())
    if (known === null) await waiting
    return known ?? []
  }
}

async function atMost(ms: number, wanted: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([wanted, over])
  clearTimeout(timer)
}
