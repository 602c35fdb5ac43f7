import type { KeyObject } from 'node:crypto'
import {
  bmpString,
  context,
  nullValue,
  oid,
  sequence,
  setOf,
  tlv,
  utf8String,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { type CsrCase, HONEST, refused, wishCase } from './case.ts'
import { attribute, commonNameOf, extension, makeCsr, upnName } from './make-csr.ts'

/** ENC: names and extensions that two parsers could read in two ways. */

const text = (value: string) => new TextEncoder().encode(value)

const SAN = extension(OID.subjectAltName, sequence(tlv(0x82, text('a.example'))))

const extensionCases: readonly CsrCase[] = [
  wishCase('ENC-16', 'two SAN extensions', { extensions: [SAN] }, refused('duplicate_extension')),
  wishCase(
    'ENC-17',
    'an empty EKU',
    { extensions: [extension(OID.extendedKeyUsage, sequence())] },
    refused('extended_key_usage'),
  ),
  {
    id: 'ENC-17',
    title: 'an empty SAN SEQUENCE',
    build: (key) =>
      makeCsr({ commonName: 'a', extensions: [extension(OID.subjectAltName, sequence())], key })
        .der,
    expect: refused('san_count'),
  },
  {
    id: 'ENC-17',
    title: 'an empty list of extensions',
    build: (key) =>
      makeCsr({ commonName: 'a', attributes: [attribute(OID.extensionRequest, sequence())], key })
        .der,
    expect: refused('extension_request'),
  },
  {
    id: 'ENC-17',
    title: 'an extensionRequest without a value',
    build: (key) =>
      makeCsr({ commonName: 'a', attributes: [attribute(OID.extensionRequest)], key }).der,
    expect: refused('extension_request'),
  },
  wishCase(
    'ENC-17',
    'an extension with an empty OCTET STRING',
    { extensions: [extension(OID.keyUsage, new Uint8Array())] },
    refused('extension'),
  ),
  wishCase(
    'ENC-15',
    'two extensionRequest attributes',
    {
      attributes: [
        attribute(
          OID.extensionRequest,
          sequence(extension(OID.extendedKeyUsage, sequence(oid(OID.clientAuth)))),
        ),
      ],
    },
    refused('duplicate_attribute'),
  ),
  {
    id: 'ENC-15',
    title: 'one extensionRequest with two values',
    build: (key) =>
      makeCsr({
        commonName: 'a',
        attributes: [
          attribute(
            OID.extensionRequest,
            sequence(SAN),
            sequence(extension(OID.extendedKeyUsage, sequence(oid(OID.clientAuth)))),
          ),
        ],
        key,
      }).der,
    expect: refused('extension_request'),
  },
  wishCase(
    'ENC-15',
    "Microsoft's own extensionRequest",
    { attributes: [attribute(OID.microsoftExtensionRequest, sequence(SAN))] },
    refused('extension_request'),
  ),
  wishCase(
    'ENC-16',
    'two challenge passwords',
    { challengePassword: 'a', attributes: [attribute(OID.challengePassword, utf8String('b'))] },
    refused('duplicate_attribute'),
  ),
  wishCase(
    'ENC-16',
    'an unknown attribute',
    { attributes: [attribute('1.2.3.4', nullValue())] },
    refused('attribute'),
  ),
]

const upn = (title: string, id: string, name: Uint8Array): CsrCase => ({
  id,
  title,
  build: (key) => makeCsr({ commonName: HONEST.commonName, names: [name], key }).der,
  expect: refused('upn_encoding'),
})

const UPN = utf8String(HONEST.upn)

const IA5_UPN = upnName(tlv(0x16, text('ceo@contoso.example')))
const KERBEROS_NAME = context(0, oid('1.3.6.1.5.2.2'), context(0, sequence(utf8String('ceo'))))

/** Names that a lenient reader drops without a word, beside the one that it shows. */
const hiddenCases: readonly CsrCase[] = [
  wishCase(
    'ENC-18',
    'the own UPN, and behind it a Kerberos name and a UPN as IA5String',
    { names: [KERBEROS_NAME, IA5_UPN] },
    refused('san_type'),
  ),
  wishCase(
    'ENC-18',
    'the own UPN, and behind it a UPN as IA5String',
    { names: [IA5_UPN] },
    refused('upn_encoding'),
  ),
]

const upnCases: readonly CsrCase[] = [
  upn(
    'a UPN with a second string behind it',
    'ENC-19',
    context(0, oid(OID.userPrincipalName), context(0, UPN, utf8String('ceo@contoso.example'))),
  ),
  upn(
    'a UPN with a second value behind it',
    'ENC-19',
    context(0, oid(OID.userPrincipalName), context(0, UPN), context(0, UPN)),
  ),
  upn('a UPN wrapped in a SEQUENCE', 'ENC-19', upnName(sequence(UPN))),
  upn(
    'a UPN with an IMPLICIT tag',
    'ENC-19',
    context(0, oid(OID.userPrincipalName), tlv(0x80, text(HONEST.upn))),
  ),
  upn('a UPN without a value', 'ENC-19', context(0, oid(OID.userPrincipalName))),
  upn('a UPN as BMPString', 'ENC-20', upnName(bmpString(HONEST.upn))),
  ...Object.entries({
    PrintableString: 0x13,
    T61String: 0x14,
    IA5String: 0x16,
    UniversalString: 0x1c,
  }).map(([type, tag]) => upn(`a UPN as ${type}`, 'ENC-20', upnName(tlv(tag, text(HONEST.upn))))),
]

/** Octets that no name needs, by what they are. */
const HOSTILE_TEXTS: readonly (readonly [string, Uint8Array])[] = [
  ['NUL', text('alice\u0000@contoso.example')],
  ['U+200B', text('alice\u200b@contoso.example')],
  ['U+202E', text('alice\u202e@contoso.example')],
  ['U+2066', text('alice\u2066@contoso.example')],
  ['a line end', text('alice\r\n@contoso.example')],
  ['a tab', text('alice\t@contoso.example')],
  ['a no-break space', text('alice@contoso.example\u00a0')],
  ['a zero-width joiner', text('ali\u200dce@contoso.example')],
  ['a byte order mark', text('\ufeffalice@contoso.example')],
  ['a lone surrogate', Uint8Array.of(0x61, 0xed, 0xa0, 0x80)],
  ['overlong UTF-8', Uint8Array.of(0xc1, 0xa1)],
  ['half a character', Uint8Array.of(0x61, 0xc3)],
  ['Latin-1', Uint8Array.of(0x61, 0xe4)],
]

const textCases: readonly CsrCase[] = HOSTILE_TEXTS.flatMap(([what, octets]) => [
  wishCase(
    'ENC-22',
    `${what} in the CN`,
    { subject: commonNameOf(tlv(0x0c, octets)) },
    refused('hostile_text'),
  ),
  {
    id: 'ENC-22',
    title: `${what} in the UPN`,
    build: (key: KeyObject) =>
      makeCsr({ commonName: 'a', names: [upnName(tlv(0x0c, octets))], key }).der,
    expect: refused('hostile_text'),
  },
  {
    id: 'ENC-22',
    title: `${what} in the URI`,
    build: (key: KeyObject) => makeCsr({ commonName: 'a', names: [tlv(0x86, octets)], key }).der,
    expect: refused('hostile_text'),
  },
])

const cn = (value: string) => sequence(oid(OID.commonName), utf8String(value))

const subjectCases: readonly CsrCase[] = [
  wishCase(
    'ENC-23',
    'two RDNs with a CN each',
    { subject: sequence(setOf(cn('a')), setOf(cn('b'))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-23',
    'one RDN with two CNs',
    { subject: sequence(setOf(cn('a'), cn('b'))) },
    refused('subject'),
  ),
  ...Object.entries({
    'an O': OID.organizationName,
    'an OU': '2.5.4.11',
    'a serial number': '2.5.4.5',
    'a DC': '0.9.2342.19200300.100.1.25',
  }).map(([title, id]) =>
    wishCase(
      'ENC-24',
      `a CN and ${title}`,
      { subject: sequence(setOf(cn('a')), setOf(sequence(oid(id), utf8String('b')))) },
      refused('subject'),
    ),
  ),
  wishCase(
    'ENC-24',
    'an e-mail address in place of a CN',
    { subject: sequence(setOf(sequence(oid(OID.emailAddress), tlv(0x16, text('a@b.example'))))) },
    refused('subject'),
  ),
  wishCase('ENC-23', 'an empty CN', { commonName: '' }, refused('subject')),
  wishCase('ENC-23', 'a CN of 65 characters', { commonName: 'x'.repeat(65) }, refused('subject')),
  wishCase(
    'ENC-21',
    'a CN as T61String',
    { subject: commonNameOf(tlv(0x14, text('Alice'))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-21',
    'a CN as IA5String',
    { subject: commonNameOf(tlv(0x16, text('Alice'))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-21',
    'a CN as UniversalString',
    { subject: commonNameOf(tlv(0x1c, Uint8Array.of(0, 0, 0, 0x61))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-21',
    'a PrintableString with "@"',
    { subject: commonNameOf(tlv(0x13, text('a@b'))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-21',
    'a BMPString with half a character',
    { subject: commonNameOf(tlv(0x1e, Uint8Array.of(0, 0x61, 0))) },
    refused('hostile_text'),
  ),
  wishCase(
    'ENC-21',
    'a BMPString with a surrogate',
    { subject: commonNameOf(tlv(0x1e, Uint8Array.of(0xd8, 0))) },
    refused('hostile_text'),
  ),
]

export const NAME_ENCODING_CASES: readonly CsrCase[] = [
  ...extensionCases,
  ...upnCases,
  ...hiddenCases,
  ...textCases,
  ...subjectCases,
]
