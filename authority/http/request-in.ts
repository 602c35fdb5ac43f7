import type { FastifyRequest } from 'fastify'
import { decodeRequest } from '#lib/pki/csr/request-body.ts'

/** Gives the DER of the CSR in the body, in whichever of the four encodings it was sent. */
export function requestIn(request: FastifyRequest): Uint8Array {
  return decodeRequest(request.body instanceof Uint8Array ? request.body : new Uint8Array())
}
