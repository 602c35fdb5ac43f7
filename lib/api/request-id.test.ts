import { expect, test } from 'vitest'
import { requestIdIn } from './request-id.ts'

const UUID = '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9'
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`

test.each([
  ['a UUID', { 'x-request-id': UUID }, UUID],
  ['a UUID in capitals', { 'x-request-id': UUID.toUpperCase() }, UUID],
  ['what nginx makes', { 'x-request-id': TRACE }, TRACE],
  ['a trace', { traceparent: PARENT }, TRACE],
  ['its own name before the trace', { 'x-request-id': UUID, traceparent: PARENT }, UUID],
  ['the trace where the name is none', { 'x-request-id': 'me', traceparent: PARENT }, TRACE],
])('%s is kept', (_, headers: Record<string, string>, expected) => {
  expect(requestIdIn((name) => headers[name])).toBe(expected)
})

test.each([
  ['nothing', {}],
  ['words', { 'x-request-id': 'alice@contoso.example' }],
  ['a UUID with more behind it', { 'x-request-id': `${UUID}\nx` }],
  ['half of the hyphens', { 'x-request-id': '0b1c2d3e-4f5046178293a4b5c6d7e8f9' }],
  ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
  ['another version of the trace', { traceparent: PARENT.replace('00-', 'ff-') }],
])('%s is no name', (_, headers: Record<string, string>) => {
  expect(requestIdIn((name) => headers[name])).toBeNull()
})
