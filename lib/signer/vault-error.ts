import { retryAfterSeconds } from '#lib/retry-after.ts'
import { Throttled } from './pace.ts'

/**
 * What a vault, or the way to it, answered instead of what was asked. The errors of Azure's library hold the
 * whole request with its token, so they never become a cause: only what is read here does.
 */
export type VaultTrouble = {
  /** HTTP status; null when there was no answer. */
  readonly status: number | null
  /** The service's own codes, such as `Forbidden/KeyDisabled`, or that of the connection, as `ECONNRESET`. */
  readonly code: string
  /** Milliseconds after which the vault may be asked again; null where it does not say. */
  readonly retryAfterMs: number | null
  /** By which Microsoft finds the call (`x-ms-request-id`). */
  readonly requestId: string | null
}

export function readVaultTrouble(error: unknown): VaultTrouble {
  const headers = headersOf(error)
  return {
    status: numberOr(property(error, 'statusCode')),
    code: codesOf(error),
    retryAfterMs: headers && retryAfterOf(headers),
    requestId: headers?.get('x-ms-request-id') ?? null,
  }
}

/** Gives the error for the log, or Throttled. */
export function asVaultError(error: unknown): Error {
  const trouble = readVaultTrouble(error)
  if (trouble.status === 429) return new Throttled(trouble.retryAfterMs)
  return new Error(sayVaultTrouble(trouble))
}

/** For people: `the vault says 403 Forbidden/KeyDisabled (request 1234)`. */
export function sayVaultTrouble({ status, code, requestId }: VaultTrouble): string {
  const what =
    status === null ? `no answer of the vault: ${code}` : `the vault says ${status} ${code}`
  return requestId === null ? what : `${what} (request ${requestId})`
}

type Headers = { readonly get: (name: string) => string | undefined }

function headersOf(error: unknown): Headers | null {
  const headers = property(property(error, 'response'), 'headers')
  return typeof headers === 'object' && headers !== null && 'get' in headers
    ? // The library's own type, of which only this is used.
      (headers as Headers)
    : null
}

/** Some eleven days; nobody waits as long. */
const RETRY_AFTER_MAX_SECONDS = 999_999

function retryAfterOf(headers: Headers): number | null {
  const seconds = retryAfterSeconds(headers.get('retry-after'))
  return seconds === null ? null : Math.min(seconds, RETRY_AFTER_MAX_SECONDS) * 1000
}

/** The vault's codes go from the general to the particular: `error.code`, `error.innererror.code`, … */
function codesOf(error: unknown): string {
  const codes: string[] = []
  let at = property(property(error, 'details'), 'error')
  while (typeof at === 'object' && at !== null && codes.length < 4) {
    const code = property(at, 'code')
    if (typeof code === 'string') codes.push(code)
    at = property(at, 'innererror') ?? property(at, 'innerError')
  }
  if (codes.length > 0) return codes.join('/').slice(0, 200)
  const [code, name] = [property(error, 'code'), property(error, 'name')]
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function numberOr(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
