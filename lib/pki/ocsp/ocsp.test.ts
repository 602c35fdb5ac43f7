import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { concat, fromHex } from '#lib/pki/asn1/bytes.ts'
import {
  booleanTrue,
  context,
  contextPrimitive,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  tlv,
  utf8String,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { buildCaTbs, delegateOf, lintCaTbs } from '#lib/pki/certificate/ca-certificate.ts'
import { assemble, readCertificate } from '#lib/pki/certificate/certificate.ts'
import type { Leaf } from '#lib/pki/certificate/profile.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import { subjectKeyIdOf } from '#lib/pki/certificate/tbs.ts'
import {
  issueTo,
  makeHolderKey,
  makeTestCa,
  NOW,
  publicKeyOf,
  type TestCa,
} from '#lib/pki/testing/make-ca.ts'
import { type CaKeyType, generateKey, signerOf } from '#lib/signer/key.ts'
import type { Signer } from '#lib/signer/signer.ts'
import { has } from '#lib/testing/judge.ts'
import { isIssuedBy, type OcspRequest, readOcspRequest } from './ocsp.ts'
import {
  assembleOcsp,
  buildOcspTbs,
  type OcspStatus,
  ocspError,
  type ResponseWish,
} from './ocsp-response.ts'
import { type OcspResponse, readOcspResponse } from './read-ocsp-response.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-ocsp-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => path.join(folder, name)
const run = (tool: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: folder, encoding: 'utf8' })
  return { status, out: stdout + stderr }
}

const SOON = new Date('2026-11-22T12:10:00Z')
/** The fixed times of these tests count as now for OpenSSL. */
const ANY_TIME = ['-validity_period', '2000000000']
const ATTIME = String(new Date('2026-11-22T12:05:00Z').getTime() / 1000)
const SERIALS = ['a', 'b'].map((last) => `4570d8c0000102030405060708090a0b0c0d0e0${last}`)
const [FIRST = '', SECOND = ''] = SERIALS
const leaf: Leaf = { kind: 'device', commonName: 'd', uri: 'IntuneDeviceId://d' }

let ca: TestCa
let other: TestCa
let responder: { signer: Signer; certificate: Uint8Array }

async function makeResponder(
  type: CaKeyType,
): Promise<{ signer: Signer; certificate: Uint8Array }> {
  const signer = signerOf(await generateKey(type))
  const template = delegateOf(ca.issuer, 'ocsp-responder', signer.spki)
  const day = {
    notBefore: new Date('2026-11-22T00:00:00Z'),
    notAfter: new Date('2026-11-23T00:00:00Z'),
  }
  const linted = lintCaTbs(buildCaTbs(template, makeSerial(NOW, randomBytes), day), template)
  const signature = await ca.signer.sign(linted.tbs)
  return { signer, certificate: assemble(linted, ca.signer.algorithm, signature) }
}

beforeAll(async () => {
  ca = await makeTestCa('ec-p256', 'issuing-ca')
  other = await makeTestCa()
  responder = await makeResponder('ec-p256')
  const key = publicKeyOf(makeHolderKey())
  for (const serial of SERIALS) {
    writeFileSync(at(`${serial}.pem`), toPem('CERTIFICATE', await issueTo(ca, leaf, key, serial)))
  }
  const [issuing, root] = ca.issuer.chain.map((der) => toPem('CERTIFICATE', der))
  writeFileSync(at('ca.pem'), issuing ?? '')
  writeFileSync(at('root.pem'), root ?? '')
  writeFileSync(at('responder.pem'), toPem('CERTIFICATE', responder.certificate))
})

/** A request as `openssl ocsp` writes it. */
function ask(...args: string[]): Uint8Array {
  run('openssl', 'ocsp', '-issuer', 'ca.pem', ...args, '-reqout', 'request.der')
  return new Uint8Array(readFileSync(at('request.der')))
}

function read(der: Uint8Array): OcspRequest {
  const reading = readOcspRequest(der)
  if (!reading.ok) throw new Error(reading.reason)
  return reading.request
}

