import type { OcspAnswer } from '#lib/issuance/ocsp/ocsp.ts'
import { counterOf, histogramOf, type Metric } from './metric.ts'

/** What was said to a request: the status, the error of the protocol, or `refused` for what is no OCSP at all. */
type Said =
  | Extract<OcspAnswer, { kind: 'response' }>['status']
  | Extract<OcspAnswer, { kind: 'error' }>['error']
  | 'refused'

/** Counts OCSP answers in plain numbers, since a cached one takes some microseconds. */
export type OcspTally = {
  /** `startedAt` is of performance.now(). */
  readonly add: (answer: OcspAnswer | null, startedAt: number) => void
  readonly addSignature: () => void
  readonly metrics: () => readonly Metric[]
}

/** Seconds. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

export function ocspTally(): OcspTally {
  const said: Record<Said, number> = {
    ...{ good: 0, revoked: 0, unknown: 0, refused: 0 },
    ...{ malformedRequest: 0, internalError: 0, tryLater: 0, sigRequired: 0, unauthorized: 0 },
  }
  const counts = BOUNDS.map(() => 0).concat(0)
  let seconds = 0
  let signatures = 0
  return {
    add: (answer, startedAt) => {
      said[saidBy(answer)] += 1
      const took = (performance.now() - startedAt) / 1000
      seconds += took
      let bucket = 0
      while (took > (BOUNDS[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1
      counts[bucket] = (counts[bucket] ?? 0) + 1
    },
    addSignature: () => {
      signatures += 1
    },
    metrics: () => [
      counterOf(
        'latchkey_ocsp_responses_total',
        'Requests to the OCSP responder, by what was said.',
        Object.entries(said).map(([status, value]) => ({ labels: { said: status }, value })),
      ),
      counterOf(
        'latchkey_ocsp_signatures_total',
        'OCSP responses that were signed anew; the others came from the cache.',
        [{ labels: {}, value: signatures }],
      ),
      histogramOf('latchkey_ocsp_response_duration_seconds', 'How long an OCSP response took.', {
        bounds: BOUNDS,
        counts,
        sum: seconds,
      }),
    ],
  }
}

function saidBy(answer: OcspAnswer | null): Said {
  if (answer === null) return 'refused'
  return answer.kind === 'response' ? answer.status : answer.error
}
