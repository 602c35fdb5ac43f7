import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CannotStart } from '#cli/cannot-start.ts'
import { ROOT, SYSTEM } from '#cli/programs.ts'

/** What the portal is built from; tests are not part of it. */
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
 * True when `.next` was built from exactly these sources and packages. Content counts, not times: a
 * checkout changes times without changing files, and a copy changes files without changing times.
 */
export function portalIsBuilt(): boolean {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint()
}

/** Builds the portal and stamps it. Throws CannotStart when Next fails; its output says why. */
export async function buildPortal(env: NodeJS.ProcessEnv): Promise<void> {
  // Taken before the build, so that an edit during the build makes it stale.
  const built = fingerprint()
  const status = await runNextBuild(env)
  if (status !== 0) throw new CannotStart('The portal could not be built; Next says why above.')
  writeFileSync(stampFile, built)
}

function runNextBuild(env: NodeJS.ProcessEnv): Promise<number | null> {
  const needed = Object.fromEntries(SYSTEM.map((name) => [name, env[name]]))
  return new Promise((resolve, reject) => {
    const next = path.join('node_modules', 'next', 'dist', 'bin', 'next')
    const child = spawn(process.execPath, [next, 'build'], {
      cwd: ROOT,
      env: { ...needed, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', reject)
    child.once('exit', resolve)
  })
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
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
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
