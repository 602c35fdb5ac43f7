import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { takeFrom } from '#bench/lib/beside-step-ca.ts'
import { pinSelf } from '#bench/lib/child.ts'
import { fillStatus } from '#bench/lib/fill-status.ts'
import { requestBytes, type Target } from '#bench/lib/load.ts'
import { machine } from '#bench/lib/machine.ts'
import { untilAnswered } from '#bench/lib/ocsp-answered.ts'
import {
  type AuthorityOptions,
  type RunningAuthority,
  startAuthority,
  startDirectory,
} from '#bench/lib/programs.ts'
import { type Contender, compare, race } from '#bench/lib/round-robin.ts'
import { type Enrolment, makeEnrolments, makeTokenKey } from '#bench/lib/tenant.ts'
import { enrolmentRequest, runLoad } from '#bench/lib/turn.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { freePort } from '#lib/testing/free-port.ts'

/**
 * `npm run bench:observe`: what metrics cost an OCSP response from the cache and a certificate. Two authorities
 * of this checkout, one with a port for its metrics that is scraped every 15 seconds; with `-- --beside FOLDER` also that of
 * another checkout.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    count: { type: 'string', default: '4000' },
    certificates: { type: 'string', default: '300' },
    beside: { type: 'string' },
  },
})
const [rounds, count] = [Number(values.rounds), Number(values.count)]
const certificates = Number(values.certificates)
const CONNECTIONS = 16
const SCRAPE_MS = 15_000

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-observe-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

type Kind = { readonly name: string; readonly options: Partial<AuthorityOptions> }
type Pool = (count: number) => readonly Enrolment[]

async function main(): Promise<void> {
  pinSelf()
  console.log(JSON.stringify(machine({})))
  const tokenKey = makeTokenKey()
  const directory = await startDirectory(tokenKey)
  const metricsPort = await freePort()
  const kinds: readonly Kind[] = [
    { name: 'without', options: {} },
    { name: 'with', options: { env: { LATCHKEY_METRICS_PORT: String(metricsPort) } } },
    ...(values.beside === undefined
      ? []
      : [{ name: 'beside', options: { root: path.resolve(values.beside) } }]),
  ]
  const issuing = { loginUrl: directory.url, key: tokenKey }
  const needed = (2 * rounds + 1) * certificates * kinds.length
  const pool = takeFrom(await makeEnrolments(issuing, 'ec-p256', 'user', needed))
  const running = []
  for (const kind of kinds) running.push(await start(kind, directory.url, pool))
  const scraping = setInterval(() => {
    void fetch(`http://127.0.0.1:${metricsPort}/metrics`).then((answer) => answer.text())
  }, SCRAPE_MS)
  for (const what of ['ocsp', 'issue'] as const) {
    const contenders = running.map(({ name, runs }) => ({ name, run: runs[what] }))
    const result = await race(contenders, { rounds, peer: 'without' })
    for (const { name } of contenders.filter((one) => one.name !== 'without')) {
      console.log(JSON.stringify(compare(`${what}: ${name}`, result, name, 'without')))
    }
  }
  clearInterval(scraping)
  await Promise.all([directory.stop(), ...running.map(({ authority }) => authority.stop())])
}

async function start({ name, options }: Kind, directoryUrl: string, pool: Pool) {
  const home = path.join(folder, name)
  let requests: readonly Buffer[] = []
  let first = new Uint8Array()
  const authority: RunningAuthority = await startAuthority({
    ...{ folder: home, directoryUrl, caKey: 'ec-p256' },
    ...options,
    env: {
      LATCHKEY_DIRECTORY_BUDGET_SECONDS: '86400',
      LATCHKEY_OCSP_GOOD_SECONDS: '86400',
      LATCHKEY_SWEEP_SECONDS: '3600',
      ...options.env,
    },
    prepare: async () => {
      const { issuer, serials } = await fillStatus(home, 1000, { serials: 200, allRevoked: false })
      const ders = serials.map((serial) => ocspRequest(issuer, [serial], { hash: 'sha1' }))
      first = Uint8Array.from(ders[0] ?? [])
      const type = { 'content-type': 'application/ocsp-request' }
      const posts = ders.map((der) => requestBytes('POST', '/ocsp', type, der))
      requests = Array.from(
        { length: count },
        (_, at) => posts[at % posts.length] ?? Buffer.alloc(0),
      )
    },
  })
  await untilAnswered(authority.port, first)
  const target: Target = { host: '127.0.0.1', port: authority.port }
  const load = { connections: CONNECTIONS, keepAlive: true }
  const runs = {
    ocsp: () => runLoad(authority.pid, target, { ...load, requests }),
    issue: () => {
      const asked = pool(certificates).map((one) => enrolmentRequest(one, '/api/csr', (csr) => csr))
      return runLoad(authority.pid, target, { ...load, requests: asked })
    },
  } satisfies Record<string, Contender['run']>
  return { name, authority, runs }
}

await main()
