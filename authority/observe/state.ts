import { X509Certificate } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { StatusService } from '#authority/jobs/status-service.ts'
import type { StatusAuthority } from '#lib/issuance/authority.ts'
import { gaugeOf, type Metric } from './metric.ts'

/** What the state of the authority is read from, whenever somebody asks for the metrics. */
export type StateParts = {
  readonly authority: StatusAuthority
  readonly status: Pick<StatusService, 'ocsp' | 'publisher' | 'root'>
  /** How many objects wait to be asked for; null in a process that asks for none. */
  readonly backfillLength: (() => number) | null
  /** The certificate of the https listener as PEM; null where there is none. */
  readonly tlsCertificate: (() => string) | null
}

/** Gives the gauges, in seconds since 1970 for times. What is not known has no value. Never throws. */
export async function stateMetrics(parts: StateParts): Promise<readonly Metric[]> {
  const { authority, status, backfillLength } = parts
  const shared = await sharedState(parts)
  const { circuitBreaker, streams, riskReadAt } = shared?.directory ?? {}
  const isEngaged = circuitBreaker !== undefined && circuitBreaker !== null
  const { state } = status.ocsp
  return [
    gauge('latchkey_ledger_up', 'Whether the ledger answered just now.', 'min', shared ? 1 : 0),
    gauge(
      'latchkey_circuit_breaker_engaged',
      'Whether the circuit breaker holds changes of the directory back.',
      'max',
      shared && (isEngaged && circuitBreaker.releasedAt === null ? 1 : 0),
    ),
    gaugeOf(
      'latchkey_directory_read_timestamp_seconds',
      'When the last complete reading of a part of the directory began.',
      'max',
      Object.entries({ ...streams, risk: { readAt: riskReadAt ?? null } }).flatMap(
        ([stream, { readAt }]) => (readAt ? [{ labels: { stream }, value: seconds(readAt) }] : []),
      ),
    ),
    gauge(
      'latchkey_directory_budget_seconds',
      'How old knowledge of the directory may be before nobody vouches for it.',
      'max',
      authority.directoryBudgetMs / 1000,
    ),
    ...crlMetrics(shared?.crl ?? null),
    ...certificateMetrics(parts),
    gauge(
      'latchkey_ocsp_making',
      'OCSP responses that wait for the ledger or for a signature.',
      'sum',
      state.making.count(),
    ),
    gauge(
      'latchkey_backfill_queue_length',
      'Objects of the directory that wait to be asked for.',
      'sum',
      backfillLength?.() ?? null,
    ),
  ]
}

const PATIENCE_MS = 2_000

/** Null when the ledger does not answer in time. */
async function sharedState({ authority, status }: StateParts) {
  const read = async () => {
    const [directory, crl] = await Promise.all([
      authority.ledger.directoryState(),
      status.publisher.crls.get('full'),
    ])
    return { directory, crl }
  }
  return Promise.race([read(), delay(PATIENCE_MS, null, { ref: false })]).catch(() => null)
}

type Crl = Awaited<ReturnType<StateParts['status']['publisher']['crls']['get']>>

function crlMetrics(crl: Crl): readonly Metric[] {
  const made = crl && seconds(crl.thisUpdate)
  const ends = crl && seconds(crl.nextUpdate)
  return [
    gauge(
      'latchkey_crl_this_update_timestamp_seconds',
      'When the full CRL was made; no value when there is none that is good now.',
      'max',
      made,
    ),
    gauge(
      'latchkey_crl_next_update_timestamp_seconds',
      'When relying parties stop believing it.',
      'max',
      ends,
    ),
    gauge('latchkey_crl_entries', 'Entries of the full CRL.', 'max', crl?.entries ?? null),
  ]
}

function certificateMetrics({ authority, status, tlsCertificate }: StateParts): readonly Metric[] {
  const responder = status.ocsp.state.responder()
  const root = status.root.read()?.status ?? null
  const tls = tlsCertificate && new Date(new X509Certificate(tlsCertificate()).validTo)
  return [
    gauge(
      'latchkey_ca_not_after_timestamp_seconds',
      'When the certificate of the issuing CA ends.',
      'min',
      seconds(authority.issuer.notAfter),
    ),
    gauge(
      'latchkey_ocsp_responder_not_after_timestamp_seconds',
      'When the OCSP responder that signs now ends; no value when there is none.',
      'min',
      responder && seconds(responder.notAfter),
    ),
    gauge(
      'latchkey_root_crl_next_update_timestamp_seconds',
      'When the CRL of our own root ends; no value without such a root.',
      'min',
      root && seconds(root.nextUpdate),
    ),
    gauge(
      'latchkey_tls_not_after_timestamp_seconds',
      'When the certificate of the https listener ends.',
      'min',
      tls && seconds(tls),
    ),
  ]
}

function gauge(
  name: string,
  help: string,
  aggregator: 'sum' | 'min' | 'max',
  value: number | null,
): Metric {
  return gaugeOf(name, help, aggregator, value === null ? [] : [{ labels: {}, value }])
}

function seconds(at: Date): number {
  return at.getTime() / 1000
}
