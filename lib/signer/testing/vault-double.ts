import {
  constants,
  createECDH,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  randomBytes,
  X509Certificate,
} from 'node:crypto'
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { promisify } from 'node:util'
import { makeServerCertificate, makeTlsCa } from '#authority/tls/tls-certificate.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { derSignature } from '#lib/signer/ecdsa-signature.ts'
import type { VaultKey } from '#lib/signer-setting.ts'

/**
 * A Key Vault for tests: its REST interface over TLS, with real keys, the challenge (401 with `authorization`
 * and `resource`, then a bearer token), and faults by choice. Beside it, over http, the identity endpoint of
 * App Service, from which Azure's library gets its tokens.
 *
 * The vault's address is an IP, and its resource ends as that address does: so the library's check that a
 * challenge names the vault's own domain passes without being switched off.
 */
export type VaultDouble = {
  /** `https://127.0.0.1:PORT` */
  readonly url: string
  /** The CA of its certificate, PEM. */
  readonly ca: string
  /** What a program needs in its environment to use it. */
  readonly env: Readonly<Record<string, string>>
  /** Makes a key, or another version of one. */
  readonly makeKey: (name: string, wish?: KeyWish) => VaultKey
  /** Address of its control calls; null where there are none. */
  readonly control: string | null
  /** Changes how it behaves; what is not named stays. */
  readonly change: (behaviour: Partial<Behaviour>) => void
  /** Everything as at the start; keys stay. */
  readonly heal: () => void
  readonly seen: () => Seen
  /** Connections that are open. */
  readonly connections: () => Promise<number>
  readonly close: () => Promise<void>
}

export type KeyWish = {
  readonly type?: DoubleKeyType
  readonly hsm?: boolean
  readonly enabled?: boolean
  readonly operations?: readonly string[]
  readonly notBefore?: Date
  readonly expiresOn?: Date
}

export type DoubleKeyType =
  | 'ec-p256'
  | 'ec-p384'
  | 'ec-p521'
  | 'ec-p256k'
  | 'rsa-1024'
  | 'rsa-2048'
  | 'rsa-3072'
  | 'rsa-4096'

/** How the vault answers `sign`; reading a key fails only by `refuse` and `silent`. */
export type Behaviour = {
  /** Signatures in a second, as a bucket that holds as many; null for no limit. */
  readonly perSecond: number | null
  /** Answers 429 to so many signatures. */
  readonly throttle: number
  /** Of 429, in seconds; null for none. */
  readonly retryAfter: number | null
  /** Answers with this status and codes instead, as `403 Forbidden/KeyDisabled`. */
  readonly refuse: string | null
  /** Signs, and then says nothing. */
  readonly silent: boolean
  /** Signs, and then ends the connection. */
  readonly reset: boolean
  /** Milliseconds until it answers, after signing. */
  readonly delayMs: number
  /** What is wrong with its signatures. */
  readonly wrong: WrongSignature | null
  /** Seconds after which it says that it closes an idle connection; it does not. Null for Node's own way. */
  readonly idleSeconds: number | null
}

export type WrongSignature =
  | 'bit-flip'
  | 'der'
  | 'short'
  | 'long'
  | 'zero-r'
  | 'zero-s'
  | 'other-version'

export type Seen = {
  readonly signatures: number
  readonly throttled: number
  /** Requests that came with a bearer token, and without. */
  readonly authorized: number
  readonly challenged: number
  /** Digests that were signed, hex, in order. */
  readonly digests: readonly string[]
}

const HEALTHY: Behaviour = {
  perSecond: null,
  throttle: 0,
  retryAfter: null,
  refuse: null,
  silent: false,
  reset: false,
  delayMs: 0,
  wrong: null,
  idleSeconds: null,
}

type StoredKey = KeyWish & {
  readonly version: string
  readonly key: KeyObject
  readonly type: DoubleKeyType
}

type State = {
  readonly url: string
  readonly keys: Map<string, StoredKey[]>
  behaviour: Behaviour
  readonly seen: { -readonly [Name in keyof Omit<Seen, 'digests'>]: number } & {
    readonly digests: string[]
  }
  bucket: { tokens: number; at: number }
}

export type VaultDoubleOptions = {
  readonly port?: number
  /** Of the control calls, over http: POST /behaviour and /heal, GET /seen. */
  readonly controlPort?: number
  /** A name in its certificate in place of its address. */
  readonly host?: string
  /** The resource in its challenge. */
  readonly resource?: string
}

/** Passes `'127.0.0.1'.endsWith('.' + hostname)`. */
const RESOURCE = 'vault-double://0.0.1'

