import { isAfterError } from './database-errors.ts'

type Steps<Results extends readonly unknown[]> = {
  readonly [Index in keyof Results]: () => Results[Index] | Promise<Results[Index]>
}

/**
 * Runs steps side by side, so that what they send to PostgreSQL shares round trips, and ends when all have ended: a
 * step that went on after another's error would write when the transaction is rolled back, and so outside of it. Of
 * several errors the first is thrown that does not follow another: PostgreSQL refuses what it gets after an error, and
 * what waits to be gathered is sent after what does not.
 */
export async function together<Results extends readonly unknown[]>(
  ...steps: Steps<Results>
): Promise<Results> {
  const results = await Promise.allSettled(steps.map(async (step) => step()))
  const errors = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  if (errors.length > 0) throw errors.find((error) => !isAfterError(error)) ?? errors[0]
  // One result of each step, in their order.
  return results.flatMap((one) =>
    one.status === 'fulfilled' ? [one.value] : [],
  ) as unknown as Results
}
