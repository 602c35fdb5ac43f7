import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { childrenOf, parseDer, TAG } from '#lib/pki/asn1/der.ts'
import {
  booleanTrue,
  ia5String,
  integer,
  octetString,
  oid,
  sequence,
  tlv,
  utf8String,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { parseCsr } from '#lib/pki/csr/csr.ts'
import { type CsrWish, extension, makeCsr, newKey, upnName } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, requester } from '#lib/policy/testing/context.ts'
import { tries } from '#lib/testing/tries.ts'
import { enroll } from './enroll.ts'

/**
 * Extensions that a tool copied from an old certificate have no effect: whatever their values and places are,
 * the CSR reads the same and the certificate has the same octets except for its serial number.
 */

let made: Awaited<ReturnType<typeof testAuthority>>
beforeAll(async () => {
  made = await testAuthority()
})
afterAll(() => made.authority.ledger.close())

/** Values that would have an effect in an extension that is read. */
const TEMPTING = [
  upnName(utf8String('ceo@contoso.example')),
  ia5String('IntuneDeviceId://de71ce01-0000-4000-8000-000000000666', 0x86),
  ia5String('http://elsewhere.example/ocsp', 0x86),
  oid(OID.serverAuth),
  sequence(oid(OID.ocsp), ia5String('http://elsewhere.example/ocsp', 0x86)),
  extension(OID.subjectAltName, sequence(upnName(utf8String('ceo@contoso.example')))),
  extension(OID.basicConstraints, sequence(booleanTrue())),
  booleanTrue(),
  integer(7),
]

const octets = fc.uint8Array({ maxLength: 40 })

/** Any DER value, up to eight levels deep. */
const { inner } = fc.letrec<{ inner: Uint8Array }>((tie) => ({
  inner: fc.oneof(
    { maxDepth: 8, depthSize: 'medium' },
    fc.constantFrom(...TEMPTING),
    fc.tuple(fc.integer({ min: 0x80, max: 0x9e }), octets).map(([tag, value]) => tlv(tag, value)),
    octets.map((value) => octetString(value)),
    fc
      .tuple(
        fc.constantFrom(TAG.sequence, ...Array.from({ length: 31 }, (_, at) => 0xa0 + at)),
        fc.array(tie('inner'), { maxLength: 4 }),
      )
      .map(([tag, parts]) => tlv(tag, ...parts)),
  ),
}))

const inSequence = fc.array(inner, { maxLength: 5 }).map((parts) => sequence(...parts))

const ignored = fc
  .record(
    {
      [OID.authorityKeyIdentifier]: inSequence,
      [OID.authorityInfoAccess]: inSequence,
      [OID.crlDistributionPoints]: inSequence,
      [OID.subjectKeyIdentifier]: octets.map((value) => octetString(value)),
      [OID.netscapeComment]: octets.map((value) => tlv(TAG.ia5String, value)),
    },
    { requiredKeys: [] },
  )
  .map((values) => Object.entries(values))
  .filter((values) => values.length > 0)

/** Ignored extensions beside those with names, in any order, critical or not. */
const copied = ignored.chain((values) =>
  fc.tuple(
    fc.shuffledSubarray(values, { minLength: values.length }),
    fc.array(fc.boolean(), { minLength: values.length, maxLength: values.length }),
    fc.nat({ max: values.length }),
  ),
)

const SAN = extension(OID.subjectAltName, sequence(upnName(utf8String(alice.upn))))
const EKU = extension(OID.extendedKeyUsage, sequence(oid(OID.clientAuth)))

function written(
  values: readonly (readonly [id: string, value: Uint8Array])[],
  critical: readonly boolean[],
): readonly Uint8Array[] {
  return values.map(([id, value], at) =>
    critical[at] ? sequence(oid(id), booleanTrue(), octetString(value)) : extension(id, value),
  )
}

/** Gives the TBSCertificate in parts, without the serial number. */
function tbsOf(certificate: Uint8Array): readonly string[] {
  const [tbs] = childrenOf(parseDer(certificate), TAG.sequence)
  const parts = childrenOf(tbs, TAG.sequence).map(({ bytes }) => Buffer.from(bytes).toString('hex'))
  return parts.toSpliced(1, 1)
}

const holders: [string, CsrWish, readonly Uint8Array[]][] = [
  ['a person', { commonName: alice.displayName }, [SAN, EKU]],
  ['a device', { commonName: laptop.deviceId ?? '' }, [EKU]],
]

test.each(holders)('the certificate of %s is the same with them', async (_, wish, own) => {
  for (const type of ['ec-p256', 'rsa-2048'] as const) {
    const key = newKey(type)
    const issue = async (extensions: readonly Uint8Array[]) => {
      const { der } = makeCsr({ ...wish, key, extensions })
      const { certificate } = await enroll(made.authority, requester, der, 'api')
      const { der: _der, info: _info, signature: _signature, ...read } = parseCsr(der)
      return { tbs: tbsOf(certificate), read }
    }
    const without = await issue(own)
    await fc.assert(
      fc.asyncProperty(copied, async ([values, critical, at]) => {
        expect(await issue(written(values, critical).toSpliced(at, 0, ...own))).toEqual(without)
      }),
      { numRuns: tries({ short: 60, long: 400 }) },
    )
  }
})

test('octets that are no DER in one of them are refused, and never read on', () => {
  const key = newKey('ec-p256')
  const ids = [OID.authorityKeyIdentifier, OID.authorityInfoAccess, OID.crlDistributionPoints]
  fc.assert(
    fc.property(fc.constantFrom(...ids), octets, (id, value) => {
      const { der } = makeCsr({
        key,
        commonName: alice.displayName,
        extensions: [extension(id, value), SAN],
      })
      const isSequence = isDer(value) && value[0] === TAG.sequence
      if (isSequence) expect(parseCsr(der).subjectAltName).toHaveLength(1)
      else expect(() => parseCsr(der)).toThrow(expect.objectContaining(refusalOf(value)))
    }),
    { examples: [[OID.authorityInfoAccess, Uint8Array.of(0x30, 0x80, 0, 0)]] },
  )
})

const refusalOf = (value: Uint8Array) =>
  value.length === 0
    ? { code: 'policy_violation', rule: 'extension' }
    : { code: 'malformed_csr', rule: null }

function isDer(value: Uint8Array): boolean {
  try {
    parseDer(value)
    return true
  } catch {
    return false
  }
}