export async function startVaultDouble(options: VaultDoubleOptions = {}): Promise<VaultDouble> {
  const { ca, cert, key } = makeCertificate(options.host ?? '127.0.0.1')
  const server = https.createServer({ cert, key })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://127.0.0.1:${portOf(server)}`
  const state: State = {
    url,
    keys: new Map(),
    behaviour: HEALTHY,
    seen: { signatures: 0, throttled: 0, authorized: 0, challenged: 0, digests: [] },
    bucket: { tokens: 0, at: performance.now() },
  }
  const resource = options.resource ?? RESOURCE
  server.on('request', (request, response) => void answer(state, resource, request, response))
  const control =
    options.controlPort === undefined ? null : await startControl(state, options.controlPort)
  return {
    url,
    ca,
    env: await identityOfProcess(),
    control: control && `http://127.0.0.1:${portOf(control)}`,
    makeKey: (name, wish = {}) => makeKey(state, name, wish),
    change: (behaviour) => change(state, behaviour),
    heal: () => {
      state.behaviour = HEALTHY
    },
    seen: () => ({ ...state.seen, digests: [...state.seen.digests] }),
    connections: () => promisify(server.getConnections.bind(server))(),
    close: async () => {
      for (const one of [server, ...(control ? [control] : [])]) {
        one.close()
        one.closeAllConnections()
        await once(one, 'close')
      }
    },
  }
}

/** Lets this process trust a double's certificate, beside all that it trusts already. */
export function trust(ca: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ca])
}

function makeCertificate(host: string) {
  const made = makeTlsCa(new Date())
  const { subject, spki } = readCertificate(new X509Certificate(made.certificate).raw)
  const ca = { name: subject, spki, key: createPrivateKey(made.key) }
  const { certificate, key } = makeServerCertificate(ca, [host], new Date())
  return { ca: made.certificate, cert: certificate, key }
}

const IDENTITY_HEADER = 'identity-header-of-the-double'
const TOKEN = `double-${randomBytes(16).toString('hex')}`

/**
 * The identity endpoint, as App Service's of version 2019-08-01. One for each process, which ends with it:
 * Azure's library asks its first one for ever.
 */
let identity: Promise<Readonly<Record<string, string>>> | null = null

function identityOfProcess(): Promise<Readonly<Record<string, string>>> {
  identity ??= startIdentity()
  return identity
}

async function startIdentity() {
  const server = http.createServer((request, response) => {
    if (request.headers['x-identity-header'] !== IDENTITY_HEADER) {
      reply(response, 401, { statusCode: 401, message: 'The identity header is wrong.' })
      return
    }
    const resource = new URL(request.url ?? '/', 'http://localhost').searchParams.get('resource')
    const expires_on = String(Math.floor(Date.now() / 1000) + 86_400)
    reply(response, 200, { access_token: TOKEN, expires_on, resource, token_type: 'Bearer' })
  })
  server.unref().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
    IDENTITY_ENDPOINT: `http://127.0.0.1:${portOf(server)}/msi/token`,
    IDENTITY_HEADER,
  }
}

