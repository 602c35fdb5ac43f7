import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { NODE_FLAGS, ROOT } from '#cli/programs.ts'
import type { VaultDouble } from '#lib/signer/testing/vault-double.ts'
import type { Cluster, Member } from '#test/cluster/cluster.ts'

/** What happens to machines, one after the other; each fault is over when its function ends. */
export type Fault = {
  readonly name: string
  /** Also in the short form, which CI runs. */
  readonly isShort: boolean
  /** Why this machine cannot show it; null where it can. */
  readonly missing: string | null
  /** Does it and undoes it; gives what was seen, and throws what must not be. */
  readonly happen: (cluster: Cluster, vault: VaultDouble) => Promise<string>
}

/** How long something stays broken. */
const BROKEN_MS = 3000

/** Which authority has what a fault needs from the start. */
const SMALL_DISK = 1
const WRONG_CLOCK = 2
const SMALL_DISK_SIZE = '16m'

const [FAKETIME = ''] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')

export const FAULTS: readonly Fault[] = [
  {
    name: 'one authority is killed (SIGKILL), and started again',
    isShort: true,
    missing: null,
    happen: async ({ authorities }) => {
      const one = nth(authorities, 1)
      await one.stop('SIGKILL')
      await delay(BROKEN_MS)
      await one.start()
      return 'the others went on'
    },
  },
  {
    name: 'PostgreSQL is restarted in order',
    isShort: true,
    missing: null,
    happen: async ({ postgres }) => {
      await postgres.restart()
      return 'every authority came back by itself'
    },
  },
  {
    name: 'rolling restart of every authority (SIGTERM)',
    isShort: true,
    missing: null,
    happen: async ({ authorities }) => {
      const before = []
      for (const one of authorities) {
        before.push(await stopWatched(one))
        await one.start()
      }
      return `readiness fell ${before.map((ms) => `${ms} ms`).join(', ')} before the port closed`
    },
  },
  {
    name: 'the vault gives three signatures a second (429 beyond)',
    isShort: true,
    missing: null,
    happen: async (_, vault) => {
      const before = vault.seen()
      vault.change({ perSecond: 3, retryAfter: 1 })
      await delay(2 * BROKEN_MS)
      vault.heal()
      return `${vault.seen().throttled - before.throttled} times it said no`
    },
  },
  {
    name: 'the vault signs and does not answer',
    isShort: false,
    missing: null,
    happen: async (_, vault) => {
      vault.change({ silent: true })
      await delay(BROKEN_MS)
      vault.heal()
      return 'what came late was not delivered'
    },
  },
  {
    name: 'one portal is killed, and started again',
    isShort: false,
    missing: null,
    happen: async ({ portals }) => {
      const one = nth(portals, 0)
      await one.stop('SIGKILL')
      await delay(BROKEN_MS)
      await one.start()
      return 'the other answered'
    },
  },
  {
    name: 'two migrations at once, on an empty database and on the one in use',
    isShort: false,
    missing: null,
    happen: async ({ authorities, postgres }) => {
      const empty = await postgres.newDatabase('another')
      const { env } = nth(authorities, 0)
      const run = (database: string) =>
        promisify(execFile)(process.execPath, [...NODE_FLAGS, 'cli/migrate.ts'], {
          cwd: ROOT,
          env: { ...(env as NodeJS.ProcessEnv), LATCHKEY_DATABASE: database },
        })
      await Promise.all([run(empty), run(empty), run(postgres.url), run(postgres.url)])
      return 'all four ended well'
    },
  },
  {
    name: 'the disk of one authority is full',
    isShort: false,
    missing: canMount() ? null : 'this account may not mount a file system of its own',
    happen: async ({ authorities }) => {
      const one = nth(authorities, SMALL_DISK)
      const ballast = path.join(one.config.dataDir, 'ballast')
      // It ends by itself, when there is no more room.
      spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'], { stdio: 'ignore' })
      await delay(BROKEN_MS)
      rmSync(ballast)
      return 'it signed nothing that it could not record; the others went on'
    },
  },
  {
    name: 'the clock of one authority is ten minutes ahead, then right again',
    isShort: false,
    missing: FAKETIME ? null : 'libfaketime is not installed (Debian: faketime)',
    happen: async ({ authorities }) => {
      const one = nth(authorities, WRONG_CLOCK)
      setClock(one, '+600')
      await delay(BROKEN_MS)
      setClock(one, '+0')
      return 'it went on'
    },
  },
  {
    name: 'PostgreSQL’s primary loses power, its standby takes over',
    isShort: false,
    missing: null,
    happen: async ({ postgres }) => {
      await postgres.failOver()
      return 'nothing that was committed is missing'
    },
  },
]

/** The environment that an authority needs for its fault, and its disk. */
export function prepare(folder: string, authority: number): Readonly<Record<string, string>> {
  const data = path.join(folder, `authority-${authority}`)
  if (authority === SMALL_DISK && canMount()) {
    mkdirSync(data, { recursive: true, mode: 0o700 })
    const options = `size=${SMALL_DISK_SIZE},mode=0700`
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', data])
  }
  if (authority !== WRONG_CLOCK || !FAKETIME) return {}
  writeFileSync(clockFile(data), '+0')
  return {
    LD_PRELOAD: FAKETIME,
    FAKETIME_TIMESTAMP_FILE: clockFile(data),
    FAKETIME_NO_CACHE: '1',
    // Timers count on.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
}

/** Undoes what `prepare` did to the machine. */
export function release(folder: string): void {
  const data = path.join(folder, `authority-${SMALL_DISK}`)
  if (canMount()) spawnSync('umount', ['-l', data])
}

const clockFile = (data: string) => `${data}.clock`

function setClock({ config }: Member, offset: string): void {
  writeFileSync(clockFile(config.dataDir), offset)
}

function canMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/mount')
}

/** Gives how long its probe said so before its port closed, in ms. */
async function stopWatched(one: Member): Promise<number> {
  const url = `http://127.0.0.1:${one.config.AUTHORITY_PORT}/probe`
  let firstUnready: number | null = null
  let closed: number | null = null
  const watch = (async () => {
    while (closed === null) {
      const status = await statusOf(url)
      if (status === 503) firstUnready ??= performance.now()
      if (status === null) closed = performance.now()
    }
  })()
  await one.stop('SIGTERM')
  await watch
  if (firstUnready === null) throw new Error(`${one.name} closed its port while it said "ready".`)
  return Math.round((closed ?? 0) - firstUnready)
}

/** Over a connection of its own, as a load balancer asks; null when nobody listens. */
function statusOf(url: string): Promise<number | null> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    request.once('error', () => resolve(null))
  })
}

function nth(members: readonly Member[], n: number): Member {
  const member = members[n]
  if (!member) throw new Error(`There is no number ${n}.`)
  return member
}
