import type http from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifySchemaValidationError } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
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
  ZodTypeProvider
>

/** What the API description says of a route besides its schemas. */
export type Operation = {
  readonly summary: string
  readonly access: 'public' | 'token' | 'operator' | 'client certificate'
  /** Whether the body is a CSR in one of four encodings. */
  readonly takesCsr?: boolean
  /** What a person confirms by a sign-in: the bytes whose SHA-256 is the nonce of the id token. */
  readonly confirms?: string
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

/** Gives LatchkeyError('malformed_request'), which names the parts that do not match their schema. */
export function schemaErrorFormatter(faults: FastifySchemaValidationError[]): LatchkeyError {
  const parts = faults.slice(0, FAULTS_MAX).map(({ instancePath, message }) => {
    const part = instancePath.slice(1).replaceAll('/', '.')
    return `${part || 'request'}: ${message}`
  })
  return new LatchkeyError('malformed_request', `${parts.join('; ')}.`, {
    remedy: 'See /openapi.json for what is taken here.',
  })
}

const FAULTS_MAX = 3
