import type { TestSite } from './site.ts'

/** Reads the sandbox's Graph as an application with its own token. */
export type Graph = {
  readonly raw: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>
  readonly get: (path: string) => Promise<{ readonly status: number; readonly body: Body }>
  /** Sends this as a batch, as JSON unless it is text already. */
  readonly post: (path: string, body: unknown, type?: string) => Promise<Response>
  /** Gives all pages of a delta query from this path on, and the path of the next round. */
  readonly delta: (path: string) => Promise<{
    readonly value: readonly Record<string, unknown>[]
    readonly link: string
    readonly pages: number
  }>
}

export type Body = {
  value: Record<string, unknown>[]
  error: { code: string; message: string; innerError: Record<string, string> }
  [link: string]: unknown
}

export async function graphOf(site: TestSite): Promise<Graph> {
  const token = await site.graphToken()
  const root = `${site.sandbox.url}/graph/`

  const raw = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(root + path.replace(root, ''), {
      headers: { authorization: `Bearer ${token}`, ...headers },
    })
  const post = (path: string, body: unknown, type = 'application/json') =>
    fetch(root + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const get = async (path: string) => {
    const answer = await raw(path)
    return { status: answer.status, body: (await answer.json()) as Body }
  }
  const delta = async (path: string) => {
    const value: Record<string, unknown>[] = []
    let next = path
    for (let pages = 1; ; pages += 1) {
      const { body } = await get(next)
      value.push(...body.value)
      const link = body['@odata.deltaLink']
      if (typeof link === 'string') return { value, link, pages }
      next = String(body['@odata.nextLink'])
    }
  }
  return { raw, get, post, delta }
}
