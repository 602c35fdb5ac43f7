import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Addresses and data folder of each worker's own Latchkey. Tests change accounts and devices, so no two
 * workers share a tenant; `npm run e2e` (cli/e2e.ts) starts one for each.
 */
export type Stack = {
  /** Number in the list; Playwright assigns it to one worker at a time (TEST_PARALLEL_INDEX). */
  readonly index: number
  /** What starts it: `npm start`, or a cluster. */
  readonly program: string
  readonly portalPort: number
  readonly authorityPort: number
  readonly authorityTlsPort: number
  readonly sandboxPort: number
  readonly dataDir: string
  /** File with the output of its programs. */
  readonly log: string
  /** Where its CA key is, when that is not in its data folder. */
  readonly signer: Readonly<Record<string, string>>
}

const { LATCHKEY_E2E_STACKS: given, TEST_PARALLEL_INDEX: index = '0' } = process.env
if (!given) throw new Error('Start the browser tests by `npm run e2e`.')
const own = (JSON.parse(given) as readonly Stack[])[Number(index)]
if (!own) throw new Error('There are more workers than stacks; see cli/e2e.ts.')

export const { portalPort } = own
export const portalUrl = `http://localhost:${own.portalPort}`
export const authorityUrl = `http://localhost:${own.authorityPort}`
export const authorityTlsUrl = `https://localhost:${own.authorityTlsPort}`
export const sandboxUrl = `http://localhost:${own.sandboxPort}`
/** Ports of the portals themselves, without a proxy; a cluster writes its own down when it has started. */
export function portalPorts(): readonly number[] {
  const file = path.join(own?.dataDir ?? '', 'portals')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [portalPort]
}
/** Address of the ledger's database; a cluster writes its own down when it has started. */
export function database(): string {
  const file = path.join(own?.dataDir ?? '', 'database')
  if (existsSync(file)) return readFileSync(file, 'utf8')
  return `sqlite:${path.join(own?.dataDir ?? '', 'ledger.sqlite')}`
}
/** The CA of the sandbox's TLS certificate, for curl. */
export const tlsCaFile = path.join(own.dataDir, 'tls', 'ca.pem')
/** Where the key of the session cookie and the authority's files are; a cluster has them elsewhere. */
export const dataDir = own.dataDir
