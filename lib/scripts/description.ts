import { z } from 'zod'

/** Reads the authority's /openapi.json for display: each operation with its parameters, body and answers. */
export type Operation = {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly access: 'public' | 'token' | 'clientCertificate'
  /** Path, query and header parameters, in order. */
  readonly parameters: readonly {
    readonly name: string
    readonly in: 'path' | 'query' | 'header'
  }[]
  /** Null when the operation has no body. */
  readonly body: Content | null
  readonly answers: readonly Content[]
  readonly refusals: readonly { readonly status: string; readonly codes: readonly string[] }[]
}

export type Content = {
  /** Media types. */
  readonly types: readonly string[]
  /** The description of the content, where there is one. */
  readonly text: string | null
  /** The JSON as a type, null for other content. */
  readonly shape: string | null
  /** The smallest valid JSON. */
  readonly example: unknown
}

/** Reads the description. Throws when it is not OpenAPI 3.1. */
export function readDescription(document: unknown): readonly Operation[] {
  const { paths } = documentSchema.parse(document)
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, found]) => operationOf(method, path, found)),
  )
}

const contentSchema = z.object({
  description: z.string().optional(),
  content: z.record(z.string(), z.object({ schema: z.unknown().optional() })).optional(),
})

const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.unknown())).optional(),
  parameters: z
    .array(z.object({ name: z.string(), in: z.enum(['path', 'query', 'header']) }))
    .optional(),
  requestBody: contentSchema.optional(),
  responses: z.record(z.string(), contentSchema),
})

const documentSchema = z.object({
  openapi: z.string().startsWith('3.1'),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
})

function operationOf(
  method: string,
  path: string,
  found: z.infer<typeof operationSchema>,
): Operation {
  const { operationId, summary, security = [], parameters = [], requestBody, responses } = found
  const [needed] = security.flatMap((one) => Object.keys(one))
  const all = Object.entries(responses)
  return {
    id: operationId,
    method: method.toUpperCase(),
    path,
    summary,
    access: needed === 'token' || needed === 'clientCertificate' ? needed : 'public',
    parameters,
    body: requestBody ? contentOf(requestBody) : null,
    answers: all.filter(([status]) => status.startsWith('2')).map(([, one]) => contentOf(one)),
    refusals: all.flatMap(([status, { description = '' }]) =>
      status.startsWith('2') ? [] : [{ status, codes: codesIn(description) }],
    ),
  }
}

function contentOf({ description, content = {} }: z.infer<typeof contentSchema>): Content {
  const json = jsonSchema.safeParse(content['application/json']?.schema)
  return {
    types: Object.keys(content),
    text: description ?? null,
    shape: json.success ? shapeOf(json.data, '') : null,
    example: json.success ? exampleOf(json.data) : null,
  }
}

/** The description has each code in backticks. */
function codesIn(description: string): readonly string[] {
  return Array.from(description.matchAll(/`(\w+)`/g), ([, code]) => code ?? '')
}

type Json = {
  readonly type?: string | readonly string[] | undefined
  readonly enum?: readonly unknown[] | undefined
  readonly const?: unknown
  readonly anyOf?: readonly Json[] | undefined
  readonly items?: Json | undefined
  readonly properties?: Readonly<Record<string, Json>> | undefined
  readonly required?: readonly string[] | undefined
}

const jsonSchema: z.ZodType<Json> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    anyOf: z.array(jsonSchema).optional(),
    items: jsonSchema.optional(),
    properties: z.record(z.string(), jsonSchema).optional(),
    required: z.array(z.string()).optional(),
  }),
)

/** Gives a schema as a TypeScript type, one member a line. */
function shapeOf(schema: Json, indent: string): string {
  const { anyOf, items, properties, required = [], type } = schema
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  if (anyOf) return [...new Set(anyOf.map((one) => shapeOf(one, indent)))].join(' | ')
  if (items) return `[${shapeOf(items, indent)}]`
  if (properties) {
    const lines = Object.entries(properties).map(([name, one]) => {
      const mark = required.includes(name) ? '' : '?'
      return `${indent}  ${name}${mark}: ${shapeOf(one, `${indent}  `)}\n`
    })
    return `{\n${lines.join('')}${indent}}`
  }
  return [type ?? 'any'].flat().join(' | ')
}

function exampleOf({ type, properties, required = [], ...schema }: Json): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (properties) {
    const members = Object.entries(properties).filter(([name]) => required.includes(name))
    return Object.fromEntries(members.map(([name, one]) => [name, exampleOf(one)]))
  }
  return type === 'integer' || type === 'number' ? 0 : ''
}
