import type { World } from './world.ts'

/**
 * A relying party asks between two syncs. A certificate that people stopped, that was never given out, or
 * that the last sync saw stopped must not be good; no answer is acceptable.
 */
export async function lookAt(world: World, serial: string, which: number): Promise<void> {
  const { ask, people, knownRevokedOrHeld, refreshed, seen } = world
  const nonce = which % 2 ? { nonce: Uint8Array.of(which % 256) } : {}
  const said = await ask(serial, nonce).catch(() => undefined)
  seen.add(said?.kind ?? 'no answer')
  // Look-ups in the background end before the next event.
  await refreshed()
  const isRevokedOrHeld = people.isRevokedOrHeld(serial) || knownRevokedOrHeld.has(serial)
  if (said?.kind === 'good' && (isRevokedOrHeld || !people.given.has(serial))) {
    throw new Error(`${serial} is called good, which it is not.`)
  }
  staysFinal(world, serial, said?.kind === 'revoked' ? said.reason : said?.kind)
}

/** A permanent revocation keeps its status, except that its reason may become keyCompromise. */
export function staysFinal(world: World, serial: string, said: string | null | undefined): void {
  const before = world.toldFinal.get(serial)
  const isFinal = said !== 'certificateHold' && said !== 'good' && said !== 'unknown'
  if (before !== undefined && said !== undefined && !isFinal) {
    throw new Error(`${serial} was called ${before} and is called ${said} now.`)
  }
  if (said !== undefined && isFinal) world.toldFinal.set(serial, said ?? 'unspecified')
}
