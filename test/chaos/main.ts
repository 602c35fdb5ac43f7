import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { buildPortal, portalIsBuilt } from '#cli/build.ts'
import { loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { startVaultDouble, type VaultDouble } from '#lib/signer/testing/vault-double.ts'
import { vaultSetting } from '#lib/signer-setting.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { type Cluster, startCluster } from '#test/cluster/cluster.ts'
import { makeClient } from './client.ts'
import { FAULTS, type Fault, prepare, release } from './faults.ts'
import { judge, type Verdict } from './judge.ts'
import { type Load, type Seen, startLoad } from './load.ts'

/**
 * `npm run chaos`: three authorities and two portals behind nginx, on a PostgreSQL with a standby and with the CA
 * key in a vault, under load, while machines fail one after the other. Prints what was done and seen, and whether everything promised held;
 * exit 1 when it did not. `-- --short` takes the faults that CI runs.
 */

const ALICE = 'alice@contoso.example'
const BASELINE_MS = 6000
/** Requests of this long are looked at together. */
const WINDOW_MS = 2000
const RECOVERY_MAX_MS = 10_000
/** Slower than before by more than this is not yet recovered. */
const SLOWER = { factor: 2, addedMs: 150 }

type Row = {
  readonly fault: string
  readonly seen: string
  readonly isAsPromised: boolean
  /** Null when it was not back in time. */
  readonly recoveryMs: number | null
  readonly worstMs: number
  readonly retried: number
}

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  if (spawnSync('nginx', ['-v']).error) {
    console.log('missing: nginx (Debian: nginx), so nothing was tried')
    return 1
  }
  if (!portalIsBuilt()) await buildPortal(process.env)
  const faults = FAULTS.filter(({ isShort }) => isShort || !args.includes('--short'))
  for (const { name, missing } of faults) if (missing) console.log(`missing: ${missing}: ${name}`)
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-chaos-'))
  const [portal, authority, tls, sandbox] = await Promise.all([
    ...[freePort(), freePort(), freePort(), freePort()],
  ])
  const vault = await startVaultDouble()
  const vaultCa = path.join(folder, 'vault-ca.pem')
  writeFileSync(vaultCa, vault.ca)
  const cluster = await startCluster({
    folder,
    ports: { portal, authority, tls, sandbox } as Record<
      'portal' | 'authority' | 'tls' | 'sandbox',
      number
    >,
    authorities: 3,
    portals: 2,
    env: {
      ...vault.env,
      LATCHKEY_LOG: 'warn',
      // How long the same request waits for one that a dead process has begun.
      LATCHKEY_PENDING_LIMIT_SECONDS: '20',
      LATCHKEY_SIGNER: vaultSetting(vault.makeKey('ca')),
      NODE_EXTRA_CA_CERTS: vaultCa,
      // As a load balancer needs it to turn away in time.
      LATCHKEY_DRAIN_SECONDS: '1',
    },
    envOf: (n) => prepare(folder, n),
  })
  try {
    return await run(
      cluster,
      vault,
      faults.filter(({ missing }) => missing === null),
    )
  } catch (error) {
    for (const { name } of cluster.authorities) showLog(path.join(folder, `${name}.log`))
    throw error
  } finally {
    await cluster.stop()
    await vault.close()
    release(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function run(
  cluster: Cluster,
  vault: VaultDouble,
  faults: readonly Fault[],
): Promise<number> {
  const load = await beginLoad(cluster)
  await delay(BASELINE_MS)
  const { requests } = load.seen
  const limitMs = p99(requests.map(({ ms }) => ms)) * SLOWER.factor + SLOWER.addedMs
  console.log(
    `Before: ${requests.length} requests in ${BASELINE_MS / 1000} s; p99 may rise to ${Math.round(limitMs)} ms.\n`,
  )
  const rows: Row[] = []
  for (const fault of faults) {
    const row = await suffer(() => fault.happen(cluster, vault), fault.name, load.seen, limitMs)
    rows.push(row)
    console.log(lineOf(row))
  }
  await load.stop()
  const verdicts = await judge(cluster, load.seen)
  console.log('')
  for (const verdict of verdicts) console.log(sentenceOf(verdict))
  const isFine =
    verdicts.every(({ broken }) => broken.length === 0) &&
    rows.every(({ recoveryMs, isAsPromised }) => recoveryMs !== null && isAsPromised)
  return isFine ? 0 : 1
}

async function beginLoad(cluster: Cluster): Promise<Load> {
  const [first] = cluster.authorities
  if (!first) throw new Error('There is no authority.')
  const { config } = first
  const urls = {
    ...{ caIssuers: config.authorityUrl, caIssuersHttp: config.statusUrl },
    ...{ ocsp: config.statusUrl, crl: null },
  }
  const issuer = loadPublicIssuer(config.dataDir, urls)
  const answer = await fetch(`${cluster.sandboxUrl}/sandbox/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: ALICE }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  const client = makeClient(config, { token, tlsCaFile: cluster.tlsCaFile })
  return startLoad(cluster, { client, issuer, commonName: ALICE })
}

async function suffer(
  happen: () => Promise<string>,
  fault: string,
  { requests }: Seen,
  limitMs: number,
): Promise<Row> {
  const from = requests.length
  const outcome = await happen().then(
    (seen) => ({ seen, isAsPromised: true }),
    (error: unknown) => ({ seen: `BROKEN: ${String(error)}`, isAsPromised: false }),
  )
  const over = performance.now()
  const recoveryMs = await untilRecovered(requests, over, limitMs)
  const during = requests.slice(from)
  return {
    fault,
    ...outcome,
    recoveryMs,
    worstMs: Math.max(...during.map(({ ms }) => ms)),
    retried: during.filter(({ failures }) => failures.length > 0).length,
  }
}

/** Gives how long after `over` the first window began in which all is as before; null when it came too late. */
async function untilRecovered(
  requests: Seen['requests'],
  over: number,
  limitMs: number,
): Promise<number | null> {
  for (let start = over; start - over <= RECOVERY_MAX_MS; start += WINDOW_MS / 4) {
    await delay(Math.max(0, start + WINDOW_MS - performance.now()))
    // What began before was the fault's; it may wait for its own time limit.
    const inside = requests.filter(
      ({ endedAt, ms }) => endedAt >= start && endedAt < start + WINDOW_MS && endedAt - ms >= over,
    )
    const isQuiet = inside.every(({ failures }) => failures.length === 0)
    const kinds = new Set(inside.map(({ kind }) => kind))
    const isWhole = kinds.has('certificate') && kinds.has('ocsp') && kinds.has('portal')
    if (isQuiet && isWhole && p99(inside.map(({ ms }) => ms)) <= limitMs) return start - over
  }
  return null
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY
}

function lineOf({ fault, seen, recoveryMs, worstMs, retried }: Row): string {
  const back =
    recoveryMs === null ? 'NOT BACK within 10 s' : `back after ${(recoveryMs / 1000).toFixed(1)} s`
  return `| ${fault} | ${seen} | ${back} | longest ${Math.round(worstMs)} ms | ${retried} asked again |`
}

function sentenceOf({ promise, seen, broken }: Verdict): string {
  return broken.length === 0
    ? `kept: ${promise} (${seen})`
    : [`BROKEN: ${promise} (${seen})`, ...broken.slice(0, 20).map((one) => `  ${one}`)].join('\n')
}

function showLog(file: string): void {
  console.error(`\nThe last lines of ${file}:\n`)
  console.error(readFileSync(file, 'utf8').trimEnd().split('\n').slice(-30).join('\n'))
}
