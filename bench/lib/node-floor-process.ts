import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto'
import { fdatasync, openSync, readFileSync, writeSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import path from 'node:path'
import { promisify } from 'node:util'
import { joinCertificate } from '#lib/ledger/certificates/certificate-der.ts'
import { parseDer } from '#lib/pki/asn1/der.ts'
import { buildTbs } from '#lib/pki/certificate/certificate.ts'
import { readIssuer } from '#lib/pki/certificate/issuer.ts'
import { readPublicKey } from '#lib/pki/keys/keys.ts'
import { requireDevice, requirePerson } from './node-floor-graph.ts'
import { grouped, openPostgres, openSqlite, type Row } from './node-floor-stores.ts'

/**
 * The cheapest program in Node that keeps the promises of issuance, and does nothing else: node:https or
 * node:http, an RS256 token that was never seen, the request's own signature, the questions of Graph about a
 * person or a device before and after, two durable commits with chained audit records and the objects of the
 * holder in the second, a durable line before the signature, the certificate read and verified by OpenSSL. No
 * policy, no parser but for finding the octets, no lint, no search, no status, no errors. Each certificate is
 * the same with another serial and key.
 */

export type NodeFloorMaterial = {
  readonly port: number
  /** PEM of the server's certificate and its key; null for http. */
  readonly tls: string | null
  /** PEM of the key of the tenant's tokens. */
  readonly tokenKey: string
  /** PEM of the CA's certificate and PKCS#8 of its key. */
  readonly ca: { readonly certificate: string; readonly key: string }
  readonly graphUrl: string
  /** A PostgreSQL; null for SQLite in a file. */
  readonly database: string | null
}

const SERIAL_OCTETS = 20
/** ecdsa-with-SHA256. */
const ALGORITHM = Buffer.from('300a06082a8648ce3d040302', 'hex')

const folder = process.argv[2] ?? ''
// Written by bench/lib/node-floor.ts just before.
const material = JSON.parse(
  readFileSync(path.join(folder, 'floor.json'), 'utf8'),
) as NodeFloorMaterial
const tokenKey = createPublicKey(material.tokenKey)
const caKey = createPrivateKey(material.ca.key)
const caPublicKey = createPublicKey(caKey)
const { tbs: sample, serialAt, spkiAt } = makeSample()

const store =
  material.database === null ? openSqlite(folder) : await openPostgres(material.database)
const [begin, complete] = [grouped(store.begin), grouped(store.complete)]
const log = openSync(path.join(folder, 'signatures.log'), 'a', 0o600)
const sync = promisify(fdatasync)
const logged = grouped(writeLines)

// A profile is written at the end.
process.once('SIGTERM', () => process.exit())
const server =
  material.tls === null
    ? createServer(receive)
    : createTlsServer({ cert: material.tls, key: material.tls }, receive)
server.listen(material.port, '127.0.0.1')

function receive(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    void answer(request, response, Buffer.concat(chunks))
  })
}

async function answer(request: IncomingMessage, response: ServerResponse, body: Buffer) {
  try {
    // DER by the API, Base64 by EST.
    const isApi = request.url === '/api/csr'
    const csr = isApi ? body : Buffer.from(body.toString('latin1'), 'base64')
    const certificate = await certify(request.headers.authorization ?? '', csr)
    const sent = isApi ? certificate : certificate.toString('base64')
    const type = isApi ? 'application/pkix-cert' : 'application/pkcs7-mime'
    response.writeHead(200, ['content-type', type, 'content-length', `${sent.length}`])
    response.end(sent)
  } catch (error) {
    console.error(error)
    response.writeHead(500).end()
  }
}

async function certify(authorization: string, csr: Buffer): Promise<Buffer> {
  const oid = verifiedOid(authorization)
  const { spki, name } = provenKey(csr)
  // A name with an at sign is a person's, any other the id of a device in Entra.
  const ask = (intuneId?: string) =>
    name.includes('@')
      ? requirePerson(material.graphUrl, oid, name)
      : requireDevice(material.graphUrl, oid, name, intuneId)
  const [, , record] = await ask()
  const row = draft(spki)
  await begin(row)
  await logged(row)
  row.signature = signed(row.tbs)
  const certificate = Buffer.from(joinCertificate(row))
  checkBack(certificate)
  row.seen = await ask(record?.id)
  await complete(row)
  return certificate
}

