import { type CryptoKey, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'

/**
 * The tenant's signing keys, as its JWKS endpoint publishes them. Who controls that endpoint can
 * sign in as anyone, so its address comes from the configuration alone: nothing in a token (`jku`,
 * `x5u`, `jwk`) is ever looked at.
 *
 * Keys are read again in the background each hour, so that a withdrawn key goes. While the endpoint is down
 * they are good for 24 hours; after that nobody gets in. A key id that is not known reads the set
 * once more, since Entra may have rotated; attackers make up key ids, so reading is rationed.
 */
export type KeySet = {
  /**
   * The key with this id, or null when the tenant has none. Throws
   * LatchkeyError('directory_unavailable') when there are no keys to judge by.
   */
  readonly find: (keyId: string) => Promise<FoundKey | null>
  /** Counts up with each change of keys; null while there are none that may be used. */
  readonly generation: () => number | null
}

export type FoundKey = { readonly key: CryptoKey; readonly generation: number }

const REFRESH_MS = 60 * 60 * 1000
const MAX_AGE_MS = 24 * 60 * 60 * 1000
const FETCH_TIMEOUT_MS = 5000
const KEYS_MAX_CHARS = 256 * 1024
const READS_AT_ONCE = 5
const READ_EVERY_MS = 5000

type Keys = {
  readonly byId: ReadonlyMap<string, FoundKey>
  readonly text: string
  readonly readAt: number
  readonly generation: number
}

/** Opens the key set at this address. Nothing is read before the first token comes. */
export function openKeySet(url: string, now: () => Date): KeySet {
  const allowance = allowanceOf(READS_AT_ONCE, READ_EVERY_MS)
  let keys: Keys | null = null
  let reading: Promise<boolean> | null = null
  let lastFailure: unknown = null

  const age = () => (keys === null ? Number.POSITIVE_INFINITY : now().getTime() - keys.readAt)

  /** True when the set was read. All who ask meanwhile share one request. */
  const read = (): Promise<boolean> => {
    if (reading !== null) return reading
    if (!allowance.take(now().getTime())) return Promise.resolve(false)
    reading = fetchKeys(url, now, keys)
      .then(
        (fresh) => {
          keys = fresh
          return true
        },
        (error: unknown) => {
          lastFailure = error
          return false
        },
      )
      .finally(() => {
        reading = null
      })
    return reading
  }

  const usable = (): Keys | null => {
    if (age() > REFRESH_MS && keys !== null) void read()
    return age() <= MAX_AGE_MS ? keys : null
  }

  return {
    generation: () => usable()?.generation ?? null,
    find: async (keyId) => {
      const known = usable()?.byId.get(keyId)
      if (known !== undefined) return known
      // Either there are no keys at all, or the key is new since they were read.
      const wasRead = await read()
      const current = usable()
      if (current === null) throw unavailable(lastFailure)
      const found = current.byId.get(keyId)
      if (found !== undefined) return found
      // A rotation that cannot be seen is trouble of ours, not a bad token.
      if (!wasRead && age() > REFRESH_MS) throw unavailable(lastFailure)
      return null
    },
  }
}

function unavailable(cause: unknown): LatchkeyError {
  return new LatchkeyError(
    'directory_unavailable',
    'The sign-in service is not answering, so your access token cannot be checked.',
    { remedy: 'Try again in a few seconds.', retryAfterSeconds: 5, cause },
  )
}

const keySetSchema = z.object({
  keys: z.array(z.record(z.string(), z.unknown())).max(100),
})

const signingKeySchema = z.object({
  kty: z.literal('RSA'),
  kid: z.string().min(1).max(200),
  use: z.literal('sig').optional(),
  alg: z.literal('RS256').optional(),
  n: z.string().min(342).max(1368),
  e: z.string().min(1).max(8),
})

async function fetchKeys(url: string, now: () => Date, before: Keys | null): Promise<Keys> {
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    headers: { accept: 'application/json' },
  })
  if (!response.ok) throw new Error(`The key set was answered with ${response.status}.`)
  const text = await response.text()
  if (text.length > KEYS_MAX_CHARS) throw new Error('The key set is too large.')

  const readAt = now().getTime()
  if (text === before?.text) return { ...before, readAt }
  const generation = (before?.generation ?? 0) + 1
  const byId = new Map<string, FoundKey>()
  for (const entry of keySetSchema.parse(JSON.parse(text)).keys) {
    // Keys for other purposes, and other kinds of keys, are none of ours.
    const parsed = signingKeySchema.safeParse(entry)
    if (!parsed.success || byId.has(parsed.data.kid)) continue
    const { kty, n, e } = parsed.data
    const jwk: JWK = { kty, n, e }
    const key = await importJWK(jwk, 'RS256')
    if (!(key instanceof Uint8Array)) byId.set(parsed.data.kid, { key, generation })
  }
  if (byId.size === 0) throw new Error('The key set has no key that signs with RS256.')
  return { byId, text, readAt, generation }
}

/** A bucket of `max` that gains one every `everyMs`. */
function allowanceOf(max: number, everyMs: number): { take: (at: number) => boolean } {
  let left = max
  let since = 0
  return {
    take: (at) => {
      const gained = Math.floor((at - since) / everyMs)
      if (gained > 0) {
        left = Math.min(max, left + gained)
        since = left === max ? at : since + gained * everyMs
      }
      if (left === 0) return false
      left -= 1
      return true
    },
  }
}
