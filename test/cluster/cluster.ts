import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, cpSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import {
  describePrograms,
  type Env,
  NODE_FLAGS,
  PARENT_PIPE,
  type ProgramName,
  ROOT,
  SYSTEM,
} from '#cli/programs.ts'
import { type Config, readConfig } from '#lib/config.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { untilAnswers } from '#lib/testing/until-answers.ts'
import { startNginx } from './nginx.ts'
import { type PostgresPair, startPostgresPair } from './postgres-pair.ts'

/**
 * Latchkey as a larger organisation runs it, on this machine: several authorities and portals, each a process
 * with a folder of its own, behind one proxy, on one PostgreSQL with a standby.
 */
export type Cluster = {
  readonly sandboxUrl: string
  /** PEM file of the CA of the proxy's https. */
  readonly tlsCaFile: string
  readonly authorities: readonly Member[]
  readonly portals: readonly Member[]
  readonly postgres: PostgresPair
  readonly stop: () => Promise<void>
}

/** One process, which can be stopped, killed and started again. */
export type Member = {
  readonly name: string
  /** Its addresses are the proxy's, its ports its own. */
  readonly config: Config
  readonly env: Env
  readonly start: () => Promise<void>
  /** Gives the exit status, or the signal. */
  readonly stop: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | string>
  readonly pid: () => number
}

export type ClusterPlan = {
  /** An empty folder. */
  readonly folder: string
  /** Ports at which people and scripts come in; those of the parts are free ones. */
  readonly ports: {
    readonly portal: number
    readonly authority: number
    readonly tls: number
    readonly sandbox: number
  }
  readonly authorities: number
  readonly portals: number
  /** More environment for all of them, and for one authority. */
  readonly env?: Env
  readonly envOf?: (authority: number) => Env
}

/** Starts all of it, and gives it when the proxy leads to a portal and an authority. */
export async function startCluster(plan: ClusterPlan): Promise<Cluster> {
  const { folder, ports } = plan
  const secret = randomBytes(24).toString('hex')
  const postgres = await startPostgresPair()
  const tlsCaFile = path.join(folder, 'authority-0', 'tls', 'ca.pem')
  const common: Env = {
    ...Object.fromEntries(SYSTEM.map((name) => [name, process.env[name]])),
    NODE_ENV: 'production',
    SANDBOX_PORT: String(ports.sandbox),
    LATCHKEY_DATABASE: postgres.url,
    LATCHKEY_PORTAL_URL: `http://localhost:${ports.portal}`,
    LATCHKEY_STATUS_URL: `http://localhost:${ports.authority}`,
    LATCHKEY_AUTHORITY_URL: `https://localhost:${ports.tls}`,
    // Tokens pass the proxy too, so over https.
    LATCHKEY_AUTHORITY_INTERNAL_URL: `https://localhost:${ports.tls}`,
    LATCHKEY_HOST: '127.0.0.1',
    LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
    LATCHKEY_PROXY_SECRET: secret,
    LATCHKEY_PROXY_CLIENT_CERT: 'nginx',
    LATCHKEY_SESSION_SECRET: randomBytes(32).toString('hex'),
    LATCHKEY_WORKERS: '1',
    ...plan.env,
  }
  const member = async (program: ProgramName, name: string, more: Env): Promise<Member> => {
    const own = await Promise.all([freePort(), freePort(), freePort()])
    const [portal, authority, tls] = own.map(String)
    const env = {
      ...common,
      ...{ PORTAL_PORT: portal, AUTHORITY_PORT: authority, AUTHORITY_TLS_PORT: tls },
      LATCHKEY_DATA: path.join(folder, name),
      ...more,
    }
    mkdirSync(env.LATCHKEY_DATA, { recursive: true, mode: 0o700 })
    return makeMember(program, name, env, path.join(folder, `${name}.log`))
  }

  const sandbox = await member('sandbox', 'sandbox', {})
  await sandbox.start()
  const authorities: Member[] = []
  for (let n = 0; n < plan.authorities; n++) {
    const one = await member('authority', `authority-${n}`, plan.envOf?.(n) ?? {})
    const [first] = authorities
    if (first) shareCa(first.config, one.config)
    else await makeCa(one.env)
    await one.start()
    authorities.push(one)
  }
  const portals = await Promise.all(
    Array.from({ length: plan.portals }, (_, n) =>
      member('portal', `portal-${n}`, { NODE_EXTRA_CA_CERTS: tlsCaFile }),
    ),
  )
  for (const one of portals) await one.start()

  const tlsFolder = path.join(folder, 'authority-0', 'tls')
  const proxy = startNginx({
    ...{ folder: path.join(folder, 'nginx'), ports, secret },
    portals: portals.map(({ config }) => config.PORTAL_PORT),
    authorities: authorities.map(({ config }) => config.AUTHORITY_PORT),
    tlsPair: path.join(tlsFolder, 'server.pem'),
  })
  await untilAnswers(`http://127.0.0.1:${ports.authority}/probe`, null)
  await untilAnswers(`http://127.0.0.1:${ports.portal}/signin`, null)
  const stop = async () => {
    await proxy.stop()
    const last = [...portals, ...authorities, sandbox]
    await Promise.all(last.map((one) => one.stop('SIGTERM')))
    await postgres.stop()
  }
  const sandboxUrl = `http://localhost:${ports.sandbox}`
  return {
    sandboxUrl,
    tlsCaFile,
    authorities,
    portals,
    postgres,
    stop,
  }
}

async function makeCa(env: Env): Promise<void> {
  // Not synchronous: a vault may be a part of this process.
  await promisify(execFile)(process.execPath, [...NODE_FLAGS, 'cli/init-ca.ts'], {
    cwd: ROOT,
    env: env as NodeJS.ProcessEnv,
  })
}

/** The others get what the first one made at its start: the CA, and the certificate of its https. */
function shareCa(first: Config, other: Config): void {
  for (const part of ['ca', 'tls']) {
    cpSync(path.join(first.dataDir, part), path.join(other.dataDir, part), { recursive: true })
  }
}

function makeMember(program: ProgramName, name: string, env: Env, log: string): Member {
  const config = readConfig({ ...env })
  const described = describePrograms(config, env, 'production')[program]
  let child: ChildProcess | null = null
  const start = async () => {
    const output = openSync(log, 'a', 0o600)
    child = spawn(process.execPath, [...NODE_FLAGS, ...described.args], {
      cwd: ROOT,
      // What is preloaded into one of them is not among the variables that a program is given.
      env: { ...(described.env as NodeJS.ProcessEnv), ...preloaded(env), ...PARENT_PIPE },
      stdio: ['ignore', output, output, 'pipe'],
    })
    closeSync(output)
    const host = described.readyUrl.replace('//localhost:', '//127.0.0.1:')
    try {
      await untilAnswers(program === 'sandbox' ? described.readyUrl : host, child)
    } catch (cause) {
      const said = readFileSync(log, 'utf8').split('\n').slice(-20).join('\n')
      throw new Error(`${name} did not start. ${said}`, { cause })
    }
  }
  const stop = async (signal: NodeJS.Signals) => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return 'stopped'
    const exited = once(child, 'exit')
    child.kill(signal)
    const [code, by] = (await exited) as [number | null, string | null]
    return code ?? by ?? ''
  }
  return { name, config, env, start, stop, pid: () => child?.pid ?? 0 }
}

function preloaded(env: Env): Env {
  const names = Object.keys(env).filter((name) => name === 'LD_PRELOAD' || /^FAKETIME/.test(name))
  return Object.fromEntries(names.map((name) => [name, env[name]]))
}
