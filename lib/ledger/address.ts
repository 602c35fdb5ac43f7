import path from 'node:path'

const SQLITE = 'sqlite:'

/** Gives the file of a ledger's address; null when the ledger is in memory or on a server. */
export function sqliteFile(address: string): string | null {
  if (!address.startsWith(SQLITE) || address === `${SQLITE}:memory:`) return null
  return path.resolve(address.slice(SQLITE.length))
}
