import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Programs of others that judge our work; each has a line in `.ci/judges`. A test that misses one says so: nothing is
 * passed over in silence.
 */

const LIST = path.join(import.meta.dirname, '..', '..', '.ci', 'judges')
/** Debian installs servers where only an administrator's PATH looks. */
const ADMINISTRATION = ['/usr/sbin', '/sbin']

const told = new Set<string>()

/** The default way to tell: one line on standard error, once. */
function toConsole(line: string): void {
  if (told.has(line)) return
  told.add(line)
  process.stderr.write(`${line}\n`)
}

/** Debian's packages for each judge. */
function packages(judge: string): string {
  const lines = readFileSync(LIST, 'utf8').split('\n')
  const line = lines.find((one) => one.split(' ')[0] === judge)
  return line?.split(' ')[1]?.replaceAll(',', ' ') ?? 'none known'
}

/**
 * Gives `found`, after telling of a judge that was not.
 * @throws {Error} when `.ci/run` found or installed it (`CI_JUDGES`): then it is the test that does not find it.
 */
export function isThere(judge: string, found: boolean, tell = toConsole): boolean {
  if (found) return true
  if (process.env.CI_JUDGES?.split(' ').includes(judge)) {
    throw new Error(`${judge} was installed for this run, and the test does not find it.`)
  }
  tell(`Missing judge: ${judge} (Debian: ${packages(judge)}). What it would judge is not tested.`)
  return false
}

/** Whether a judge is installed: a program by its name, a file by its path, or `python3:MODULE`. */
export const has = (judge: string, tell = toConsole): boolean =>
  isThere(judge, find(judge) !== null, tell)

/** Whether all are installed; each that is not is told. */
export const hasAll = (judges: readonly string[], tell = toConsole): boolean =>
  judges.map((judge) => has(judge, tell)).every(Boolean)

/** Gives what is true of this machine, after telling what is not tested where it is not. */
export function canTry(possible: boolean, what: string): boolean {
  if (!possible) toConsole(`Not tested on this machine: ${what}.`)
  return possible
}

/** Where a judge is; null when it is nowhere. */
export function find(judge: string): string | null {
  const [program = '', module] = judge.split(':')
  if (module) {
    return spawnSync(program, ['-c', `import ${module}`]).status === 0 ? program : null
  }
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...ADMINISTRATION]
  const places = program.startsWith('/') ? [program] : folders.map((at) => path.join(at, program))
  return places.find((place) => existsSync(place)) ?? null
}
