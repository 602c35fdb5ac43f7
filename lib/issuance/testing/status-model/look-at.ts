import type { World } from './world.ts'

/**
 * A relying party asks between two syncs. What people stopped, what was never given out and what the
 * last sync saw stopped is never good, whatever else goes on; no answer is as good as none.
 */
export async function lookAt(world: World, serial: string, which: number): Promise<void> {
  const { ask, people, knownRevokedOrHeld, refreshed, seen } = world
  const nonce = which % 2 ? { nonce: Uint8Array.of(which % 256) } : {}
  const said = await ask(serial, nonce).catch(() => undefined)
  seen.add(said?.kind ?? 'no answer')
  // What was asked for in the background is stored before anything else happens.
  await refreshed()
  const isRevokedOrHeld = people.isRevokedOrHeld(serial) || knownRevokedOrHeld.has(serial)
  if (said?.kind === 'good' && (isRevokedOrHeld || !people.given.has(serial))) {
    throw new Error(`${serial} is called good, which it is not.`)
  }
  staysFinal(world, serial, said?.kind === 'revoked' ? said.reason : said?.kind)
}

/** What was called revoked for good is called nothing else, but that its key turned out to be known. */
export function staysFinal(world: World, serial: string, said: string | null | undefined): void {
  const before = world.toldFinal.get(serial)
  const isFinal = said !== 'certificateHold' && said !== 'good' && said !== 'unknown'
  if (before !== undefined && said !== undefined && !isFinal) {
    throw new Error(`${serial} was called ${before} and is called ${said} now.`)
  }
  if (said !== undefined && isFinal) world.toldFinal.set(serial, said ?? 'unspecified')
}
