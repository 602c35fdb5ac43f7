import { authorityOf } from '#lib/auth/authority-client.ts'
import { currentSession } from '#lib/auth/session.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { problemOf } from '#lib/problem.ts'

type Context = { readonly params: Promise<{ serial: string; file: string }> }

/** Gives a certificate, its chain or its CA as a file, to its owner only. */
export async function GET(_request: Request, context: Context): Promise<Response> {
  const { serial, file } = await context.params
  try {
    const session = await currentSession()
    if (!session) throw new LatchkeyError('session_required', 'You are not signed in any more.')
    const authority = authorityOf(session)
    const { displayName, certificate } = await authority.certificate(serial)
    const { chain } = (await authority.me()).issuer
    const body = bodyOf(file, certificate, chain)
    if (!body) throw new LatchkeyError('not_found', 'There is no such file.')
    return answer(body, fileName(displayName, file))
  } catch (error) {
    const problem = problemOf(error)
    return Response.json(problem, {
      status: problem.status,
      headers: { 'Content-Type': 'application/problem+json' },
    })
  }
}

/** From certificates in base64 DER; the chain is from the issuing CA to the root. */
function bodyOf(file: string, own: string, chain: readonly string[]): string | Buffer | null {
  const [issuing] = chain
  switch (file) {
    case 'certificate.pem':
      return pem(own)
    case 'certificate.der':
      return Buffer.from(own, 'base64')
    case 'chain.pem':
      return [own, ...chain].map(pem).join('')
    case 'ca.pem':
      return issuing === undefined ? null : pem(issuing)
    case 'ca.der':
      return issuing === undefined ? null : Buffer.from(issuing, 'base64')
    default:
      return null
  }
}

/** RFC 7468 section 5.1. */
function pem(base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function answer(body: string | Buffer, name: string): Response {
  const bytes = typeof body === 'string' ? body : new Uint8Array(body)
  return new Response(bytes, {
    headers: {
      'Content-Type': typeof body === 'string' ? 'application/x-pem-file' : 'application/pkix-cert',
      'Content-Disposition': `attachment; filename="${name}"`,
    },
  })
}

/** "ALICE-LT-042.pem", "ALICE-LT-042-chain.pem", "ca.pem": safe characters only, whatever the name. */
function fileName(displayName: string, file: string): string {
  if (file.startsWith('ca.')) return file.replace('.der', '.cer')
  const name = displayName
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+|-+$/g, '')
  const part = file.startsWith('chain') ? '-chain' : ''
  return `${name || 'certificate'}${part}.${file.endsWith('.pem') ? 'pem' : 'cer'}`
}
