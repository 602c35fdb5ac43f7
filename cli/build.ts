import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { makeProgress } from '#cli/build-progress.ts'
import { CannotStart } from '#cli/cannot-start.ts'
import { prefixed } from '#cli/log-line.ts'
import { NODE_FLAGS, PARENT_PIPE, ROOT, SYSTEM } from '#cli/programs.ts'

/** Sources of the portal; tests and what only they use do not count. */
const SOURCES = [
  'app/**/*',
  'components/**/*',
  'lib/**/*',
  'public/**/*',
  'next.config.js',
  'postcss.config.*',
  'proxy.ts',
  'tsconfig.json',
  'package-lock.json',
]

const stampFile = path.join(ROOT, '.next', 'latchkey-sources')

/**
 * Whether `.next` was built from exactly these sources and packages. Compares contents, not times: a checkout
 * changes times without changing files, and a copy changes files without changing times.
 */
export function portalIsBuilt(): boolean {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint()
}

/**
 * Builds the portal and records its fingerprint; shows progress and duration. Throws CannotStart when Next
 * fails, whose output says why.
 */
export async function buildPortal(env: NodeJS.ProcessEnv): Promise<void> {
  say('building the portal: once after each change, half a minute to two minutes')
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  // Computed before the build, so that an edit during the build makes it outdated.
  const built = fingerprint()
  const { status, output } = await runNextBuild(env, seconds)
  if (status !== 0) {
    process.stderr.write(output)
    throw new CannotStart('The portal could not be built; Next says why above.')
  }
  writeFileSync(stampFile, built)
  say(`the portal is built; it took ${Math.round(seconds())} seconds`)
}

type Built = { readonly status: number | null; readonly output: string }

function runNextBuild(env: NodeJS.ProcessEnv, seconds: () => number): Promise<Built> {
  const needed = Object.fromEntries(SYSTEM.map((name) => [name, env[name]]))
  const terminal = process.stdout.isTTY === true
  const write = (text: string) => process.stdout.write(text)
  const progress = makeProgress({ write, terminal, colour: isColoured(), seconds })
  const timer = setInterval(progress.tick, 1000)
  return new Promise<Built>((resolve, reject) => {
    const next = path.join('node_modules', 'next', 'dist', 'bin', 'next')
    const child = spawn(process.execPath, [...NODE_FLAGS, next, 'build'], {
      cwd: ROOT,
      env: { ...needed, ...PARENT_PIPE, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr] as readonly Readable[]) {
      createInterface({ input: stream }).on('line', (line) => {
        output += `${line}\n`
        progress.line(line)
      })
    }
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, output }))
  }).finally(() => {
    clearInterval(timer)
    progress.end()
  })
}

function say(text: string): void {
  console.log(prefixed('latchkey', text, isColoured()))
}

function isColoured(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR
}

function fingerprint(): string {
  const hash = createHash('sha256')
  for (const file of sourceFiles()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(ROOT, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

function sourceFiles(): readonly string[] {
  return globSync(SOURCES, { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .filter((file) => !/\.test\.tsx?$|[\\/]testing[\\/]/.test(file))
    .sort()
}

if (import.meta.main) {
  try {
    await buildPortal(process.env)
  } catch (error) {
    console.error(error instanceof CannotStart ? error.message : error)
    process.exitCode = 1
  }
}
