import { expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { parseCsr } from '#lib/pki/csr/csr.ts'
import { type CsrWish, makeCsr } from '#lib/pki/testing/make-csr.ts'
import { readRequestedIdentity } from './requested-identity.ts'
import { requester } from './testing/context.ts'

const guid = '26C3CAE8-FE60-43D7-BF16-A3DF18AC25DC'
const id = guid.toLowerCase()
const other = '11111111-2222-4333-8444-555555555555'
const upn = 'alice@contoso.example'

function claimOf(wish: CsrWish, who = requester) {
  return readRequestedIdentity(parseCsr(makeCsr(wish).der), who)
}

const claims: [string, CsrWish, object][] = [
  [
    'a device id as common name',
    { commonName: guid },
    { kind: 'device', commonNameId: id, uriId: null },
  ],
  [
    'the URI alone',
    { commonName: null, uri: `IntuneDeviceId://${guid}` },
    { kind: 'device', commonNameId: null, uriId: id },
  ],
  [
    'the scheme in another case',
    { commonName: id, uri: `intunedeviceid://${id}` },
    { kind: 'device', commonNameId: id, uriId: id },
  ],
  [
    'other text beside the URI',
    { commonName: 'my laptop', uri: `IntuneDeviceID://${id}` },
    { kind: 'device', commonNameId: null, uriId: id },
  ],
  [
    'a UPN as SAN',
    { commonName: 'Alice Adler', upn },
    { kind: 'user', upn, commonName: 'Alice Adler' },
  ],
  ['a UPN as common name', { commonName: upn }, { kind: 'user', upn, commonName: upn }],
  ['a UPN as SAN alone', { commonName: null, upn }, { kind: 'user', upn, commonName: null }],
  [
    'client authentication said',
    { commonName: id, extendedKeyUsages: [OID.clientAuth] },
    { kind: 'device' },
  ],
]
test.each(claims)('%s', (_title, wish, requested) => {
  expect(claimOf(wish)).toMatchObject(requested)
})

const refusals: [string, string, CsrWish][] = [
  ['nobody', 'holder_named', { commonName: 'MyCert' }],
  ['an empty subject', 'holder_named', { commonName: null }],
  ['an empty UPN', 'upn_match', { commonName: 'Contoso', upn: '' }],
  ['a device and a person', 'one_holder', { commonName: id, upn }],
  [
    'a person beside a device URI',
    'one_holder',
    { commonName: upn, uri: `IntuneDeviceId://${id}` },
  ],
  ['a DNS name', 'san_type', { commonName: upn, upn, dns: 'dc1.contoso.example' }],
  [
    'server authentication',
    'extended_key_usage',
    { commonName: id, extendedKeyUsages: [OID.serverAuth] },
  ],
  [
    'a second use',
    'extended_key_usage',
    { commonName: id, extendedKeyUsages: [OID.clientAuth, OID.serverAuth] },
  ],
  [
    'any use',
    'extended_key_usage',
    { commonName: id, extendedKeyUsages: [OID.anyExtendedKeyUsage] },
  ],
  [
    'smart card logon',
    'extended_key_usage',
    { commonName: id, extendedKeyUsages: ['1.3.6.1.4.1.311.20.2.2'] },
  ],
  ...Object.entries({
    'code signing': OID.codeSigning,
    'signing OCSP answers': '1.3.6.1.5.5.7.3.9',
    'being a Kerberos server': '1.3.6.1.5.2.3.5',
    'an unknown use': '1.2.3.4',
  }).map(([title, use]): [string, string, CsrWish] => [
    `POL-08: ${title}`,
    'extended_key_usage',
    { commonName: id, extendedKeyUsages: [use] },
  ]),
  ...[`{${id}}`, id.replaceAll('-', ''), `urn:uuid:${id}`, ` ${id}`, `${id}0`, id.slice(1)].map(
    (commonName): [string, string, CsrWish] => [
      `POL-15: "${commonName}" as a device id`,
      'holder_named',
      { commonName },
    ],
  ),
  ...[
    `IntuneDeviceId://${id}/`,
    `IntuneDeviceId://${id}?x`,
    `IntuneDeviceId://${id}#f`,
    `IntuneDeviceId:///${id}`,
    `IntuneDeviceId://x@${id}`,
    `IntuneDeviceId://%32${id.slice(1)}`,
    `IntuneDeviceId:${id}`,
    `https://${id}`,
    `IntuneDeviceId://{${id}}`,
  ].map((uri): [string, string, CsrWish] => [uri, 'device_uri', { commonName: id, uri }]),
]
test.each(refusals)('%s is refused by the rule %s', (_title, rule, wish) => {
  expect(() => claimOf(wish)).toThrow(
    expect.objectContaining({ name: LatchkeyError.name, code: 'policy_violation', rule }),
  )
})

test('an application claims names and uses, and clientAuth when it says none', () => {
  const app = { ...requester, kind: 'app' } as const
  const wish = { commonName: 'web.contoso.example', dns: 'web.contoso.example' }
  expect(claimOf(wish, app)).toMatchObject({
    kind: 'application',
    dnsNames: ['web.contoso.example'],
    extendedKeyUsages: ['clientAuth'],
  })
  expect(() => claimOf({ commonName: 'web', upn }, app)).toThrow('common name and DNS names only')
  expect(() => claimOf({ commonName: 'web', extendedKeyUsages: [OID.codeSigning] }, app)).toThrow(
    'a use that no profile gives',
  )
})

test('two device URIs are one too many', () => {
  const csr = parseCsr(makeCsr({ commonName: id, uri: `IntuneDeviceId://${id}` }).der)
  const [uri] = csr.subjectAltName
  if (!uri) throw new Error('the CSR has no URI')
  const twice = [uri, { ...uri, value: `IntuneDeviceId://${other}` }]
  expect(() => readRequestedIdentity({ ...csr, subjectAltName: twice }, requester)).toThrow('once')
})
