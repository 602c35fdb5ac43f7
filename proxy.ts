import { randomBytes, randomUUID } from 'node:crypto'
import { type NextRequest, NextResponse } from 'next/server'
import { SEALED_PAGE } from '#components/shell/sealed-page.ts'
import { REQUEST_ID_HEADER, requestIdIn } from '#lib/api/request-id.ts'
import { portal } from '#lib/auth/portal.ts'
import { isForPortal, isFromPortal } from '#lib/auth/same-site.ts'
import { PATH_HEADER } from '#lib/auth/session.ts'
import { isDevelopment } from '#lib/config.ts'

/**
 * Sets headers and the content security policy of every answer. It also refuses requests for another host
 * (421) and changes sent by another site (403), in addition to the checks in each page and action.
 */
export default function proxy(request: NextRequest): NextResponse {
  const { config } = portal()
  if (!isForPortal(request.headers, config.portalUrl)) {
    return refuse(421, 'This portal does not answer for that host.', config.portalUrl)
  }
  const isOpen = READING.has(request.method) || BY_SECRET.test(request.nextUrl.pathname)
  if (!isOpen && !isFromPortal(request.headers, config.portalUrl)) {
    return refuse(403, 'The request did not come from a page of this portal.', config.portalUrl)
  }

  const nonce = randomBytes(16).toString('base64')
  const { pathname } = request.nextUrl
  const policy = contentSecurityPolicy(nonce, sourcesFor(pathname, new URL(config.issuerV2).origin))
  const headers = new Headers(request.headers)
  for (const name of NEVER_FROM_CLIENTS) headers.delete(name)
  // Next reads the nonce from this header and adds it to its own scripts.
  headers.set('content-security-policy', policy)
  headers.set('x-nonce', nonce)
  const requestId = requestIdIn((name) => request.headers.get(name)) ?? randomUUID()
  headers.set(REQUEST_ID_HEADER, requestId)
  headers.set(PATH_HEADER, `${request.nextUrl.pathname}${request.nextUrl.search}`)

  const response = NextResponse.next({ request: { headers } })
  response.headers.set(REQUEST_ID_HEADER, requestId)
  const files = FILES.find(([path]) => path.test(request.nextUrl.pathname))
  return withHeaders(response, config.portalUrl, files?.[1] ?? policy, !files)
}

/** The only page whose script asks the sign-in service for tokens. */
const SIGN_IN_WINDOW = '/step-up'

/** RFC 8058: a mail program posts there by itself. The secret in the address says what may be done, no cookie. */
const BY_SECRET = /^\/reminders\/[\w-]{32}\/stop$/

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Headers that only this file sets; a client that sends them attempts an attack (CVE-2025-29927,
 * CVE-2026-44581).
 */
const NEVER_FROM_CLIENTS = [
  'content-security-policy',
  'content-security-policy-report-only',
  'x-nonce',
  'x-middleware-subrequest',
  'x-middleware-subrequest-id',
  'x-middleware-prefetch',
  'x-nextjs-data',
  PATH_HEADER,
]

/** A worker has the policy of its file. Ours compute and send nothing. */
const FILE_POLICY =
  "default-src 'self'; connect-src 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"

/** An SVG that is opened by itself is a page of ours; this one is of the operator's making. */
const DRAWING_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

/** What is the same for everyone, and its policy: no page, and no secret. */
const FILES = [
  [/^\/_next\/static\//, FILE_POLICY],
  [/^\/(?:icons\/key[-\d]*\.(?:svg|png)|favicon\.ico|robots\.txt)$/, FILE_POLICY],
  [/^\/brand\/logo$/, DRAWING_POLICY],
] as const

/**
 * React streams a part that arrives late inside `<svg style="display:none">`. The hash allows this attribute
 * text and no other.
 */
const STREAMED_DRAWING = "'unsafe-hashes' 'sha256-aqNNdDLnnrDOnTNdkJpYlAxKVJtLt9CtFLklmInuUAE='"

/** Where a page may connect and send a form. Browsers check a form's redirect too, and sign-in is such a form. */
function sourcesFor(pathname: string, login: string): { connect: string; forms: string } {
  // The development server speaks to its pages; on a built one the page that reads files can send nothing.
  if (pathname === SEALED_PAGE && !isDevelopment) return { connect: "'none'", forms: "'none'" }
  const connect = pathname === SIGN_IN_WINDOW ? `'self' ${login}` : "'self'"
  return { connect, forms: `'self' ${login}` }
}

function contentSecurityPolicy(
  nonce: string,
  { connect, forms }: { readonly connect: string; readonly forms: string },
): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    isDevelopment
      ? "style-src 'self' 'unsafe-inline'"
      : `style-src 'self' 'nonce-${nonce}' ${STREAMED_DRAWING}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    `form-action ${forms}`,
    "frame-ancestors 'none'",
  ].join('; ')
}

function withHeaders(
  response: NextResponse,
  portalUrl: string,
  policy: string,
  isPrivate: boolean,
): NextResponse {
  const { headers } = response
  headers.set('Content-Security-Policy', policy)
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('X-Frame-Options', 'DENY')
  // With "no-referrer" browsers would send "Origin: null" with our own forms.
  headers.set('Referrer-Policy', 'same-origin')
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Resource-Policy', 'same-origin')
  headers.set('Permissions-Policy', PERMISSIONS)
  if (portalUrl.startsWith('https:')) {
    headers.set('Strict-Transport-Security', 'max-age=63072000; includeSubDomains')
  }
  if (isPrivate) headers.set('Cache-Control', 'private, no-store')
  return response
}

const PERMISSIONS =
  'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=()'

function refuse(status: 403 | 421, detail: string, portalUrl: string): NextResponse {
  const response = NextResponse.json(
    { status, detail, code: status === 403 ? 'csrf' : 'misdirected_host' },
    { status, headers: { 'Content-Type': 'application/problem+json' } },
  )
  return withHeaders(response, portalUrl, FILE_POLICY, true)
}
