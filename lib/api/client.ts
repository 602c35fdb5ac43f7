import { z } from 'zod'
import {
  type CircuitBreakerView,
  circuitBreakerSchema,
  type ManagedCertificate,
  type ManagedPage,
  managedCertificateSchema,
  managedPageSchema,
} from '#lib/api/manage-schemas.ts'
import {
  type NetworkView,
  networkKindsSchema,
  networksSchema,
  type ProfileSignatureView,
  profileSignatureSchema,
} from '#lib/api/network-schemas.ts'
import { type ReminderCalls, reminderCalls } from '#lib/api/reminder-calls.ts'
import {
  type CertificateDetail,
  type CertificatePage,
  type CertificateView,
  type CheckResult,
  certificateDetailSchema,
  certificatePageSchema,
  certificateSchema,
  changedSchema,
  checkResultSchema,
  type DevicesView,
  devicesSchema,
  type MeView,
  meSchema,
  type PropagationView,
  problemSchema,
  propagationSchema,
  type revokeRequestSchema,
} from '#lib/api/schemas.ts'
import { type ErrorCode, LatchkeyError } from '#lib/errors.ts'
import { toBase64 } from '#lib/pki/asn1/base64.ts'
import { PROBLEMS } from '#lib/problem.ts'

/**
 * A client of the authority's API for one person. Each call gives a parsed answer or throws the LatchkeyError
 * that the authority sent; 'authority_unavailable' when it cannot be reached or does not speak this API.
 */
export type Client = ReminderCalls & {
  readonly me: () => Promise<MeView>
  readonly devices: () => Promise<DevicesView>
  /** `after` is `next` of the previous page; null for the first page. */
  readonly certificates: (after: string | null) => Promise<CertificatePage>
  /** The propagation delay: how soon a change of status reaches everyone. */
  readonly propagation: () => Promise<PropagationView>
  /** One of the requester's own certificates; 'not_found' for any other serial. */
  readonly certificate: (serial: string) => Promise<CertificateDetail>
  /**
   * Revokes a certificate of the requester or of their device, permanently, and gives it as it is afterwards.
   * Also revokes what was renewed from it with `withDescendants`, and always for keyCompromise.
   */
  readonly revoke: (
    serial: string,
    reason: OwnerReason,
    withDescendants: boolean,
    idToken?: string | null,
  ) => Promise<CertificateView>
  /** Reports the device of this certificate as lost: all its certificates go on hold. Gives their serials. */
  readonly hold: (serial: string) => Promise<readonly string[]>
  /** Withdraws the report of a lost device. Gives the released serials, which may be none. */
  readonly release: (serial: string, idToken?: string | null) => Promise<readonly string[]>
  /** As hold() and release(), by the Entra or Intune id of a device that need not have a certificate. */
  readonly holdDevice: (id: string) => Promise<readonly string[]>
  readonly releaseDevice: (id: string, idToken?: string | null) => Promise<readonly string[]>
  /** Gives the decision on this CSR (DER), without issuing. */
  readonly check: (csr: Uint8Array<ArrayBuffer>) => Promise<CheckResult>
  /**
   * Gives a certificate (DER) for this CSR (DER). With `replaces` it takes the place of that certificate of the
   * requester, which stays good until it is revoked. `idToken` confirms the request, where that is asked for.
   */
  readonly enroll: (
    csr: Uint8Array<ArrayBuffer>,
    options?: { readonly replaces?: string | null; readonly idToken?: string | null },
  ) => Promise<Uint8Array<ArrayBuffer>>
  /** Sets what the requester calls one of their own certificates; null takes the label away. */
  readonly setLabel: (serial: string, label: string | null) => Promise<CertificateView>
  /** The networks that certificates are for; none where none are configured. */
  readonly networks: () => Promise<readonly NetworkView[]>
  /** The kinds of these networks, each once. Needs no token. */
  readonly networkKinds: () => Promise<readonly NetworkView['kind'][]>
  /** Signs a configuration profile by its SHA-256. */
  readonly signProfile: (sha256: Uint8Array) => Promise<ProfileSignatureView>
  /** The CA's certificate (DER). Needs no token. */
  readonly ca: () => Promise<Uint8Array<ArrayBuffer>>
  /** For operators: anyone's certificates, newest first. */
  readonly search: (query: SearchParameters) => Promise<ManagedPage>
  /**
   * For operators. `reason` is the number of RFC 5280; 8 ends a hold. `withDescendants` as for revoke().
   */
  readonly revokeAny: (
    serial: string,
    reason: number,
    withDescendants: boolean,
  ) => Promise<ManagedCertificate>
  /** For operators: the circuit breaker on mass revocation. */
  readonly circuitBreaker: () => Promise<CircuitBreakerView>
  readonly releaseCircuitBreaker: () => Promise<CircuitBreakerView>
}

