import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace'

/** Traces of others that are taken over in one second. */
const PER_SECOND = 10

/**
 * For requests whose `traceparent` says that they are traced. Anybody may send one, so only so many are believed; of
 * the others `root` decides, as of those without.
 */
export class BoundedSampler implements Sampler {
  readonly #root: Sampler
  readonly #nowMs: () => number
  #left = PER_SECOND
  #since = Number.NEGATIVE_INFINITY

  constructor(root: Sampler, nowMs: () => number = () => performance.now()) {
    this.#root = root
    this.#nowMs = nowMs
  }

  shouldSample(...given: Parameters<Sampler['shouldSample']>): SamplingResult {
    const now = this.#nowMs()
    if (now - this.#since >= 1000) {
      this.#since = now
      this.#left = PER_SECOND
    }
    if (this.#left === 0) return this.#root.shouldSample(...given)
    this.#left -= 1
    return { decision: SamplingDecision.RECORD_AND_SAMPLED }
  }

  toString(): string {
    return `BoundedSampler{${PER_SECOND}/s, ${this.#root}}`
  }
}
