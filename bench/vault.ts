import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Child, type Env, PINNED, pinSelf, startChild } from '#bench/lib/child.ts'
import { REFUSALS_KEPT, sendLoad } from '#bench/lib/load.ts'
import { machine } from '#bench/lib/machine.ts'
import { startAuthority, startDirectory, untilAll } from '#bench/lib/programs.ts'
import { newSchema } from '#bench/lib/schema.ts'
import { type Issuing, makeEnrolments, makeTokenKey } from '#bench/lib/tenant.ts'
import { enrolmentRequest } from '#bench/lib/turn.ts'
import { vaultIdentity } from '#lib/config.ts'
import { startPostgres } from '#lib/ledger/testing/postgres.ts'
import { openVaultSigner } from '#lib/signer/key-vault.ts'
import { trust } from '#lib/signer/testing/vault-double.ts'
import { readVaultKey } from '#lib/signer-setting.ts'

/**
 * `npm run bench:vault`: certificates a second whose signatures a vault makes and limits, beside that limit.
 * Every request has to be granted; where all are and the limit is not reached, the processor is the limit.
 */

type Case = {
  readonly name: string
  /** Signatures in a second, by the double of the vault. */
  readonly limit: number
  readonly delayMs: number
  readonly key: readonly string[]
  /** `signer`: without the authority around it. `one`: a process with SQLite; `all`: PostgreSQL, all cores. */
  readonly by: 'signer' | 'one' | 'all'
}

const P256 = ['--type', 'ec-p256']
const HSM = [...P256, '--hsm']

const CASES: readonly Case[] = [
  { name: 'P-256, the signer alone', limit: 200, delayMs: 20, key: P256, by: 'signer' },
  { name: 'P-256, one process', limit: 200, delayMs: 20, key: P256, by: 'one' },
  { name: 'P-256, all cores', limit: 200, delayMs: 20, key: P256, by: 'all' },
  { name: 'P-256 in an HSM', limit: 100, delayMs: 20, key: HSM, by: 'one' },
  {
    name: 'P-256 in an HSM, of which others take half',
    limit: 50,
    delayMs: 20,
    key: HSM,
    by: 'one',
  },
  { name: 'RSA-3072', limit: 50, delayMs: 100, key: ['--type', 'rsa-3072'], by: 'one' },
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
    const home = path.join(folder, one.name.replaceAll(/\W+/g, '-'))
    mkdirSync(home)
    const vault = await startVault(one, home)
    const run = await runFor(one, home, vault, issuing)
    await vault.behave({ perSecond: one.limit, retryAfter: 1, delayMs: one.delayMs })
    const measured = await run.measure()
    const { throttled } = await vault.seen()
    report(one, throttled, measured)
    await run.stop()
    await vault.child.stop()
  }
  await directory.stop()
}

type Measured = {
  readonly granted: number
  /** Refusals by status. */
  readonly refused: Readonly<Record<string, number>>
  /** What the first refusals say. */
  readonly refusals: readonly string[]
  readonly wallUs: number
  readonly latenciesUs: readonly number[]
}

type Run = { readonly measure: () => Promise<Measured>; readonly stop: () => Promise<void> }

function runFor(one: Case, home: string, vault: Vault, issuing: Issuing): Promise<Run> {
  return one.by === 'signer' ? signerRun(vault) : authorityRun(one, home, vault, issuing)
}

/** As many callers as there would be connections, each with the next signature at once. */
async function signerRun({ ca, env }: Vault): Promise<Run> {
  trust(ca)
  Object.assign(process.env, env)
  const key = readVaultKey(env.LATCHKEY_SIGNER?.slice('keyvault:'.length) ?? '')
  if (typeof key === 'string') throw new Error(key)
  const signer = await openVaultSigner(key, null, {
    identity: vaultIdentity(),
    processes: 1,
    deadlineMs: 15_000,
    report: console.error,
  })
  const measure = async () => {
    const latenciesUs: number[] = []
    const refused: Record<string, number> = {}
    const refusals: string[] = []
    const begun = performance.now()
    const caller = async () => {
      while (performance.now() - begun < seconds * 1000) {
        const at = performance.now()
        await signer.sign(new Uint8Array(700)).then(
          () => latenciesUs.push((performance.now() - at) * 1000),
          (error: unknown) => {
            refused.signer_unavailable = (refused.signer_unavailable ?? 0) + 1
            refusals.push(String(error))
          },
        )
      }
    }
    await Promise.all(Array.from({ length: connections }, caller))
    const wallUs = (performance.now() - begun) * 1000
    return { granted: latenciesUs.length, refused, refusals, wallUs, latenciesUs }
  }
  return { measure, stop: async () => undefined }
}

