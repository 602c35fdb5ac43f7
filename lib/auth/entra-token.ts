import { hash } from 'node:crypto'
import { z } from 'zod'
import { type Issuer, openIssuer } from '#lib/auth/issuers.ts'
import { type KeySet, openKeySet } from '#lib/auth/key-set.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Requester } from '#lib/model.ts'
import { idTokenVerifier, type VerifyIdToken } from './id-token.ts'
import { readSigned, requireTimes, type TokenKind } from './signed-token.ts'

/**
 * Access tokens of Entra ID, versions 1 and 2, made out to this API by this tenant. Everything is
 * compared exactly: issuer, audience, tenant, algorithm. Of doubled JSON members the last one
 * counts, as JSON.parse has it; members are read by name from that one object and never merged.
 *
 * Roles are handed on as they stand and are evaluated by the policy: a token without roles is a
 * valid token of someone who may do little.
 */

export type TokenRules = {
  /** Lower-case GUID. */
  readonly tenantId: string
  /**
   * Addresses of the discovery documents that name the issuer for tokens of each version; null: that version
   * is refused.
   */
  readonly metadataUrls: { readonly v1: string | null; readonly v2: string }
  readonly jwksUrl: string
  /** Client id (GUID, lower case) of the API's app registration. */
  readonly apiClientId: string
  /** The API's application ID URI as configured, without a trailing slash. */
  readonly apiUri: string
  readonly now: () => Date
}

/** Who sent a request, and what the access token says of the sign-in behind it. */
export type SignedIn = {
  readonly requester: Requester
  /** Client id of the application that the token was issued to, lower case; null when it is not said. */
  readonly clientId: string | null
  /** When the person last proved who they are; null where the API's registration does not ask for it. */
  readonly authTime: Date | null
  /** Authentication contexts of Conditional Access that were satisfied (`acrs`). */
  readonly contexts: readonly string[]
}

/**
 * Gives who sent a request, from all of its Authorization headers. Throws LatchkeyError('invalid_token')
 * (401), or 'directory_unavailable' (503) when the tenant's keys cannot be read.
 */
export type VerifyToken = (authorizationHeaders: readonly string[]) => Promise<SignedIn>

/** Opens both verifiers of one tenant, which share its keys and issuers. */
export function openTokens(rules: TokenRules & { readonly spaClientId: string }): {
  readonly verifyToken: VerifyToken
  readonly verifyIdToken: VerifyIdToken
} {
  const keySet = openKeySet(rules.jwksUrl, rules.apiClientId, rules.now)
  const kinds = acceptedKinds(rules)
  const { tenantId, spaClientId, now } = rules
  return {
    verifyToken: tokenVerifier(rules, keySet, kinds),
    verifyIdToken: idTokenVerifier({ keySet, issuer: kinds[0].issuer, tenantId, spaClientId, now }),
  }
}

function tokenVerifier(rules: TokenRules, keySet: KeySet, kinds: Kinds): VerifyToken {
  const verified = rememberTokens(keySet)
  return async (authorizationHeaders) => {
    const token = bearerToken(authorizationHeaders)
    const digest = hash('sha256', token, 'base64')
    const claims =
      verified.get(digest) ?? (await verifiedClaims(keySet, token, digest, verified.set))
    // Checked for each request, since a cached token may have expired.
    await requireKind(kinds, rules.tenantId, claims)
    requireTimes(claims, rules.now(), ACCESS_TOKEN)
    return signedInOf(claims)
  }
}

const TOKEN_MAX_CHARS = 16_384
/** One space or more, RFC 9110 section 11.4. */
const BEARER = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i

function bearerToken(headers: readonly string[]): string {
  const [header, ...more] = headers
  if (header === undefined) {
    throw refused('This needs an access token, and none was sent.', SIGN_IN)
  }
  if (more.length > 0) {
    throw refused('More than one Authorization header was sent.', 'Send exactly one.')
  }
  const token = header.length > TOKEN_MAX_CHARS ? undefined : BEARER.exec(header)?.[1]
  if (token === undefined) {
    throw refused(
      'The Authorization header holds no access token.',
      'Send "Authorization: Bearer " followed by an access token of Microsoft Entra ID.',
    )
  }
  return token
}

const SIGN_IN =
  'Sign in and send an access token for this API, for example from "az account get-access-token".'

function refused(message: string, remedy: string, cause?: unknown): LatchkeyError {
  return new LatchkeyError('invalid_token', message, { remedy, cause })
}

const ACCESS_TOKEN: TokenKind = {
  name: 'access token',
  refuse: (message, remedy = SIGN_IN, cause) => refused(message, remedy, cause),
}

const numericDate = z.number().int().nonnegative()

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  tid: z.string(),
  oid: z.guid(),
  exp: numericDate,
  nbf: numericDate.optional(),
  iat: numericDate.optional(),
  roles: z.unknown().optional(),
  scp: z.string().optional(),
  idtyp: z.string().optional(),
  preferred_username: z.unknown().optional(),
  upn: z.unknown().optional(),
  name: z.unknown().optional(),
  app_displayname: z.unknown().optional(),
  /** The client of a version 2 token, and of a version 1 token. */
  azp: z.unknown().optional(),
  appid: z.unknown().optional(),
  auth_time: z.unknown().optional(),
  acrs: z.unknown().optional(),
})

