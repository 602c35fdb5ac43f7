import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Where a Node process spent its time, from what `--cpu-prof` wrote: each sample belongs to the first function
 * of ours, from the innermost outwards, that a group knows. So a statement of SQLite counts for the ledger and
 * a signature for X.509, whatever Node does below them.
 */

const GROUPS: readonly (readonly [string, RegExp])[] = [
  ['ledger and SQLite', /\/lib\/ledger\/|\/node_modules\/(kysely|pg)\b/],
  ['X.509 and signatures', /\/lib\/(pki|signer)\//],
  ['access token', /\/lib\/auth\/|\/node_modules\/jose\//],
  ['calls of the directory', /\/lib\/directory\/|_http_client|internal\/deps\/undici/],
  ['policy and steps of issuance', /\/lib\/(policy|issuance)\//],
  ['log', /\/node_modules\/(pino|sonic-boom)\b|\/lib\/log\.ts/],
  ['routes and fastify', /\/authority\/|\/node_modules\//],
  [
    'HTTP, TLS and sockets of Node',
    /_http_|node:(_tls|tls|net|http)|internal\/(stream|tls|js_stream)/,
  ],
]
const REST = "Node's event loop, promises and the rest"

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

/** Gives percent by group, the largest first. Samples before `sinceUs`, by the clock of the system, are left out. */
export function timeByGroup(folder: string, sinceUs: number): Readonly<Record<string, number>> {
  const total = new Map<string, number>()
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'))) {
    add(JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Profile, sinceUs, total)
  }
  const sum = [...total.values()].reduce((all, us) => all + us, 0)
  const shares = [...total].sort(([, a], [, b]) => b - a)
  return Object.fromEntries(
    shares.map(([name, us]) => [name, Number(((100 * us) / sum).toFixed(1))]),
  )
}

function add(profile: Profile, sinceUs: number, total: Map<string, number>): void {
  const groups = groupsOf(profile.nodes)
  let now = profile.startTime
  for (const [at, id] of profile.samples.entries()) {
    const us = profile.timeDeltas[at] ?? 0
    now += us
    const group = groups.get(id) ?? null
    if (now >= sinceUs && group !== null) total.set(group, (total.get(group) ?? 0) + us)
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
  if (root) visit(root, REST)
  return groups
}

function groupOf({ callFrame: { functionName, url } }: Node, outer: string): string | null {
  if (functionName === '(idle)') return null
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (functionName === '(program)')
    return 'outside JavaScript: system calls, libuv, OpenSSL for TLS'
  return GROUPS.find(([, pattern]) => pattern.test(url))?.[0] ?? outer
}
