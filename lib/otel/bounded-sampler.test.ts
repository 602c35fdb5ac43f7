import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api'
import { AlwaysOffSampler, ParentBasedSampler, SamplingDecision } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { BoundedSampler } from './bounded-sampler.ts'

test('who sends a traceparent can have only so much traced', () => {
  let now = 0
  const root = new AlwaysOffSampler()
  const remoteParentSampled = new BoundedSampler(root, () => now)
  const sampler = new ParentBasedSampler({ root, remoteParentSampled })
  const traceId = 'a'.repeat(32)
  const decide = (isRemote: boolean, traceFlags: TraceFlags) => {
    const parent = { traceId, spanId: 'b'.repeat(16), traceFlags, isRemote }
    const context = trace.setSpanContext(ROOT_CONTEXT, parent)
    const { decision } = sampler.shouldSample(context, traceId, 'GET', SpanKind.SERVER, {}, [])
    return decision === SamplingDecision.RECORD_AND_SAMPLED
  }
  const sampled = () =>
    Array.from({ length: 100 }, () => decide(true, TraceFlags.SAMPLED)).filter(Boolean).length
  expect(sampled()).toBe(10)
  // Spans inside of a trace that was begun are not counted.
  expect(decide(false, TraceFlags.SAMPLED)).toBe(true)
  expect(decide(true, TraceFlags.NONE)).toBe(false)
  now = 999
  expect(sampled()).toBe(0)
  now = 1000
  expect(sampled()).toBe(10)
})
