import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Child, type Env, PINNED, pinSelf, startChild } from '#bench/lib/child.ts'
import { cpuUsOf } from '#bench/lib/cpu.ts'
import { sendLoad } from '#bench/lib/load.ts'
import { machine } from '#bench/lib/machine.ts'
import { startAuthority, startDirectory } from '#bench/lib/programs.ts'
import { type Issuing, makeEnrolments, makeTokenKey } from '#bench/lib/tenant.ts'
import { enrolmentRequest } from '#bench/lib/turn.ts'

/**
 * `npm run bench:vault`: certificates a second whose signatures a vault makes and limits, beside that limit.
 * Every request has to be granted. README.md here says what the cases are.
 */

type Case = {
  readonly name: string
  /** Signatures in a second, by the double of the vault. */
  readonly limit: number
  readonly delayMs: number
  readonly type: 'ec-p256' | 'rsa-3072'
}

const CASES: readonly Case[] = [
  { name: 'P-256, as Microsoft limits it', limit: 200, delayMs: 0, type: 'ec-p256' },
  { name: 'P-256, each signature takes 100 ms', limit: 200, delayMs: 100, type: 'ec-p256' },
  { name: 'P-256, others take two fifths of the limit', limit: 120, delayMs: 0, type: 'ec-p256' },
  { name: 'RSA-3072, as Microsoft limits it', limit: 50, delayMs: 0, type: 'rsa-3072' },
]

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    connections: { type: 'string', default: '64' },
    case: { type: 'string', default: '' },
  },
})
const [seconds, connections] = [Number(values.seconds), Number(values.connections)]

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-bench-vault-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

async function main(): Promise<void> {
  pinSelf()
  if (!PINNED) console.error('taskset: processes are not pinned, so the figures share cores')
  const tokenKey = makeTokenKey()
  console.log(JSON.stringify(machine({})))
  const directory = await startDirectory(tokenKey)
  const issuing = { loginUrl: directory.url, key: tokenKey }
  for (const one of CASES.filter(({ name }) => name.includes(values.case))) {
    await measure(one, directory.url, issuing)
  }
  await directory.stop()
}

async function measure(one: Case, directoryUrl: string, issuing: Issuing): Promise<void> {
  const home = path.join(folder, one.name.replaceAll(/\W+/g, '-'))
  mkdirSync(home)
  const vault = await startVault(one, home)
  const data = path.join(home, 'data')
  const authority = await startAuthority({
    ...{ folder: data, directoryUrl, caKey: null, env: { ...vault.env, LATCHKEY_LOG: 'warn' } },
  })
  await vault.behave({ perSecond: one.limit, retryAfter: 1, delayMs: one.delayMs })
  const enrolments = await makeEnrolments(issuing, 'ec-p256', 'user', one.limit * seconds)
  const requests = enrolments.map((enrolment) =>
    enrolmentRequest(enrolment, '/api/csr', (csr) => csr),
  )
  const before = await vault.seen()
  const load = { requests, connections, keepAlive: true, timeMaxMs: seconds * 1000 }
  const target = { host: '127.0.0.1', port: authority.port } as const
  const cpuBefore = cpuUsOf(authority.pid) ?? 0
  const { answered, wallUs, statuses, latenciesUs } = await sendLoad(target, load)
  const cpuUs = (cpuUsOf(authority.pid) ?? 0) - cpuBefore
  const after = await vault.seen()
  const granted = statuses.get(200) ?? 0
  const perSecond = granted / (wallUs / 1_000_000)
  console.log(
    JSON.stringify({
      case: one.name,
      limit: one.limit,
      perSecond: Math.round(perSecond),
      ofLimit: Number((perSecond / one.limit).toFixed(3)),
      failed: answered - granted,
      signatures: after.signatures - before.signatures,
      granted,
      throttled: after.throttled - before.throttled,
      cpuUsEach: Math.round(cpuUs / Math.max(1, granted)),
      ...percentiles(latenciesUs),
    }),
  )
  await authority.stop()
  await vault.child.stop()
}

function percentiles(latenciesUs: readonly number[]) {
  const sorted = latenciesUs.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) / 1000)
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: Math.round((sorted.at(-1) ?? 0) / 1000) }
}

type Vault = {
  readonly child: Child
  readonly env: Env
  readonly behave: (behaviour: object) => Promise<void>
  readonly seen: () => Promise<{ readonly signatures: number; readonly throttled: number }>
}

/** The double as a program, with the load and the directory on the other core. */
async function startVault({ type }: Case, where: string): Promise<Vault> {
  const program = path.join('lib', 'signer', 'testing', 'vault-process.ts')
  const child = startChild('load', process.execPath, [program, '--folder', where, '--type', type])
  const file = path.join(where, 'vault.json')
  for (let tries = 0; !existsSync(file) && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { env, control } = JSON.parse(readFileSync(file, 'utf8'))
  return {
    child,
    env,
    behave: async (behaviour) => {
      await fetch(`${control}/behaviour`, { method: 'POST', body: JSON.stringify(behaviour) })
    },
    seen: async () => (await fetch(`${control}/seen`)).json() as ReturnType<Vault['seen']>,
  }
}

await main()
