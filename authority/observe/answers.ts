import type { App } from '#authority/http/schema.ts'

/** One answer of a listener, after it was sent. */
export type Answered = {
  /** The route's pattern, never the path; null where there is no such route. */
  readonly route: string | null
  readonly method: string
  readonly status: number
  readonly seconds: number
}

/** Counts every answer of these routes. */
export function countAnswers(app: App, answered: (answer: Answered) => void): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? null : (request.routeOptions.url ?? null)
    const seconds = reply.elapsedTime / 1000
    answered({ route, method: request.method, status: reply.statusCode, seconds })
    done()
  })
}