export type OwnerReason = z.infer<typeof revokeRequestSchema>['reason']

export type SearchParameters = {
  /** Beginning of a serial, a name or a user principal name. */
  readonly searchText?: string
  readonly pageSize?: number
  /** `continuationToken` of the previous page. */
  readonly continuationToken?: string
  readonly certValidity?: 'Any' | 'Active' | 'Held' | 'Expired' | 'Revoked'
  readonly certType?: 'Any' | 'Static' | 'User' | 'Device'
  /** Whether the answer says what people call holder and requester. */
  readonly names?: boolean
}

export type ClientOptions = {
  /** Origin of the authority, without a path. */
  readonly baseUrl: string
  /** Access token of the person; null for public calls. */
  readonly token: string | null
  /** More headers of each call: the name of the request, and its trace. */
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: typeof fetch
}

const TIMEOUT_MS = 20_000

/** Makes a client for one person. It keeps nothing between calls. */
export function createClient(options: ClientOptions): Client {
  const get = <T>(path: string, schema: z.ZodType<T>) => json(call(options, { path }), schema)
  const send = <T>(method: Method, path: string, body: object | null, schema: z.ZodType<T>) =>
    json(call(options, { method, path, ...(body && { json: body }) }), schema)
  const changed = async (path: string, idToken: string | null = null) =>
    (await json(call(options, { method: 'POST', path, idToken }), changedSchema)).serials
  return {
    me: () => get('/api/me', meSchema),
    devices: () => get('/api/me/devices', devicesSchema),
    certificates: (after) => {
      const query = after === null ? '' : `?${new URLSearchParams({ after })}`
      return get(`/api/me/certificates${query}`, certificatePageSchema)
    },
    propagation: () => get('/api/pace', propagationSchema),
    certificate: (serial) => get(pathTo(serial), certificateDetailSchema),
    revoke: (serial, reason, withDescendants, idToken = null) => {
      const path = `${pathTo(serial)}/revoke`
      const asked = { method: 'POST', path, json: { reason, withDescendants }, idToken } as const
      return json(call(options, asked), certificateSchema)
    },
    setLabel: (serial, label) => send('PATCH', pathTo(serial), { label }, certificateSchema),
    hold: (serial) => changed(`${pathTo(serial)}/hold`),
    release: (serial, idToken) => changed(`${pathTo(serial)}/release`, idToken),
    holdDevice: (id) => changed(`${pathToDevice(id)}/hold`),
    releaseDevice: (id, idToken) => changed(`${pathToDevice(id)}/release`, idToken),
    check: (csr) =>
      json(call(options, { method: 'POST', path: '/api/csr/check', csr }), checkResultSchema),
    enroll: async (csr, { replaces = null, idToken = null } = {}) => {
      const query = replaces === null ? '' : `?${new URLSearchParams({ replaces })}`
      return bytes(await call(options, { method: 'POST', path: `/api/csr${query}`, csr, idToken }))
    },
    networks: async () => (await get('/api/networks', networksSchema)).items,
    networkKinds: async () => (await get('/api/networks/kinds', networkKindsSchema)).kinds,
    signProfile: (sha256) =>
      send(
        'POST',
        '/api/me/profile-signature',
        { sha256: toBase64(sha256) },
        profileSignatureSchema,
      ),
    ...reminderCalls({ get, send, file: async (path) => bytes(await call(options, { path })) }),
    ca: async () => bytes(await call(options, { path: '/ca' })),
    search: (query) => get(`/api/manage/search?${parameters(query)}`, managedPageSchema),
    revokeAny: (serial, revocationReason, withDescendants) => {
      const path = `/api/manage/revoke/${encodeURIComponent(serial)}`
      return send('PATCH', path, { revocationReason, withDescendants }, managedCertificateSchema)
    },
    circuitBreaker: () => get('/api/manage/brake', circuitBreakerSchema),
    releaseCircuitBreaker: () => send('POST', '/api/manage/brake', null, circuitBreakerSchema),
  }
}