describe('a request', () => {
  test.each([
    '-sha1',
    '-sha256',
    '-sha384',
    '-sha512',
  ] as const)('of openssl with %s is read', (hash) => {
    const request = read(ask(hash, '-no_nonce', '-cert', `${FIRST}.pem`))
    expect(request.nonce).toBe(null)
    expect(request.certIds).toHaveLength(1)
    const [certId] = request.certIds
    expect(certId).toMatchObject({ hash: hash.slice(1), serial: FIRST })
    expect(certId && isIssuedBy(certId, ca.issuer)).toBe(true)
    expect(certId && isIssuedBy(certId, other.issuer)).toBe(false)
  })

  test('may ask for several certificates, with different hashes, and bring a nonce', () => {
    const request = read(
      ask('-sha256', '-cert', `${FIRST}.pem`, '-sha1', '-cert', `${SECOND}.pem`, '-nonce'),
    )
    expect(request.certIds.map(({ serial, hash }) => [serial, hash])).toEqual([
      [FIRST, 'sha256'],
      [SECOND, 'sha1'],
    ])
    expect(request.nonce).toHaveLength(16)
  })

  test('may be signed and name its sender; both are read over', () => {
    const key = makeHolderKey().export({ format: 'pem', type: 'pkcs8' })
    writeFileSync(at('signer.key'), key)
    run(
      'openssl',
      'req',
      '-x509',
      '-new',
      '-key',
      'signer.key',
      '-subj',
      '/CN=asker',
      '-out',
      'signer.pem',
    )
    const signed = ask('-cert', `${FIRST}.pem`, '-signer', 'signer.pem', '-signkey', 'signer.key')
    expect(Buffer.from(signed).includes('asker')).toBe(true)
    expect(read(signed).certIds[0]?.serial).toBe(FIRST)
  })

  test.skipIf(!has('ocsptool'))('of GnuTLS is read', () => {
    run(
      'ocsptool',
      '--generate-request',
      '--load-issuer=ca.pem',
      `--load-cert=${FIRST}.pem`,
      '--outfile=gnutls.der',
    )
    const request = read(new Uint8Array(readFileSync(at('gnutls.der'))))
    expect(request.certIds[0]).toMatchObject({ hash: 'sha1', serial: FIRST })
    expect(request.nonce).toBe(null)
  })
})

const CERT_ID = [
  sequence(oid(OID.sha1), nullValue()),
  octetString(new Uint8Array(20)),
  octetString(new Uint8Array(20)),
]
const single = (serial: Uint8Array = integer(1), ...extensions: readonly Uint8Array[]) =>
  sequence(
    sequence(...CERT_ID, serial),
    ...(extensions.length > 0 ? [context(0, sequence(...extensions))] : []),
  )
const request = (extensions: readonly Uint8Array[], list: readonly Uint8Array[] = [single()]) =>
  sequence(
    sequence(
      sequence(...list),
      ...(extensions.length > 0 ? [context(2, sequence(...extensions))] : []),
    ),
  )
const nonce = (content: Uint8Array) => sequence(oid(OID.ocspNonce), octetString(content))
const unknown = (critical: boolean) =>
  sequence(oid('1.2.3.4'), ...(critical ? [booleanTrue()] : []), octetString(nullValue()))

describe('the strict reader takes', () => {
  test.each([1, 16, 32, 128])('a nonce of %i octets', (length) => {
    const octets = crypto.getRandomValues(new Uint8Array(length))
    expect(read(request([nonce(octetString(octets))])).nonce).toEqual(octets)
  })

  const serials: [string, Uint8Array, string | null][] = [
    ['1', integer(1), '01'],
    ['of 20 octets', integer(fromHex(`7f${'ff'.repeat(19)}`)), `7f${'ff'.repeat(19)}`],
    ['with its high bit set', integer(fromHex('ff')), 'ff'],
    ['0', integer(0), null],
    ['-1', tlv(2, Uint8Array.of(0xff)), null],
    ['of 21 octets', integer(fromHex(`01${'00'.repeat(20)}`)), null],
    ['of 1,000 octets', integer(new Uint8Array(1000).fill(1)), null],
  ]
  test.each(serials)('a serial %s', (_, serial, hex) => {
    expect(read(request([], [single(serial)])).certIds[0]?.serial).toBe(hex)
  })

  test('a version that is written though it is the default, and a sender’s name', () => {
    const parts = [context(0, integer(0)), context(1, context(4, sequence())), sequence(single())]
    expect(read(sequence(sequence(...parts))).certIds).toHaveLength(1)
  })

  test('an unknown extension that is not critical, in both places', () => {
    expect(read(request([unknown(false)], [single(integer(1), unknown(false))])).nonce).toBe(null)
  })

  test('a critical nonce, and FALSE written out', () => {
    const critical = sequence(
      oid(OID.ocspNonce),
      booleanTrue(),
      octetString(octetString(fromHex('01'))),
    )
    expect(read(request([critical])).nonce).toEqual(fromHex('01'))
    const written = sequence(oid('1.2.3.4'), tlv(1, Uint8Array.of(0)), octetString(nullValue()))
    expect(read(request([written])).nonce).toBe(null)
  })

  test('an unknown hash, which then is nobody’s', () => {
    const certId = sequence(sequence(oid('1.2.840.113549.2.5')), ...CERT_ID.slice(1), integer(1))
    const [found] = read(request([], [sequence(certId)])).certIds
    expect(found?.hash).toBe(null)
    expect(found && isIssuedBy(found, ca.issuer)).toBe(false)
  })

  test('a request for basic responses among others', () => {
    const types = sequence(oid('1.2.3'), oid(OID.ocspBasic))
    expect(
      read(request([sequence(oid(OID.ocspAcceptableResponses), booleanTrue(), octetString(types))]))
        .certIds,
    ).toHaveLength(1)
  })
})

