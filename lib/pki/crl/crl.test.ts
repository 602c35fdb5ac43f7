import 'reflect-metadata'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as x509 from '@peculiar/x509'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REVOCATION_REASONS, type RevocationReason } from '#lib/model.ts'
import { concat } from '#lib/pki/asn1/bytes.ts'
import { eachElement, parseDer } from '#lib/pki/asn1/der.ts'
import { context, integer, sequence, time, tlv } from '#lib/pki/asn1/der-write.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import type { Leaf } from '#lib/pki/certificate/profile.ts'
import {
  issueTo,
  makeHolderKey,
  makeTestCa,
  publicKeyOf,
  type TestCa,
} from '#lib/pki/testing/make-ca.ts'
import { has } from '#lib/testing/judge.ts'
import { assembleCrl, buildCrlTbs, type CrlWish, encodeEntry } from './crl.ts'
import { readCrl } from './read-crl.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-crl-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => path.join(folder, name)
const run = (tool: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: folder, encoding: 'utf8' })
  return { status, out: stdout + stderr }
}

const NOW = new Date('2026-11-22T12:00:00Z')
const LATER = new Date('2026-11-22T18:00:00Z')
const ATTIME = String(new Date('2026-11-22T13:00:00Z').getTime() / 1000)
const wish: CrlWish = {
  number: 7n,
  thisUpdate: NOW,
  nextUpdate: LATER,
  entries: [],
  partitionUrl: null,
  baseNumber: null,
  freshestUrl: null,
}

const leaf: Leaf = { kind: 'device', commonName: 'd', uri: 'IntuneDeviceId://d' }
const GOOD = '4570d8c0000102030405060708090a0b0c0d0e01'
const REVOKED = '4570d8c0000102030405060708090a0b0c0d0e02'
const HELD = '4570d8c0000102030405060708090a0b0c0d0e03'

const cas = {} as Record<'ec' | 'rsa', TestCa>

beforeAll(async () => {
  Object.assign(cas, { ec: await makeTestCa(), rsa: await makeTestCa('rsa-3072') })
  const key = publicKeyOf(makeHolderKey())
  for (const [name, ca] of Object.entries(cas)) {
    writeFileSync(at(`${name}.pem`), toPem('CERTIFICATE', ca.issuer.certificate))
    for (const serial of [GOOD, REVOKED, HELD]) {
      const der = await issueTo(ca, leaf, key, serial)
      writeFileSync(at(`${name}-${serial}.pem`), toPem('CERTIFICATE', der))
    }
  }
})

async function makeCrl(ca: TestCa, change: Partial<CrlWish> = {}): Promise<Uint8Array> {
  const tbs = buildCrlTbs(ca.issuer, { ...wish, ...change })
  return assembleCrl(tbs, ca.signer.algorithm, await ca.signer.sign(tbs))
}

const ENTRIES = [
  encodeEntry(REVOKED, new Date('2026-11-21T01:02:03Z'), 'keyCompromise'),
  encodeEntry(HELD, NOW, 'certificateHold'),
]

