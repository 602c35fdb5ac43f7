/**
 * Adds up what vitest and Playwright wrote down (JSON, as their configuration says under CI), and names
 * each judge that a browser test missed and each test that failed, was skipped, or passed only at another try;
 * with how it failed, since of a long output only the end may be kept. The last line is the sum. A report
 * that is not there counts as a failure: its tests did not run to the end.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** Lines of an error that are shown. */
const LINES = 25

const REPORTS = [
  ['test-results/unit.json', unitTests],
  ['test-results/long.json', unitTests],
  ['test-results/e2e.json', browserTests],
]

const tests = REPORTS.flatMap(([file, read]) =>
  existsSync(file)
    ? read(JSON.parse(readFileSync(file, 'utf8')))
    : [{ result: 'failed', name: `${file} is missing` }],
)
for (const line of new Set(tests.flatMap(({ missing = [] }) => missing))) console.log(line)
const of = (result) => tests.filter((test) => test.result === result)

for (const result of ['failed', 'flaky', 'skipped']) {
  for (const { name, errors = [] } of of(result)) {
    console.log(`${result}: ${name}`)
    for (const error of errors) console.log(beginning(error))
  }
}
const sums = ['passed', 'failed', 'flaky', 'skipped'].map((result) => `${of(result).length} ${result}`)
console.log(sums.join(', '))
process.exitCode = of('failed').length + of('flaky').length > 0 ? 1 : 0

/** Without colours. */
function beginning(error) {
  const lines = stripVTControlCharacters(error).split('\n')
  return lines.slice(0, LINES).map((line) => `    ${line}`).join('\n')
}

function unitTests({ testResults }) {
  return testResults.flatMap(({ name: file, status, message = '', assertionResults }) => {
    const where = path.relative('', file)
    const found = assertionResults.map(({ ancestorTitles, title, status: result, failureMessages }) => ({
      name: [where, ...ancestorTitles, title].join(' > '),
      result: vitestResult(result),
      errors: failureMessages,
    }))
    // A file that does not load has no test that could fail.
    const broken = status === 'failed' && !found.some(({ result }) => result === 'failed')
    return broken ? [...found, { name: where, result: 'failed', errors: message ? [message] : [] }] : found
  })
}

function vitestResult(result) {
  return result === 'passed' || result === 'failed' ? result : 'skipped'
}

function browserTests({ suites, errors }) {
  const results = { expected: 'passed', unexpected: 'failed', flaky: 'flaky', skipped: 'skipped' }
  const inSuite = ({ title, specs = [], suites: inner = [] }, outer) => {
    const names = [...outer, title].filter(Boolean)
    const own = specs.flatMap((spec) =>
      spec.tests.map(({ status, annotations = [], results: tries = [] }) => ({
        name: [...names, spec.title].join(' > '),
        result: results[status] || 'failed',
        errors: tries.flatMap(({ errors: found = [] }) => found.map(({ message = '' }) => message)),
        missing: annotations.filter(({ type }) => type === 'missing judge').map(({ description }) => description),
      })),
    )
    return [...own, ...inner.flatMap((suite) => inSuite(suite, names))]
  }
  const broken = errors.map(({ message = '' }) => ({ name: message.split('\n')[0], result: 'failed' }))
  return [...suites.flatMap((suite) => inSuite(suite, [])), ...broken]
}