async function authorityRun(
  { limit, by }: Case,
  home: string,
  vault: Vault,
  issuing: Issuing,
): Promise<Run> {
  const server = by === 'all' ? await startPostgres() : null
  const authority = await startAuthority({
    folder: path.join(home, 'data'),
    directoryUrl: issuing.loginUrl,
    caKey: null,
    core: by === 'all' ? 'all' : 'measured',
    env: {
      ...vault.env,
      LATCHKEY_LOG: 'warn',
      ...(server && { LATCHKEY_DATABASE: await newSchema(server, 'vault') }),
    },
  })
  await untilAll(authority, by === 'all' ? availableParallelism() : 1)
  const enrolments = await makeEnrolments(
    issuing,
    'ec-p256',
    'user',
    limit * (seconds + WARM_SECONDS),
  )
  const requests = enrolments.map((enrolment) =>
    enrolmentRequest(enrolment, '/api/csr', (csr) => csr),
  )
  const target = { host: '127.0.0.1', port: authority.port } as const
  const load = { connections, keepAlive: true }
  const warm = requests.splice(0, limit * WARM_SECONDS)
  await sendLoad(target, { ...load, requests: warm, timeMaxMs: WARM_SECONDS * 1000 })
  const measure = async () => {
    const result = await sendLoad(target, { ...load, requests, timeMaxMs: seconds * 1000 })
    const { 200: granted = 0, ...refused } = Object.fromEntries(result.statuses)
    return { ...result, granted, refused }
  }
  const stop = async () => {
    await authority.stop()
    await server?.stop()
  }
  return { measure, stop }
}

const WARM_SECONDS = 4

function report({ name, limit }: Case, throttled: number, measured: Measured): void {
  const perSecond = measured.granted / (measured.wallUs / 1_000_000)
  console.log(
    JSON.stringify({
      case: name,
      limit,
      perSecond: Math.round(perSecond),
      ofLimit: Number((perSecond / limit).toFixed(3)),
      granted: measured.granted,
      refused: measured.refused,
      ...(measured.refusals.length > 0 && { refusals: measured.refusals.slice(0, REFUSALS_KEPT) }),
      throttled,
      ...percentiles(measured.latenciesUs),
    }),
  )
}

function percentiles(latenciesUs: readonly number[]) {
  const sorted = latenciesUs.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) / 1000)
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: Math.round((sorted.at(-1) ?? 0) / 1000) }
}

type Vault = {
  readonly child: Child
  readonly env: Env
  /** PEM of its certificate's CA. */
  readonly ca: string
  readonly behave: (behaviour: object) => Promise<void>
  readonly seen: () => Promise<{ readonly throttled: number }>
}

/** The double as a program, with the load and the directory on the other core. */
async function startVault({ key }: Case, where: string): Promise<Vault> {
  const program = path.join('lib', 'signer', 'testing', 'vault-process.ts')
  const child = startChild('load', process.execPath, [program, '--folder', where, ...key])
  const file = path.join(where, 'vault.json')
  for (let tries = 0; !existsSync(file) && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { env, control } = JSON.parse(readFileSync(file, 'utf8'))
  return {
    child,
    env,
    ca: readFileSync(path.join(where, 'vault-ca.pem'), 'utf8'),
    behave: async (behaviour) => {
      await fetch(`${control}/behaviour`, { method: 'POST', body: JSON.stringify(behaviour) })
    },
    seen: async () => (await fetch(`${control}/seen`)).json() as ReturnType<Vault['seen']>,
  }
}

await main()
