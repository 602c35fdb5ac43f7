import {
  constants,
  createHash,
  createPrivateKey,
  randomUUID,
  sign,
  X509Certificate,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Config, ConfigError, readSecret, SANDBOX } from '#lib/config.ts'

/** How the directory registration signs in: a certificate, a federated token, or a secret. */
export type GraphCredential = {
  /** What is sent, where there is no assertion; else only what notifications are known by. */
  readonly clientSecret: string
  /** A client assertion (RFC 7523 section 2.2) for a token of this address. */
  readonly assertion?: (audience: string, now: Date) => string
}

const CERTIFICATE = 'LATCHKEY_GRAPH_CLIENT_CERTIFICATE'
const SECRET = 'LATCHKEY_GRAPH_CLIENT_SECRET'

/**
 * Gives the credential that is configured. Throws ConfigError when there is none, or more than one, or its file
 * cannot be read.
 */
export function graphCredential(
  config: Pick<Config, 'sandbox' | 'graphClientId' | 'LATCHKEY_GRAPH_TOKEN_FILE'>,
  env?: Readonly<Record<string, string | undefined>>,
): GraphCredential {
  if (config.sandbox) return { clientSecret: SANDBOX.graphClientSecret }
  const tokenFile = config.LATCHKEY_GRAPH_TOKEN_FILE
  const [certificate, secret] = [readSecret(CERTIFICATE, env), readSecret(SECRET, env)]
  const given = [tokenFile, certificate, secret].filter((one) => one !== null && one !== undefined)
  if (given.length > 1) {
    throw new ConfigError(
      `Of ${CERTIFICATE}, LATCHKEY_GRAPH_TOKEN_FILE and ${SECRET} only one may be set: which counts would be a guess.`,
    )
  }
  if (tokenFile !== undefined) {
    // What is missing is told at the start, and not at the first question to Graph.
    readToken(tokenFile)
    return { clientSecret: '', assertion: () => readToken(tokenFile) }
  }
  if (certificate !== null) {
    return { clientSecret: certificate, assertion: assertionBy(certificate, config.graphClientId) }
  }
  if (secret !== null) return { clientSecret: secret }
  throw new ConfigError(
    `${CERTIFICATE}(_FILE) is missing, by which the directory registration signs in; docs/real-tenant.md says how to make it.`,
  )
}

/** It lives for an hour or a day and is written anew, so it is never kept. */
function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new ConfigError(`LATCHKEY_GRAPH_TOKEN_FILE ${file} cannot be read.`, { cause })
  }
}

const ASSERTION_SECONDS = 300

/**
 * Signs assertions as Entra wants them: PS256, and the certificate named by `x5t#S256` (RFC 7515 section
 * 4.1.8). Throws ConfigError for a PEM text without certificate and RSA key that belong together.
 */
function assertionBy(pem: string, clientId: string) {
  const { certificate, key } = readPair(pem)
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url')
  const header = encode({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
  return (audience: string, now: Date): string => {
    const seconds = Math.floor(now.getTime() / 1000)
    const claims = {
      ...{ aud: audience, iss: clientId, sub: clientId, jti: randomUUID() },
      ...{ iat: seconds, nbf: seconds, exp: seconds + ASSERTION_SECONDS },
    }
    const signed = `${header}.${encode(claims)}`
    const signature = sign('sha256', Buffer.from(signed), {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    })
    return `${signed}.${signature.toString('base64url')}`
  }
}

function readPair(pem: string) {
  try {
    const [certificate, key] = [new X509Certificate(pem), createPrivateKey(pem)]
    if (key.asymmetricKeyType === 'rsa' && certificate.checkPrivateKey(key)) {
      return { certificate, key }
    }
  } catch (cause) {
    throw new ConfigError(`${CERTIFICATE} has no certificate and key in PEM that can be read.`, {
      cause,
    })
  }
  throw new ConfigError(
    `${CERTIFICATE} must be a certificate and its own RSA key; Entra takes no other for applications.`,
  )
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
