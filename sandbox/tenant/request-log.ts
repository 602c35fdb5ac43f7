/** The requests that Graph got, for tests that count calls. */
export type RequestLog = {
  /** HTTP calls; a batch is one. */
  httpCalls: number
  /** Questions; each request within a batch is one. */
  total: number
  /** By call, such as `GET beta/deviceManagement/managedDevices/{id}`. */
  readonly byCall: Map<string, number>
  /** By each object id in the address, in lower case. */
  readonly byObject: Map<string, number>
  /** The latest ones, oldest first. */
  readonly latest: LoggedRequest[]
}

export type LoggedRequest = {
  readonly at: string
  readonly method: string
  /** With its query, decoded: `v1.0/users/delta?$select=id`. */
  readonly url: string
  readonly clientRequestId: string | null
  status: number | null
}

const LATEST_MAX = 1000
const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi

export function createRequestLog(): RequestLog {
  return { httpCalls: 0, total: 0, byCall: new Map(), byObject: new Map(), latest: [] }
}

export function clearRequestLog(log: RequestLog): void {
  log.httpCalls = 0
  log.total = 0
  log.byCall.clear()
  log.byObject.clear()
  log.latest.length = 0
}

export function countHttpCall(log: RequestLog): void {
  log.httpCalls += 1
}

/** Counts one question; `status` is set when it is answered. */
export function logRequest(
  log: RequestLog,
  method: string,
  url: string,
  clientRequestId: string | null,
): LoggedRequest {
  const entry = { at: new Date().toISOString(), method, url, clientRequestId, status: null }
  const [path = ''] = url.split('?')
  log.total += 1
  count(log.byCall, `${method} ${path.replace(GUID, '{id}')}`)
  for (const id of new Set(url.toLowerCase().match(GUID))) count(log.byObject, id)
  log.latest.push(entry)
  if (log.latest.length > LATEST_MAX) log.latest.shift()
  return entry
}

/** The answer of `GET /sandbox/requests`. */
export function requestsView(log: RequestLog) {
  return {
    ...requestCountsView(log),
    byObject: Object.fromEntries(log.byObject),
    latest: log.latest,
  }
}

export function requestCountsView({ httpCalls, total, byCall }: RequestLog) {
  return { httpCalls, total, byCall: Object.fromEntries(byCall) }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
