import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './postgres.ts'

/**
 * One PostgreSQL for all test files of a run, since making one takes seconds. Vitest's main process
 * (`globalSetup` in vitest.config.ts) starts it when the first file asks, and stops it at the end.
 */

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the main process is asked for it. */
    readonly postgresAt: string
  }
}

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const place = mkdtempSync(path.join(tmpdir(), 'latchkey-shared-pg-'))
  const socketPath = path.join(place, 'socket')
  let starting: Promise<PostgresServer> | null = null
  const server = http.createServer(async (_, response) => {
    starting ??= startPostgres({ inMemory: true })
    try {
      response.end((await starting).folder)
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await once(server.listen(socketPath), 'listening')
  provide('postgresAt', socketPath)
  return async () => {
    server.close()
    // Who asked for one that did not start has failed already.
    await starting?.then(
      (postgres) => postgres.stop(),
      () => undefined,
    )
    rmSync(place, { recursive: true })
  }
}

/** Gives the folder of the shared server, which is started by the first who asks. */
export async function sharedPostgresFolder(): Promise<string> {
  const request = http.get({ socketPath: inject('postgresAt') })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const answer = await text(response)
  if (response.statusCode === 200) return answer
  throw new Error(`PostgreSQL does not start: ${answer}`)
}
