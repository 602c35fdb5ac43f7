import { fastify } from 'fastify'
import type { Harness } from './harness.ts'

/** The API description as a client reads it, with another implementation of JSON Schema. */

export type Described = {
  summary?: string
  operationId?: string
  security?: object[]
  requestBody?: { content: Record<string, { schema: object }> }
  parameters?: { name: string; in: string; schema: object }[]
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

export type Document = {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, Described>>
  components: { schemas: { Problem: object }; securitySchemes: object }
}

export type OperationOf = readonly [method: string, path: string, operation: Described]

export async function readDescription(latchkey: Harness): Promise<Document> {
  return (await latchkey.send({ path: '/openapi.json' })).json as Document
}

/** Gives every operation, with its method in upper case. */
export function operationsOf(document: Document): readonly OperationOf[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, found]): OperationOf => [method.toUpperCase(), path, found],
    ),
  )
}

/** Validates values by ajv; gives the errors of each value, in order. */
export async function faultsOf(
  { components }: Document,
  schema: object,
  values: readonly unknown[],
): Promise<string[]> {
  const options = { coerceTypes: false, removeAdditional: false, strict: false }
  const app = fastify({ ajv: { customOptions: options } })
  app.post('/', async (request) => {
    const validate = request.compileValidationSchema({ ...schema, components })
    return values.map((value) => (validate(value) ? '' : JSON.stringify(validate.errors)))
  })
  const answer = await app.inject({ method: 'POST', url: '/', payload: {} })
  await app.close()
  if (answer.statusCode !== 200) throw new Error(`Not a schema: ${answer.body}`)
  return answer.json()
}
