import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Env, NODE_FLAGS, ROOT } from '#cli/programs.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { readSignatureLog, SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import type { Cluster } from '#test/cluster/cluster.ts'
import type { Seen } from './load.ts'

/** Whether everything that was promised holds, after all that happened. */

/** What relying parties are promised: no answer "good" later than this after a revocation. */
const BUDGET_MS = 60_000
/** The lease of a publisher that was killed, and a publication. */
const LIST_WITHIN_MS = 90_000
const POLL_MS = 500

/** A promise, and how it was broken; an empty list when it was kept. */
export type Verdict = {
  readonly promise: string
  readonly seen: string
  readonly broken: readonly string[]
}

type Row = {
  readonly serial: string
  readonly state: string
  readonly revoked: boolean
  readonly key: string
}

/** Judges what the clients saw against the ledger, the signers' logs, and our own tools. */
export async function judge(cluster: Cluster, seen: Seen): Promise<readonly Verdict[]> {
  const rows = await rowsOf(cluster.postgres.url)
  const signed = await signedSerials(cluster)
  return [
    nothingLost(rows, signed, seen),
    nothingTwice(rows, signed),
    crlNumbersRise(seen),
    neverGoodWhenRevoked(seen),
    noRefusal(seen),
    await inTheList(cluster, seen),
    ...ownTools(cluster),
  ]
}

/** A signature without a row is found by reconcile, which knows what else a CA signs. */
function nothingLost(
  rows: ReadonlyMap<string, Row>,
  signed: readonly string[],
  { certificates }: Seen,
): Verdict {
  const broken = [...certificates].flatMap(([serial, { revokedAt }]) => {
    const row = rows.get(serial)
    if (row?.state !== 'issued')
      return [`${serial}: delivered, ${row?.state ?? 'not in the ledger'}`]
    return revokedAt !== null && !row.revoked ? [`${serial}: its revocation is lost`] : []
  })
  const revoked = [...certificates.values()].filter(({ revokedAt }) => revokedAt !== null)
  const seen = `${signed.length} signed, ${certificates.size} delivered, ${revoked.length} revoked`
  return { promise: 'nothing delivered or revoked is lost', seen, broken }
}

function nothingTwice(rows: ReadonlyMap<string, Row>, signed: readonly string[]): Verdict {
  const twice = signed.filter((serial, at) => signed.indexOf(serial) !== at)
  const goodOf = Map.groupBy(
    [...rows.values()].filter(({ state, revoked }) => state === 'issued' && !revoked),
    ({ key }) => key,
  )
  const several = [...goodOf].filter(([, list]) => list.length > 1)
  return {
    promise: 'no serial is signed twice, and no request has two good certificates',
    seen: `${rows.size} rows, ${[...rows.values()].filter(({ state }) => state === 'void').length} of them void`,
    broken: [
      ...twice.map((serial) => `${serial}: signed twice`),
      ...several.map(([key, list]) => `key ${key}: ${list.map(({ serial }) => serial).join(', ')}`),
    ],
  }
}

function crlNumbersRise({ crlNumbers }: Seen): Verdict {
  const broken = [...crlNumbers].flatMap(([name, numbers]) =>
    numbers.flatMap((number, at) =>
      at > 0 && number < (numbers[at - 1] ?? 0n)
        ? [`${name}: ${numbers[at - 1]}, then ${number}`]
        : [],
    ),
  )
  const read = [...crlNumbers.values()].reduce((sum, numbers) => sum + numbers.length, 0)
  return { promise: 'the number of the CRL never falls', seen: `${read} lists read`, broken }
}

function neverGoodWhenRevoked({ told, certificates }: Seen): Verdict {
  let longest = 0
  const broken: string[] = []
  for (const { serial, askedAt, says } of told) {
    const revokedAt = certificates.get(serial)?.revokedAt ?? null
    if (says !== 'good' || revokedAt === null || askedAt < revokedAt) continue
    longest = Math.max(longest, askedAt - revokedAt)
    if (askedAt - revokedAt > BUDGET_MS)
      broken.push(`${serial}: good ${askedAt - revokedAt} ms later`)
  }
  return {
    promise: `OCSP never says good ${BUDGET_MS / 1000} s after a revocation`,
    seen: `${told.length} answers; the longest delay was ${Math.round(longest)} ms`,
    broken,
  }
}

/** Waits for the list, which comes later when who published it was killed. */
async function inTheList({ authorities }: Cluster, { certificates }: Seen): Promise<Verdict> {
  const [first] = authorities
  const startedAt = performance.now()
  let missing: readonly string[] = []
  do {
    await delay(POLL_MS)
    const answer = await fetch(`${first?.config.statusUrl}/crl/full.crl`)
    const { entries } = readCrl(new Uint8Array(await answer.arrayBuffer()))
    const named = new Set(entries.map(({ serial }) => serial))
    missing = [...certificates]
      .filter(([serial, { revokedAt }]) => revokedAt !== null && !named.has(serial))
      .map(([serial]) => serial)
  } while (missing.length > 0 && performance.now() - startedAt < LIST_WITHIN_MS)
  return {
    promise: `the list names every revocation within ${LIST_WITHIN_MS / 1000} s`,
    seen: `after ${Math.round(performance.now() - startedAt)} ms`,
    broken: missing.map((serial) => `${serial}: not named`),
  }
}

function noRefusal({ refused, requests }: Seen): Verdict {
  return {
    promise: 'whoever tries again gets what it asked for',
    seen: `${requests.length} requests`,
    broken: refused,
  }
}

function ownTools({ authorities }: Cluster): readonly Verdict[] {
  const [first] = authorities
  if (!first) return []
  const logs = authorities.map(({ config }) => path.join(config.dataDir, SIGNATURE_LOG))
  const url = ['--url', `${first.config.statusUrl}/ocsp`]
  const named = logs.filter((log) => existsSync(log)).flatMap((log) => ['--log', log])
  return [
    ownTool('the chain of audit events is whole', 'verify-audit', [], first.env),
    ownTool(
      'ledger, lists, OCSP and the signers’ logs agree',
      'reconcile',
      [...url, ...named],
      first.env,
    ),
  ]
}

function ownTool(promise: string, name: string, args: readonly string[], env: Env): Verdict {
  const run = spawnSync(process.execPath, [...NODE_FLAGS, `cli/${name}.ts`, ...args], {
    cwd: ROOT,
    env: env as NodeJS.ProcessEnv,
    encoding: 'utf8',
  })
  const [seen = ''] = run.stdout.trim().split('\n')
  return { promise, seen, broken: run.status === 0 ? [] : [`${run.stdout}${run.stderr}`.trim()] }
}

async function rowsOf(url: string): Promise<ReadonlyMap<string, Row>> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client
    .query<Row>(
      `select serial, state, revoked_at is not null as revoked, key_thumbprint as key from certificate
       where holder_kind is not null`,
    )
    .finally(() => client.end())
  return new Map(rows.map((row) => [row.serial, row]))
}

async function signedSerials({ authorities }: Cluster): Promise<readonly string[]> {
  const serials: string[] = []
  for (const { config } of authorities) {
    const log = path.join(config.dataDir, SIGNATURE_LOG)
    if (!existsSync(log)) continue
    for await (const { lines } of readSignatureLog(log)) {
      for (const line of lines) if (line?.what === 'certificate') serials.push(line.serial)
    }
  }
  return serials
}
