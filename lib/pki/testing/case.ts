import type { KeyObject } from 'node:crypto'
import type { ErrorCode } from '#lib/errors.ts'
import { type CsrWish, makeCsr } from './make-csr.ts'

/** One hostile CSR and the answer that it must get, from parseCsr and over HTTP alike. */
export type CsrCase = {
  readonly id: string
  readonly title: string
  /** Signs with the given key, EC P-256, unless the fault is in the key itself. */
  readonly build: (key: KeyObject) => Uint8Array
  readonly expect: {
    readonly status: 400 | 413 | 422
    readonly code: ErrorCode
    readonly rule?: string
  }
}

/** An honest CSR for a person; a case changes one fact of it. */
export const HONEST = { commonName: 'Alice Adler', upn: 'alice@contoso.example' } as const

export const MALFORMED = { status: 400, code: 'malformed_csr' } as const
export const BAD_SIGNATURE = { status: 400, code: 'bad_signature' } as const
export const WEAK_KEY = { status: 422, code: 'weak_key', rule: 'key' } as const

export function refused(rule: string): CsrCase['expect'] {
  return { status: 422, code: 'policy_violation', rule }
}

/** A case that changes what is wished for. */
export function wishCase(
  id: string,
  title: string,
  change: CsrWish,
  expect: CsrCase['expect'],
): CsrCase {
  return { id, title, build: (key) => makeCsr({ ...HONEST, ...change, key }).der, expect }
}
