import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { requestIdIn } from '#lib/api/request-id.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { headerValues } from './headers.ts'

/** Gives the name of a request: the one that it has, else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  return requestIdIn((name) => headerValues(request, name)[0]) ?? randomUUID()
}

/** Gives the authority as it works for this request, whose name stands in its audit events. */
export function authorityFor(authority: Authority, request: FastifyRequest): Authority {
  return { ...authority, requestId: request.id }
}
