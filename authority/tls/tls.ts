import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { type Config, ConfigError } from '#lib/config.ts'
import { ensureFolder } from '#lib/folder.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { hostOf, serverHosts, serverPairProblems } from '#lib/server-certificate.ts'
import { makeServerCertificate, makeTlsCa, type TlsCa } from './tls-certificate.ts'

/**
 * What the https listener shows: the operator's files, or a certificate of its own under
 * `tls/` in the data folder. `tls/ca.pem` is what clients trust then. Whoever can read the keys
 * there can pose as this server, so they are readable by this account alone.
 */
export type TlsMaterial = {
  readonly cert: string
  readonly key: string
  /** The CAs whose client certificates are asked for. */
  readonly ca: string[]
}

export type TlsConfig = Pick<
  Config,
  | 'dataDir'
  | 'authorityUrl'
  | 'authorityInternalUrl'
  | 'LATCHKEY_TLS_CERT'
  | 'LATCHKEY_TLS_KEY'
  | 'LATCHKEY_TRUSTED_PROXIES'
>

/**
 * Loads the certificate, making it first or anew where that is ours to do: it is renewed 30 days
 * before it ends, and when the host name changes. Throws ConfigError with the way out.
 */
export function loadTls(
  config: TlsConfig,
  clientCas: readonly Uint8Array[],
  now: Date,
): TlsMaterial {
  const ca = clientCas.map((der) => toPem('CERTIFICATE', der))
  const { LATCHKEY_TLS_CERT: cert, LATCHKEY_TLS_KEY: key } = config
  if ((cert === undefined) !== (key === undefined)) {
    throw new ConfigError('LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY belong together; set both.')
  }
  if (cert !== undefined && key !== undefined) {
    const certificate = readPem('LATCHKEY_TLS_CERT', cert)
    const pair = { certificate, key: readPem('LATCHKEY_TLS_KEY', key) }
    const problems = serverPairProblems(pair, serverHosts(config), now)
    if (problems.length > 0) throw new ConfigError(problems.join('\n'))
    return { cert: certificate, key: pair.key, ca }
  }
  return { ...ownPair(path.join(config.dataDir, 'tls'), hostsOf(config), now), ca }
}

function readPem(field: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`${field}: ${file} cannot be read.`, { cause })
  }
}

const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000

function ownPair(folder: string, hosts: readonly string[], now: Date) {
  ensureFolder(folder)
  const ca = ownCa(folder, now)
  const file = path.join(folder, 'server.pem')
  const known = existsSync(file) ? readFileSync(file, 'utf8') : null
  if (known !== null && isGood(known, ca, hosts, now)) return { cert: known, key: known }
  const made = makeServerCertificate(ca, hosts, now)
  // Key and certificate in one file, so that there is never one without the other.
  const pair = made.certificate + made.key
  writePrivate(file, pair)
  return { cert: pair, key: pair }
}

function ownCa(folder: string, now: Date): TlsCa {
  const files = { certificate: path.join(folder, 'ca.pem'), key: path.join(folder, 'ca-key.pem') }
  const known = readOwnCa(folder, files)
  if (
    known !== null &&
    new X509Certificate(known.certificate).validToDate.getTime() - now.getTime() > RENEW_BEFORE_MS
  ) {
    return caOf(known)
  }
  const made = makeTlsCa(now)
  // The key first: a certificate that lies there has its key.
  writePrivate(files.key, made.key)
  writePublic(files.certificate, made.certificate)
  return caOf(made)
}

function readOwnCa(folder: string, files: { certificate: string; key: string }) {
  if (!existsSync(files.certificate)) return null
  try {
    const certificate = readFileSync(files.certificate, 'utf8')
    const key = readFileSync(files.key, 'utf8')
    if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
      return { certificate, key }
    }
  } catch (cause) {
    throw new ConfigError(HALF_MADE(folder), { cause })
  }
  throw new ConfigError(HALF_MADE(folder))
}

const HALF_MADE = (folder: string) =>
  `The certificate authority for https in ${folder} is damaged. Remove that folder to have it made anew; clients must then trust the new ca.pem.`

function caOf(pem: { certificate: string; key: string }): TlsCa {
  const { subject, spki } = readCertificate(new X509Certificate(pem.certificate).raw)
  return { name: subject, spki, key: createPrivateKey(pem.key) }
}

function isGood(pem: string, ca: TlsCa, hosts: readonly string[], now: Date): boolean {
  try {
    const certificate = new X509Certificate(pem)
    return (
      certificate.validToDate.getTime() - now.getTime() > RENEW_BEFORE_MS &&
      certificate.verify(
        createPublicKey({ key: Buffer.from(ca.spki), format: 'der', type: 'spki' }),
      ) &&
      certificate.checkPrivateKey(createPrivateKey(pem)) &&
      hosts.every((host) => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)))
    )
  } catch {
    // Not readable, so not good: it is ours to make again.
    return false
  }
}

/** Never half a file under the real name, and never readable by others. */
function writePrivate(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, file)
}

/** What clients are given to trust; a copy of it can be read by whoever gets it. */
function writePublic(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`
  writeFileSync(draft, text)
  // Not by writeFile's mode, from which the account's umask takes away.
  chmodSync(draft, 0o644)
  renameSync(draft, file)
}

function hostsOf(config: TlsConfig): readonly string[] {
  return [...new Set(['localhost', '127.0.0.1', '::1', hostOf(config.authorityUrl)])]
}
