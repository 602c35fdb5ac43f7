import type { FastifyRequest } from 'fastify'
import { decodeRequest } from '#lib/pki/csr/request-body.ts'

/** DER of the certification request in the body, whichever of the four encodings it came in. */
export function requestIn(request: FastifyRequest): Uint8Array {
  return decodeRequest(request.body instanceof Uint8Array ? request.body : new Uint8Array())
}
