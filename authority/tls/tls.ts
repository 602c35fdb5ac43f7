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
 * Certificate and key of the https listener: the operator's files, or ones that are made under `tls/` in the
 * data folder, where `tls/ca.pem` is what clients have to trust. Who can read the keys can impersonate this
 * server, so they are readable by this account only.
 */
export type TlsMaterial = {
  readonly cert: string
  readonly key: string
  /** CAs that the server names when it requests a client certificate. */
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
 * Loads the certificate; makes one when there are no files of the operator and none was made, when it ends
 * within 30 days, or when the host name changed. Throws ConfigError with its correction.
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
  // Key and certificate in one file, so that they always match.
  const pair = made.certificate + made.key
  replace(file, pair, 0o600)
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
  // The key is written first, so a certificate in the folder always has its key.
  replace(files.key, made.key, 0o600)
  // What clients have to trust; others may read it.
  replace(files.certificate, made.certificate, 0o644)
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
    // A file that cannot be read is made again.
    return false
  }
}

/**
 * Written under another name, and to the disk, first: the file is never incomplete, after a loss of power too, and a
 * private one never readable by others.
 */
function replace(file: string, text: string, mode: 0o600 | 0o644): void {
  const draft = `${file}.${process.pid}.tmp`
  writeFileSync(draft, text, { mode: 0o600, flush: true })
  // writeFile's mode would be reduced by the account's umask.
  chmodSync(draft, mode)
  renameSync(draft, file)
}

function hostsOf(config: TlsConfig): readonly string[] {
  return [...new Set(['localhost', '127.0.0.1', '::1', hostOf(config.authorityUrl)])]
}
