import { lookup } from 'node:dns/promises'
import { existsSync, readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { BlockList, isIP } from 'node:net'
import path from 'node:path'
import { rootCertificates, TLSSocket } from 'node:tls'
import { isOfThisMachine } from '#lib/address.ts'
import type { Config } from '#lib/config.ts'
import { type Check, type Finding, problem, warning } from './check.ts'

/** Each address that others use is called, as they would, from this machine. */

export const ADDRESS_CHECKS: readonly Check[] = [
  {
    name: 'LATCHKEY_STATUS_URL',
    program: 'authority',
    status: true,
    ask: async ({ config }) => [
      ...(await reachability('LATCHKEY_STATUS_URL', config.statusUrl, config)),
      ...(await answersAt(config, `${config.statusUrl}/ca`)),
      ...(await answersAt(config, `${config.statusUrl}/crl/full.crl`)),
    ],
  },
  {
    name: 'LATCHKEY_AUTHORITY_URL',
    program: 'authority',
    ask: async (context) => [
      ...(await reachability(
        'LATCHKEY_AUTHORITY_URL',
        context.config.authorityUrl,
        context.config,
      )),
      ...(await answersAt(context.config, `${context.config.authorityUrl}/probe`, context.now())),
    ],
  },
  {
    name: 'LATCHKEY_AUTHORITY_INTERNAL_URL',
    program: 'portal',
    ask: async ({ config, now }) =>
      answersAt(config, `${config.authorityInternalUrl}/probe`, now()),
  },
  {
    name: 'LATCHKEY_PORTAL_URL',
    program: 'portal',
    ask: async ({ config, now }) => answersAt(config, `${config.portalUrl}/signin`, now()),
  },
]

const PRIVATE = new BlockList()
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4')
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4')
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4')
PRIVATE.addSubnet('100.64.0.0', 10, 'ipv4')
PRIVATE.addSubnet('127.0.0.0', 8, 'ipv4')
PRIVATE.addSubnet('169.254.0.0', 16, 'ipv4')
PRIVATE.addAddress('::1', 'ipv6')
PRIVATE.addSubnet('fc00::', 7, 'ipv6')
PRIVATE.addSubnet('fe80::', 10, 'ipv6')

/** Whether relying parties can know the way, as far as names and address blocks tell. */
async function reachability(
  name: string,
  text: string,
  { sandbox }: Config,
): Promise<readonly Finding[]> {
  const { hostname } = new URL(text)
  const host = hostname.replace(/^\[|\]$/g, '')
  // What is of this machine only is refused at start; the sandbox is for this machine.
  if (sandbox || isOfThisMachine(new URL(text))) return []
  if (isIP(host) === 0 && !host.includes('.')) {
    return [
      warning(
        `${name} has the host ${host}, a name without a domain`,
        'Devices elsewhere do not know it: write the whole name.',
      ),
    ]
  }
  const found = await addressesOf(host)
  if (found.length === 0) {
    return [problem(`the name ${host} of ${name} is not known here`, 'Make its DNS record.')]
  }
  const isPrivate = found.every(({ address, family }) =>
    PRIVATE.check(address, family === 6 ? 'ipv6' : 'ipv4'),
  )
  if (!isPrivate) return []
  return [
    warning(
      `${name} is at ${found[0]?.address}, an address of your own network`,
      'Who checks certificates elsewhere (a laptop at home, a service in the cloud) does not reach it. If all are inside, nothing is wrong.',
    ),
  ]
}

async function addressesOf(host: string) {
  try {
    return await lookup(host, { all: true })
  } catch {
    return []
  }
}

type Answer = { readonly status: number; readonly certificateEnds: Date | null }

const CALL_MS = 10_000
const DAY_MS = 86_400_000
const TLS_WARNING_DAYS = 14

async function answersAt(
  config: Config,
  url: string,
  now = new Date(),
): Promise<readonly Finding[]> {
  let answer: Answer
  try {
    answer = await call(url, trusted(config))
  } catch (error) {
    return [problem(`${url} cannot be reached: ${reasonOf(error)}`, fixOf(error))]
  }
  const { status, certificateEnds } = answer
  const days = certificateEnds && Math.floor((certificateEnds.getTime() - now.getTime()) / DAY_MS)
  return [
    ...(status === 200
      ? []
      : [
          problem(
            `${url} answers ${status}`,
            status >= 300 && status < 400
              ? 'Relying parties follow no redirect: let the proxy hand it on.'
              : 'See the log of the program, or of the proxy before it.',
          ),
        ]),
    ...(days !== null && days < TLS_WARNING_DAYS
      ? [warning(`the certificate of ${url} runs out in ${days} days`, 'Renew it.')]
      : []),
  ]
}

/** Redirects are not followed. */
function call(url: string, ca: readonly string[]): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const options = { timeout: CALL_MS, signal: AbortSignal.timeout(CALL_MS), ca: [...ca] }
  const request = (url.startsWith('https:') ? https : http).get(url, options, (response) => {
    const { socket, statusCode = 0 } = response
    const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate() : null
    response.destroy()
    resolve({
      status: statusCode,
      certificateEnds: certificate && new Date(certificate.valid_to),
    })
  })
  request.on('error', reject)
  return promise
}

/** Those of Node, of NODE_EXTRA_CA_CERTS, and the authority's own, which clients are given. */
function trusted({ dataDir }: Config): readonly string[] {
  const own = path.join(dataDir, 'tls', 'ca.pem')
  const extra = process.env.NODE_EXTRA_CA_CERTS
  return [
    ...rootCertificates,
    ...[own, extra].flatMap((file) =>
      file && existsSync(file) ? [readFileSync(file, 'utf8')] : [],
    ),
  ]
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ABORT_ERR' || code === 'ETIMEDOUT') return 'no answer within 10 seconds'
  if (!(error instanceof Error)) return String(error)
  return error.message.includes(code) ? error.message : `${error.message} (${code})`
}

function fixOf(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ECONNREFUSED')
    return 'Does the program run? Does a proxy or a port stand in between?'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'Make the DNS record of this name.'
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code)) {
    return 'Its TLS certificate must be of this name and of a CA that clients know; name that CA in NODE_EXTRA_CA_CERTS.'
  }
  return 'Look whether a firewall or a proxy stands in between.'
}