type Claims = z.infer<typeof claimsSchema>

async function verifiedClaims(
  keySet: KeySet,
  token: string,
  digest: string,
  remember: (digest: string, claims: Claims, generation: string) => void,
): Promise<Claims> {
  const { payload, generation } = await readSigned(keySet, token, ACCESS_TOKEN)
  const claims = claimsOf(payload)
  remember(digest, claims, generation)
  return claims
}

function claimsOf(payload: unknown): Claims {
  const parsed = claimsSchema.safeParse(payload)
  if (parsed.success) return parsed.data
  const claim = parsed.error.issues[0]?.path.join('.') || 'payload'
  throw refused(`The access token has no usable "${claim}" claim.`, SIGN_IN)
}

type Kind = { readonly issuer: Issuer; readonly audiences: readonly string[] }
/** Version 2 first. */
type Kinds = readonly [Kind, ...Kind[]]

/**
 * Tokens of versions 1 and 2 as Entra issues them; a mixture of both is neither. The audience of a version 1
 * token is whichever of the API's names the client used: any application ID URI, with or without a slash, or
 * the client id.
 */
function acceptedKinds(rules: TokenRules): Kinds {
  const { metadataUrls, tenantId, apiClientId, now } = rules
  const uris = [`api://${apiClientId}`, rules.apiUri]
  const v2 = {
    issuer: openIssuer(metadataUrls.v2, tenantId, now),
    audiences: [apiClientId, ...uris],
  }
  if (metadataUrls.v1 === null) return [v2]
  const v1 = {
    issuer: openIssuer(metadataUrls.v1, tenantId, now),
    audiences: [apiClientId, ...uris, ...uris.map((uri) => `${uri}/`)],
  }
  return [v2, v1]
}

async function requireKind(
  kinds: readonly Kind[],
  tenantId: string,
  claims: Claims,
): Promise<void> {
  const kind = claims.tid === tenantId ? await kindIssuedBy(kinds, claims.iss) : null
  if (kind === null) {
    throw refused(
      'The access token was issued by another organisation.',
      'Sign in with your account of this organisation.',
    )
  }
  if (!kind.audiences.includes(claims.aud)) {
    throw refused('The access token is made out to another application.', SIGN_IN)
  }
}

/**
 * Gives the kind with this issuer. Throws when no known issuer matches while another issuer cannot be read.
 */
async function kindIssuedBy(kinds: readonly Kind[], issuer: string): Promise<Kind | null> {
  const names = await Promise.allSettled(kinds.map((kind) => kind.issuer.name()))
  const found = kinds.find((_, index) => {
    const name = names[index]
    return name?.status === 'fulfilled' && name.value === issuer
  })
  if (found !== undefined) return found
  const unread = names.find((name) => name.status === 'rejected')
  if (unread !== undefined) throw unread.reason
  return null
}

function signedInOf(claims: Claims): SignedIn {
  const clientId = claims.azp ?? claims.appid
  return {
    requester: requesterOf(claims),
    clientId: typeof clientId === 'string' ? clientId.toLowerCase() : null,
    authTime: claims.auth_time === undefined ? null : momentOf(claims.auth_time),
    contexts: isTexts(claims.acrs) ? claims.acrs : [],
  }
}

function momentOf(claim: unknown): Date | null {
  const { success, data } = numericDate.safeParse(claim)
  return success ? new Date(data * 1000) : null
}

function requesterOf(claims: Claims): Requester {
  // Entra sets `idtyp` only on request; a token without scopes was issued to an application without a person.
  const app = claims.idtyp === 'app' || claims.scp === undefined || claims.scp === ''
  const names = [claims.preferred_username, claims.upn, claims.name, claims.app_displayname]
  return {
    kind: app ? 'app' : 'user',
    tid: claims.tid,
    oid: claims.oid.toLowerCase(),
    name: names.find(isName) ?? null,
    roles: isTexts(claims.roles) ? [...claims.roles] : [],
  }
}

/** An array of strings. A single string that contains the name of a role or context is not accepted. */
function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((role) => typeof role === 'string')
}

/** Names are shown on screens and in logs, so control characters and bidirectional marks are refused. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256 && !/\p{C}/u.test(value)
}

const REMEMBERED_MAX = 1000

/**
 * Caches claims of tokens with a verified signature, by the token's SHA-256, for as long as the tenant's keys
 * are the same. One sign-in makes many requests, and verifying RSA is the most expensive part of most.
 */
function rememberTokens(keySet: KeySet) {
  const claimsByHash = new Map<string, Claims>()
  let generation: string | null = null

  /** False while there are no keys. Clears the cache when the keys have changed. */
  const current = (): boolean => {
    const latest = keySet.generation()
    if (latest !== generation) claimsByHash.clear()
    generation = latest
    return latest !== null
  }

  return {
    get: (digest: string): Claims | null => (current() ? (claimsByHash.get(digest) ?? null) : null),
    /** `signedIn`: the generation of keys by which the signature was verified. */
    set: (digest: string, claims: Claims, signedIn: string): void => {
      if (!current() || signedIn !== generation) return
      const oldest = claimsByHash.keys().next().value
      if (claimsByHash.size >= REMEMBERED_MAX && oldest !== undefined) claimsByHash.delete(oldest)
      claimsByHash.set(digest, claims)
    },
  }
}
