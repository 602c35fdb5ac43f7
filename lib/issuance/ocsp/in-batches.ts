type Waiting<In, Out> = {
  readonly input: In
  readonly resolve: (value: Out) => void
  readonly reject: (error: unknown) => void
}

/**
 * Collects the calls of one turn of the event loop and does them together after it: first all the work, then
 * all results are delivered. Signatures in a batch cost half as much as signatures between two network
 * answers. A batch has at most `sizeMax` calls, so that others get a turn.
 */
export function inBatches<In, Out>(
  work: (input: In) => Out,
  sizeMax: number,
): (input: In) => Promise<Out> {
  const queue: Waiting<In, Out>[] = []
  const run = () => {
    const batch = queue.splice(0, sizeMax)
    if (queue.length > 0) setImmediate(run)
    const tells = batch.map((one) => attempt(work, one))
    for (const tell of tells) tell()
  }
  return (input) =>
    new Promise((resolve, reject) => {
      if (queue.length === 0) setImmediate(run)
      queue.push({ input, resolve, reject })
    })
}

function attempt<In, Out>(
  work: (input: In) => Out,
  { input, resolve, reject }: Waiting<In, Out>,
): () => void {
  try {
    const value = work(input)
    return () => resolve(value)
  } catch (error) {
    return () => reject(error)
  }
}
