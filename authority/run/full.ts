import { rmSync } from 'node:fs'
import type { Handover } from '#authority/http/handover.ts'
import { openLimits } from '#authority/http/limits.ts'
import { readProxyRules } from '#authority/http/proxy.ts'
import { buildJobsServer } from '#authority/http/role-servers.ts'
import { type AuthorityServer, buildServer, type ServerDeps } from '#authority/http/server.ts'
import { startStatus } from '#authority/jobs/status-service.ts'
import { checksOf, makeProbe } from '#authority/routes/health.ts'
import { loadTls } from '#authority/tls/tls.ts'
import { compose } from '#lib/compose.ts'
import { readSecret } from '#lib/config.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import { makeProfileSigner } from '#lib/issuance/profiles/sign-profile.ts'
import { type Jobs, startJobs, voidStaleOnce } from './jobs.ts'
import { listen, type Part, type Serving, watching } from './part.ts'

const RENEWAL_CHECK_MS = 12 * 60 * 60 * 1000

/** Runs a process that has the CA key and writes: with listeners, with jobs, or with both. */
export async function runFull(part: Part): Promise<Serving> {
  const { config, log, role, link } = part
  const hasJobs = role !== 'issue' && (link?.assignment.isFirst ?? true)
  const proxy = readProxyRules(config, readSecret('LATCHKEY_PROXY_SECRET'))
  const limits = await openLimits(config.limits, proxy)
  const composed = await compose(config, log, { acceptLostLedger: part.acceptLostLedger })
  const { authority, networks, verifyToken, stepUp, notifications, readRoot } = composed
  const reminding = hasJobs ? composed.reminding() : null
  let leaving = false
  let draining = false
  let jobs: Jobs | null = null
  const status = startStatus(config, authority, log, {
    readRoot,
    automatic: { responder: role !== 'jobs', crls: hasJobs },
    ...(link && { holder: link.assignment.holder }),
  })
  if (hasJobs) status.root.warn()
  const syncSoon = () => (jobs ? jobs.soon() : link?.send({ kind: 'sync-soon' }))
  const deps: ServerDeps = {
    ...{ config, authority, networks, status, verifyToken, stepUp, proxy, limits, log },
    profileSigner: makeProfileSigner(authority),
    isLeaving: () => leaving || draining,
    isDraining: () => draining,
    workers: link?.workers ?? null,
    ...(part.observer && { instrument: part.observer.instrument }),
    // A process with the role `issue` alone knows nobody who syncs.
    ...(notifications && role !== 'issue' && { notices: { ...notifications, syncSoon } }),
  }
  if (hasJobs) await voidStaleOnce(part, authority)
  const servers =
    role === 'jobs' ? [await listenForProbes(part, deps)] : await listenForAll(part, deps)
  const { tlsCertificate = null } = servers.find((server) => server.tlsCertificate) ?? {}
  part.observer?.watch({
    ...{ authority, status, tlsCertificate, backfillLength: composed.backfillLength },
    probe: makeProbe({ ...deps, checks: checksOf(authority) }),
  })
  await authority.ledger.audit(auditEvent(authority, 'service.started', 'authority', null, {}))
  const renewal = setInterval(() => {
    for (const server of servers) server.renew?.()
    if (hasJobs) status.root.warn()
  }, RENEWAL_CHECK_MS)
  // The log of signatures is shared by the workers of a machine, so one of them compares it.
  const watch = link?.assignment.isFirst === false ? null : watching(part, composed.checkLedger)
  jobs = hasJobs
    ? startJobs(part, authority, { subscribe: notifications?.subscribe ?? null, reminding })
    : null
  link?.listen((message) => {
    if (message.kind === 'sync-soon') jobs?.soon()
    if (message.kind === 'backfill') authority.backfill(message.keys)
  })

  return {
    leave: () => {
      leaving = true
    },
    drain: () => {
      draining = true
    },
    stop: async () => {
      // /probe fails first, running requests finish, then the jobs, and the ledger is closed last.
      draining = true
      clearInterval(renewal)
      watch?.stop()
      await Promise.all(servers.map(({ app }) => app.close()))
      await jobs?.stop()
      await status.close()
      await watch?.check()
      await composed.close()
    },
  }
}

type Server = AuthorityServer & {
  readonly renew?: () => void
  /** The certificate of an https listener as PEM. */
  readonly tlsCertificate?: () => string
}

async function listenForProbes({ config }: Part, deps: ServerDeps): Promise<Server> {
  const server = await buildJobsServer(deps)
  await listen(server, config, 'AUTHORITY_PORT')
  return server
}

async function listenForAll({ config, log, link }: Part, deps: ServerDeps): Promise<Server[]> {
  const { issuer, now } = deps.authority
  let material = loadTls(config, issuer.chain, now())
  const ticketKeys = link ? Buffer.from(link.assignment.ticketKeys, 'base64') : null
  const plain = await buildServer(deps)
  const secure = await buildServer(deps, { tls: material, ...(ticketKeys && { ticketKeys }) })
  const handover = link?.assignment.handover ?? null
  const inner = handover ? [await listenForOthers(deps, handover)] : []
  await listen(plain, config, 'AUTHORITY_PORT')
  await listen(secure, config, 'AUTHORITY_TLS_PORT')
  const renew = () => {
    try {
      material = loadTls(config, issuer.chain, now())
      secure.renewTls(material)
    } catch (error) {
      log.error({ error }, 'the certificate of the https listener could not be renewed')
    }
  }
  return [plain, { ...secure, renew, tlsCertificate: () => material.cert }, ...inner]
}

/** The workers that only read hand over what they cannot answer. */
async function listenForOthers(deps: ServerDeps, handover: Handover): Promise<Server> {
  const server = await buildServer(deps, { takes: handover })
  // Left over by a process that was killed; Windows removes its pipes.
  if (process.platform !== 'win32') rmSync(handover.socket, { force: true })
  await server.app.listen({ path: handover.socket, exclusive: true })
  return server
}
