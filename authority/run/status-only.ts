import { setTimeout as delay } from 'node:timers/promises'
import { openLimits } from '#authority/http/limits.ts'
import { readProxyRules } from '#authority/http/proxy.ts'
import { buildStatusServer, statusChecks } from '#authority/http/role-servers.ts'
import { type StatusService, startStatusAlone } from '#authority/jobs/status-service.ts'
import { makeProbe } from '#authority/routes/health.ts'
import type { WorkerLink } from '#authority/workers/link.ts'
import { composeStatus } from '#lib/compose.ts'
import { readSecret } from '#lib/config.ts'
import type { DirectoryKey } from '#lib/model.ts'
import { listen, type Part, type Serving, watching } from './part.ts'

/** Runs a process that answers relying parties: no CA key, no directory, and a ledger that it only reads. */
export async function runStatus(part: Part): Promise<Serving> {
  const { config, log, link } = part
  const proxy = readProxyRules(config, readSecret('LATCHKEY_PROXY_SECRET'))
  const limits = await openLimits(config.limits, proxy)
  const writer = link?.assignment.handover ?? null
  const wanted = gathered(writer && link)
  const composed = await composeStatus(config, wanted.want)
  const { authority, readRoot } = composed
  let leaving = false
  let draining = false
  const status = startStatusAlone(config, authority, log, readRoot)
  const deps = {
    ...{ config, authority, status, proxy, limits, log, workers: link?.workers ?? null },
    isLeaving: () => leaving || draining,
    isDraining: () => draining,
    ...(part.observer && { instrument: part.observer.instrument }),
  }
  const server = await buildStatusServer(deps, writer)
  await untilResponder(status, part)
  await listen(server, config, 'AUTHORITY_PORT')
  part.observer?.watch({
    ...{ authority, status, backfillLength: null, tlsCertificate: null },
    probe: makeProbe({ ...deps, checks: statusChecks(deps) }),
  })
  const watch = watching(part, composed.checkLedger)

  return {
    leave: () => {
      leaving = true
    },
    drain: () => {
      draining = true
    },
    stop: async () => {
      draining = true
      watch.stop()
      wanted.stop()
      await server.app.close()
      await status.close()
      await composed.close()
    },
  }
}

const RESPONDER_WAIT_MS = 10_000
const RESPONDER_POLL_MS = 50

/** Without a responder every question would be answered by tryLater; CRLs are served nevertheless. */
async function untilResponder({ ocsp }: StatusService, { log }: Part): Promise<void> {
  const deadline = performance.now() + RESPONDER_WAIT_MS
  while (ocsp.state.responder() === null) {
    if (performance.now() > deadline) {
      log.warn('nobody has certified an OCSP responder yet')
      return
    }
    await delay(RESPONDER_POLL_MS)
  }
}

const GATHER_MS = 1000
const KEYS_MAX = 200

/**
 * Passes on, once a second, which objects the directory should be asked for. Without another worker that does
 * so, the directory sync has to come to them by itself.
 */
function gathered(link: WorkerLink | null) {
  const keys = new Map<string, DirectoryKey>()
  let timer: NodeJS.Timeout | null = null
  const pass = () => {
    timer = null
    link?.send({ kind: 'backfill', keys: [...keys.values()] })
    keys.clear()
  }
  return {
    want: (wanted: readonly DirectoryKey[]) => {
      if (!link) return
      for (const key of wanted) if (keys.size < KEYS_MAX) keys.set(`${key.kind} ${key.id}`, key)
      timer ??= setTimeout(pass, GATHER_MS)
    },
    stop: () => {
      if (timer) clearTimeout(timer)
    },
  }
}
