import type { FastifyRequest } from 'fastify'
import { LatchkeyError } from '#lib/errors.ts'
import { decodeRequest } from '#lib/pki/csr/request-body.ts'

/** DER of the certification request in the body, whichever of the four encodings it came in. */
export function requestIn(request: FastifyRequest): Uint8Array {
  return decodeRequest(request.body instanceof Uint8Array ? request.body : new Uint8Array())
}

/**
 * Route hook before a certification request: any media type or none, since clients send what
 * their tools happen to set, but not one that says the bytes are wrapped in something else.
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

/** The same where the type, and Content-Transfer-Encoding, say nothing that counts: EST (RFC 8951). */
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
  // From here on the type means nothing; the one parser takes the bytes as they are.
  headers['content-type'] = 'application/octet-stream'
}

function unsupported(message: string, remedy: string): LatchkeyError {
  return new LatchkeyError('unsupported_media_type', message, { remedy })
}
