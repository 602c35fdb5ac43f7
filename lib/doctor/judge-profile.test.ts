import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeEapConfig } from '#lib/network/eap-config.ts'
import { writeMobileConfig } from '#lib/network/mobileconfig.ts'
import { makeContents } from '#lib/network/testing/contents.ts'
import { diagnose } from './diagnose.ts'
import type { FindingCode } from './findings.ts'

let made: Awaited<ReturnType<typeof makeContents>>
let profile = ''
let metadata = ''

beforeAll(async () => {
  made = await makeContents()
  const { contents, office, wired, vpn } = made
  profile = writeMobileConfig({
    ...contents,
    networks: [office, wired, vpn],
    intermediates: contents.chain,
    removeAt: contents.notAfter,
  })
  metadata = writeEapConfig({
    ...contents,
    realm: 'contoso.example',
    validUntil: contents.notAfter,
  })
})
afterAll(() => made.close())

const NOW = new Date(Date.now() + 60_000)

async function look(name: string, file: string | Uint8Array, password: string | null, now = NOW) {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file
  const diagnosis = await diagnose({ bytes, name, password, now })
  return { ...diagnosis, codes: diagnosis.findings.map(({ code }) => code) }
}

/** The leaf of these files has issued itself, so there is no chain to follow. */
const INSIDE: FindingCode[] = ['modernLock']

describe('a profile for macOS and iOS', () => {
  test('that is as ours are: its networks, its roots and its identity', async () => {
    const found = await look('x.mobileconfig', profile, made.contents.password)
    expect(found.codes).toEqual(['profileUnsigned', ...INSIDE, 'keyMatches', 'fine'])
    expect(found).toMatchObject({ form: 'mobileconfig', grade: 'modern' })
    expect(found.contents.map(({ kind }) => kind)).toEqual([
      ...['certificate', 'certificate', 'certificate', 'network', 'network', 'network'],
      ...['key', 'certificate'],
    ])
    expect(found.contents).toContainEqual({ kind: 'network', name: ' Café\\;=#' })
  })

  test('asks for the password of what is inside', async () => {
    const found = await look('x.mobileconfig', profile, null)
    expect(found).toMatchObject({ needsPassword: true })
    expect(found.codes).toContain('passwordNeeded')
  })

  test('signed, and changed after that', async () => {
    made.write('profile', profile)
    const sign = [
      '-sign',
      '-nodetach',
      '-binary',
      '-signer',
      'ca',
      '-inkey',
      'ca.key',
      '-outform',
      'DER',
    ]
    made.openssl('cms', ...sign, '-in', 'profile', '-out', 'signed')
    const signed = new Uint8Array(made.read('signed'))
    const found = await look('x.mobileconfig', signed, made.contents.password)
    expect(new Set(found.codes)).toEqual(
      new Set<FindingCode>([...INSIDE, 'fine', 'profileSigned', 'keyMatches']),
    )
    expect(found.findings).toContainEqual(expect.objectContaining({ values: { signer: 'ca' } }))

    const at = Buffer.from(signed).indexOf('Contoso')
    signed[at] = 'K'.charCodeAt(0)
    const changed = await look('x.mobileconfig', signed, made.contents.password)
    expect(changed.codes[0]).toBe('profileChanged')
  })

  test.each<[string, (text: string) => string, FindingCode]>([
    [
      'that names an identity that is not there',
      (text) => text.replace(/(<key>PayloadCertificateUUID<\/key><string>)[^<]*/, '$1none'),
      'danglingReference',
    ],
    [
      'with one identifier twice',
      (text) => text.replace(/(<key>PayloadUUID<\/key><string>)[^<]*/g, '$1same'),
      'twiceUuid',
    ],
    [
      'without an identity',
      (text) => text.replaceAll('com.apple.security.pkcs12', 'com.example.else'),
      'noIdentity',
    ],
    [
      'that does not say which servers to trust',
      (text) => text.replaceAll('TLSTrustedServerNames', 'Else'),
      'serverUnpinned',
    ],
    [
      'that is another property list',
      (text) => text.replace('Configuration', 'Else'),
      'notProfile',
    ],
    ['that is cut off', (text) => text.slice(0, -40), 'damaged'],
    [
      'that defines entities',
      (text) =>
        text.replace('"http://www.apple.com/DTDs/PropertyList-1.0.dtd"', '[<!ENTITY a "b">]'),
      'damaged',
    ],
  ])('%s', async (_name, change, code) => {
    const text = change(profile)
    expect(text).not.toBe(profile)
    expect((await look('x.mobileconfig', text, made.contents.password)).codes).toContain(code)
  })

  test('that has removed itself by now', async () => {
    const later = new Date('2030-01-01T00:00:00Z')
    const found = await look('x.mobileconfig', profile, made.contents.password, later)
    expect(found.findings).toContainEqual({
      code: 'profileEnded',
      values: {},
      date: new Date('2027-11-22T12:00:00Z'),
    })
  })
})

describe('EAP metadata', () => {
  test('as ours are', async () => {
    const found = await look('x.eap-config', metadata, made.contents.password)
    expect(new Set(found.codes)).toEqual(new Set<FindingCode>([...INSIDE, 'fine', 'keyMatches']))
    expect(found).toMatchObject({ form: 'eap-config', grade: 'modern' })
  })

  test.each<[string, (text: string) => string, FindingCode]>([
    [
      'without the names of servers',
      (text) => text.replaceAll('ServerID', 'Else'),
      'serverUnpinned',
    ],
    ['without a certificate', (text) => text.replaceAll('ClientCertificate', 'Else'), 'noIdentity'],
    [
      'without a provider',
      (text) => text.replaceAll(/EAPIdentityProvider(?=[ >])/g, 'Else'),
      'notProfile',
    ],
    ['of last year', (text) => text.replace('2027', '2020'), 'profileEnded'],
    ['in a file of another name', (text) => text, 'misnamed'],
  ])('%s', async (_name, change, code) => {
    const name = code === 'misnamed' ? 'x.p12' : 'x.eap-config'
    expect((await look(name, change(metadata), made.contents.password)).codes).toContain(code)
  })
})
