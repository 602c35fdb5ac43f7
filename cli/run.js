/**
 * The launcher of every npm script: `node cli/run.js FILE|PACKAGE [ARGUMENT…]` runs a file of this folder, or
 * the command of an installed package, by a Node that is new enough: this one, else the one that npm
 * installed as an optional package. Plain JavaScript without dependencies, since an old Node may read it;
 * errors end with a sentence and status 1.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const PRELOAD = new URL('./stop-with-parent.js', import.meta.url).href
const OLDEST = 'Node 22.22.3, 24.15 or newer'
/** SQLite: older releases can lose a committed row (lib/ledger/sqlite.ts), as in Node 22.22.2 and 24.14. */
const OLDEST_SQLITE = [3, 51, 3]
/** Node 22 calls node:sqlite and type stripping experimental; the parts that we use are tested with it. */
const FLAGS = ['--disable-warning=ExperimentalWarning']

/**
 * The package with Node executables. A package of ours in between, since Yarn would use one of theirs as
 * `node` in scripts.
 */
const NODES = 'latchkey-node'

const manifest = readManifest(ROOT)
const [target, ...rest] = process.argv.slice(2)

if (target === undefined) stop('Say what to run: node cli/run.js FILE|PACKAGE [ARGUMENT…]')
requirePackages()
requireProxies()
const program = programOf(target)
const lack = lackOf(process)
if (lack === null) goOn([...FLAGS, program, ...rest])
else runBy(packagedNode(lack), [...FLAGS, '--import', PRELOAD, program, ...rest])

/** Ends with a sentence when the installed packages are missing. */
function requirePackages() {
  const missing = Object.keys(manifest.dependencies).find((name) => folderOf(name) === null)
  if (missing === undefined) return
  if (process.versions.pnp || existsSync(path.join(ROOT, '.pnp.cjs'))) {
    stop(
      'Yarn’s Plug’n’Play keeps packages in archives, from which no program can be run. ' +
        'Set `nodeLinker: node-modules` in .yarnrc.yml and install again.',
    )
  }
  if (existsSync(path.join(ROOT, 'node_modules'))) {
    stop(`The package ${missing} is not installed. Run \`npm ci\` first.`)
  }
  stop('The packages are not installed. Run `npm ci` first.')
}

/** Node ends without a word of the variable when a proxy has no scheme; one that reads them itself has ended already. */
function requireProxies() {
  if (process.env.NODE_USE_ENV_PROXY !== '1') return
  for (const name of ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']) {
    const value = process.env[name]
    if (value && !isAddress(value)) {
      stop(
        `${name} is no address of a proxy. Write it with its scheme, as http://proxy.example:3128.`,
      )
    }
  }
}

function isAddress(value) {
  try {
    return /^(?:https?|socks5?):/.test(new URL(value).protocol)
  } catch {
    return false
  }
}

/** @param {string} name a file of this folder, or a package whose command is meant */
function programOf(name) {
  if (/\.[cm]?[jt]s$/.test(name)) return path.resolve(ROOT, name)
  const folder = folderOf(name)
  if (folder !== null) return path.join(folder, commandOf(readManifest(folder)))
  if (name in manifest.devDependencies) {
    stop(`${name} is a package for development only. Run \`npm ci\` without --omit=dev.`)
  }
  return stop(`There is no package ${name}, and no file of that name.`)
}

/**
 * Gives what this Node lacks to run Latchkey, as words that follow "this is "; null when nothing. Checks
 * features, not versions alone, since distributions build Node without parts and with a SQLite of their own.
 */
function lackOf({ versions, features }) {
  const parts = (versions.sqlite || '0').split('.').map(Number)
  const at = OLDEST_SQLITE.findIndex((oldest, index) => (parts[index] || 0) !== oldest)
  const safe = at < 0 || parts[at] > OLDEST_SQLITE[at]
  if (safe && features.typescript) return null
  const isOld = parseInt(versions.node, 10) < 22
  if (isOld || (!safe && !features.typescript)) return versions.node
  if (!safe) return `${versions.node} with SQLite ${versions.sqlite || 'left out'}`
  return `${versions.node} without type stripping`
}

/**
 * The Node among the packages. Ends with a sentence when there is none for this machine.
 * @param {string} lack
 */
function packagedNode(lack) {
  const { platform, arch } = process
  const wanted = new RegExp(`^node-(bin-)?${platform === 'win32' ? 'win' : platform}-${arch}$`)
  // npm and Yarn link or copy the package, pnpm links it: its own dependencies are beside its real path.
  const from = realpathSync(folderOf(NODES))
  const name = Object.keys(readManifest(from).optionalDependencies).find((each) =>
    wanted.test(each),
  )
  const needed = `Latchkey needs ${OLDEST}, and this is ${lack}.`
  if (name === undefined) {
    stop(`${needed} npm has none for ${platform} on ${arch}: install Node 24 on this machine.`)
  }
  if (platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime) {
    stop(`${needed} The one that npm brings does not run on musl: install Node 24 on this machine.`)
  }
  const folder = folderOf(name, from)
  const file = folder && path.join(folder, commandOf(readManifest(folder)))
  if (!file || !existsSync(file)) {
    stop(
      `${needed} The package ${name} would bring one and is not installed: ` +
        'run `npm ci` without --omit=optional, or install Node 24 on this machine.',
    )
  }
  return file
}

/** This Node is suitable: the process is replaced by the program, where system and Node support that. */
function goOn(args) {
  if (process.execve) process.execve(process.execPath, [process.execPath, ...args], process.env)
  runBy(process.execPath, ['--import', PRELOAD, ...args])
}

/**
 * Runs the program by another Node in the same terminal and process group. Signals are passed on, and its
 * exit status becomes ours. When this process is killed with SIGKILL, the pipe ends and the program stops
 * (cli/stop-with-parent.js).
 */
function runBy(node, args) {
  const env = { ...process.env, LATCHKEY_PARENT_PIPE: '3' }
  const child = spawn(node, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'pipe'] })
  child.stdio[3].on('error', () => {}).unref()
  const pass = (signal) => {
    // Windows sends Ctrl-C to every program of the console itself, and a kill would end the program at once.
    if (process.platform !== 'win32') child.kill(signal)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass)
  child.on('error', (error) => {
    stop(`${node} cannot be run (${error.code}). Install ${OLDEST} on this machine.`)
  })
  child.on('exit', (status, signal) => {
    if (signal === null) process.exit(status)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    // When the signal does not end this process, it exits with the status that shells use.
    process.exitCode = 128 + constants.signals[signal]
  })
}

/** Gives the folder of a package, in the layout of npm, pnpm or Yarn; null when it is not installed. */
function folderOf(name, from = ROOT) {
  const lookup = createRequire(path.join(from, 'package.json'))
  const places = (lookup.resolve.paths(name) || []).map((place) => path.join(place, name))
  return places.find((folder) => existsSync(path.join(folder, 'package.json'))) || null
}

/** Gives the file of a package's only or first command. */
function commandOf({ bin }) {
  return typeof bin === 'string' ? bin : Object.values(bin)[0]
}

function readManifest(folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
}

/** @returns {never} */
function stop(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
