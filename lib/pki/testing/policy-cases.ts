import type { KeyObject } from 'node:crypto'
import {
  booleanTrue,
  context,
  contextPrimitive,
  ia5String,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
  tlv,
  utf8String,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { type CsrCase, MALFORMED, refused, wishCase } from './case.ts'
import { attribute, commonNameOf, extension, makeCsr, nameValuePair } from './make-csr.ts'

/** POL: what nobody may ask for, refused before it is known who asks. */

const withExtension = (
  id: string,
  title: string,
  oidText: string,
  value: Uint8Array,
  expect: CsrCase['expect'],
): CsrCase => wishCase(id, title, { extensions: [extension(oidText, value)] }, expect)

const withName = (title: string, name: Uint8Array, rule = 'san_type'): CsrCase =>
  wishCase('POL-05', title, { names: [name] }, refused(rule))

const nameCases: readonly CsrCase[] = [
  withName('own UPN and an e-mail address', ia5String('alice@contoso.example', 0x81)),
  withName('own UPN and an IP address', contextPrimitive(7, Uint8Array.of(10, 0, 0, 1))),
  withName('own UPN and a registered id', contextPrimitive(8, Uint8Array.of(0x2a, 3))),
  withName('own UPN and a directory name', context(4, commonNameOf(utf8String('ceo')))),
  withName('own UPN and an X.400 address', context(3, sequence())),
  withName('own UPN and an EDI party name', context(5, context(1, utf8String('ceo')))),
  withName(
    'own UPN and a Kerberos principal name',
    context(0, oid('1.3.6.1.5.2.2'), context(0, sequence(utf8String('ceo')))),
  ),
  withName(
    'own UPN and an other name that is unknown',
    context(0, oid('1.2.3.4'), context(0, utf8String('ceo@contoso.example'))),
  ),
  withName('an empty DNS name', contextPrimitive(2, new Uint8Array())),
  withName('an empty URI', contextPrimitive(6, new Uint8Array())),
  wishCase(
    'POL-05',
    'a name with an unknown tag',
    { names: [tlv(0x89, Uint8Array.of(1))] },
    MALFORMED,
  ),
]

const SID = 'S-1-5-21-1004336348-1177238915-682003330-512'
const DEVICE_URI = 'IntuneDeviceId://14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'
const SID_OCTETS = octetString(new TextEncoder().encode(SID))

const sidCases: readonly CsrCase[] = [
  withExtension(
    'POL-07',
    'the SID extension',
    OID.sidExtension,
    sequence(context(0, oid('1.3.6.1.4.1.311.25.2.1'), context(0, SID_OCTETS))),
    refused('sid'),
  ),
  withExtension('POL-07', 'the SID extension, empty', OID.sidExtension, sequence(), refused('sid')),
  ...['tag:microsoft.com,2022-09-14:sid:', 'TAG:Microsoft.COM,2022-09-14:SID:'].map((scheme) =>
    wishCase('POL-06', `the URI ${scheme}`, { uri: scheme + SID }, refused('sid')),
  ),
  {
    id: 'POL-06',
    title: 'a SID as URI beside the URI of a device',
    build: (key) => {
      const names = [ia5String(`tag:microsoft.com,2022-09-14:sid:${SID}`, 0x86)]
      return makeCsr({ uri: DEVICE_URI, names, key }).der
    },
    expect: refused('sid'),
  },
]

const microsoftCases: readonly CsrCase[] = [
  withExtension(
    'POL-10',
    'application policies',
    OID.microsoftApplicationPolicies,
    sequence(sequence(oid(OID.anyExtendedKeyUsage))),
    refused('application_policies'),
  ),
  withExtension(
    'POL-10',
    'a certificate template by name',
    OID.microsoftTemplateName,
    tlv(0x1e, Uint8Array.of(0, 0x55)),
    refused('certificate_template'),
  ),
  withExtension(
    'POL-10',
    'a certificate template by OID',
    OID.microsoftTemplate,
    sequence(oid('1.3.6.1.4.1.311.21.8.1'), integer(100)),
    refused('certificate_template'),
  ),
  ...(
    [
      ['SAN', 'upn=ceo@contoso.example'],
      ['CertificateTemplate', 'User'],
      ['ValidityPeriod ', 'Days'],
    ] as const
  ).map(([name, value]) =>
    wishCase(
      'POL-10',
      `a name-value pair "${name}"`,
      { attributes: [nameValuePair(name, value)] },
      refused('enrollment_name_value'),
    ),
  ),
  wishCase(
    'POL-10',
    'a SAN pair beside a proper validity',
    { validity: { period: 'Days', units: 3 }, attributes: [nameValuePair('san', 'dns=dc1')] },
    refused('enrollment_name_value'),
  ),
]

const CA = sequence(booleanTrue())

const usageCases: readonly CsrCase[] = [
  withExtension('POL-11', 'CA:TRUE', OID.basicConstraints, CA, refused('basic_constraints')),
  wishCase(
    'POL-11',
    'CA:TRUE, critical',
    { extensions: [sequence(oid(OID.basicConstraints), booleanTrue(), octetString(CA))] },
    refused('basic_constraints'),
  ),
  withExtension(
    'POL-11',
    'CA:TRUE with a path length',
    OID.basicConstraints,
    sequence(booleanTrue(), integer(0)),
    refused('basic_constraints'),
  ),
  withExtension(
    'POL-11',
    'a path length alone',
    OID.basicConstraints,
    sequence(integer(0)),
    refused('basic_constraints'),
  ),
  withExtension(
    'POL-11',
    'CA:FALSE written out',
    OID.basicConstraints,
    sequence(tlv(0x01, Uint8Array.of(0))),
    MALFORMED,
  ),
  ...Object.entries({ keyCertSign: 5, cRLSign: 6, encipherOnly: 7, decipherOnly: 8 }).map(
    ([usage, bit]) =>
      withExtension('POL-11', usage, OID.keyUsage, namedBits([0, bit]), refused('key_usage')),
  ),
  withExtension('POL-11', 'no key usage', OID.keyUsage, namedBits([]), refused('key_usage')),
  withExtension(
    'POL-11',
    'a key usage with zero bits at the end',
    OID.keyUsage,
    tlv(0x03, Uint8Array.of(5, 0x80)),
    MALFORMED,
  ),
  wishCase(
    'POL-08',
    'clientAuth twice',
    { extendedKeyUsages: [OID.clientAuth, OID.clientAuth] },
    refused('extended_key_usage'),
  ),
]

const unknownCases: readonly CsrCase[] = [
  withExtension('POL-13', 'an unknown extension', '1.2.3.4', nullValue(), refused('extension')),
  wishCase(
    'POL-13',
    'an unknown critical extension',
    { extensions: [sequence(oid('1.2.3.4'), booleanTrue(), octetString(nullValue()))] },
    refused('extension'),
  ),
  withExtension('POL-13', 'name constraints', '2.5.29.30', sequence(), refused('extension')),
  withExtension('POL-13', 'issuer alternative name', '2.5.29.18', sequence(), refused('extension')),
  withExtension(
    'POL-14',
    'a subject key identifier that is none',
    OID.subjectKeyIdentifier,
    sequence(),
    MALFORMED,
  ),
]

/** What the profile writes by itself may stand in a request, once and in its own type; the rest may not. */
const foreignCases: readonly CsrCase[] = [
  ...Object.entries({
    'certificate policies': OID.certificatePolicies,
    'policy mappings': '2.5.29.33',
    'policy constraints': '2.5.29.36',
    'a freshest CRL': OID.freshestCrl,
    'subject information access': '1.3.6.1.5.5.7.1.11',
    'OCSP without a check': OID.ocspNoCheck,
    'a list of SCTs': '1.3.6.1.4.1.11129.2.4.2',
    'the poison of a precertificate': '1.3.6.1.4.1.11129.2.4.3',
    'a Netscape certificate type': '2.16.840.1.113730.1.1',
  }).map(([title, id]) => withExtension('POL-12', title, id, sequence(), refused('extension'))),
  ...Object.entries({
    'an authority key identifier': OID.authorityKeyIdentifier,
    'an authority information access': OID.authorityInfoAccess,
    'CRL distribution points': OID.crlDistributionPoints,
    'a comment': OID.netscapeComment,
  }).flatMap(([title, id]) => [
    withExtension('POL-12', `${title} of another type`, id, nullValue(), MALFORMED),
    withExtension('POL-12', `${title} that is cut`, id, Uint8Array.of(0x30, 5, 0x80), MALFORMED),
    withExtension('POL-12', `${title} of nothing`, id, new Uint8Array(), refused('extension')),
    wishCase(
      'POL-12',
      `${title}, twice`,
      { extensions: [1, 2].map(() => extension(id, emptyOf(id))) },
      refused('duplicate_extension'),
    ),
  ]),
]

function emptyOf(id: string): Uint8Array {
  return id === OID.netscapeComment ? ia5String('x') : sequence()
}

const validity = (title: string, ...pairs: readonly (readonly [string, string])[]): CsrCase =>
  wishCase(
    'POL-23',
    title,
    { attributes: pairs.map(([name, value]) => nameValuePair(name, value)) },
    refused('requested_validity'),
  )

const PERIOD = ['ValidityPeriod', 'Days'] as const
const UNITS = ['ValidityPeriodUnits', '3'] as const

const validityCases: readonly CsrCase[] = [
  validity('a period without units', PERIOD),
  validity('units without a period', UNITS),
  validity('two periods', PERIOD, ['ValidityPeriod', 'Years'], UNITS),
  validity('an unknown period', ['ValidityPeriod', 'Fortnights'], UNITS),
  ...['0', '', '-3', '3.5', '1e3', '0x3', '٣', '1234567'].map((units) =>
    validity(`units "${units}"`, PERIOD, ['ValidityPeriodUnits', units]),
  ),
  {
    id: 'POL-23',
    title: 'a pair that is not two BMPStrings',
    build: (key: KeyObject) => {
      const pair = sequence(utf8String('ValidityPeriod'), utf8String('Days'))
      return makeCsr({ attributes: [attribute(OID.enrollmentNameValuePair, pair)], key }).der
    },
    expect: MALFORMED,
  },
]

export const POLICY_CASES: readonly CsrCase[] = [
  ...nameCases,
  ...sidCases,
  ...microsoftCases,
  ...usageCases,
  ...unknownCases,
  ...foreignCases,
  ...validityCases,
]
