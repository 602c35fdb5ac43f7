import http from 'node:http'

/**
 * For containers: `node deploy/health.js [portal|authority]…` ends with 0 when these programs, by default
 * both, answer and are ready.
 */

const authorityPort = process.env.AUTHORITY_PORT || '8080'
const portalPort = process.env.PORTAL_PORT || '3000'
const portalUrl = process.env.LATCHKEY_PORTAL_URL || `http://localhost:${portalPort}`

/** Each program answers only to the host names that it was told of. */
const PROGRAMS = {
  authority: { port: authorityPort, path: '/probe', host: 'localhost' },
  portal: { port: portalPort, path: '/signin', host: new URL(portalUrl).host },
}

const TIMEOUT_MS = 4000

const wanted = process.argv.slice(2)
for (const name of wanted.length > 0 ? wanted : Object.keys(PROGRAMS)) {
  const state = await ask(PROGRAMS[name])
  console.log(`${name}: ${state}`)
  if (state !== 200) process.exitCode = 1
}

/** Gives the status of the answer, or the code of what went wrong. */
function ask({ port, path, host }) {
  return new Promise((resolve) => {
    const options = { host: 'localhost', port, path, headers: { host }, timeout: TIMEOUT_MS }
    const request = http.get(options, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', (error) => resolve(error.code ?? error.message))
  })
}
