/**
 * What the house measures: sizes, comments, what each floor on top of issuing costs, where the lines are, and how
 * many floors of imports each folder has. Prints tables, and ends with 1 where a bound is passed. Tests, test data
 * and benchmarks are left out.
 */
import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import path from 'node:path'

const MAX_FLOORS = 7
const MAX_CA_SIDE = 17_000
const MAX_PORTAL = 10_000

const SOURCE = /\.(ts|tsx|js|css)$/
const LEFT_OUT = /\.test\.tsx?$|(^|\/)testing\/|^(bench|e2e|\.ci)\/|^[^/]*$|\.d\.ts$/
const WORDS = /^lib\/i18n\/words|^lib\/(words|i18n)\//

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => SOURCE.test(file) && !LEFT_OUT.test(file))
  .map((name) => ({ name, ...linesOf(readFileSync(name, 'utf8')) }))

const ROOMS = {
  'CA side (lib without words, authority)': ({ name }) => /^(lib|authority)\//.test(name) && !WORDS.test(name),
  'portal (app, components, words)': ({ name }) => /^(app|components)\//.test(name) || WORDS.test(name),
  sandbox: ({ name }) => name.startsWith('sandbox/'),
  'cli and clients': ({ name }) => /^(cli|clients)\//.test(name),
  'lib/pki': ({ name }) => name.startsWith('lib/pki/'),
  'lib/policy': ({ name }) => name.startsWith('lib/policy/'),
  all: () => true,
}

/** What was built on top of issuing and its status, each with the folders and files that only it needs. */
const FLOORS = {
  'a key in a vault': /^lib\/signer\/(azure-credential|key-vault|pace|vault-error)\.ts|^cli\/ca-key\.ts/,
  'tools for a tenant': /^cli\/(tenant|doctor)[/.]|^cli\/setup-tenant\.ts/,
  observability: /^authority\/observe\/|^lib\/otel\/|^lib\/telemetry\.ts/,
  'keeping (backup, move, reconcile)':
    /^lib\/(keep|reconcile|ledger\/copy)\/|^cli\/(backup|restore|move-ledger|reconcile|verify-audit)\.ts/,
  'many processes and machines': /^authority\/(workers|run)\/|^authority\/http\/(handover|role-servers)\.ts/,
  'settings of networks': /^lib\/network\/|network|^lib\/issuance\/profiles\//,
  'reminders and calendar': /reminder|calendar|^lib\/mail/,
  'looking into files': /^(lib|app|components)\/doctor\//,
  'scripts and their pages': /^(lib|components)\/scripts\/|^clients\//,
  languages: WORDS,
}

console.log('| | files | code | comment | comments | median | p90 |')
console.log('| --- | --- | --- | --- | --- | --- | --- |')
const code = {}
for (const [room, belongs] of Object.entries(ROOMS)) {
  const mine = files.filter(belongs)
  const sum = (key) => mine.reduce((total, file) => total + file[key], 0)
  code[room] = sum('code')
  const share = ((100 * sum('comment')) / (sum('code') + sum('comment'))).toFixed(1)
  const row = [room, mine.length, sum('code'), sum('comment'), `${share} %`, nth(mine, 0.5), nth(mine, 0.9)]
  console.log(`| ${row.join(' | ')} |`)
}

table('on top of issuing', Object.entries(FLOORS).map(([floor, files]) => [floor, ({ name }) => files.test(name)]))
table('room', [...new Set(files.map(roomOf))].map((room) => [room, (file) => roomOf(file) === room]))

const floors = floorsOfFolders()
console.log('\n| folder | deepest import floors |')
console.log('| --- | --- |')
for (const [folder, deepest] of floors.slice(0, 12)) console.log(`| ${folder} | ${deepest} |`)

const passed = [
  ...floors.filter(([, deepest]) => deepest > MAX_FLOORS).map(([folder]) => `${folder}: more than ${MAX_FLOORS} floors`),
  ...(code['CA side (lib without words, authority)'] > MAX_CA_SIDE ? [`CA side: more than ${MAX_CA_SIDE} lines`] : []),
  ...(code['portal (app, components, words)'] > MAX_PORTAL ? [`portal: more than ${MAX_PORTAL} lines`] : []),
]
for (const line of passed) console.log(`Beyond its bound: ${line}`)
process.exitCode = passed.length > 0 ? 1 : 0

/** Files and lines of code of the largest of these sets. */
function table(title, sets) {
  console.log(`\n| ${title} | files | code |\n| --- | --- | --- |`)
  const rows = sets.map(([name, belongs]) => {
    const mine = files.filter(belongs)
    return [name, mine.length, mine.reduce((total, file) => total + file.code, 0)]
  })
  for (const row of rows.sort((a, b) => b[2] - a[2]).slice(0, 30)) console.log(`| ${row.join(' | ')} |`)
}

/** A folder and what is below it, as `lib/pki`; what lies in none is counted with its program. */
function roomOf({ name }) {
  const [program, folder, file] = name.split('/')
  return file === undefined ? program : `${program}/${folder}`
}

function nth(mine, part) {
  const lengths = mine.map(({ all }) => all).sort((a, b) => a - b)
  return lengths[Math.floor(lengths.length * part)] ?? 0
}

/** Blank lines, lines that are comment alone, and the rest. */
function linesOf(text) {
  const counts = { all: 0, code: 0, comment: 0 }
  let isInside = false
  for (const line of text.trimEnd().split('\n')) {
    counts.all++
    const said = line.trim()
    if (said === '') continue
    const begins = said.startsWith('/*') || said.startsWith('{/*')
    if (isInside || begins || said.startsWith('//') || said.startsWith('#')) counts.comment++
    else counts.code++
    if (isInside || begins) isInside = !said.includes('*/')
  }
  return counts
}

/** For each folder: the longest way from one of its files to another of the same folder by imports. */
function floorsOfFolders() {
  const known = new Set(files.map(({ name }) => name))
  const inside = new Map(files.map(({ name }) => [name, importsOf(name, known).filter((to) => path.dirname(to) === path.dirname(name))]))
  const depths = new Map()
  const depth = (name) => {
    if (!depths.has(name)) {
      depths.set(name, 0)
      depths.set(name, 1 + Math.max(0, ...inside.get(name).map(depth)))
    }
    return depths.get(name)
  }
  const deepest = new Map()
  for (const { name } of files) {
    const folder = path.dirname(name)
    deepest.set(folder, Math.max(deepest.get(folder) ?? 0, depth(name)))
  }
  return [...deepest].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
}

function importsOf(name, known) {
  const text = readFileSync(name, 'utf8')
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([#.][^']+)'/g)].map(([, target]) =>
    target.startsWith('#') ? target.slice(1) : path.join(path.dirname(name), target),
  )
  return found.filter((target) => known.has(target))
}
