import { X509Certificate } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { askOcsp } from '#lib/relying-party/ocsp.ts'
import type { Cluster } from '#test/cluster/cluster.ts'
import type { Client, Tried } from './client.ts'

/**
 * What people, scripts and relying parties do all the time, at a steady pace that leaves the machine room. All
 * that they were given and told is kept, to be judged at the end.
 */
export type Load = {
  readonly seen: Seen
  /** Ends when the last request of each is answered. */
  readonly stop: () => Promise<void>
}

export type Seen = {
  readonly requests: Request[]
  /** What was delivered, by serial, and when its revocation was acknowledged. */
  readonly certificates: Map<string, { revokedAt: number | null }>
  readonly told: Told[]
  /** Numbers of the full CRL as each authority gave them, in order. */
  readonly crlNumbers: Map<string, bigint[]>
  readonly refused: string[]
}

/** Times are of the monotonic clock, in ms. */
type Request = {
  readonly kind: 'certificate' | 'revocation' | 'ocsp' | 'portal'
  readonly endedAt: number
  readonly ms: number
  readonly failures: readonly string[]
}

type Told = {
  readonly serial: string
  readonly askedAt: number
  readonly says: string
}

const OCSP_TIMEOUT_MS = 10_000
/** Between two requests of the same kind. */
const PACE_MS = { certificate: 150, ocsp: 50, revocation: 400, portal: 500, crl: 1000 } as const
/** More than the pace needs while all answer; beyond it nothing new begins. */
const UNDER_WAY_MAX = 100

export function startLoad(
  { authorities, portals }: Pick<Cluster, 'authorities' | 'portals'>,
  { client, issuer, commonName }: { client: Client; issuer: Issuer; commonName: string },
): Load {
  const seen: Seen = {
    requests: [],
    certificates: new Map(),
    told: [],
    crlNumbers: new Map(),
    refused: [],
  }
  let running = true
  const [first] = authorities
  const [portal] = portals
  if (!first || !portal) throw new Error('There is nothing to ask.')
  const note = (kind: Request['kind'], tried: Pick<Tried, 'ms' | 'failures'>) =>
    seen.requests.push({ kind, endedAt: performance.now(), ...tried })

  const enrol = async () => {
    const tried = await client.certificate(makeCsr({ commonName }).der)
    note('certificate', { ms: tried.ms, failures: tried.failures })
    const serial = new X509Certificate(tried.body).serialNumber.toLowerCase()
    seen.certificates.set(serial, { revokedAt: null })
  }
  /** To be revoked, or revoked already. */
  const chosen = new Set<string>()
  const revoke = async () => {
    const [serial = ''] = [...seen.certificates.keys()].filter((one) => !chosen.has(one))
    const certificate = seen.certificates.get(serial)
    if (!certificate) return
    chosen.add(serial)
    const tried = await client.revoke(serial)
    note('revocation', { ms: tried.ms, failures: tried.failures })
    certificate.revokedAt = performance.now()
  }
  const ask = async () => {
    const serials = [...seen.certificates.keys()]
    const serial = serials[Math.floor(Math.random() * serials.length)]
    if (!serial) return
    const askedAt = performance.now()
    const said = await askOcsp(`${first.config.statusUrl}/ocsp`, issuer, [serial], {
      timeoutMs: OCSP_TIMEOUT_MS,
    }).then(
      (reply) => (reply.kind === 'answer' ? reply.answers.get(serial)?.status.kind : reply.kind),
      (error: unknown) => (error instanceof Error ? error.name : 'error'),
    )
    seen.told.push({ serial, askedAt, says: said ?? 'nothing' })
    const failures = said === 'good' || said === 'revoked' ? [] : [said ?? 'nothing']
    note('ocsp', { ms: performance.now() - askedAt, failures })
  }
  const visit = async () => {
    const startedAt = performance.now()
    const failure = await fetch(`${portal.config.portalUrl}/signin`).then(
      async (answer) => ((await answer.text()).includes('<main') ? null : String(answer.status)),
      (error: unknown) => String(error),
    )
    note('portal', {
      ms: performance.now() - startedAt,
      failures: failure === null ? [] : [failure],
    })
  }
  const readLists = async () => {
    for (const { name, config } of authorities) {
      const answer = await fetch(`http://127.0.0.1:${config.AUTHORITY_PORT}/crl/full.crl`).catch(
        () => null,
      )
      if (!answer?.ok) continue
      const { number } = readCrl(new Uint8Array(await answer.arrayBuffer()))
      const numbers = seen.crlNumbers.get(name) ?? []
      seen.crlNumbers.set(name, [...numbers, number])
    }
  }

  const underWay = new Set<Promise<void>>()
  // Begins at its pace whatever the earlier ones do, as people and machines that know nothing of each other.
  const each = async (everyMs: number, work: () => Promise<void>) => {
    while (running) {
      if (underWay.size < UNDER_WAY_MAX) {
        const one = work()
          .catch((error: unknown) => void seen.refused.push(String(error)))
          .finally(() => underWay.delete(one))
        underWay.add(one)
      }
      await delay(everyMs)
    }
  }
  const loops = [
    each(PACE_MS.certificate, enrol),
    each(PACE_MS.ocsp, ask),
    each(PACE_MS.revocation, revoke),
    each(PACE_MS.portal, visit),
    each(PACE_MS.crl, readLists),
  ]
  return {
    seen,
    stop: async () => {
      running = false
      await Promise.all(loops)
      await Promise.all(underWay)
    },
  }
}
