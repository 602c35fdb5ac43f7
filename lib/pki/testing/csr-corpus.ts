import type { CsrCase } from './case.ts'
import { ENCODING_CASES } from './encoding-cases.ts'
import { KEY_CASES } from './key-cases.ts'
import { NAME_ENCODING_CASES } from './name-encoding-cases.ts'
import { POLICY_CASES } from './policy-cases.ts'

/**
 * Hostile certification requests, each with the one answer that it must get: from parseCsr, and
 * over HTTP from every route that takes a CSR, whoever is signed in. Ids as in the attack corpus:
 * ENC for encodings, POL for what is asked, KEY for keys.
 */
export const CSR_CORPUS: readonly CsrCase[] = [
  ...ENCODING_CASES,
  ...NAME_ENCODING_CASES,
  ...POLICY_CASES,
  ...KEY_CASES,
]
