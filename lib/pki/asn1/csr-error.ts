import { LatchkeyError } from '#lib/errors.ts'

/** The three ways in which a CSR is refused before policy sees it. */

/** The octets are not a CSR, or not in the one form that we read. */
export function malformedCsr(what: string, cause?: unknown): LatchkeyError {
  return new LatchkeyError('malformed_csr', `The request cannot be read: ${what}.`, { cause })
}

/** The CSR is readable and asks for something that nobody gets. */
export function refusedCsr(rule: string, message: string, remedy?: string): LatchkeyError {
  return new LatchkeyError(
    'policy_violation',
    message,
    remedy === undefined ? { rule } : { rule, remedy },
  )
}

/** Runs a reader; where the DER itself is wrong, says so as 'malformed_csr'. */
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
