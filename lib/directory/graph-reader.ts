import { randomUUID } from 'node:crypto'
import type { Outcome } from './graph-answer.ts'
import { callOnce, pause, type Question } from './graph-http.ts'
import { type GraphClientOptions, openGraphTokens } from './graph-token.ts'

/** Gives the body of an answer, or null for a 404 about the object itself. */
export type Read = (url: URL, headers?: Readonly<Record<string, string>>) => Promise<unknown>

export type Reader = {
  /** Asks again where that may help, as often and as long as the question's budget allows. */
  readonly read: Read
  /** Sent once, but for a token that is not taken any more. */
  readonly write: (url: URL, method: 'POST' | 'PATCH', body: string) => Promise<unknown>
}

/** One call that somebody waits for. */
type Asked = {
  readonly url: URL
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Reads and writes as an application with one token, which is renewed in time. */
export function openReader(options: GraphClientOptions): (question: Question) => Reader {
  const tokens = openGraphTokens(options)

  async function settle(question: Question, asked: Asked, retriesMax: number): Promise<unknown> {
    let renewed = false
    for (let attempt = 0; ; attempt += 1) {
      const token = await tokens.current()
      const outcome = await send(question, token, asked)
      if (outcome.kind === 'answer') return outcome.body
      if (outcome.trouble.status === 401 && !renewed) {
        // The token may have been revoked before its time; a second 401 means that it is not that.
        renewed = true
        tokens.forget(token)
        continue
      }
      if (!outcome.again || attempt >= retriesMax) throw outcome.trouble
      await pause(question, outcome.trouble, attempt)
    }
  }

  return (question) => ({
    read: (url, headers = {}) =>
      settle(question, { url, method: 'GET', headers }, question.budget.retriesMax),
    write: (url, method, body) => {
      const headers = { 'content-type': 'application/json' }
      return settle(question, { url, method, headers, body }, 0)
    },
  })
}

function send(question: Question, token: string, { url, ...asked }: Asked): Promise<Outcome> {
  const headers = {
    ...asked.headers,
    authorization: `Bearer ${token}`,
    'x-ms-throttle-priority': question.budget.priority,
  }
  return callOnce(url, { ...asked, headers, id: randomUUID() }, question)
}
