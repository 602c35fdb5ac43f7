import { type StdioOptions, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { portalIsBuilt } from '#cli/build.ts'
import { ROOT } from '#cli/programs.ts'

/**
 * `npm run check`: types, lint and unused code, one after the other, beside the unit tests, which leave room while
 * they wait for disks and programs. With `--build` the portal comes first, for the browser tests that follow. What
 * fails keeps nothing else from running, and ends it with 1.
 */

type Scripts = Readonly<Record<string, string>>

/** Runs the first of these scripts with this output, the others beside it. Gives the names of those that failed. */
export async function runSideBySide(
  scripts: Scripts,
  main: string,
  beside: readonly string[],
): Promise<readonly string[]> {
  const results = await Promise.all([run(scripts, main, true), inTurn(scripts, beside)])
  return results.flat()
}

async function inTurn(scripts: Scripts, names: readonly string[]): Promise<readonly string[]> {
  const failed: string[] = []
  for (const name of names) failed.push(...(await run(scripts, name, false)))
  return failed
}

/** Its output is shown when it has ended, unless it is the one in front. */
function run(scripts: Scripts, name: string, inFront: boolean): Promise<readonly string[]> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const stdio: StdioOptions = inFront ? 'inherit' : ['ignore', 'pipe', 'pipe']
    // As npm runs it, which needs half a second more for each.
    const child = spawn(scripts[name] ?? 'exit 1', { cwd: ROOT, shell: true, stdio })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    if (!inFront && child.pid !== undefined) {
      os.setPriority(child.pid, os.constants.priority.PRIORITY_BELOW_NORMAL)
    }
    child.once('error', reject)
    child.once('close', (status) => {
      const seconds = Math.round((performance.now() - began) / 1000)
      const end = status === 0 ? 'ok' : 'FAILED'
      process.stdout.write(`${output}${name}: ${end} (${seconds} s)\n`)
      resolve(status === 0 ? [] : [name])
    })
  })
}

async function main(args: readonly string[]): Promise<number> {
  const manifest = readFileSync(path.join(ROOT, 'package.json'), 'utf8')
  const { scripts } = JSON.parse(manifest) as { readonly scripts: Scripts }
  const build = args.includes('--build') && !portalIsBuilt() ? ['build'] : []
  const failed = await runSideBySide(scripts, 'unit', [...build, 'types', 'lint', 'unused'])
  if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}`)
  return failed.length > 0 ? 1 : 0
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
