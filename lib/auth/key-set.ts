import { type CryptoKey, createRemoteJWKSet, customFetch, errors } from 'jose'
import { z } from 'zod'
import { boundedFetch, signInUnavailable } from './sign-in-service.ts'

/**
 * The tenant's signing keys, as its JWKS endpoint publishes them. Who controls that endpoint can
 * sign in as anyone, so its address comes from the configuration alone: nothing in a token (`jku`,
 * `x5u`, `jwk`) is ever looked at.
 *
 * Keys are read again in the background each hour, so that a withdrawn key goes. While the endpoint
 * is down they are good for 24 hours; after that nobody gets in. A key id that is not known reads
 * the keys once more, since Entra may have rotated, and those of our own application (`?appid=`), by
 * which Entra signs where claims are mapped. Anyone can make up key ids, so that happens at most
 * once in five minutes; the readings of each hour do not count towards it, so a rotation is seen at
 * once unless somebody made one up just before it.
 */
export type KeySet = {
  /**
   * The key with this id, or null when the tenant has none. Throws
   * LatchkeyError('directory_unavailable') when there are no keys to verify with.
   */
  readonly find: (keyId: string) => Promise<FoundKey | null>
  /** Another text after each change of keys; null while there are none that may be used. */
  readonly generation: () => string | null
}

export type FoundKey = { readonly key: CryptoKey; readonly generation: string }

const REFRESH_MS = 60 * 60 * 1000
const MAX_AGE_MS = 24 * 60 * 60 * 1000
const UNKNOWN_EVERY_MS = 5 * 60 * 1000
const READ_EVERY_MS = 5000
const OCTETS_MAX = 256 * 1024

/** Opens the key set at this address. Nothing is read before the first token comes. */
export function openKeySet(url: string, apiClientId: string, now: () => Date): KeySet {
  const tenant = openSource(new URL(url), now)
  const application = openSource(withApplication(url, apiClientId), now)
  let unknownAt = Number.NEGATIVE_INFINITY
  let rereading: Promise<void> | null = null
  let isSeen = true

  const generation = (): string | null =>
    tenant.isUsable() ? `${tenant.generation()} ${application.generation()}` : null

  /** The key that signed last: as long as no keys were read since, jose would give the same one. */
  let last: (FoundKey & { readonly keyId: string }) | null = null

  const known = async (keyId: string): Promise<FoundKey | null> => {
    const at = generation()
    if (at === null) return null
    if (last?.keyId === keyId && last.generation === at) return last
    const key = (await tenant.key(keyId)) ?? (await application.key(keyId))
    if (key !== null) last = { key, generation: at, keyId }
    return key && { key, generation: at }
  }

  /** Reads for a key id that is not known. All who ask meanwhile share it. */
  const readAgain = (keyId: string, isFresh: boolean): Promise<void> => {
    if (rereading !== null) return rereading
    if (now().getTime() - unknownAt < UNKNOWN_EVERY_MS) return Promise.resolve()
    unknownAt = now().getTime()
    rereading = (async () => {
      isSeen = isFresh || (await tenant.read())
      if ((await tenant.key(keyId)) === null) await application.read()
    })().finally(() => {
      rereading = null
    })
    return rereading
  }

  return {
    generation,
    find: async (keyId) => {
      const found = await known(keyId)
      if (found !== null) return found
      const isFresh = !tenant.isUsable() && (await tenant.readSoon())
      if (!tenant.isUsable()) throw signInUnavailable(tenant.lastFailure())
      const first = isFresh ? await known(keyId) : null
      if (first !== null) return first
      await readAgain(keyId, isFresh)
      const second = await known(keyId)
      // A rotation that cannot be seen is an error of ours, not a bad token.
      if (second === null && !isSeen) throw signInUnavailable(tenant.lastFailure())
      return second
    },
  }
}

/** Entra's address of the keys that sign for one application: the tenant's, and its own where it has some. */
function withApplication(url: string, apiClientId: string): URL {
  const address = new URL(url)
  address.searchParams.set('appid', apiClientId)
  return address
}

/**
 * The keys at one address. jose fetches, parses and imports them, and never reads by itself. When a
 * reading is due is decided here: jose's cooldown begins with each reading that succeeds, so it would
 * hide a rotation that follows one, and has no bound while the endpoint fails; and past its
 * `cacheMaxAge` a reading that fails is an error at once, though the keys are still good for a day.
 */
function openSource(url: URL, now: () => Date) {
  let text = ''
  const remote = createRemoteJWKSet(url, {
    cooldownDuration: Number.POSITIVE_INFINITY,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    [customFetch]: async (address, init) => {
      const response = await boundedFetch(address, OCTETS_MAX, init)
      text = await response.text()
      requireSigningKey(text)
      return new Response(text)
    },
  })
  let readAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let readText = ''
  let generation = 0
  let failure: unknown = null

  const age = () => now().getTime() - readAt

  /** True when the keys were read. */
  const read = async (): Promise<boolean> => {
    triedAt = now().getTime()
    try {
      await remote.reload()
    } catch (error) {
      failure = error
      return false
    }
    readAt = now().getTime()
    if (text !== readText) generation += 1
    readText = text
    return true
  }
  const isTired = () => now().getTime() - triedAt < READ_EVERY_MS
  /** The same, but not again at once: what failed is left alone for five seconds. */
  const readSoon = async (): Promise<boolean> => {
    return (remote.reloading || !isTired()) && (await read())
  }
  const isUsable = (): boolean => {
    const isDue = readAt !== Number.NEGATIVE_INFINITY && age() > REFRESH_MS
    if (isDue && !remote.reloading && !isTired()) void read()
    return age() <= MAX_AGE_MS
  }
  return {
    read,
    readSoon,
    isUsable,
    lastFailure: () => failure,
    generation: () => (isUsable() ? generation : 0),
    key: async (kid: string): Promise<CryptoKey | null> => {
      if (!isUsable()) return null
      return remote({ alg: 'RS256', kid }).catch(nullWithoutKey)
    },
  }
}

/** None, two of the same id, or one that cannot be used: no key to verify with. */
function nullWithoutKey(error: unknown): null {
  if (error instanceof errors.JOSEError || error instanceof TypeError) return null
  throw error
}

const keySetSchema = z.object({
  keys: z.array(z.record(z.string(), z.unknown())).max(100),
})

const signingKeySchema = z.object({
  kty: z.literal('RSA'),
  kid: z.string().min(1).max(200),
  use: z.literal('sig').optional(),
  alg: z.literal('RS256').optional(),
})

/** A set without a key that could sign is an error of the endpoint, not a tenant without tokens. */
function requireSigningKey(text: string): void {
  const { keys } = keySetSchema.parse(JSON.parse(text))
  if (!keys.some((key) => signingKeySchema.safeParse(key).success)) {
    throw new Error('The key set has no key that signs with RS256.')
  }
}
