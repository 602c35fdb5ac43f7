import type http from 'node:http'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchemaCompiler,
  FastifyTypeProvider,
} from 'fastify'
import type { FastifySerializerCompiler } from 'fastify/types/schema.d.ts'
import type { z } from 'zod'
import { type ErrorCode, LatchkeyError } from '#lib/errors.ts'

/**
 * Routes with zod schemas: requests are parsed and answers written by them, and the API description is
 * generated from them, so the three cannot differ.
 */
export type App = FastifyInstance<
  http.Server,
  http.IncomingMessage,
  http.ServerResponse,
  FastifyBaseLogger,
  ZodTypes
>

// An interface, because the framework refers to the type of a schema by `this`.
export interface ZodTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
  readonly serializer: this['schema'] extends z.ZodType ? z.input<this['schema']> : unknown
}

/** What the API description says of a route besides its schemas. */
export type Operation = {
  readonly summary: string
  readonly access: 'public' | 'token' | 'operator' | 'client certificate'
  /** Whether the body is a CSR in one of four encodings. */
  readonly takesCsr?: boolean
  /** Media type and meaning of an answer that is not JSON. */
  readonly answer?: Answer | readonly Answer[]
  /** Answers beside 200 and refusals, by status, with their meaning. */
  readonly others?: Readonly<Partial<Record<206 | 304 | 416, string>>>
  readonly refusals: readonly ErrorCode[]
}

export type Answer = {
  readonly type: string
  readonly encoding: 'binary' | 'base64' | 'text'
  readonly description: string
}

declare module 'fastify' {
  interface FastifySchema {
    operation?: Operation
  }
}

/** Parses by zod. Throws LatchkeyError('malformed_request'), which names the wrong part. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  return (data) => {
    const parsed = schema.safeParse(data)
    if (parsed.success) return { value: parsed.data }
    const issues = parsed.error.issues.slice(0, ISSUES_MAX)
    const parts = issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`)
    const error = new LatchkeyError('malformed_request', `${parts.join('; ')}.`, {
      remedy: 'See /openapi.json for what is taken here.',
    })
    return { error }
  }
}

const ISSUES_MAX = 3

/** Writes only the members in the schema. An answer that does not match its schema is a bug. */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = ({ schema }) => {
  return (data) => JSON.stringify(schema.parse(data))
}
