import type { Logger } from 'pino'

/** The codes of an error from Entra, without its sentences, which name people and devices. */
export type EntraError = {
  /** OAuth's error code (RFC 6749 sections 4.1.2.1 and 5.2), such as `invalid_client`. */
  readonly oauthError?: string
  /** Entra's error number, such as `AADSTS7000215`. */
  readonly aadsts?: string
  /** By these ids and the time Microsoft's support finds the request. */
  readonly traceId?: string
  readonly correlationId?: string
  readonly timestamp?: string
}

const FIELDS = {
  oauthError:
    /(?<![\w.-])((?:access|invalid|unauthorized|unsupported|interaction|consent|login|server|temporarily)_\w{1,40})/,
  aadsts: /(AADSTS\d{4,9})/,
  traceId: /Trace ID: ([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/i,
  correlationId: /Correlation ID: ([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/i,
  timestamp: /Timestamp: (\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ)/i,
} as const satisfies Record<keyof EntraError, RegExp>

/** Gives next-auth's logger: it is called with a code of next-auth and details of the error. */
export function signInLog(log: Pick<Logger, 'warn'>) {
  return {
    error: (code: string, details?: unknown) =>
      log.warn({ code, ...entraErrorOf(details) }, 'sign-in failed'),
    warn: () => undefined,
    debug: () => undefined,
  }
}

const TEXT_MAX = 8192

/** Finds Entra's codes in a sign-in library's error, in whichever member they are. */
export function entraErrorOf(details: unknown): EntraError {
  const text = textsOf(details, 0).join('\n').slice(0, TEXT_MAX)
  const found = Object.entries(FIELDS).flatMap(([name, pattern]) => {
    const value = pattern.exec(text)?.[1]
    return value === undefined ? [] : [[name, value]]
  })
  return Object.fromEntries(found)
}

const DEPTH_MAX = 3
const MEMBERS = ['error', 'error_description', 'message', 'cause'] as const

function textsOf(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return []
  return MEMBERS.flatMap((name) => textsOf(Reflect.get(value, name), depth + 1))
}
