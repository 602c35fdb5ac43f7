/** Limits of a request over the network, so that a server that is silent or sends without end is given up. */
export type Bounds = { readonly timeoutMs: number; readonly octetsMax: number }

export type Reply = {
  readonly status: number
  readonly etag: string | null
  readonly body: Uint8Array<ArrayBuffer>
}

/**
 * Makes a request and reads at most `octetsMax`. Throws when no answer comes in time, or when it is too long.
 */
export async function ask(
  url: string,
  init: RequestInit & { readonly headers?: Readonly<Record<string, string>> },
  bounds: Bounds,
): Promise<Reply> {
  const response = await fetch(url, {
    ...init,
    // Unpacking pauses fetch, and where the connection is closed meanwhile Node 24.21 throws what nobody can catch.
    headers: { 'accept-encoding': 'identity', ...init.headers },
    cache: 'no-store',
    // Only configured addresses are asked, not those to which a redirect points.
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
    // Leaving the loop closes the connection.
    if (octets > max) throw new Error(`more than ${max} octets`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
