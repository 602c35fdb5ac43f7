import { readFileSync } from 'node:fs'
import https from 'node:https'
import type { Config } from '#lib/config.ts'

/** A script that gets and revokes certificates, and tries again as one does: after what the answer says. */
export type Client = {
  /** Posts a CSR until there is a certificate; gives it and how often it asked. Throws what is no use to repeat. */
  readonly certificate: (csr: Uint8Array) => Promise<Tried>
  readonly revoke: (serial: string) => Promise<Tried>
}

export type Tried = {
  readonly body: Buffer
  readonly tries: number
  readonly ms: number
  /** Why earlier tries failed: a status, or the code of an error. */
  readonly failures: readonly string[]
}

type Answer = { readonly status: number; readonly retryAfter: number | null; readonly body: Buffer }

const REQUEST_MAX_MS = 20_000
const GIVE_UP_MS = 90_000
const PAUSE_MS = 250

export function makeClient(
  config: Config,
  { token, tlsCaFile }: { readonly token: string; readonly tlsCaFile: string },
): Client {
  const agent = new https.Agent({ keepAlive: true, ca: readFileSync(tlsCaFile) })
  const post = (route: string, type: string, body: Uint8Array) =>
    send(new URL(route, config.authorityUrl), agent, {
      ...{ authorization: `Bearer ${token}`, 'content-type': type },
      body,
    })
  return {
    certificate: (csr) => untilDone(() => post('/api/csr', 'application/pkcs10', csr)),
    revoke: (serial) =>
      untilDone(() =>
        post(
          `/api/me/certificates/${serial}/revoke`,
          'application/json',
          Buffer.from(JSON.stringify({ reason: 'keyCompromise' })),
        ),
      ),
  }
}

async function untilDone(ask: () => Promise<Answer>): Promise<Tried> {
  const started = performance.now()
  const failures: string[] = []
  for (let tries = 1; ; tries++) {
    const answer = await ask().catch((error: unknown) => codeOf(error))
    if (typeof answer !== 'string' && (answer.status === 200 || isDone(answer))) {
      return { body: answer.body, tries, ms: performance.now() - started, failures }
    }
    const isFinal = typeof answer !== 'string' && !mayRepeat(answer)
    const why = typeof answer === 'string' ? answer : `${answer.status} ${problemOf(answer.body)}`
    if (isFinal || performance.now() - started > GIVE_UP_MS) {
      throw new Error(`Refused after ${tries} tries: ${[...failures, why].join(', ')}`)
    }
    failures.push(why)
    const wait = typeof answer === 'string' ? null : answer.retryAfter
    await new Promise((resolve) => setTimeout(resolve, Math.min(wait ?? PAUSE_MS, 2000)))
  }
}

function mayRepeat({ status, body }: Answer): boolean {
  return status >= 500 || status === 429 || problemOf(body) === 'in_progress'
}

/** The answer to an earlier try was lost on its way. */
function isDone({ status, body }: Answer): boolean {
  return status === 409 && problemOf(body) === 'already_revoked'
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function problemOf(body: Buffer): string {
  return /"code":"(\w+)"/.exec(body.toString())?.[1] ?? ''
}

function send(
  url: URL,
  agent: https.Agent,
  {
    body,
    ...headers
  }: { readonly body: Uint8Array } & Readonly<Record<string, string | Uint8Array>>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      url,
      { method: 'POST', agent, headers: headers as Record<string, string> },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.once('error', reject)
        response.once('end', () => {
          const seconds = Number(response.headers['retry-after'] ?? Number.NaN)
          const retryAfter = Number.isFinite(seconds) ? seconds * 1000 : null
          resolve({ status: response.statusCode ?? 0, retryAfter, body: Buffer.concat(parts) })
        })
      },
    )
    request.setTimeout(REQUEST_MAX_MS, () =>
      request.destroy(Object.assign(new Error('no answer'), { code: 'TIMEOUT' })),
    )
    request.once('error', reject)
    request.end(body)
  })
}
