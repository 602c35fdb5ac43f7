import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { type Child, type Core, startChild, untilListens } from './child.ts'
import { requestBytes, type Target } from './load.ts'
import type { Peer } from './peers.ts'
import { makeCa } from './programs.ts'
import type { Enrolment } from './tenant.ts'

/**
 * step-ca as somebody would run it who signs certificates by tokens: a P-256 CA, one JWK provisioner, a
 * database. It verifies a token, notes that it was used, signs and stores the certificate.
 */

export type StepCaDatabase =
  | { readonly type: 'badgerv2' | 'bbolt' }
  | { readonly type: 'postgresql'; readonly url: string; readonly name: string }

export type StepCaOptions = {
  readonly folder: string
  readonly database: StepCaDatabase
  readonly core: Core
}

export type RunningStepCa = Child & {
  readonly target: Target
  /** Makes one request with a token of its own, which is valid for five minutes as those of `step` are. */
  readonly requestOf: (enrolment: Enrolment) => Promise<Buffer>
}

const PROVISIONER = 'bench'
const ALGORITHM = 'ES256'
const YEAR = '8760h'

export async function startStepCa(peer: Peer, options: StepCaOptions): Promise<RunningStepCa> {
  const { folder, database, core } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = (name: string, content: string) => {
    writeFileSync(path.join(folder, name), content, { mode: 0o600 })
    return path.join(folder, name)
  }
  const ca = await makeCa('ec-p256')
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM)
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const port = await freePort()
  const certificate = file('ca.pem', ca.certificate)
  const settings = {
    root: certificate,
    crt: certificate,
    key: file('ca-key.pem', ca.key),
    address: `127.0.0.1:${port}`,
    dnsNames: ['localhost'],
    logger: { format: 'json' },
    db: databaseSettings(database, folder),
    authority: {
      provisioners: [
        {
          type: 'JWK',
          name: PROVISIONER,
          key: { ...jwk, kid, use: 'sig', alg: ALGORITHM },
          claims: { maxTLSCertDuration: YEAR, defaultTLSCertDuration: YEAR },
        },
      ],
    },
  }
  const args = [file('ca.json', JSON.stringify(settings))]
  const env = { ...process.env, STEPPATH: folder, ...(core === 'measured' && { GOMAXPROCS: '1' }) }
  const child = startChild(core, peer.path, args, { env, cwd: folder })
  await untilListens(port, child)

  const signPath = '/1.0/sign'
  const requestOf = async ({ csr, commonName }: Enrolment) => {
    const token = await new SignJWT({ sans: [commonName] })
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
      .setSubject(commonName)
      .setIssuer(PROVISIONER)
      .setAudience(`https://localhost:${port}${signPath}`)
      .setJti(randomUUID())
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime('5m')
      .sign(privateKey)
    const body = JSON.stringify({ csr: toPem('CERTIFICATE REQUEST', csr), ott: token })
    return requestBytes('POST', signPath, { 'content-type': 'application/json' }, body)
  }
  return { ...child, target: { host: '127.0.0.1', port, ca: ca.certificate }, requestOf }
}

function databaseSettings(database: StepCaDatabase, folder: string) {
  if (database.type === 'postgresql') {
    return { type: database.type, dataSource: database.url, database: database.name }
  }
  return { type: database.type, dataSource: path.join(folder, 'db') }
}