describe.each(['ec', 'rsa'] as const)('a full list of the %s CA', (name) => {
  beforeAll(async () => {
    const der = await makeCrl(cas[name], { entries: ENTRIES })
    writeFileSync(at(`${name}.crl`), der)
    writeFileSync(at(`${name}.crl.pem`), toPem('X509 CRL', der))
  })

  test('is verified and printed by openssl crl', () => {
    const { out } = run(
      'openssl',
      'crl',
      '-inform',
      'DER',
      '-in',
      `${name}.crl`,
      '-CAfile',
      `${name}.pem`,
      '-noout',
      '-text',
    )
    expect(out).toContain('verify OK')
    expect(out).toContain('Version 2 (0x1)')
    expect(out).toContain('Last Update: Nov 22 12:00:00 2026 GMT')
    expect(out).toContain('Next Update: Nov 22 18:00:00 2026 GMT')
    expect(out).toMatch(/X509v3 CRL Number: \n\s+7\n/)
    expect(out).toContain('X509v3 Authority Key Identifier')
    expect(out).toMatch(
      /Serial Number: 4570D8C0000102030405060708090A0B0C0D0E02\n\s+Revocation Date: Nov 21 01:02:03 2026 GMT\n\s+CRL entry extensions:\n\s+X509v3 CRL Reason Code: \n\s+Key Compromise/,
    )
    expect(out).toContain('Certificate Hold')
  })

  test.each([
    [GOOD, 0, 'OK'],
    [REVOKED, 2, 'certificate revoked'],
    [HELD, 2, 'certificate revoked'],
  ])('decides over %s in openssl verify -crl_check', (serial, status, text) => {
    const result = run(
      'openssl',
      'verify',
      '-crl_check',
      '-x509_strict',
      '-attime',
      ATTIME,
      '-CAfile',
      `${name}.pem`,
      '-CRLfile',
      `${name}.crl.pem`,
      `${name}-${serial}.pem`,
    )
    expect(result.out).toContain(text)
    expect(result.status).toBe(status)
  })

  test.skipIf(!has('certtool'))('is read by GnuTLS', () => {
    const { out } = run('certtool', '--crl-info', '--inder', '--infile', `${name}.crl`)
    expect(out).toContain('CRL Number (not critical): 07')
    expect(out).toContain('Revoked certificates (2):')
  })

  test.skipIf(!has('keytool'))('is verified by Java', () => {
    const { out } = run('keytool', '-printcrl', '-file', `${name}.crl`)
    expect(out).toContain('X.509 CRL v2')
  })

  test('reads the same in @peculiar/x509', async () => {
    const crl = new x509.X509Crl((await makeCrl(cas[name], { entries: ENTRIES })).slice())
    expect(crl.entries.map(({ serialNumber, reason }) => [serialNumber, reason])).toEqual([
      [REVOKED, 1],
      [HELD, 6],
    ])
    const ca = new x509.X509Certificate(cas[name].issuer.certificate.slice())
    expect(await crl.verify({ publicKey: ca })).toBe(true)
  })
})

describe('an entry', () => {
  test('says each reason with its number, and unspecified by leaving it out', async () => {
    const names = Object.keys(REVOCATION_REASONS) as RevocationReason[]
    const entries = names.map((reason, i) => encodeEntry(`1${i}`, NOW, reason))
    const read = readCrl(await makeCrl(cas.ec, { entries, baseNumber: 1n }))
    expect(read.entries.map(({ reason }) => reason)).toEqual(
      names.map((reason) => (reason === 'unspecified' ? null : reason)),
    )
    expect(encodeEntry('01', NOW, 'unspecified')).toEqual(encodeEntry('01', NOW, null))
    expect(parseDer(encodeEntry('01', NOW, null)).children).toHaveLength(2)
  })

  test('takes GeneralizedTime from 2050 on', () => {
    const late = encodeEntry('01', new Date('2050-01-01T00:00:00Z'), null)
    expect(Buffer.from(late).includes('20500101000000Z')).toBe(true)
  })

  test('keeps serial and time whatever they are', async () => {
    const entry = fc.record({
      serial: fc
        .uint8Array({ minLength: 1, maxLength: 19 })
        .map((octets) => `01${Buffer.from(octets).toString('hex')}`),
      at: fc.date({
        min: new Date('2000-01-01'),
        max: new Date('2100-01-01'),
        noInvalidDate: true,
      }),
      reason: fc.constantFrom(null, 'superseded' as const, 'certificateHold' as const),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 20 }), async (list) => {
        const entries = list.map((one) => encodeEntry(one.serial, one.at, one.reason))
        const read = readCrl(await makeCrl(cas.ec, { entries: [concat(...entries)] }))
        expect(read.entries).toEqual(
          list.map((one) => ({ ...one, at: new Date(Math.floor(one.at.getTime() / 1000) * 1000) })),
        )
      }),
      { numRuns: 50 },
    )
  })

  test('is not made for a serial of more than 20 octets', () => {
    expect(encodeEntry('000045', NOW, null)).toEqual(encodeEntry('45', NOW, null))
    expect(() => encodeEntry('80'.repeat(20), NOW, null)).toThrow('up to 20 octets')
    expect(() => encodeEntry('41'.repeat(22), NOW, null)).toThrow('A serial has up to 20 octets.')
  })
})

