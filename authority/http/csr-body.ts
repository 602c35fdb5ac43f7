import type { FastifyRequest } from 'fastify'
import { LatchkeyError } from '#lib/errors.ts'
import { decodeRequest } from '#lib/pki/csr/request-body.ts'

/** Gives the DER of the CSR in the body, in whichever of the four encodings it came. */
export function requestIn(request: FastifyRequest): Uint8Array {
  return decodeRequest(request.body instanceof Uint8Array ? request.body : new Uint8Array())
}

/**
 * Route hook for routes that take a CSR: any media type or none, since clients send what their tools set, but
 * no form, no JSON and no content coding such as gzip.
 */
export async function requireRequestBody(request: FastifyRequest): Promise<void> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type.startsWith('multipart/') || type === 'application/json' || type.endsWith('+json')) {
    throw unsupported(
      `A certification request does not come as ${type.startsWith('multipart/') ? 'a form' : 'JSON'}.`,
      'Send the request itself as the body, with Content-Type application/pkcs10.',
    )
  }
  return requireUncompressedBody(request)
}

/** The same for EST, where Content-Type and Content-Transfer-Encoding of a request are ignored (RFC 8951 section 3). */
export async function requireUncompressedBody(request: FastifyRequest): Promise<void> {
  const { headers } = request.raw
  const encoding = headers['content-encoding']
  const transfer = headers['transfer-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw unsupported('The body is compressed.', 'Send it without Content-Encoding.')
  }
  if (transfer !== undefined && transfer.toLowerCase() !== 'chunked') {
    throw unsupported('The body is compressed.', 'Use no Transfer-Encoding other than chunked.')
  }
  return takeAnyType(request)
}

/** Lets one parser take the octets as they are, whatever type they have. */
export async function takeAnyType(request: FastifyRequest): Promise<void> {
  request.raw.headers['content-type'] = 'application/octet-stream'
}

function unsupported(message: string, remedy: string): LatchkeyError {
  return new LatchkeyError('unsupported_media_type', message, { remedy })
}
