import { expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { CSR_CORPUS } from '#lib/pki/testing/csr-corpus.ts'
import { newKey } from '#lib/pki/testing/make-csr.ts'
import { PROBLEMS } from '#lib/problem.ts'
import { parseCsr } from './csr.ts'

const key = newKey('ec-p256')

test.each(CSR_CORPUS)('$id: $title', ({ build, expect: answer }) => {
  const der = build(key)
  const error = refusalOf(der)
  expect({ code: error.code, rule: error.rule }, error.message).toEqual({
    code: answer.code,
    rule: answer.rule ?? null,
  })
  expect(PROBLEMS[error.code].status).toBe(answer.status)
  // A sentence for people: it begins with a capital letter and ends with a full stop, on one line.
  expect(error.message).toMatch(/^[A-Z][ -~]*\.$/)
  expect(Math.min(...[1, 2, 3].map(() => timeMs(() => refusalOf(der))))).toBeLessThan(10)
})

function refusalOf(der: Uint8Array): LatchkeyError {
  try {
    parseCsr(der)
  } catch (error) {
    if (error instanceof LatchkeyError) return error
    throw error
  }
  throw new Error('The request was accepted.')
}

function timeMs(run: () => unknown): number {
  const started = performance.now()
  run()
  return performance.now() - started
}
