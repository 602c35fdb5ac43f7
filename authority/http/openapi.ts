import swagger from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { z } from 'zod'
import { problemSchema } from '#lib/api/schemas.ts'
import type { Config } from '#lib/config.ts'
import type { ErrorCode } from '#lib/errors.ts'
import { PROBLEMS } from '#lib/problem.ts'
import type { Answer, App, Operation } from './schema.ts'

/** OpenAPI 3.1 at /openapi.json, generated from the schemas by which routes parse and write. */

export type OpenapiDeps = { readonly config: Pick<Config, 'authorityUrl'> }

/** Collects the routes. Must be called before they are added. */
export async function describeRoutes(app: App, { config }: OpenapiDeps): Promise<void> {
  const operations = new Map<string, Operation>()
  app.addHook('onRoute', ({ method, url, schema }) => {
    for (const one of [method].flat()) {
      if (schema?.operation) operations.set(keyOf(one, pathOf(url)), schema.operation)
    }
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: INFO,
      servers: [{ url: config.authorityUrl }],
    },
    convertConstToEnum: false,
    transform: ({ schema, url }) => ({ schema: schemasOf(schema), url }),
    transformObject: (made) =>
      'openapiObject' in made ? finish(made.openapiObject as Document, operations) : {},
  })
}

/** Serves the description. Must be called after every other route. */
export function openapiRoute(app: App): void {
  const operation: Operation = { summary: 'This description', access: 'public', refusals: [] }
  const schema = {
    operation: {
      ...operation,
      answer: { type: 'application/json', encoding: 'text', description: 'OpenAPI 3.1' } as const,
    },
  }
  let text: Buffer | null = null
  app.get('/openapi.json', { schema }, (_, reply) => {
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
    'trailing slashes in a path mean nothing.',
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

/** The part of the document that is changed here. */
type Document = Record<string, unknown> & {
  components: Record<string, unknown>
  paths: Record<string, Record<string, Described>>
}

type Described = {
  parameters?: unknown[]
  requestBody?: unknown
  responses: Record<string, unknown>
  [member: string]: unknown
}

/** Converts zod to JSON Schema: for requests the input type, for answers the output type. */
function schemasOf(schema: FastifySchema | undefined) {
  const response = z.record(z.string(), z.unknown()).catch({}).parse(schema?.response)
  const incoming = (['params', 'querystring', 'body'] as const).flatMap((part) => {
    const given = schema?.[part]
    return given instanceof z.ZodType ? [[part, jsonSchema(given, 'input')] as const] : []
  })
  const outgoing = Object.entries(response).flatMap(([status, given]) =>
    given instanceof z.ZodType ? [[status, jsonSchema(given, 'output')] as const] : [],
  )
  return {
    ...Object.fromEntries(incoming),
    ...(outgoing.length > 0 && { response: Object.fromEntries(outgoing) }),
  }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

function finish(document: Document, operations: ReadonlyMap<string, Operation>) {
  const paths = Object.entries(document.paths).map(([path, methods]) => {
    const described = Object.entries(methods).map(([method, found]) => {
      const operation = operations.get(keyOf(method, path))
      return [method, operation ? describe(found, operation, method, path) : found]
    })
    return [path, Object.fromEntries(described)]
  })
  const schemas = { Problem: jsonSchema(problemSchema, 'output') }
  return {
    ...document,
    components: { ...document.components, schemas, securitySchemes: SECURITY },
    paths: Object.fromEntries(paths),
  }
}

function describe(found: Described, operation: Operation, method: string, path: string): Described {
  const { summary, access, takesCsr, answer, others = {}, refusals } = operation
  const answers = answer === undefined ? [] : [answer].flat()
  const successes =
    answers.length > 0 ? { 200: binaryResponse(answers) } : described(found.responses, summary)
  const more = Object.entries(others).map(([status, description]) => [status, { description }])
  return {
    ...found,
    operationId: `${method}${path.replaceAll(/[^a-z0-9]+(.?)/gi, (_, next) => next.toUpperCase())}`,
    summary,
    security: SECURITY_OF[access],
    ...(takesCsr && { requestBody: CSR_BODY }),
    responses: merge(
      { ...successes, ...Object.fromEntries(more) },
      problems([...refusals, ...REFUSALS_OF[access]]),
    ),
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

type Response = { readonly description: string; readonly content?: object }

const responseSchema = z.looseObject({ content: z.record(z.string(), z.unknown()).optional() })

/** Gives the answers for which a route has a schema; those without content are a default of the framework. */
function described(responses: Record<string, unknown>, description: string) {
  const known = Object.entries(responses).flatMap(([status, response]) => {
    const { content } = responseSchema.parse(response)
    return content ? [[status, { content, description }] as const] : []
  })
  return Object.fromEntries(known)
}

/** Joins answers and problems of one status, as /probe has for 503, by media type. */
function merge(answers: Record<string, Response>, refusals: Record<string, Response>) {
  const merged = Object.entries(refusals).map(([status, refusal]) => {
    const answer = answers[status]
    if (!answer) return [status, refusal]
    const description = `${answer.description}. ${refusal.description}`
    return [status, { description, content: { ...answer.content, ...refusal.content } }]
  })
  return { ...answers, ...Object.fromEntries(merged) }
}

function binaryResponse(answers: readonly Answer[]) {
  const content = answers.map(({ type, encoding }) => [type, { schema: ENCODINGS[encoding] }])
  return {
    description: answers.map(({ description }) => description).join(' or '),
    content: Object.fromEntries(content),
  }
}

const ENCODINGS = {
  binary: { type: 'string', format: 'binary' },
  base64: { type: 'string', contentEncoding: 'base64' },
  text: {},
} as const satisfies Record<Answer['encoding'], object>

/** A CSR (RFC 2986) in the four encodings that clients send; the media type is ignored. */
const CSR_BODY = {
  required: true,
  description:
    'A certification request (PKCS#10), 16 KiB at most: DER, base64 of it on one line or folded, ' +
    'PEM, or PEM without its line ends.',
  content: {
    'application/pkcs10': { schema: ENCODINGS.binary },
    'application/octet-stream': { schema: ENCODINGS.binary },
    'application/x-pem-file': { schema: { type: 'string' } },
  },
} as const

function problems(codes: readonly ErrorCode[]): Record<string, Response> {
  const byStatus = Map.groupBy([...new Set(codes)], (code) => PROBLEMS[code].status)
  const responses = [...byStatus].map(([status, group]) => [
    status,
    {
      description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. '),
      content: { 'application/problem+json': { schema: PROBLEM } },
    },
  ])
  return Object.fromEntries(responses)
}

const PROBLEM = { $ref: '#/components/schemas/Problem' } as const

function keyOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${path}`
}

/** Gives `/x/:serial` in OpenAPI's notation. */
function pathOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}')
}
