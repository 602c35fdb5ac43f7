/**
 * For containers: ends with 0 when the programs that run here answer and are ready. `node deploy/health.js
 * [portal|authority]…`, where none is both, as in the sandbox.
 */
const ADDRESSES = {
  authority: `http://localhost:${process.env.AUTHORITY_PORT || 8080}/probe`,
  portal: `http://localhost:${process.env.PORTAL_PORT || 3000}/signin`,
}

const given = process.argv.slice(2)
const states = await Promise.all((given.length > 0 ? given : Object.keys(ADDRESSES)).map(ask))
for (const { name, state } of states) console.log(`${name}: ${state}`)
process.exitCode = states.every(({ isWell }) => isWell) ? 0 : 1

/** @param {string} name */
async function ask(name) {
  try {
    const { ok, status } = await fetch(ADDRESSES[name], { signal: AbortSignal.timeout(4000) })
    return { name, isWell: ok, state: status }
  } catch (error) {
    return { name, isWell: false, state: error.cause?.code ?? error.message }
  }
}
