/**
 * What npm, or a merge, does to package-lock.json without a word, and what breaks an install elsewhere:
 *
 * - It leaves out a package's platform binaries when the registry does not have them at that moment.
 * - It notes which Node a package wants, and compares that with the Node that runs npm. Here packages
 *   run by the Node that cli/run.js finds: with an old one, npm would warn of a third of them, and
 *   leave out the optional ones, which are the binaries of Next, Tailwind, rolldown and oxc.
 * - A package without its hash is installed as the registry gives it, whatever that is.
 *
 * This fails when one of them is so; with --write it takes the notes out.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = 'package-lock.json'
const lockfile = JSON.parse(readFileSync(FILE, 'utf8'))
const { packages } = lockfile
const places = Object.entries(packages)

const missing = places.flatMap(([where, { optionalDependencies = {} }]) =>
  Object.keys(optionalDependencies)
    .filter((name) => !placesOf(where, name).some((place) => place in packages))
    .map((name) => `${name}, needed by ${where || 'the project'}`),
)
const unproved = places.filter(
  ([where, { integrity, link }]) => where.includes('node_modules/') && !link && !integrity,
)
const noted = places.filter(([where, { engines }]) => where !== '' && engines !== undefined)

for (const line of missing) console.error(`Missing from ${FILE}: ${line}`)
for (const [where] of unproved) console.error(`Without a hash in ${FILE}: ${where}`)
if (noted.length > 0 && process.argv.includes('--write')) {
  for (const [, entry] of noted) delete entry.engines
  writeFileSync(FILE, `${JSON.stringify(lockfile, null, 2)}\n`)
} else if (noted.length > 0) {
  const example = noted[0][0].replace('node_modules/', '')
  console.error(
    `${FILE} notes which Node ${noted.length} packages want (${example}). ` +
      'Take that out by `node .ci/check-lockfile.js --write`.',
  )
  process.exitCode = 1
}
if (missing.length > 0 || unproved.length > 0) process.exitCode = 1

/** Where Node would look for it, from the inside out. */
function placesOf(where, name) {
  const place = `${where ? `${where}/` : ''}node_modules/${name}`
  if (where === '') return [place]
  const end = where.lastIndexOf('/node_modules/')
  return [place, ...placesOf(end > 0 ? where.slice(0, end) : '', name)]
}
