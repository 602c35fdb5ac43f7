import { LatchkeyError } from '#lib/errors.ts'

/** Whether the directory did not answer, or not in a way that can be believed. */
export function isDirectoryUnavailable(error: unknown): error is LatchkeyError {
  return error instanceof LatchkeyError && error.code === 'directory_unavailable'
}

/** What the question gives; null when the directory is failing. */
export async function orNull<T>(question: () => Promise<T>): Promise<T | null> {
  try {
    return await question()
  } catch (error) {
    if (isDirectoryUnavailable(error)) return null
    throw error
  }
}
