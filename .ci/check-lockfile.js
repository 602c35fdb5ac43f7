/**
 * npm writes a lockfile without a package's platform binaries, and says nothing, when the registry
 * does not have them at that moment; on another platform the install then has a hole. This fails
 * when any package's optional dependency is missing from the lockfile.
 */
import { readFileSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))

const missing = Object.entries(packages).flatMap(([where, { optionalDependencies = {} }]) =>
  Object.keys(optionalDependencies)
    .filter((name) => !placesOf(where, name).some((place) => place in packages))
    .map((name) => `${name}, needed by ${where || 'the project'}`),
)

for (const line of missing) console.error(`Missing from package-lock.json: ${line}`)
process.exitCode = missing.length === 0 ? 0 : 1

/** Where Node would look for it, from the inside out. */
function placesOf(where, name) {
  const place = `${where ? `${where}/` : ''}node_modules/${name}`
  if (where === '') return [place]
  const end = where.lastIndexOf('/node_modules/')
  return [place, ...placesOf(end > 0 ? where.slice(0, end) : '', name)]
}
