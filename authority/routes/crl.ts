import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App, Operation } from '#authority/http/schema.ts'
import type { ServedCrl } from '#authority/jobs/crl-publisher.ts'
import type { StatusService } from '#authority/jobs/status-service.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { StatusAuthority } from '#lib/issuance/authority.ts'
import { partitionAt } from '#lib/issuance/crl/crl-address.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'

export type CrlDeps = {
  readonly authority: StatusAuthority
  readonly status: Pick<StatusService, 'publisher' | 'root'>
}

/** Seconds by which a relying party behind an http cache may learn of a change later. */
const AGE_MAX_S = 300

/**
 * CRLs over HTTP (RFC 5280 section 4.2.1.13, RFC 2585): the full one, the delta, and one for each month of
 * issuance, as DER (.crl) and PEM (.pem). While the full CRL is small, the address of a month serves it: it
 * covers every certificate. `root` is the CRL of the root above this CA.
 */
export function crlRoutes(app: App, deps: CrlDeps): void {
  app.get(
    '/crl/:file',
    { schema: { operation: CRL, params: fileSchema } },
    async (request, reply) => {
      const [, name = '', form] = FILE_NAME.exec(request.params.file) ?? []
      const crl = name === 'root' ? rootCrl(deps) : await find(deps, name)
      const { der, hash, nextUpdate, thisUpdate } = crl
      const left = Math.floor((nextUpdate.getTime() - deps.authority.now().getTime()) / 1000)
      reply
        .header('cache-control', `public, max-age=${Math.min(AGE_MAX_S, Math.max(0, left))}`)
        .header('accept-ranges', 'bytes')
      if (form === 'pem') {
        return send(request, reply, {
          type: 'application/x-pem-file',
          etag: `"${hash}-pem"`,
          modifiedAt: thisUpdate,
          body: () => crl.pem(),
        })
      }
      reply.header('vary', 'accept-encoding')
      const isPacked = request.headers.range === undefined && takesGzip(request)
      if (isPacked) reply.header('content-encoding', 'gzip')
      return send(request, reply, {
        type: 'application/pkix-crl',
        etag: isPacked ? `"${hash}-gzip"` : `"${hash}"`,
        modifiedAt: thisUpdate,
        body: isPacked ? () => crl.gzip() : async () => der,
      })
    },
  )
}

const FILE_NAME = /^(full|delta|root|[0-9]{4}-(?:0[1-9]|1[0-2]))\.(crl|pem)$/

/** Accepts any name, so that an impossible name gives "not found", as one without a CRL does. */
const fileSchema = z.object({ file: z.string().meta({ pattern: FILE_NAME.source }) })

const CRL: Operation = {
  summary:
    'A CRL: full, delta, of a month of issuance as YYYY-MM, or of the root; .crl is DER, .pem is PEM',
  access: 'public',
  answer: [
    { type: 'application/pkix-crl', encoding: 'binary', description: 'The CRL in DER' },
    { type: 'application/x-pem-file', encoding: 'text', description: 'The CRL in PEM' },
  ],
  others: {
    206: 'The part that Range asks for',
    304: 'It is the one that If-None-Match or If-Modified-Since names',
    416: 'Range asks for what is beyond its end',
  },
  refusals: ['not_found', 'authority_unavailable'],
}

type Listed = Pick<ServedCrl, 'der' | 'hash' | 'thisUpdate' | 'nextUpdate' | 'gzip' | 'pem'>

/** The root's own CRL, signed in advance. */
function rootCrl({ authority, status }: CrlDeps): Listed {
  const reading = status.root.read()
  if (reading === null) {
    throw new LatchkeyError('not_found', 'No root of ours stands above this CA.', {
      remedy: 'The CRL of this CA is at /crl/full.crl; that of another root is where it says.',
    })
  }
  const list = reading.status
  if (list === null || list.nextUpdate <= authority.now()) {
    throw new LatchkeyError('authority_unavailable', 'No root CRL is still in its time.', {
      remedy: 'The operator signs a new one with the root key: npm run init-ca -- --root-crl',
      retryAfterSeconds: 300,
    })
  }
  const { crl: der, thisUpdate, nextUpdate } = list
  return {
    ...{ der, thisUpdate, nextUpdate },
    hash: createHash('sha256').update(der).digest('base64url'),
    // It has one entry at most, so it is compressed here and not cached.
    gzip: async () => gzipSync(der),
    pem: async () => Buffer.from(toPem('X509 CRL', der)),
  }
}