// Each part is a function of its own, by whose name profile.ts knows it.

async function writeLines(rows: readonly Row[]): Promise<void> {
  writeSync(log, rows.map(({ serial }) => `${serial}\n`).join(''))
  await sync(log)
}

function provenKey(csr: Buffer): { readonly spki: Buffer; readonly name: string } {
  const { spki, name, info, signature } = partsOf(csr)
  const key = createPublicKey(
    `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----`,
  )
  if (!verify('sha256', info, key, signature)) throw new Error('A bad request.')
  return { spki, name }
}

function draft(spki: Buffer): Row {
  const tbs = Buffer.from(sample)
  const random = randomBytes(SERIAL_OCTETS)
  random[0] = 0x40
  random.copy(tbs, serialAt)
  spki.copy(tbs, spkiAt)
  return { serial: random.toString('hex'), tbs, signature: Buffer.alloc(0), seen: [] }
}

function signed(tbs: Buffer): Buffer {
  return Buffer.concat([ALGORITHM, bitString(sign('sha256', tbs, caKey))])
}

function checkBack(certificate: Buffer): void {
  if (!new X509Certificate(certificate).verify(caPublicKey)) throw new Error('It does not verify.')
}

function verifiedOid(authorization: string): string {
  const token = authorization.slice('Bearer '.length)
  const [header = '', payload = '', signature = ''] = token.split('.')
  const signed = Buffer.from(`${header}.${payload}`)
  if (!verify('sha256', signed, tokenKey, Buffer.from(signature, 'base64url')))
    throw new Error('A bad token.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    oid: string
    exp: number
  }
  if (claims.exp * 1000 < Date.now()) throw new Error('An old token.')
  return claims.oid
}

function bitString(octets: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x03, octets.length + 1, 0]), octets])
}

/**
 * Of a request by P-256 whose subject is a common name alone: CertificationRequest ::= SEQUENCE { info,
 * algorithm, signature } (RFC 2986).
 */
function partsOf(csr: Buffer) {
  const info = elementAt(csr, contentAt(csr, 0))
  const version = elementAt(info, contentAt(info, 0))
  const subjectAt = contentAt(info, 0) + version.length
  const subject = elementAt(info, subjectAt)
  const spkiAtInfo = subjectAt + subject.length
  // Name ::= SEQUENCE OF SET OF SEQUENCE { type, value } (RFC 5280 section 4.1.2.4).
  const typeAt = contentAt(subject, contentAt(subject, contentAt(subject, 0)))
  const valueAt = typeAt + elementAt(subject, typeAt).length
  const algorithmAt = contentAt(csr, 0) + info.length
  const bits = elementAt(csr, algorithmAt + elementAt(csr, algorithmAt).length)
  return {
    info,
    spki: elementAt(info, spkiAtInfo),
    name: subject.toString('utf8', contentAt(subject, valueAt)),
    signature: bits.subarray(contentAt(bits, 0) + 1),
  }
}

function contentAt(der: Buffer, at: number): number {
  const first = der[at + 1] ?? 0
  return at + 2 + (first < 0x80 ? 0 : first - 0x80)
}

function elementAt(der: Buffer, at: number): Buffer {
  const start = contentAt(der, at)
  const long = start - at - 2
  const length = long === 0 ? (der[at + 1] ?? 0) : der.readUIntBE(at + 2, long)
  return der.subarray(at, start + length)
}

function makeSample() {
  const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    format: 'der',
    type: 'spki',
  })
  const urls = {
    caIssuers: 'https://localhost/ca',
    caIssuersHttp: 'http://localhost/ca',
    ocsp: 'http://localhost/ocsp',
    crl: 'http://localhost/crl',
  }
  const issuer = readIssuer([new X509Certificate(material.ca.certificate).raw], urls)
  const leaf = { kind: 'user', commonName: 'a@bench.example', upn: 'a@bench.example' } as const
  const serial = `40${randomBytes(SERIAL_OCTETS - 1).toString('hex')}`
  const validity = { notBefore: new Date(), notAfter: new Date(Date.now() + 365 * 86_400_000) }
  const tbs = Buffer.from(buildTbs(issuer, leaf, readPublicKey(parseDer(spki)), serial, validity))
  return { tbs, serialAt: tbs.indexOf(Buffer.from(serial, 'hex')), spkiAt: tbs.indexOf(spki) }
}
