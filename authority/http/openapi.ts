import swagger from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { problemSchema } from '#lib/api/schemas.ts'
import type { Config } from '#lib/config.ts'
import type { ErrorCode } from '#lib/errors.ts'
import { PROBLEMS } from '#lib/problem.ts'
import type { Answer, App, Operation } from './schema.ts'
import { STEP_UP_HEADER } from './step-up.ts'

/** OpenAPI 3.1 at /openapi.json, generated from the schemas by which routes parse and write. */

export type OpenapiDeps = { readonly config: Pick<Config, 'authorityUrl'> }

/** Collects the routes. Must be called before they are added. */
export async function describeRoutes(app: App, { config }: OpenapiDeps): Promise<void> {
  const { $schema: _, ...problem } = z.toJSONSchema(problemSchema, { io: 'output' })
  const components = { schemas: { Problem: problem }, securitySchemes: SECURITY }
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: INFO,
      servers: [{ url: config.authorityUrl }],
      // The types know neither mutualTLS, a scheme of OpenAPI 3.1, nor zod's JSON Schema.
      components: components as Record<never, never>,
    },
    convertConstToEnum: false,
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route)
      const { operation } = route.schema
      if (!operation) return { schema, url }
      const name = `${String(route.route.method).toLowerCase()}${url}`
      return { schema: { ...schema, ...describe(operation, schema, name) }, url }
    },
  })
}

/** Serves the description. Must be called after every other route. */
export function openapiRoute(app: App): void {
  const operation: Operation = {
    summary: 'This description',
    access: 'public',
    answer: { type: 'application/json', encoding: 'text', description: 'OpenAPI 3.1' },
    refusals: [],
  }
  let text: Buffer | null = null
  app.get('/openapi.json', { schema: { operation } }, (_, reply) => {
    text ??= Buffer.from(JSON.stringify(app.swagger()))
    return reply
      .header('content-type', 'application/json')
      .header('cache-control', 'public, max-age=300')
      .send(text)
  })
}

const INFO = {
  title: 'Latchkey authority',
  version: '1',
  description:
    'Certificates for one’s own devices and account. Every refusal is a problem document ' +
    '(RFC 9457); its `code` never changes its meaning, and `remedy` says what to do. Doubled and ' +
    'trailing slashes in a path mean nothing. Every answer has `x-request-id`: the one that was sent, where it ' +
    'is a UUID, else a new one; by it the log and the audit chain know the request.',
}

const SECURITY = {
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'Access token of Microsoft Entra ID for this API. People need the role CSR.SelfService, ' +
      'applications CSR.Request.Db, operators Manage.All.',
  },
  clientCertificate: {
    type: 'mutualTLS',
    description: 'The certificate that is to be renewed, shown in the TLS handshake.',
  },
} as const

function describe(operation: Operation, schema: FastifySchema, name: string): FastifySchema {
  const { summary, access, takesCsr, confirms, answer, others = {}, refusals } = operation
  return {
    operationId: name.replaceAll(/[^a-z0-9]+(.?)/gi, (_, next) => next.toUpperCase()),
    summary,
    security: SECURITY_OF[access],
    ...(takesCsr && CSR_BODY),
    ...(confirms !== undefined && { headers: stepUpHeader(confirms) }),
    response: responses([
      ...(answer ? [file([answer].flat())] : json(schema.response ?? {}, summary)),
      ...Object.entries(others).map(([status, description]) => ({ status, description })),
      ...[...refusals, ...REFUSALS_OF[access]].map(problem),
    ]),
  }
}

function stepUpHeader(confirms: string) {
  const description =
    'An id token of Microsoft Entra ID by which the person who asks confirms this request: made out to the ' +
    'portal’s single-page application, with a recent `auth_time`, and with a nonce that is base64url of the ' +
    `SHA-256 of ${confirms}. Used once. Needed only after 401 \`step_up_required\`.`
  return {
    type: 'object',
    properties: { [STEP_UP_HEADER]: { type: 'string', description } },
  }
}

const SECURITY_OF = {
  public: [],
  token: [{ token: [] }],
  operator: [{ token: [] }],
  'client certificate': [{ clientCertificate: [] }],
} as const satisfies Record<Operation['access'], readonly object[]>

const EVERYWHERE = [
  'malformed_request',
  'misdirected_host',
  'internal',
  'draining',
  'authority_unavailable',
] as const
const WITH_TOKEN = [
  ...EVERYWHERE,
  'invalid_token',
  'insecure_transport',
  'rate_limited',
  'directory_unavailable',
  'store_unavailable',
] as const

const REFUSALS_OF = {
  public: EVERYWHERE,
  token: WITH_TOKEN,
  operator: [...WITH_TOKEN, 'missing_role'],
  'client certificate': [...EVERYWHERE, 'rate_limited'],
} as const satisfies Record<Operation['access'], readonly ErrorCode[]>

type Response = {
  readonly status: string
  readonly description: string
  /** By media type; none for an answer without a body. */
  readonly content?: object
}

/** Joins answers and problems of one status, as /probe has for 503, by media type. */
function responses(all: readonly Response[]) {
  const byStatus = Map.groupBy(all, ({ status }) => status)
  const merged = [...byStatus].map(([status, ones]) => {
    const description = [...new Set(ones.map((one) => one.description))].join('. ')
    const contents = ones.flatMap((one) => one.content ?? [])
    const body = contents.length > 0 ? { content: Object.assign({}, ...contents) } : NO_BODY
    return [status, { description, ...body }]
  })
  return Object.fromEntries(merged)
}

const NO_BODY = { type: 'null' } as const

function json(schemas: object, description: string): Response[] {
  return Object.entries(schemas).map(([status, schema]) => {
    return { status, description, content: { 'application/json': { schema } } }
  })
}

function file(answers: readonly Answer[]): Response {
  const content = answers.map(({ type, encoding }) => [type, { schema: ENCODINGS[encoding] }])
  const description = answers.map((answer) => answer.description).join(' or ')
  return { status: '200', description, content: Object.fromEntries(content) }
}

const ENCODINGS = {
  binary: { type: 'string', format: 'binary' },
  base64: { type: 'string', contentEncoding: 'base64' },
  text: {},
} as const satisfies Record<Answer['encoding'], object>

function problem(code: ErrorCode): Response {
  const { status, title } = PROBLEMS[code]
  const schema = { $ref: '#/components/schemas/Problem' }
  const content = { 'application/problem+json': { schema } }
  return { status: String(status), description: `\`${code}\`: ${title}`, content }
}

/** A CSR (RFC 2986) in the four encodings that clients send; the media type is ignored. */
const CSR_BODY = {
  consumes: ['application/pkcs10', 'application/octet-stream', 'application/x-pem-file'],
  body: {
    ...ENCODINGS.binary,
    description:
      'A certification request (PKCS#10), 16 KiB at most: DER, base64 of it on one line or folded, ' +
      'PEM, or PEM without its line ends.',
  },
} as const satisfies FastifySchema