describe('an empty list', () => {
  test('leaves revokedCertificates out and is taken by openssl', async () => {
    const der = await makeCrl(cas.ec)
    expect(
      [...eachElement(readCrl(der).tbs)].flatMap(({ value }) => [...eachElement(value)]),
    ).toHaveLength(6)
    writeFileSync(at('empty.crl'), der)
    const { out } = run(
      'openssl',
      'crl',
      '-inform',
      'DER',
      '-in',
      'empty.crl',
      '-CAfile',
      'ec.pem',
      '-noout',
      '-text',
    )
    expect(out).toContain('verify OK')
    expect(out).toContain('No Revoked Certificates.')
    expect(readCrl(der).entries).toEqual([])
  })
})

describe('a partition', () => {
  const url = 'http://localhost:8080/crl/2026-11.crl'

  test('names its address, critically', async () => {
    const der = await makeCrl(cas.ec, { entries: ENTRIES, partitionUrl: url })
    writeFileSync(at('part.crl'), der)
    const { out } = run(
      'openssl',
      'crl',
      '-inform',
      'DER',
      '-in',
      'part.crl',
      '-CAfile',
      'ec.pem',
      '-noout',
      '-text',
    )
    expect(out).toContain('verify OK')
    expect(out).toMatch(
      /X509v3 Issuing Distribution Point: critical\n\s+Full Name:\n\s+URI:http:\/\/localhost:8080\/crl\/2026-11.crl/,
    )
  })

  test('counts for certificates that name it, and for no others', async () => {
    const { issuer, signer, key } = cas.ec
    const ca = { issuer: { ...issuer, urls: { ...issuer.urls, crl: url } }, signer, key }
    const der = await issueTo(ca, leaf, publicKeyOf(makeHolderKey()), REVOKED)
    writeFileSync(at('named.pem'), toPem('CERTIFICATE', der))
    const crl = await makeCrl(cas.ec, { entries: ENTRIES, partitionUrl: url })
    writeFileSync(at('part.pem'), toPem('X509 CRL', crl))
    const check = (file: string) =>
      run(
        'openssl',
        'verify',
        '-crl_check',
        '-extended_crl',
        '-attime',
        ATTIME,
        '-CAfile',
        'ec.pem',
        '-CRLfile',
        'part.pem',
        file,
      ).out
    expect(check('named.pem')).toContain('certificate revoked')
    expect(check(`ec-${GOOD}.pem`)).toContain('different CRL scope')
  })
})

describe('a delta', () => {
  test('revokes and releases on top of its base in openssl verify -use_deltas', async () => {
    const freshestUrl = 'http://localhost:8080/crl/delta.crl'
    const base = await makeCrl(cas.ec, { entries: ENTRIES, freshestUrl })
    const delta = await makeCrl(cas.ec, {
      number: 8n,
      baseNumber: 7n,
      entries: [
        encodeEntry(HELD, NOW, 'removeFromCRL'),
        encodeEntry(GOOD, NOW, 'cessationOfOperation'),
      ],
    })
    writeFileSync(at('delta.pem'), toPem('X509 CRL', base) + toPem('X509 CRL', delta))
    writeFileSync(at('delta.crl'), delta)
    const { out } = run(
      'openssl',
      'crl',
      '-inform',
      'DER',
      '-in',
      'delta.crl',
      '-CAfile',
      'ec.pem',
      '-noout',
      '-text',
    )
    expect(out).toContain('verify OK')
    expect(out).toMatch(/X509v3 Delta CRL Indicator: critical\n\s+7\n/)
    expect(out).toContain('Remove From CRL')
    const check = (serial: string) =>
      run(
        'openssl',
        'verify',
        '-crl_check',
        '-extended_crl',
        '-use_deltas',
        '-attime',
        ATTIME,
        '-CAfile',
        'ec.pem',
        '-CRLfile',
        'delta.pem',
        `ec-${serial}.pem`,
      ).out
    expect(check(HELD)).toContain(': OK')
    expect(check(GOOD)).toContain('certificate revoked')
    expect(check(REVOKED)).toContain('certificate revoked')
    expect(readCrl(base).freshestUrl).toBe(freshestUrl)
    expect(readCrl(delta)).toMatchObject({ number: 8n, baseNumber: 7n, freshestUrl: null })
  })
})

