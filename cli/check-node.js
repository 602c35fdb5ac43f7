/**
 * Runs before every program (`node --import ./cli/check-node.js …`). It is JavaScript on purpose: a
 * Node that is too old cannot read TypeScript and would end in a stack trace instead of a sentence.
 */
import { existsSync } from 'node:fs'

const OLDEST = [24, 15]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const tooOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])

if (!existsSync(new URL('../node_modules/zod/package.json', import.meta.url))) {
  stop('The packages are not installed. Run `npm ci` first.')
}
if (tooOld) {
  stop(
    `Latchkey needs Node ${OLDEST.join('.')} or newer, and this is ${process.versions.node}. ` +
      'Run it by `npm start`, which brings its own Node on Linux, or install Node 24.',
  )
}

/** @param {string} sentence */
function stop(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