describe('the strict reader refuses', () => {
  const good = request([])
  const rows: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(), 'truncated'],
    ['text', new TextEncoder().encode('hello'), 'This is not DER'],
    ['octets after the end', concat(good, Uint8Array.of(0)), 'octets after the end'],
    ['a cut request', good.subarray(0, -1), 'truncated'],
    ['no certificate', request([], []), '1 to 8 certificates expected'],
    [
      'REV-06: nine certificates',
      request(
        [],
        Array.from({ length: 9 }, (_, i) => single(integer(i + 1))),
      ),
      '1 to 8 certificates',
    ],
    [
      'REV-06: a thousand certificates',
      request(
        [],
        Array.from({ length: 1000 }, (_, i) => single(integer(i + 1))),
      ),
      'longer than 4096 octets',
    ],
    [
      'REV-06: the same certificate twice',
      request([], [single(), single(integer(2)), single()]),
      'a certificate twice',
    ],
    [
      '9 kB',
      request([], [single(integer(new Uint8Array(9000).fill(1)))]),
      'longer than 4096 octets',
    ],
    [
      'version 2',
      sequence(sequence(context(0, integer(1)), sequence(single()))),
      'version 1 expected',
    ],
    ['a nonce without octets', request([nonce(octetString(new Uint8Array()))]), '1 to 128 octets'],
    [
      'a nonce of 129 octets',
      request([nonce(octetString(new Uint8Array(129)))]),
      '1 to 128 octets',
    ],
    ['a bare nonce', request([nonce(fromHex('0102030405'))]), 'This is not DER'],
    ['a nonce of another type', request([nonce(utf8String('nonce'))]), 'tag 04 expected'],
    [
      'two nonces',
      request([nonce(octetString(fromHex('01'))), nonce(octetString(fromHex('02')))]),
      'an extension twice',
    ],
    [
      'an unknown critical extension',
      request([unknown(true)]),
      'the critical extension 1.2.3.4 is not known',
    ],
    [
      'one at a single request',
      request([], [single(integer(1), unknown(true))]),
      'the critical extension 1.2.3.4',
    ],
    [
      'an empty list of extensions',
      sequence(sequence(sequence(single()), context(2, sequence()))),
      'list of extensions',
    ],
    [
      'other response types only',
      request([sequence(oid(OID.ocspAcceptableResponses), octetString(sequence(oid('1.2.3'))))]),
      'no basic response',
    ],
    ['a serial that is text', request([], [single(utf8String('1'))]), 'tag 02 expected'],
    [
      'a serial with leading zeros',
      request([], [single(tlv(2, fromHex('0001')))]),
      'leading zeros',
    ],
    [
      'a hash with parameters',
      request(
        [],
        [sequence(sequence(sequence(oid(OID.sha1), integer(1)), ...CERT_ID.slice(1), integer(1)))],
      ),
      'no parameters',
    ],
    [
      'a fifth part of a CertID',
      request([], [sequence(sequence(...CERT_ID, integer(1), integer(1)))]),
      'four parts',
    ],
    [
      'something for a signature',
      sequence(sequence(sequence(single())), integer(1)),
      'parts too many',
    ],
    [
      'something after the extensions',
      sequence(
        sequence(
          sequence(single()),
          context(2, sequence(unknown(false))),
          contextPrimitive(3, fromHex('00')),
        ),
      ),
      'parts too many',
    ],
  ]
  test.each(rows)('%s', (_, der, reason) => {
    expect(readOcspRequest(der)).toEqual({ ok: false, reason: expect.stringContaining(reason) })
  })

  test('whatever is not a request, without ever throwing', () => {
    const asked = request([nonce(octetString(fromHex('0102')))])
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        expect(readOcspRequest(octets).ok).toBe(false)
      }),
    )
    fc.assert(
      fc.property(fc.nat(asked.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const changed = asked.slice()
        changed[position] = (changed[position] ?? 0) ^ flip
        expect(typeof readOcspRequest(changed).ok).toBe('boolean')
      }),
      { numRuns: 500 },
    )
  })
})

