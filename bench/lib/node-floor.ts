import { createPublicKey } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePort } from '#lib/testing/free-port.ts'
import { type Child, startChild, untilListens } from './child.ts'
import type { Target } from './load.ts'
import type { NodeFloorMaterial } from './node-floor-process.ts'
import { makeCa, type RunningAuthority } from './programs.ts'
import type { Issuing } from './tenant.ts'

/** What output calls it: the cheapest program in Node with the same promises. */
export const FLOOR = 'floor of Node'

export type NodeFloorOptions = {
  readonly folder: string
  readonly issuing: Issuing
  readonly database: string | null
  /** Whose https certificate it shows, and the folder with it; null for http. */
  readonly beside: (Pick<RunningAuthority, 'tlsCa'> & { readonly folder: string }) | null
  /** Arguments for Node itself, such as --cpu-prof. */
  readonly nodeArgs?: readonly string[]
}

/** Starts node-floor-process.ts on the measured core. */
export async function startNodeFloor(
  options: NodeFloorOptions,
): Promise<Child & { readonly target: Target }> {
  const { folder, issuing, database, beside, nodeArgs = [] } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const port = await freePort()
  const material: NodeFloorMaterial = {
    port,
    tls: beside && readFileSync(path.join(beside.folder, 'tls', 'server.pem'), 'utf8'),
    tokenKey: String(createPublicKey(issuing.key).export({ format: 'pem', type: 'spki' })),
    ca: await makeCa('ec-p256'),
    graphUrl: issuing.loginUrl,
    database,
  }
  writeFileSync(path.join(folder, 'floor.json'), JSON.stringify(material), { mode: 0o600 })
  const program = path.join(import.meta.dirname, 'node-floor-process.ts')
  const child = startChild('measured', process.execPath, [...nodeArgs, program, folder])
  await untilListens(port, child)
  return { ...child, target: { host: '127.0.0.1', port, ...(beside && { ca: beside.tlsCa }) } }
}
