import type { LedgerReader } from '#lib/ledger/ledger.ts'

/**
 * Notices, where nothing but the ledger can be read, that it was swapped or set back: its identity never
 * changes, and its status version only grows. What lies outside of the ledger is compared where the CA key is
 * (ledger-guard.ts).
 */
export async function watchLedger(
  ledger: Pick<LedgerReader, 'identity' | 'statusVersion'>,
): Promise<() => Promise<string | null>> {
  const identity = await ledger.identity()
  let highest = await ledger.statusVersion()
  return async () => {
    if ((await ledger.identity()) !== identity) return 'The ledger is another one than at start.'
    const version = await ledger.statusVersion()
    if (version < highest) return 'The ledger was set back: it knew of later changes before.'
    highest = version
    return null
  }
}
