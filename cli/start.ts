import { buildPortal, portalIsBuilt } from '#cli/build.ts'
import { CannotStart } from '#cli/cannot-start.ts'
import { ensureCa } from '#cli/init-ca.ts'
import { asJson, prefixed } from '#cli/log-line.ts'
import { checkDataFolder } from '#cli/preflight.ts'
import { describePrograms, type ProgramName, sessionSecretFile } from '#cli/programs.ts'
import { ensureSessionSecret } from '#cli/session-secret.ts'
import {
  checkStart,
  needsSessionSecret,
  readAsFarAsPossible,
  usesDataFolder,
} from '#cli/start-check.ts'
import { makeSupervisor } from '#cli/supervisor.ts'
import { welcome } from '#cli/welcome.ts'
import { ACCEPT_FLAG, type Config, ConfigError, ROLE_FLAG, ROLES, type Role } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { isReadable } from '#lib/log.ts'
import { unknownInWords, unknownSettings } from '#lib/settings/unknown.ts'

/**
 * `npm start`: builds the portal, makes the data folder, the CA and the ledger if they are missing, and runs
 * the programs until Ctrl-C. `npm run portal` (or authority, or sandbox) runs one alone, `npm run dev` the
 * portal from its sources, and `--accept-empty-ledger` goes on without a ledger that was lost. `npm run
 * authority -- --role issue` (or status, or jobs) runs a part of the authority. Obstacles are reported at once,
 * a sentence for each, with status 1.
 */

const READY_WITHIN_MS = 90_000
const STOP_WITHIN_MS = 15_000
/**
 * One Ctrl-C arrives from the terminal, and once more each from npm and from cli/run.js, which pass it on.
 */
const ONE_CTRL_C_MS = 500

const ALL = ['sandbox', 'authority', 'portal'] as const satisfies readonly ProgramName[]

const colour = process.stdout.isTTY === true && !process.env.NO_COLOR

/** Resolves once nobody reads the output any more, as after `npm start | head`. */
const unread = Promise.withResolvers<string>()

/** Gives the status to end with, once everything has stopped or an obstacle was told. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await start(args)
    return 0
  } catch (error) {
    console.error(isForPeople(error) ? error.message : error)
    return 1
  }
}

async function start(args: readonly string[]): Promise<void> {
  const dev = args.includes('--dev')
  const reading = readAsFarAsPossible(process.env)
  const { config } = reading
  const accepts = args.includes(ACCEPT_FLAG)
  const { role, rest } = takeRole(args)
  const named = rest.filter((arg) => arg !== '--dev' && arg !== ACCEPT_FLAG)
  const names = chooseNames(named, config)
  if (role !== 'all' && named[0] !== 'authority') {
    throw new CannotStart(
      `${ROLE_FLAG} is for the authority alone: npm run authority -- ${ROLE_FLAG} ${role}`,
    )
  }
  if (accepts && !names.includes('authority')) {
    throw new CannotStart(`${ACCEPT_FLAG} is for the authority, which alone has a ledger.`)
  }
  const mode = dev ? 'development' : 'production'
  const described = describePrograms(config, process.env, mode, role)
  const programs = names.map((name) => {
    const program = described[name]
    const isTold = accepts && name === 'authority'
    return isTold ? { ...program, args: [...program.args, ACCEPT_FLAG] } : program
  })

  const show = isReadable(config)
    ? (name: string, line: string) => prefixed(name, line, colour)
    : asJson
  const say = (text: string) => console.log(show('latchkey', text))
  for (const unknown of unknownSettings(process.env)) say(unknownInWords(unknown))
  await checkStart(reading, process.env, programs, role)
  await prepare(names, config, { dev, role })

  const supervisor = makeSupervisor({
    write: (text) => process.stdout.write(text),
    show,
    readyWithinMs: READY_WITHIN_MS,
    stopWithinMs: STOP_WITHIN_MS + config.LATCHKEY_DRAIN_SECONDS * 1000,
  })
  const run = async () => {
    if (!(await supervisor.start(programs))) return null
    if (isReadable(config)) console.log(welcome(names, config, role))
    else say('ready')
    return supervisor.death
  }
  try {
    const death = await Promise.race([run(), askedToStop(), unread.promise])
    if (death !== null) throw new CannotStart(death)
    say('stopping')
  } finally {
    await supervisor.stop()
  }
  say('stopped')
}

function takeRole(args: readonly string[]): { role: Role; rest: readonly string[] } {
  const at = args.indexOf(ROLE_FLAG)
  if (at < 0) return { role: 'all', rest: args }
  const role = ROLES.find((one) => one === args[at + 1])
  if (!role) throw new CannotStart(`${ROLE_FLAG} takes one of ${ROLES.join(', ')}.`)
  return { role, rest: args.toSpliced(at, 2) }
}

function chooseNames(named: readonly string[], config: Config): readonly ProgramName[] {
  const [name] = named
  if (name === undefined) return ALL.filter((each) => each !== 'sandbox' || config.sandbox)
  const known = ALL.find((each) => each === name)
  if (!known || named.length > 1) {
    throw new CannotStart(`Unknown arguments: ${named.join(' ')}. Use one of ${ALL.join(', ')}.`)
  }
  if (known === 'sandbox' && !config.sandbox) {
    throw new CannotStart(
      'LATCHKEY_TENANT_ID names a real tenant, and the sandbox never runs beside one.',
    )
  }
  return [known]
}

/** Makes what the programs need. Quick steps that may fail come before the build. */
async function prepare(
  names: readonly ProgramName[],
  config: Config,
  { dev, role }: { readonly dev: boolean; readonly role: Role },
): Promise<void> {
  if (usesDataFolder(names, process.env)) checkDataFolder(config.dataDir)
  // The authority itself brings the ledger's schema up to date.
  if (names.includes('authority') && role !== 'status') await ensureCa(config)
  if (needsSessionSecret(names, process.env)) ensureSessionSecret(sessionSecretFile(config))
  if (names.includes('portal') && !dev && !portalIsBuilt()) await buildPortal(process.env)
}

/**
 * Resolves with null at the first Ctrl-C or SIGTERM. A second one ends this process at once, and the programs
 * stop after it.
 */
function askedToStop(): Promise<null> {
  return new Promise((resolve) => {
    let askedAt: number | null = null
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        askedAt ??= performance.now()
        if (performance.now() - askedAt > ONE_CTRL_C_MS) process.exit(130)
        resolve(null)
      })
    }
  })
}

function isForPeople(error: unknown): error is Error {
  return (
    error instanceof CannotStart || error instanceof ConfigError || error instanceof LatchkeyError
  )
}

const UNREAD = 'Nobody reads the output any more. Everything is stopped.'

/** Without a listener an output that fails ends the process at once. What a full disk does not take is lost. */
function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') unread.resolve(UNREAD)
    })
  }
}

if (import.meta.main) {
  watchOutput()
  process.exitCode = await main(process.argv.slice(2))
}