async function answer(
  asked: OcspRequest,
  statuses: readonly OcspStatus[],
  by: { signer: Signer; certificate: Uint8Array | null } = responder,
): Promise<Uint8Array> {
  const wish: ResponseWish = {
    responderKeyHash: subjectKeyIdOf(by.signer.spki),
    producedAt: NOW,
    responses: asked.certIds.map(({ bytes }, i) => ({
      certId: bytes,
      status: statuses[i] ?? { kind: 'unknown' },
      thisUpdate: NOW,
      nextUpdate: SOON,
    })),
    nonce: asked.nonce,
  }
  const tbs = buildOcspTbs(wish)
  return assembleOcsp(tbs, by.signer.algorithm, await by.signer.sign(tbs), by.certificate)
}

/** What `openssl ocsp` makes of a response to the request it wrote last. */
function judge(response: Uint8Array, ...args: string[]) {
  writeFileSync(at('response.der'), response)
  return run(
    'openssl',
    'ocsp',
    '-issuer',
    'ca.pem',
    '-reqin',
    'request.der',
    '-respin',
    'response.der',
    '-CAfile',
    'root.pem',
    '-verify_other',
    'ca.pem',
    '-attime',
    ATTIME,
    ...ANY_TIME,
    ...args,
  ).out
}

describe('a response', () => {
  const statuses: [string, OcspStatus, RegExp][] = [
    [
      'good',
      { kind: 'good' },
      /Cert Status: good\n\s+This Update: Nov 22 12:00:00 2026 GMT\n\s+Next Update: Nov 22 12:10:00 2026 GMT/,
    ],
    ['unknown', { kind: 'unknown' }, /Cert Status: unknown/],
    [
      'revoked',
      { kind: 'revoked', at: new Date('2026-11-21T10:00:00.999Z'), reason: 'keyCompromise' },
      /Cert Status: revoked\n\s+Revocation Time: Nov 21 10:00:00 2026 GMT\n\s+Revocation Reason: keyCompromise \(0x1\)/,
    ],
    [
      'on hold',
      { kind: 'revoked', at: NOW, reason: 'certificateHold' },
      /Revocation Reason: certificateHold \(0x6\)/,
    ],
    [
      'revoked without a reason',
      { kind: 'revoked', at: NOW, reason: null },
      /Revocation Time: Nov 22 12:00:00 2026 GMT\n\s+This Update/,
    ],
    [
      'revoked, unspecified',
      { kind: 'revoked', at: NOW, reason: 'unspecified' },
      /Revocation Time: Nov 22 12:00:00 2026 GMT\n\s+This Update/,
    ],
  ]
  test.each(statuses)('that says %s is verified by openssl ocsp', async (_, status, text) => {
    const asked = read(ask('-cert', `${FIRST}.pem`))
    const out = judge(await answer(asked, [status]), '-resp_text')
    expect(out).toContain('Response verify OK')
    expect(out).not.toContain('Nonce Verify error')
    expect(out).toMatch(text)
  })

  test.each([
    'ec-p384',
    'rsa-3072',
  ] as const)('may be signed by a responder with a %s key', async (type) => {
    const made = await makeResponder(type)
    const asked = read(ask('-cert', `${FIRST}.pem`))
    expect(judge(await answer(asked, [{ kind: 'good' }], made))).toContain('Response verify OK')
  })

  test('may be signed by the issuer itself', async () => {
    const asked = read(ask('-cert', `${FIRST}.pem`))
    const by = { signer: ca.signer, certificate: null }
    expect(judge(await answer(asked, [{ kind: 'good' }], by))).toContain('Response verify OK')
  })

  test('answers each certificate in the hash it was asked with', async () => {
    const asked = read(ask('-sha256', '-cert', `${FIRST}.pem`, '-sha1', '-cert', `${SECOND}.pem`))
    const response = await answer(asked, [
      { kind: 'good' },
      { kind: 'revoked', at: NOW, reason: 'superseded' },
    ])
    writeFileSync(at('response.der'), response)
    const { out } = run(
      'openssl',
      'ocsp',
      '-issuer',
      'ca.pem',
      '-sha256',
      '-cert',
      `${FIRST}.pem`,
      '-sha1',
      '-cert',
      `${SECOND}.pem`,
      '-no_nonce',
      '-respin',
      'response.der',
      '-CAfile',
      'root.pem',
      '-verify_other',
      'ca.pem',
      '-attime',
      ATTIME,
      ...ANY_TIME,
    )
    expect(out).toContain(`${FIRST}.pem: good`)
    expect(out).toContain(`${SECOND}.pem: revoked`)
  })

  test('is not verified when a single octet of what is signed was changed', async () => {
    const response = await answer(read(ask('-cert', `${FIRST}.pem`)), [{ kind: 'good' }])
    const good = Buffer.from(response).indexOf(Buffer.from('8000180f', 'hex'))
    const changed = response.slice()
    changed[good] = 0x82
    expect(judge(changed)).toContain('Response Verify Failure')
  })

  test.skipIf(!has('ocsptool'))('is read by GnuTLS', async () => {
    writeFileSync(
      at('response.der'),
      await answer(read(ask('-cert', `${FIRST}.pem`)), [{ kind: 'good' }]),
    )
    const { out } = run('ocsptool', '--response-info', '--infile=response.der')
    expect(out).toContain('Response Status: Successful')
    expect(out).toContain('Certificate Status: good')
    expect(out).toContain(`Serial Number: ${FIRST}`)
    const verified = run(
      'ocsptool',
      '--verify-response',
      '--load-response=response.der',
      '--load-signer=responder.pem',
    )
    expect(verified.out).toContain('Verifying OCSP Response: Success')
  })

  test('has times without fractions', async () => {
    const response = await answer(read(ask('-cert', `${FIRST}.pem`)), [
      { kind: 'revoked', at: new Date(NOW.getTime() + 1), reason: null },
    ])
    const times = Buffer.from(response)
      .toString('latin1')
      .match(/20261122\d{6}[^Z]?/g)
    expect(times).toEqual(['20261122120000', '20261122120000', '20261122120000', '20261122121000'])
  })

  test('is read back as it was meant', async () => {
    const asked = read(ask('-cert', `${FIRST}.pem`, '-cert', `${SECOND}.pem`))
    const revoked: OcspStatus = { kind: 'revoked', at: NOW, reason: 'certificateHold' }
    const back = readOcspResponse(await answer(asked, [{ kind: 'good' }, revoked])) as OcspResponse
    expect(back).toMatchObject({
      producedAt: NOW,
      responderKeyHash: subjectKeyIdOf(responder.signer.spki),
      nonce: asked.nonce,
      certificate: responder.certificate,
      responses: [
        {
          certId: asked.certIds[0]?.bytes,
          status: { kind: 'good' },
          thisUpdate: NOW,
          nextUpdate: SOON,
        },
        { certId: asked.certIds[1]?.bytes, status: revoked },
      ],
    })
  })
})

