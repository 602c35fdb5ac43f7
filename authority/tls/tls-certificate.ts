import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { concat } from '#lib/pki/asn1/bytes.ts'
import {
  bitString,
  booleanTrue,
  ia5String,
  integer,
  namedBits,
  octetString,
  sequence,
  tlv,
} from '#lib/pki/asn1/der-write.ts'
import { writeName } from '#lib/pki/asn1/distinguished-name.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { authorityKeyId, extendedKeyUsage } from '#lib/pki/certificate/profile.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import { extension, subjectKeyIdOf, writeTbs } from '#lib/pki/certificate/tbs.ts'
import { SIGNATURE_ALGORITHMS } from '#lib/pki/keys/algorithm.ts'

/**
 * The certificates of the https listener when the operator gives none: a CA for this installation, and a
 * server certificate from it. Both are unrelated to the CA that Latchkey runs: trusting this CA means
 * trusting this server.
 */
export type MadeCertificate = { readonly certificate: string; readonly key: string }

const DAY_MS = 24 * 60 * 60 * 1000
const CA_DAYS = 3650
/** Browsers accept server certificates of at most 398 days. */
const SERVER_DAYS = 397
const BACKDATE_MS = 60 * 60 * 1000

/** Makes a CA, P-256, as PEM. */
export function makeTlsCa(now: Date): MadeCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = writeName([
    ['organizationName', 'Latchkey'],
    ['commonName', `Latchkey TLS ${randomBytes(4).toString('hex')}`],
  ])
  const spki = spkiOf(publicKey)
  const keyId = subjectKeyIdOf(spki)
  const tbs = writeTbs({
    serial: makeSerial(now, randomBytes),
    algorithm: 'ecdsa-sha256',
    issuer: name,
    validity: validityFrom(now, CA_DAYS),
    subject: name,
    spki,
    extensions: [
      // cA TRUE, pathLenConstraint 0: below this CA there are server certificates only (RFC 5280 section
      // 4.2.1.9).
      extension(OID.basicConstraints, 'critical', sequence(booleanTrue(), integer(0))),
      // keyCertSign (5)
      extension(OID.keyUsage, 'critical', namedBits([5])),
      extension(OID.subjectKeyIdentifier, 'not critical', octetString(keyId)),
    ],
  })
  return { certificate: signedPem(tbs, privateKey), key: keyPem(privateKey) }
}

export type TlsCa = {
  /** DER Name. */
  readonly name: Uint8Array
  readonly spki: Uint8Array
  readonly key: KeyObject
}

/** Makes a server certificate for these host names and addresses, P-256, as PEM. */
export function makeServerCertificate(
  ca: TlsCa,
  hosts: readonly string[],
  now: Date,
): MadeCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = spkiOf(publicKey)
  const tbs = writeTbs({
    serial: makeSerial(now, randomBytes),
    algorithm: 'ecdsa-sha256',
    issuer: ca.name,
    validity: validityFrom(now, SERVER_DAYS),
    subject: writeName([['commonName', 'Latchkey authority']]),
    spki,
    extensions: [
      extension(OID.subjectAltName, 'not critical', sequence(...hosts.map(generalName))),
      authorityKeyId(subjectKeyIdOf(ca.spki)),
      extension(OID.subjectKeyIdentifier, 'not critical', octetString(subjectKeyIdOf(spki))),
      extension(OID.basicConstraints, 'critical', sequence()),
      // digitalSignature (0)
      extension(OID.keyUsage, 'critical', namedBits([0])),
      extendedKeyUsage(['serverAuth']),
    ],
  })
  return { certificate: signedPem(tbs, ca.key), key: keyPem(privateKey) }
}

/** RFC 5280 section 4.2.1.6: dNSName [2], iPAddress [7] as 4 or 16 octets. */
function generalName(host: string): Uint8Array {
  return isIP(host) === 0 ? ia5String(host, 0x82) : tlv(0x87, addressOctets(host))
}

function addressOctets(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.'), Number)
  const [head = '', tail] = address.split('::')
  const left = groupsOf(head)
  const right = groupsOf(tail ?? '')
  return concat(left, new Uint8Array(16 - left.length - right.length), right)
}

function groupsOf(text: string): Uint8Array {
  const groups = text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

function validityFrom(now: Date, days: number) {
  const start = Math.floor((now.getTime() - BACKDATE_MS) / 1000) * 1000
  return { notBefore: new Date(start), notAfter: new Date(start + days * DAY_MS) }
}

function signedPem(tbs: Uint8Array, key: KeyObject): string {
  const der = sequence(
    tbs,
    SIGNATURE_ALGORITHMS['ecdsa-sha256'],
    bitString(sign('sha256', tbs, key)),
  )
  return toPem('CERTIFICATE', der)
}

function spkiOf(key: KeyObject): Uint8Array {
  return key.export({ type: 'spki', format: 'der' })
}

function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}
