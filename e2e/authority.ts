import { request } from '@playwright/test'
import { authorityTlsUrl } from './stack.ts'

/** Asks the authority as a script of this person would, over https; gives status and body. */
export async function callAuthority(
  route: string,
  token: string,
  { type, body }: { readonly type?: string; readonly body?: string | Buffer } = {},
  method = body === undefined ? 'GET' : 'POST',
): Promise<{ readonly status: number; readonly body: Buffer }> {
  // The https certificate is the sandbox's own.
  const context = await request.newContext({ ignoreHTTPSErrors: true })
  const answer = await context.fetch(`${authorityTlsUrl}${route}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(type && { 'content-type': type }) },
    ...(body !== undefined && { data: body }),
  })
  const received = { status: answer.status(), body: await answer.body() }
  await context.dispose()
  return received
}
