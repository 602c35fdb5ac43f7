import { LatchkeyError } from '#lib/errors.ts'

/** Whether an error means that the directory did not answer, or not in a form that can be trusted. */
export function isDirectoryUnavailable(error: unknown): error is LatchkeyError {
  return error instanceof LatchkeyError && error.code === 'directory_unavailable'
}

/** For how long the directory wants to be left alone (Retry-After), in milliseconds; null where it did not say. */
export function askedToWaitMs({ cause }: LatchkeyError): number | null {
  const seconds = cause instanceof Error && 'retryAfter' in cause ? cause.retryAfter : null
  return typeof seconds === 'number' ? seconds * 1000 : null
}

/** Gives the answer to the question; null when the directory fails. */
export async function orNull<T>(question: () => Promise<T>): Promise<T | null> {
  try {
    return await question()
  } catch (error) {
    if (isDirectoryUnavailable(error)) return null
    throw error
  }
}