function pathTo(serial: string): string {
  return `/api/me/certificates/${encodeURIComponent(serial)}`
}

function pathToDevice(id: string): string {
  return `/api/me/devices/${encodeURIComponent(id)}`
}

function parameters(query: SearchParameters): URLSearchParams {
  return new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
  )
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

type Call = {
  readonly method?: Method
  readonly path: string
  readonly csr?: Uint8Array<ArrayBuffer>
  readonly json?: object
  readonly idToken?: string | null
}

async function call(options: ClientOptions, asked: Call): Promise<Response> {
  const send = options.fetch ?? fetch
  const { csr, json: body, idToken = null } = asked
  const type = csr ? 'application/pkcs10' : body ? 'application/json' : null
  const response = await reach(
    send(new URL(asked.path, options.baseUrl), {
      method: asked.method ?? 'GET',
      headers: {
        ...(options.token !== null && { authorization: `Bearer ${options.token}` }),
        ...(type !== null && { 'content-type': type }),
        ...options.headers,
        ...(idToken !== null && { 'latchkey-step-up': idToken }),
      },
      body: csr ?? (body ? JSON.stringify(body) : null),
      // An answer for one person must never be cached for another.
      cache: 'no-store',
      // A redirect would send the token to another address.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }),
  )
  if (response.ok) return response
  throw await errorIn(response)
}

async function json<T>(answer: Promise<Response>, schema: z.ZodType<T>): Promise<T> {
  const response = await answer
  const body: unknown = await reach(response.json())
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw unavailable('The authority speaks another version of the API.', parsed.error)
}

async function bytes(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await reach(response.arrayBuffer()))
}

async function reach<T>(sent: Promise<T>): Promise<T> {
  try {
    return await sent
  } catch (cause) {
    throw unavailable('The authority is not answering.', cause)
  }
}

function unavailable(message: string, cause: unknown): LatchkeyError {
  return new LatchkeyError('authority_unavailable', message, {
    remedy: 'Try again in a few seconds.',
    retryAfterSeconds: 5,
    cause,
  })
}

/** Reads the authority's error back from its problem document. */
async function errorIn(response: Response): Promise<LatchkeyError> {
  const text = await reach(response.text())
  const parsed = problemText.safeParse(text)
  if (!parsed.success) {
    // The answer came from something between us and the authority, such as a proxy.
    return unavailable('The authority is not answering.', new Error(`status ${response.status}`))
  }
  const { code, detail, rule, remedy, retryAfterSeconds } = parsed.data
  if (!isErrorCode(code)) return new LatchkeyError('internal', detail)
  return new LatchkeyError(code, detail, {
    ...(rule !== undefined && { rule }),
    ...(typeof remedy === 'string' && { remedy }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  })
}

const problemText = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue('not JSON')
      return z.NEVER
    }
  })
  .pipe(problemSchema)

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(PROBLEMS, code)
}