describe('a list that RFC 5280 does not allow is not made', () => {
  const refusals: [string, Partial<CrlWish>, string][] = [
    ['ends when it begins', { nextUpdate: NOW }, 'it would end before it begins'],
    ['has a number of 21 octets', { number: 1n << 159n }, 'its number has more than 20 octets'],
    ['has a negative number', { number: -1n }, 'its number has more than 20 octets'],
    ['is a delta of itself', { baseNumber: 7n }, 'its base is not an earlier list'],
    ['is a delta of a later list', { baseNumber: 8n }, 'its base is not an earlier list'],
    [
      'is a delta that names a delta',
      { baseNumber: 6n, freshestUrl: 'http://a' },
      'a delta does not name a delta',
    ],
  ]
  test.each(refusals)('when it %s', (_, change, why) => {
    expect(() => buildCrlTbs(cas.ec.issuer, { ...wish, ...change })).toThrow(
      `This CRL is not made: ${why}.`,
    )
  })

  test('when the signer has another algorithm', () => {
    const tbs = buildCrlTbs(cas.ec.issuer, wish)
    expect(() => assembleCrl(tbs, 'rsa-sha256', new Uint8Array(256))).toThrow(
      'The signer has another algorithm than the issuer.',
    )
  })
})

describe('the strict reader', () => {
  test('gives everything back, numbers of 20 octets too', async () => {
    const number = (1n << 159n) - 1n
    const read = readCrl(
      await makeCrl(cas.ec, { number, entries: ENTRIES, partitionUrl: 'http://a/b' }),
    )
    expect(read).toMatchObject({
      number,
      baseNumber: null,
      partitionUrl: 'http://a/b',
      thisUpdate: NOW,
      nextUpdate: LATER,
      issuer: readCertificate(cas.ec.issuer.certificate).subject,
      authorityKeyId: cas.ec.issuer.subjectKeyId,
      entries: [
        { serial: REVOKED, at: new Date('2026-11-21T01:02:03Z'), reason: 'keyCompromise' },
        { serial: HELD, at: NOW, reason: 'certificateHold' },
      ],
    })
  })

  test('refuses what we never publish', async () => {
    const parts = [...eachElement(readCrl(await makeCrl(cas.ec)).tbs)]
      .flatMap(({ value }) => [...eachElement(value)])
      .map(({ bytes }) => bytes)
    const [algorithm] = parts.slice(1)
    const list = (...tbs: readonly Uint8Array[]) =>
      sequence(sequence(...tbs), algorithm ?? new Uint8Array(), tlv(3, Uint8Array.of(0, 1)))
    const withEntries = (content: Uint8Array) => list(...parts.toSpliced(5, 0, sequence(content)))
    const extensions = parts[5] ?? new Uint8Array()
    const good = encodeEntry('01', NOW, null)
    expect(readCrl(withEntries(good)).entries).toHaveLength(1)

    const rows: [Uint8Array, string][] = [
      [list(...parts.slice(1)), 'tag 02 expected'],
      [list(integer(0), ...parts.slice(1)), 'version 2 expected'],
      [withEntries(new Uint8Array()), 'empty list of entries'],
      [withEntries(encodeEntry('01', NOW, 'removeFromCRL')), 'removeFromCRL in a full list'],
      [withEntries(sequence(integer(1), time(NOW), sequence())), 'one extension expected'],
      [withEntries(sequence(tlv(2, Uint8Array.of(0x80)), time(NOW))), 'negative serial'],
      [list(...parts.slice(0, 5)), 'tag a0 expected'],
      [list(...parts, extensions), 'version 2 expected'],
      [list(...parts.slice(0, 5), context(0, sequence())), 'list of extensions'],
      [concat(list(...parts), Uint8Array.of(0, 0)), 'end-of-contents'],
    ]
    for (const [der, message] of rows) {
      expect(() => readCrl(der)).toThrow(message)
    }
  })
})

test('a list of 100,000 entries is taken by openssl and by our reader', async () => {
  const entries = Array.from({ length: 100_000 }, (_, i) =>
    encodeEntry(`4570d8c0${i.toString(16).padStart(32, '0')}`, NOW, i % 2 ? 'superseded' : null),
  )
  const der = await makeCrl(cas.ec, { entries })
  writeFileSync(at('large.crl'), der)
  const { out } = run(
    'openssl',
    'crl',
    '-inform',
    'DER',
    '-in',
    'large.crl',
    '-CAfile',
    'ec.pem',
    '-noout',
  )
  expect(out).toBe('verify OK\n')
  expect(readCrl(der).entries).toHaveLength(100_000)
})