describe('an error', () => {
  test.each([
    ['malformedRequest', 1, 'malformedrequest'],
    ['internalError', 2, 'internalerror'],
    ['tryLater', 3, 'trylater'],
    ['sigRequired', 5, 'sigrequired'],
    ['unauthorized', 6, 'unauthorized'],
  ] as const)('%s is five octets that openssl names', (error, number, name) => {
    ask('-cert', `${FIRST}.pem`)
    const der = ocspError(error)
    expect([...der]).toEqual([0x30, 3, 0x0a, 1, number])
    expect(judge(der)).toContain(`Responder Error: ${name} (${number})`)
    expect(readOcspResponse(der)).toBe(number)
  })
})

describe('the delegated responder’s certificate', () => {
  test('is for OCSP signing alone and need not be checked itself', () => {
    const { out } = run('openssl', 'x509', '-in', 'responder.pem', '-noout', '-text')
    expect(out).toContain('Subject: CN = OCSP of Test CA')
    expect(out).toMatch(/Key Usage: critical\n\s+Digital Signature\n/)
    expect(out).toMatch(/Extended Key Usage: \n\s+OCSP Signing\n/)
    expect(out).toMatch(/OCSP No Check: \n/)
    expect(out).not.toContain('Authority Information Access')
    expect(out).not.toContain('CRL Distribution Points')
    expect(readCertificate(responder.certificate).issuer).toEqual(ca.issuer.name)
  })

  test('satisfies openssl verify -x509_strict -purpose ocsphelper', () => {
    const { out } = run(
      'openssl',
      'verify',
      '-x509_strict',
      '-purpose',
      'ocsphelper',
      '-attime',
      ATTIME,
      '-CAfile',
      'root.pem',
      '-untrusted',
      'ca.pem',
      'responder.pem',
    )
    expect(out).toBe('responder.pem: OK\n')
  })
})
