import type { Registry } from 'prom-client'
import { listenToSteps, listenToTold, STEPS, type Told } from '#lib/telemetry.ts'
import type { Answered } from './answers.ts'

type Prom = typeof import('prom-client')

export type WorkMetrics = {
  readonly answered: (answer: Answered) => void
  readonly close: () => void
}

/** Seconds; issuance asks Graph twice and waits for two commits. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Counts in `registry` what the authority does: requests, decisions, audit events and steps. */
export function countWork({ Counter, Histogram, Gauge }: Prom, registry: Registry): WorkMetrics {
  const registers = [registry]
  const requests = new Counter({
    name: 'latchkey_http_requests_total',
    help: 'Requests by route, without OCSP.',
    ...{ labelNames: ['route', 'method', 'status'], registers },
  })
  const durations = new Histogram({
    name: 'latchkey_http_request_duration_seconds',
    help: 'How long an answer took, by route.',
    ...{ labelNames: ['route'], buckets: BUCKETS, registers },
  })
  const steps = new Histogram({
    name: 'latchkey_step_duration_seconds',
    help: 'How long calls of Graph, writes and commits, signatures, directory syncs and publications took.',
    ...{ labelNames: ['step'], buckets: BUCKETS, registers },
  })
  const failures = new Counter({
    name: 'latchkey_step_failures_total',
    help: 'Those of them that failed.',
    ...{ labelNames: ['step'], registers },
  })
  for (const step of STEPS) failures.inc({ step }, 0)
  const queue = new Gauge({
    name: 'latchkey_ledger_queue_length',
    help: 'Changes that waited when the last transaction of the ledger began.',
    ...{ registers, aggregator: 'sum' as const },
  })
  const count = countTold(Counter, registers)
  const closings = [
    listenToTold((told) => (told.kind === 'queued' ? queue.set(told.count) : count(told))),
    listenToSteps((step) => {
      const end = steps.startTimer({ step })
      return (hasFailed) => {
        end()
        if (hasFailed) failures.inc({ step })
      }
    }),
  ]
  return {
    answered: ({ route, method, status, seconds }) => {
      // Strangers choose path and method where there is no route.
      requests.inc({ route: route ?? 'none', method: route ? method : 'any', status })
      durations.observe({ route: route ?? 'none' }, seconds)
    },
    close: () => {
      for (const close of closings) close()
    },
  }
}

function countTold(Counter: Prom['Counter'], registers: Registry[]) {
  const issued = new Counter({
    name: 'latchkey_certificates_issued_total',
    help: 'Certificates that were issued, by profile and by how they were asked for.',
    ...{ labelNames: ['profile', 'source'], registers },
  })
  const refused = new Counter({
    name: 'latchkey_requests_refused_total',
    help: 'Requests for certificates that were refused, by code and rule.',
    ...{ labelNames: ['source', 'code', 'rule'], registers },
  })
  const problems = new Counter({
    name: 'latchkey_problems_total',
    help: 'Requests that were answered by a problem document, by code.',
    ...{ labelNames: ['code'], registers },
  })
  const events = new Counter({
    name: 'latchkey_audit_events_total',
    help: 'Events in the audit chain that this authority wrote, by kind.',
    ...{ labelNames: ['kind'], registers },
  })
  return (told: Exclude<Told, { kind: 'queued' }>) => {
    if (told.kind === 'issued') issued.inc({ profile: told.profile, source: told.source })
    else if (told.kind === 'problem') problems.inc({ code: told.code })
    else {
      const { kind, facts } = told.event
      events.inc({ kind })
      if (kind !== 'request.refused') return
      const { source, code, rule } = facts
      refused.inc({ source: String(source), code: String(code), rule: String(rule ?? 'none') })
    }
  }
}
