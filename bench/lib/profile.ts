import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Where a Node process spent its time, from what `--cpu-prof` wrote: each sample belongs to the first function
 * of ours, from the innermost outwards, that a group knows. So a statement of SQLite counts for the ledger and
 * a signature for its step, whatever Node does below them. The authority and node-floor-process.ts have the same groups.
 */

const GROUPS: readonly (readonly [string, RegExp])[] = [
  ['log', /\/node_modules\/(pino|sonic-boom|@pinojs)\b|\/lib\/log\.ts/],
  ['access token', /\/lib\/auth\/|\/node_modules\/jose\/|^verifiedOid /],
  [
    'calls of the directory',
    /\/lib\/directory\/|node:_http_(client|agent)|\/node_modules\/undici\/|node-floor-graph/,
  ],
  [
    'key, proof and parser of the request',
    /\/pki\/(csr|keys)\/|of-possession|\/public-key\.ts|^(provenKey|partsOf) /,
  ],
  ['building and linting', /\/pki\/certificate\/|certificate-der|^draft /],
  ['ledger and SQLite', /\/lib\/ledger\/|\/node_modules\/(kysely|pg)\b|node-floor-stores/],
  ['signature, and its line on disk', /\/lib\/signer\/|^(signed|writeLines) /],
  ['check of what was signed', /^(checkSigned|checkBack) /],
  ['directory sync', /\/directory-sync\/|\/complete-plan\.ts/],
  ['policy and steps of issuance', /\/lib\/(policy|issuance|telemetry)|^certify /],
  ['routes and fastify', /\/authority\/|\/lib\/api\/|\/node_modules\/|node-floor-process/],
]
const GARBAGE = 'garbage collection'
const OUTSIDE = 'outside JavaScript'
const SERVER = 'HTTP, TLS, sockets and the event loop of Node'

type Node = {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string }
  readonly children?: readonly number[]
}

type Profile = {
  readonly nodes: readonly Node[]
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Times by the clock of the system, µs. */
export type Span = { readonly from: number; readonly to: number }

/** Gives the share of each group in the work of these spans. */
export function shareByGroup(folder: string, spans: readonly Span[]): ReadonlyMap<string, number> {
  const total = new Map<string, number>()
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'))) {
    add(JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Profile, spans, total)
  }
  const sum = [...total.values()].reduce((all, us) => all + us, 0)
  return new Map([...total].map(([name, us]) => [name, us / sum]))
}

function add(profile: Profile, spans: readonly Span[], total: Map<string, number>): void {
  const groups = groupsOf(profile.nodes)
  let now = profile.startTime
  for (const [at, id] of profile.samples.entries()) {
    const us = profile.timeDeltas[at] ?? 0
    now += us
    const group = groups.get(id) ?? null
    if (group === null || !spans.some(({ from, to }) => now >= from && now <= to)) continue
    total.set(group, (total.get(group) ?? 0) + us)
  }
}

/** The group of each node; null for what is no work. */
function groupsOf(nodes: readonly Node[]): ReadonlyMap<number, string | null> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const groups = new Map<number, string | null>()
  const visit = (node: Node, outer: string): void => {
    const own = groupOf(node, outer)
    groups.set(node.id, own)
    for (const id of node.children ?? []) {
      const child = byId.get(id)
      if (child) visit(child, own ?? outer)
    }
  }
  const [root] = nodes
  if (root) visit(root, SERVER)
  return groups
}

function groupOf({ callFrame: { functionName, url } }: Node, outer: string): string | null {
  if (functionName === '(idle)') return null
  if (functionName === '(garbage collector)') return GARBAGE
  if (functionName === '(program)') return OUTSIDE
  return GROUPS.find(([, pattern]) => pattern.test(`${functionName} ${url}`))?.[0] ?? outer
}
