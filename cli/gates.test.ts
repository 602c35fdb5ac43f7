import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ROOT } from '#cli/programs.ts'
import { has, isThere } from '#lib/testing/judge.ts'
import browserTests from '#playwright.config.ts'
import unitTests from '#vitest.config.ts'

/** Which results `.ci/run` accepts, and what it reports. */

const read = (name: string) => readFileSync(path.join(ROOT, name), 'utf8')

test('a test has one try', () => {
  expect(unitTests({ command: 'serve', mode: 'test' })).toMatchObject({ test: { retry: 0 } })
  expect(browserTests).toMatchObject({ retries: 0, failOnFlakyTests: true })
})

describe('judges', () => {
  const sources = globSync('{lib,authority,cli,clients,e2e}/**/*.ts', { cwd: ROOT }).filter(
    (file) => !file.endsWith('gates.test.ts'),
  )

  test('that a test looks for are known, so that one is named when it is missing', () => {
    const known = [...read('.ci/judges').matchAll(/^(\/?[\w./:-]+) /gm)].map(([, name]) => name)
    const asking = /(?<![.\w])(?:has|hasAll|isThere|find)\(\[?((?:'[\w./:-]+'(?:, )?)+)/g
    const asked = sources
      .flatMap((file) => [...read(file).matchAll(asking)].map(([, names = '']) => names))
      .flatMap((names) => [...names.matchAll(/'([^']+)'/g)].map(([, name]) => name))
    expect(asked).toEqual(expect.arrayContaining(['keytool', 'ocsptool', 'python3:email']))
    expect(known).toEqual(expect.arrayContaining(asked))
  })

  test('are looked for by one function, which tells of those that are missing', () => {
    const own = /'which'|command -v|skipIf\(!?process\.|spawnSync\([^\n]*\)\.error\b/
    expect(
      sources.filter((file) => /\.(?:test|spec)\.ts$/.test(file) && own.test(read(file))),
    ).toEqual([])
  })

  test.each([
    ['program', 'no-such-judge'],
    ['file', '/no/such/judge.jar'],
    ['module of Python', 'python3:no_such_judge'],
  ])('a %s that is missing is told, and a failure where the run installed it', (_, judge) => {
    const lines: string[] = []
    expect(has(judge, (line) => lines.push(line))).toBe(false)
    expect(lines).toEqual([
      `Missing judge: ${judge} (Debian: none known). What it would judge is not tested.`,
    ])
    vi.stubEnv('CI_JUDGES', `openssl ${judge}`)
    expect(() => has(judge)).toThrow(`${judge} was installed for this run`)
    vi.unstubAllEnvs()
  })

  test('Debian’s package stands beside the name', () => {
    vi.stubEnv('CI_JUDGES', '')
    const lines: string[] = []
    isThere('pk12util', false, (line) => lines.push(line))
    expect(lines[0]).toContain('pk12util (Debian: libnss3-tools)')
    vi.unstubAllEnvs()
  })
})

test('each file with tests is run once: the long ones by `npm run test:long`, and all others by `npm test`', () => {
  const filesOf = (mode: string) =>
    unitTests({ command: 'serve', mode }).test?.projects?.flatMap((project) => {
      const { include, exclude } = (project as { test: Record<string, readonly string[]> }).test
      const without = new Set(globSync([...(exclude ?? [])], { cwd: ROOT }))
      return globSync([...(include ?? [])], { cwd: ROOT }).filter((file) => !without.has(file))
    }) ?? []
  const all = globSync(
    '{lib,authority,sandbox,cli,components,app,clients,bench}/**/*.test.{ts,tsx}',
    {
      cwd: ROOT,
    },
  )
  const [long, others] = [filesOf('long'), filesOf('test')]
  expect(long.length).toBeGreaterThan(0)
  expect([...long, ...others].toSorted()).toEqual(all.toSorted())
  expect(long.filter((file) => !file.endsWith('.long.test.ts'))).toEqual([])
})

test('who takes the number of tries from the environment is run where it is set', () => {
  const takes = globSync('{lib,authority,sandbox,cli,components,clients}/**/*.test.ts', {
    cwd: ROOT,
  }).filter((file) => /^import .* from '#lib\/testing\/tries\.ts'$/m.test(read(file)))
  expect(takes.filter((file) => !file.endsWith('.long.test.ts'))).toEqual([])
})

describe('the tally', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-tally-'))
    mkdirSync(path.join(folder, 'test-results'))
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  type Report = object | null

  function tally(unit: Report, e2e: Report, long: Report = { testResults: [] }) {
    for (const [name, report] of Object.entries({ unit, long, e2e })) {
      const file = path.join(folder, 'test-results', `${name}.json`)
      if (report) writeFileSync(file, JSON.stringify(report))
    }
    const script = path.join(ROOT, '.ci/tally.js')
    const { status, stdout } = spawnSync(process.execPath, [script], {
      cwd: folder,
      encoding: 'utf8',
    })
    return { status, lines: stdout.trimEnd().split('\n') }
  }

  const assertion = (title: string, status: string) => ({ ancestorTitles: ['a'], title, status })
  const file = (name: string, status: string, assertionResults: readonly object[]) => ({
    name: path.join(folder, name),
    status,
    assertionResults,
  })
  const spec = (title: string, status: string) => ({ title, tests: [{ status }] })
  const browser = (...specs: readonly object[]) => ({
    suites: [{ title: 'home.spec.ts', specs: [], suites: [{ title: 'phone', specs }] }],
    errors: [],
  })

  test('counts what passed and is content', () => {
    const unit = { testResults: [file('x.test.ts', 'passed', [assertion('b', 'passed')])] }
    expect(tally(unit, browser(spec('opens', 'expected')))).toEqual({
      status: 0,
      lines: ['2 passed, 0 failed, 0 flaky, 0 skipped'],
    })
  })

  test('names what failed, was skipped or passed at another try only', () => {
    const unit = {
      testResults: [
        file('x.test.ts', 'failed', [
          assertion('fails', 'failed'),
          assertion('is left out', 'skipped'),
          assertion('waits', 'pending'),
          assertion('is planned', 'todo'),
        ]),
        file('does-not-load.test.ts', 'failed', []),
      ],
    }
    const e2e = browser(
      spec('wobbles', 'flaky'),
      spec('rests', 'skipped'),
      spec('breaks', 'unexpected'),
    )
    expect(tally(unit, e2e)).toEqual({
      status: 1,
      lines: [
        'failed: x.test.ts > a > fails',
        'failed: does-not-load.test.ts',
        'failed: home.spec.ts > phone > breaks',
        'flaky: home.spec.ts > phone > wobbles',
        'skipped: x.test.ts > a > is left out',
        'skipped: x.test.ts > a > waits',
        'skipped: x.test.ts > a > is planned',
        'skipped: home.spec.ts > phone > rests',
        '0 passed, 3 failed, 1 flaky, 4 skipped',
      ],
    })
  })

  test('says how each failed: without colours, by its first lines, every try of it', () => {
    const failed = {
      ...assertion('fails', 'failed'),
      failureMessages: ['Error: 1 is not 2\n  at b'],
    }
    const unit = {
      testResults: [
        file('x.test.ts', 'failed', [failed]),
        { ...file('does-not-load.test.ts', 'failed', []), message: 'No such module' },
      ],
    }
    const long = Array.from({ length: 40 }, (_, at) => `line ${at}`).join('\n')
    const results = [{ errors: [{ message: '\u001b[31mIt hangs\u001b[39m' }, { message: long }] }]
    const e2e = browser({ title: 'breaks', tests: [{ status: 'unexpected', results }] })
    const { lines } = tally(unit, e2e)
    expect(lines.slice(0, 8)).toEqual([
      'failed: x.test.ts > a > fails',
      '    Error: 1 is not 2',
      '      at b',
      'failed: does-not-load.test.ts',
      '    No such module',
      'failed: home.spec.ts > phone > breaks',
      '    It hangs',
      '    line 0',
    ])
    expect(lines.at(-2)).toBe('    line 24')
  })

  test('a judge that a browser test missed is named once', () => {
    const annotations = [{ type: 'missing judge', description: 'Missing judge: keytool' }]
    const unit = { testResults: [] }
    const missed = (title: string) => ({ title, tests: [{ status: 'expected', annotations }] })
    expect(tally(unit, browser(missed('one'), missed('two')))).toEqual({
      status: 0,
      lines: ['Missing judge: keytool', '2 passed, 0 failed, 0 flaky, 0 skipped'],
    })
  })

  test('a report that is missing is a failure, and so is a run that broke', () => {
    const e2e = { suites: [], errors: [{ message: 'The server did not start\nat …' }] }
    expect(tally(null, e2e, null)).toEqual({
      status: 1,
      lines: [
        'failed: test-results/unit.json is missing',
        'failed: test-results/long.json is missing',
        'failed: The server did not start',
        '0 passed, 3 failed, 0 flaky, 0 skipped',
      ],
    })
  })
})