async function startControl(state: State, port: number) {
  const server = http.createServer((request, response) => {
    void (async () => {
      if (request.url === '/behaviour') change(state, JSON.parse(await bodyOf(request)))
      if (request.url === '/heal') state.behaviour = HEALTHY
      reply(response, 200, { ...state.seen, behaviour: state.behaviour })
    })()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function change(state: State, behaviour: Partial<Behaviour>): void {
  state.behaviour = { ...state.behaviour, ...behaviour }
  if (behaviour.perSecond) state.bucket = { tokens: behaviour.perSecond, at: performance.now() }
}

async function answer(
  state: State,
  resource: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const body = await bodyOf(request)
  const token = request.headers.authorization?.replace('Bearer ', '') ?? null
  if (token !== TOKEN) {
    state.seen.challenged += 1
    const authorization = 'https://login.microsoftonline.com/5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001'
    response.setHeader(
      'www-authenticate',
      `Bearer authorization="${authorization}", resource="${resource}"`,
    )
    refuse(response, '401 Unauthorized')
    return
  }
  state.seen.authorized += 1
  const { pathname } = new URL(request.url ?? '/', state.url)
  const [, , name = '', version = '', operation] = pathname.split('/')
  response.setHeader('x-ms-request-id', randomBytes(16).toString('hex'))
  const { idleSeconds } = state.behaviour
  if (idleSeconds !== null) {
    response.setHeader('keep-alive', `timeout=${idleSeconds}`)
    response.once('finish', () => request.socket.setTimeout(0))
  }
  if (request.method === 'POST' && version === 'create') {
    create(state, response, name, JSON.parse(body))
    return
  }
  const stored = find(state, name, version)
  if (!stored) refuse(response, '404 KeyNotFound')
  else if (operation === 'sign') await signFor(state, response, stored, name, JSON.parse(body))
  else await show(state, response, stored, name)
}

async function show(state: State, response: ServerResponse, stored: StoredKey, name: string) {
  if (state.behaviour.silent) return
  if (state.behaviour.refuse) refuse(response, state.behaviour.refuse)
  else reply(response, 200, bundleOf(state, name, stored))
}

function create(
  state: State,
  response: ServerResponse,
  name: string,
  wish: { kty: string; crv?: string; key_size?: number; key_ops?: string[]; attributes?: object },
) {
  if (state.behaviour.refuse) {
    refuse(response, state.behaviour.refuse)
    return
  }
  const type = wish.kty.startsWith('EC')
    ? `ec-${(wish.crv ?? '').toLowerCase().replace('-', '')}`
    : `rsa-${wish.key_size}`
  const made = makeKey(state, name, {
    // What it does not know fails in makeKey.
    type: type as DoubleKeyType,
    hsm: wish.kty.endsWith('-HSM'),
    ...(wish.key_ops && { operations: wish.key_ops }),
  })
  const stored = find(state, name, made.version)
  if (stored) reply(response, 200, bundleOf(state, name, stored))
}

async function signFor(
  state: State,
  response: ServerResponse,
  stored: StoredKey,
  name: string,
  { alg, value }: { readonly alg: string; readonly value: string },
) {
  const { behaviour, seen } = state
  if (isThrottled(state)) {
    seen.throttled += 1
    if (behaviour.retryAfter !== null) {
      response.setHeader('retry-after', String(behaviour.retryAfter))
    }
    refuse(response, '429 Throttled')
    return
  }
  if (stored.enabled === false) refuse(response, '403 Forbidden/KeyDisabled')
  else if (behaviour.refuse) refuse(response, behaviour.refuse)
  else if (alg !== algorithmOf(stored.type)) refuse(response, '400 BadParameter')
  else {
    const digest = Buffer.from(value, 'base64url')
    seen.signatures += 1
    seen.digests.push(digest.toString('hex'))
    const signature = spoil(state, stored, digest)
    if (behaviour.delayMs > 0) await sleep(behaviour.delayMs)
    if (behaviour.reset) response.destroy()
    if (behaviour.reset || behaviour.silent) return
    const kid = `${state.url}/keys/${name}/${stored.version}`
    reply(response, 200, { kid, value: signature.toString('base64url') })
  }
}

function isThrottled(state: State): boolean {
  const { behaviour, bucket } = state
  if (behaviour.throttle > 0) {
    state.behaviour = { ...behaviour, throttle: behaviour.throttle - 1 }
    return true
  }
  if (behaviour.perSecond === null) return false
  const now = performance.now()
  const filled = bucket.tokens + ((now - bucket.at) / 1000) * behaviour.perSecond
  bucket.tokens = Math.min(behaviour.perSecond, filled)
  bucket.at = now
  if (bucket.tokens < 1) return true
  bucket.tokens -= 1
  return false
}

/** The signature as wished for: r and s behind each other for EC. */
function spoil(state: State, stored: StoredKey, digest: Buffer): Buffer {
  const { wrong } = state.behaviour
  const good = signDigest(stored, digest)
  const half = good.length / 2
  switch (wrong) {
    case 'bit-flip':
      good[half] = (good[half] ?? 0) ^ 1
      return good
    case 'der':
      return Buffer.from(derSignature(good, half) ?? [])
    case 'short':
      return good.subarray(1)
    case 'long':
      return Buffer.concat([good, Buffer.alloc(1)])
    case 'zero-r':
      return good.fill(0, 0, half)
    case 'zero-s':
      return good.fill(0, half)
    case 'other-version':
      return signDigest({ ...stored, key: strangerOf(stored.type) }, digest)
    case null:
      return good
  }
}

/** Another key; RSA keys take their time to make. */
const strangers = new Map<DoubleKeyType, KeyObject>()

function strangerOf(type: DoubleKeyType): KeyObject {
  const known = strangers.get(type) ?? newKey(type)
  strangers.set(type, known)
  return known
}

function makeKey(state: State, name: string, wish: KeyWish): VaultKey {
  const type = wish.type ?? 'ec-p256'
  const version = randomBytes(16).toString('hex')
  const versions = state.keys.get(name) ?? []
  state.keys.set(name, [...versions, { ...wish, type, version, key: newKey(type) }])
  return { vaultUrl: state.url, name, version }
}

/** The newest version where none is named. */
function find(state: State, name: string, version: string): StoredKey | undefined {
  const versions = state.keys.get(name) ?? []
  return version === '' ? versions.at(-1) : versions.find((one) => one.version === version)
}

const CURVES = {
  'ec-p256': { name: 'P-256', openssl: 'prime256v1', octets: 32, alg: 'ES256' },
  'ec-p384': { name: 'P-384', openssl: 'secp384r1', octets: 48, alg: 'ES384' },
  'ec-p521': { name: 'P-521', openssl: 'secp521r1', octets: 66, alg: 'ES512' },
  'ec-p256k': { name: 'P-256K', openssl: 'secp256k1', octets: 32, alg: 'ES256K' },
} as const

/** SEC 2, sections 2.4.1 to 2.6.1. */
const ORDERS = {
  'ec-p256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  'ec-p384':
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  'ec-p521': BigInt(
    `0x1${'f'.repeat(65)}a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`,
  ),
  'ec-p256k': 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
} as const

type Curve = keyof typeof CURVES

function isEc(type: DoubleKeyType): type is Curve {
  return type in CURVES
}

function newKey(type: DoubleKeyType): KeyObject {
  if (isEc(type)) {
    return generateKeyPairSync('ec', { namedCurve: CURVES[type].openssl }).privateKey
  }
  const modulusLength = Number(type.slice('rsa-'.length))
  return generateKeyPairSync('rsa', { modulusLength }).privateKey
}

function algorithmOf(type: DoubleKeyType): string {
  return isEc(type) ? CURVES[type].alg : 'RS256'
}

function signDigest({ key, type }: StoredKey, digest: Buffer): Buffer {
  return isEc(type) ? ecdsa(key, type, digest) : rsa(key, digest)
}

/** RFC 8017 section 9.2: the DigestInfo of SHA-256. */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex')

function rsa(key: KeyObject, digest: Buffer): Buffer {
  const padding = constants.RSA_PKCS1_PADDING
  return privateEncrypt({ key, padding }, Buffer.concat([SHA256_INFO, digest]))
}

/** FIPS 186-5 section 6.4.1, since Node signs no digest. The secret number is a key of its own for ECDH. */
function ecdsa(key: KeyObject, curve: Curve, digest: Buffer): Buffer {
  const { openssl, octets } = CURVES[curve]
  const order = ORDERS[curve]
  const once = createECDH(openssl)
  const r = number(once.generateKeys().subarray(1, 1 + octets)) % order
  const d = number(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'))
  const s = (inverse(number(once.getPrivateKey()), order) * (number(digest) + r * d)) % order
  return Buffer.from(
    [r, s].map((part) => part.toString(16).padStart(2 * octets, '0')).join(''),
    'hex',
  )
}

function number(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString('hex')}`)
}

/** By Euclid's algorithm. */
function inverse(value: bigint, order: bigint): bigint {
  let [a, b, x, y] = [value % order, order, 1n, 0n]
  while (b > 0n) {
    const quotient = a / b
    ;[a, b] = [b, a % b]
    ;[x, y] = [y, x - quotient * y]
  }
  return ((x % order) + order) % order
}

function bundleOf(state: State, name: string, stored: StoredKey) {
  const { kty, ...numbers } = createPublicKey(stored.key).export({ format: 'jwk' })
  const { type, version, hsm, operations, enabled = true, notBefore, expiresOn } = stored
  return {
    key: {
      ...numbers,
      ...(isEc(type) && { crv: CURVES[type].name }),
      kid: `${state.url}/keys/${name}/${version}`,
      kty: `${kty}${hsm ? '-HSM' : ''}`,
      key_ops: operations ?? ['sign', 'verify'],
    },
    attributes: {
      enabled,
      ...(notBefore && { nbf: secondsOf(notBefore) }),
      ...(expiresOn && { exp: secondsOf(expiresOn) }),
      created: 1_760_000_000,
      updated: 1_760_000_000,
      recoveryLevel: 'Recoverable+Purgeable',
      exportable: false,
    },
  }
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}

/** `403 Forbidden/KeyDisabled`, in the form of the service. */
function refuse(response: ServerResponse, text: string): void {
  const [status, codes = ''] = text.split(' ')
  const [code, inner] = codes.split('/')
  const innererror = inner === undefined ? {} : { innererror: { code: inner } }
  reply(response, Number(status), { error: { code, message: 'Refused.', ...innererror } })
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function portOf(server: http.Server | https.Server): number {
  const address = server.address()
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('The double does not listen.')
}
