import http from 'node:http'
import { isIP } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import next from 'next'
import { makePortalServer } from '#cli/portal-server.ts'
import { ROOT } from '#cli/programs.ts'
import { readConfig } from '#lib/config.ts'
import { otelSettings } from '#lib/otel/settings.ts'

/** Runs the built portal on its port until it is told to stop. */
await main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})

async function main(): Promise<void> {
  const { PORTAL_PORT: port, host, LATCHKEY_DRAIN_SECONDS: drainSeconds } = readConfig()
  const stopSending = await sendTraces()
  // The address by which the portal calls itself when an action ends in a redirect. `next start` sets the
  // same.
  const hostname = host === '::' || host === '0.0.0.0' ? 'localhost' : host
  const name = isIP(hostname) === 6 ? `[${hostname}]` : hostname
  process.env.__NEXT_PRIVATE_ORIGIN = `http://${name}:${port}`
  const portal = next({
    dir: ROOT,
    dev: false,
    hostname,
    port,
    // Next adds its handler of upgrades to this server, which never listens: the handler would keep sockets
    // open for paths that it does not know.
    httpServer: http.createServer(),
  })
  await portal.prepare()
  const handle = portal.getRequestHandler()
  let isLeaving = false
  const server = makePortalServer(
    (request, response) => void handle(request, response),
    () => isLeaving,
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  console.log(`ready at http://${name}:${port}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      // Load balancers learn first, and requests are taken meanwhile.
      isLeaving = true
      setTimeout(() => stop(server, stopSending), drainSeconds * 1000)
    })
  }
}

const FINISH_MS = 5_000
/** A collector that does not answer is not waited for. */
const LAST_SENT_MS = 2_000

function stop(server: http.Server, stopSending: () => Promise<void>): void {
  server.close(() => {
    const sent = Promise.race([stopSending(), delay(LAST_SENT_MS)])
    void sent.finally(() => process.exit(0))
  })
  // Running requests finish; idle connections are closed after this time.
  setTimeout(() => server.closeAllConnections(), FINISH_MS).unref()
}

/** Next makes the spans, where the variables of OpenTelemetry ask for them. Gives what sends the rest. */
async function sendTraces(): Promise<() => Promise<void>> {
  const settings = otelSettings(process.env)
  if (settings === null) return async () => undefined
  const { startSdk } = await import('#lib/otel/sdk.ts')
  const instance = String(process.pid)
  const onError = (error: unknown) => console.error('telemetry could not be sent:', String(error))
  return startSdk(settings, { service: 'latchkey-portal', instance, metrics: null, onError })
}
