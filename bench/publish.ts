import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startPublisher } from '#authority/jobs/crl-publisher.ts'
import { childrenCpuUs } from '#bench/lib/cpu.ts'
import { fillStatus } from '#bench/lib/fill-status.ts'
import { prepareGencrl } from '#bench/lib/gencrl.ts'
import { findPeer } from '#bench/lib/peers.ts'
import { makeCa } from '#bench/lib/programs.ts'
import {
  type Contender,
  compare,
  median,
  race,
  rounded,
  type Turn,
} from '#bench/lib/round-robin.ts'
import { ensureCa } from '#cli/init-ca.ts'
import { compose } from '#lib/compose.ts'
import { readConfig } from '#lib/config.ts'
import { createLog } from '#lib/log.ts'

/**
 * `npm run bench:publish`: publication of a CRL of this many revoked certificates as the authority does it,
 * full and delta: read the ledger, encode, compare with the previous CRL, sign, verify and store. Compared
 * with `openssl ca -gencrl`, which writes one CRL. Also measures how long the event loop was blocked
 * meanwhile.
 */

const { values } = parseArgs({
  options: {
    largest: { type: 'string', default: '1e5' },
    rounds: { type: 'string', default: '5' },
  },
})
const sizes = [1e4, 1e5, 1e6].filter((size) => size <= Number(values.largest))
const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-publish-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const openssl = findPeer('openssl')

for (const size of sizes) await measure(size)

async function measure(size: number): Promise<void> {
  const home = path.join(folder, String(size))
  const config = readConfig({ LATCHKEY_DATA: home, LATCHKEY_LOG: 'silent' })
  await ensureCa(config)
  const { serials } = await fillStatus(home, size, { serials: size, allRevoked: true })
  const log = createLog('bench', { level: 'silent', readable: false })
  const { authority, close } = await compose(config, log)
  let now = new Date()
  const publisher = startPublisher({ ...authority, now: () => now }, log, {
    settings: { fullUrl: 'http://localhost/crl/full.crl', lifeMs: 86_400_000, partitionAbove: 1e9 },
    refreshMs: 1000,
    automatic: false,
  })
  const publish = async () => {
    // An hour later, so that there is always something to publish.
    now = new Date(now.getTime() + 3_600_000)
    await publisher.publish()
  }
  await publish()
  const contenders: Contender[] = [{ name: 'publish', run: () => timed(size, publish) }]
  if (openssl) {
    const ca = await makeCa('ec-p256')
    const make = prepareGencrl(openssl.path, {
      folder: home,
      key: createPrivateKey(ca.key),
      certificate: new X509Certificate(ca.certificate).raw,
      serials,
      now: new Date(),
    })
    contenders.push({ name: 'openssl', run: () => timed(size, async () => make()) })
  }
  const peer = openssl ? 'openssl' : 'publish'
  const result = await race(contenders, { rounds: Number(values.rounds), peer })
  const versions: Record<string, string> = openssl ? { 'openssl ca': openssl.version } : {}
  const line = compare(`publish ${size}`, result, 'publish', peer, versions)
  // In a run of its own, since measuring every turn costs time that would count.
  const blocked: Blocked[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const turns = watchTurns()
    await publish()
    blocked.push(await turns.end())
  }
  const crl = await publisher.crls.get('full')
  console.log(
    JSON.stringify({
      ...line,
      entries: crl?.entries,
      octets: crl?.der.length,
      // The longest turn of the event loop during a publication: by the clock, and by the CPU time of the
      // thread, which other processes do not affect.
      turnMs: rounded(median(blocked.map(({ wallMs }) => wallMs))),
      turnCpuMs: rounded(median(blocked.map(({ cpuMs }) => cpuMs))),
    }),
  )
  await publisher.close()
  await close()
}

type Blocked = { readonly wallMs: number; readonly cpuMs: number }

/** Measures every turn of the event loop until told to end; gives the longest. */
function watchTurns(): { readonly end: () => Promise<Blocked> } {
  let longest: Blocked = { wallMs: 0, cpuMs: 0 }
  let isOver = false
  let at = performance.now()
  let cpu = threadCpuMs()
  const turn = () => {
    const [now, cpuNow] = [performance.now(), threadCpuMs()]
    longest = {
      wallMs: Math.max(longest.wallMs, now - at),
      cpuMs: Math.max(longest.cpuMs, cpuNow - cpu),
    }
    at = now
    cpu = cpuNow
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  return {
    end: async () => {
      isOver = true
      await new Promise((resolve) => setImmediate(resolve))
      return longest
    },
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** µs for each entry, of this process and of its child processes that ended. */
async function timed(n: number, make: () => Promise<void>): Promise<Turn> {
  const [own, children] = [process.cpuUsage(), childrenCpuUs()]
  const begun = performance.now()
  await make()
  const us = ((performance.now() - begun) * 1000) / n
  const { user, system } = process.cpuUsage(own)
  const after = childrenCpuUs()
  const cpuUs = children === null || after === null ? null : (user + system + after - children) / n
  return { n, us, cpuUs }
}
