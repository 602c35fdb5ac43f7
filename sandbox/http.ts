import type { IncomingMessage, ServerResponse } from 'node:http'

const BODY_MAX = 64 * 1024
const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A refusal: status and a sentence for the caller. */
export class HttpError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'HttpError'
    this.status = status
  }
}

/** Gives the body as text. Throws HttpError 413 above 64 KiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > BODY_MAX) throw new HttpError(413, 'The body is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(text)
}

/** Sends a page. `forms` are the addresses to which its forms may lead, redirects included. */
export function sendHtml(
  response: ServerResponse,
  status: number,
  page: string,
  forms: readonly string[],
): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(page),
    'cache-control': 'no-store',
    ...PAGE_HEADERS,
    'content-security-policy': `${PAGE_POLICY}; form-action ${forms.join(' ')}`,
  })
  response.end(page)
}

/** No script, nothing from other addresses, no frame around the page. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"

export const PAGE_HEADERS = {
  'content-security-policy': PAGE_POLICY,
  // With no-referrer a form's own Origin would be "null".
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const

/** Whether the other end of the socket is on this machine. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address ?? '')
}

/** Whether a Host header names this machine, which it does not in requests from a page of another site. */
export function isLoopbackHost(host: string | undefined): boolean {
  return LOOPBACK_NAMES.has((host ?? '').toLowerCase().replace(/:\d{1,5}$/, ''))
}
