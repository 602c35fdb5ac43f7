import http from 'node:http'
import { isIP } from 'node:net'
import next from 'next'
import { makePortalServer } from '#cli/portal-server.ts'
import { ROOT } from '#cli/programs.ts'
import { readConfig } from '#lib/config.ts'

/** The built portal on its port, until it is told to stop. */
await main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})

async function main(): Promise<void> {
  const { PORTAL_PORT: port, host } = readConfig()
  // Where the portal reaches itself, when an action ends in a redirect. `next start` sets the same.
  const hostname = host === '::' || host === '0.0.0.0' ? 'localhost' : host
  const name = isIP(hostname) === 6 ? `[${hostname}]` : hostname
  process.env.__NEXT_PRIVATE_ORIGIN = `http://${name}:${port}`
  const portal = next({
    dir: ROOT,
    dev: false,
    hostname,
    port,
    // Next hangs its handler of upgrades on this one, which never listens: it would keep sockets
    // open that ask for a path it does not know.
    httpServer: http.createServer(),
  })
  await portal.prepare()
  const handle = portal.getRequestHandler()
  const server = makePortalServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  console.log(`ready at http://${name}:${port}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close(() => process.exit(0))
      // What is under way finishes; a connection on which nothing comes is not waited for longer.
      setTimeout(() => server.closeAllConnections(), FINISH_MS).unref()
    })
  }
}

const FINISH_MS = 5_000
