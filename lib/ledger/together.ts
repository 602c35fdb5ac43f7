type Steps<Results extends readonly unknown[]> = {
  readonly [Index in keyof Results]: () => Results[Index] | Promise<Results[Index]>
}

/**
 * Runs steps side by side, so that what they send to PostgreSQL shares round trips, and ends when all have ended: a
 * step that went on after another's error would write when the transaction is rolled back, and so outside of it. Of
 * several errors that of the first step is thrown; PostgreSQL refuses with errors of their own what follows an error.
 */
export async function together<Results extends readonly unknown[]>(
  ...steps: Steps<Results>
): Promise<Results> {
  const results = await Promise.allSettled(steps.map(async (step) => step()))
  const values = results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
  // One result of each step, in their order.
  return values as unknown as Results
}
