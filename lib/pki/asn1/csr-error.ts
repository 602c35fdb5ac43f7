import { LatchkeyError } from '#lib/errors.ts'

/** The errors by which a CSR is refused before policy evaluates it. */

/** Makes the error for octets that are no CSR in DER (RFC 2986), code 'malformed_csr'. */
export function malformedCsr(what: string, cause?: unknown): LatchkeyError {
  return new LatchkeyError('malformed_csr', `The request cannot be read: ${what}.`, { cause })
}

/** Makes the error for a CSR that asks for what no profile contains, code 'policy_violation' with the rule. */
export function refusedCsr(rule: string, message: string, remedy?: string): LatchkeyError {
  return new LatchkeyError(
    'policy_violation',
    message,
    remedy === undefined ? { rule } : { rule, remedy },
  )
}

/**
 * Runs a reader of a CSR. The DER reader throws 'malformed_request' for every kind of input; here that
 * becomes 'malformed_csr'. Other errors pass unchanged.
 */
export function readStrictly<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof LatchkeyError && error.code === 'malformed_request') {
      throw new LatchkeyError('malformed_csr', error.message, { cause: error })
    }
    throw error
  }
}
