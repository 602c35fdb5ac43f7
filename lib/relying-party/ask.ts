/** What a question over the network may take, so that a silent or endless answer ends. */
export type Bounds = { readonly timeoutMs: number; readonly octetsMax: number }

export type Reply = {
  readonly status: number
  readonly etag: string | null
  readonly body: Uint8Array<ArrayBuffer>
}

/** Asks, and reads no more than allowed. Throws when nothing answers in time, or with too much. */
export async function ask(url: string, init: RequestInit, bounds: Bounds): Promise<Reply> {
  const response = await fetch(url, {
    ...init,
    cache: 'no-store',
    // What is asked is what was configured, never where that points to.
    redirect: 'error',
    signal: AbortSignal.timeout(bounds.timeoutMs),
  })
  const body = await readAtMost(response, bounds.octetsMax)
  return { status: response.status, etag: response.headers.get('etag'), body }
}

async function readAtMost(response: Response, max: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let octets = 0
  for await (const chunk of response.body ?? []) {
    octets += chunk.length
    // Leaving the loop ends the connection.
    if (octets > max) throw new Error(`more than ${max} octets`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