async function find({ authority, status }: CrlDeps, name: string): Promise<ServedCrl> {
  const { crls, partitionAbove } = status.publisher
  const isMonth = /^\d/.test(name)
  // As far back as anyone asks: a CA that was renewed with the same key has certificates older than its own.
  if (name === '' || (isMonth && name > partitionAt(authority.now()))) {
    throw new LatchkeyError('not_found', 'There is no CRL at this address.', {
      remedy: 'The full CRL is at /crl/full.crl.',
    })
  }
  const full = await crls.get('full')
  const isParted = isMonth && full !== null && full.entries > partitionAbove
  const crl = isMonth ? ((isParted ? await crls.get(name) : null) ?? full) : await crls.get(name)
  if (crl) return crl
  throw new LatchkeyError('authority_unavailable', 'There is no CRL that is still in its time.', {
    remedy: 'Ask again in a few seconds; OCSP is answered meanwhile.',
    retryAfterSeconds: 10,
  })
}

type Content = {
  readonly type: string
  readonly etag: string
  readonly modifiedAt: Date
  readonly body: () => Promise<Uint8Array>
}

async function send(request: FastifyRequest, reply: FastifyReply, content: Content) {
  const { etag } = content
  reply.header('etag', etag).header('last-modified', content.modifiedAt.toUTCString())
  if (isKnown(request, content)) return reply.code(304).removeHeader('content-encoding').send()
  const body = await content.body()
  reply.header('content-type', content.type)
  const range = rangeOf(request, etag, body.length)
  if (range === null) return reply.send(view(body))
  if (range === 'beyond') {
    // RFC 9111 section 3: a shared cache may keep what is fresh, and give it to who asks for the whole.
    reply.header('cache-control', 'no-store').removeHeader('etag').removeHeader('last-modified')
    return reply.code(416).header('content-range', `bytes */${body.length}`).send()
  }
  const { first, last } = range
  return reply
    .code(206)
    .header('content-range', `bytes ${first}-${last}/${body.length}`)
    .send(view(body.subarray(first, last + 1)))
}

/** Gives a Buffer over the same memory, which Fastify sends without copying. */
function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** RFC 9110 sections 13.1.2 and 13.1.3, with weak comparison, since proxies may prefix W/. */
function isKnown({ headers }: FastifyRequest, { etag, modifiedAt }: Content): boolean {
  const asked = headers['if-none-match']
  if (asked === undefined) {
    // thisUpdate has whole seconds, as HTTP dates have.
    return Date.parse(headers['if-modified-since'] ?? '') >= modifiedAt.getTime()
  }
  const known = asked.split(',').map((one) => one.trim().replace(/^W\//, ''))
  return known.includes('*') || known.includes(etag)
}

function takesGzip({ headers }: FastifyRequest): boolean {
  const accepted = headers['accept-encoding']
  if (typeof accepted !== 'string') return false
  return accepted
    .split(',')
    .some((one) => /^\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)|$)/i.test(one))
}

/**
 * Gives the one range of a GET (RFC 9110 section 14.2). Several ranges, or invalid ones, get the whole CRL.
 */
function rangeOf(
  { headers, method }: FastifyRequest,
  etag: string,
  length: number,
): { first: number; last: number } | 'beyond' | null {
  if (method !== 'GET') return null
  const condition = headers['if-range']
  if (condition !== undefined && condition !== etag) return null
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return null
  if (from === '') {
    const first = Math.max(0, length - Number(to))
    return Number(to) === 0 ? 'beyond' : { first, last: length - 1 }
  }
  const first = Number(from)
  const last = to === '' ? length - 1 : Math.min(Number(to), length - 1)
  if (to !== '' && Number(to) < first) return null
  return first >= length ? 'beyond' : { first, last }
}
