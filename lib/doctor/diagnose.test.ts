import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { derOfPemFile } from '#lib/testing/pem-file.ts'
import { diagnose } from './diagnose.ts'
import { FINDINGS, type FindingCode } from './findings.ts'
import { type Files, makeFiles } from './testing/files.ts'

const NOW = new Date(Date.now() + 60_000)
const PASSWORD = 'ABCDEFGHJKLMNPQRSTUV'

let files: Files
beforeAll(() => {
  files = makeFiles()
})
afterAll(() => files.close())

type File = Uint8Array | string
const octets = (file: File) => (typeof file === 'string' ? new TextEncoder().encode(file) : file)

async function look(name: string | null, file: File, password: string | null = null, now = NOW) {
  const diagnosis = await diagnose({ bytes: octets(file), name, password, now })
  return { ...diagnosis, codes: diagnosis.findings.map(({ code }) => code) }
}

const joined = (...names: string[]) => Buffer.concat(names.map((name) => files.read(name)))
const der = (name: string) => derOfPemFile(files.at(`${name}.pem`))
const text = (name: string) => new TextDecoder().decode(files.read(name))

const LEGACY = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']
const WHOLE: FindingCode[] = ['keyMatches', 'chainWhole']

describe('a file of PKCS#12', () => {
  test('that is as it should be: what is inside, and that it fits', async () => {
    const found = await look('alice.p12', files.pkcs12(PASSWORD, ...LEGACY), PASSWORD)
    expect(found).toMatchObject({ form: 'pkcs12', grade: 'older', needsPassword: false })
    expect(found.codes).toEqual([...WHOLE, 'fine'])
    expect(found.contents).toEqual([
      { kind: 'key', key: 'P-256', locked: false },
      expect.objectContaining({ name: 'leaf', issuer: 'ca', key: 'P-256', isCa: false }),
      expect.objectContaining({ name: 'ca', issuer: 'Root', isCa: true }),
      expect.objectContaining({ name: 'Root', issuer: 'Root', isCa: true }),
    ])
  })

  const OLD = ['-legacy', '-macalg', 'sha1']
  test.each<[string, string[], string, FindingCode[]]>([
    ['AES-256', [], 'modern', ['modernLock']],
    ['AES-128', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC'], 'modern', ['modernLock']],
    ['AES-192', ['-keypbe', 'AES-192-CBC', '-certpbe', 'AES-192-CBC'], 'modern', ['modernLock']],
    ['triple DES with a check by SHA-256', LEGACY.slice(0, 4), 'modern', ['modernLock']],
    ['a check by SHA-512', [...LEGACY.slice(0, 4), '-macalg', 'sha512'], 'modern', ['modernLock']],
    ['RC2-40, as Windows and macOS', OLD, 'oldest', ['oldestLock']],
    ['RC2-128', [...OLD, '-certpbe', 'PBE-SHA1-RC2-128'], 'oldest', ['oldestLock']],
    ['two keys of DES', [...LEGACY.slice(2), '-keypbe', 'PBE-SHA1-2DES'], 'older', []],
    ['certificates in the open', [...LEGACY, '-certpbe', 'NONE'], 'older', []],
    [
      'everything in the open',
      ['-keypbe', 'NONE', '-certpbe', 'NONE', '-macalg', 'sha1'],
      'older',
      ['keyOpen'],
    ],
    ['no check of the password', [...LEGACY, '-nomac'], 'older', ['noMac']],
  ])('locked by %s opens', async (_name, how, grade, more) => {
    const found = await look('alice.p12', files.pkcs12(PASSWORD, ...how), PASSWORD)
    expect(found.grade).toBe(grade)
    expect(found.codes.filter((code) => code !== 'fine').sort()).toEqual([...WHOLE, ...more].sort())
  })

  test('locked in a way that nobody opens any more is named, not guessed', async () => {
    const how = ['-legacy', '-certpbe', 'PBE-SHA1-RC4-128', '-macalg', 'sha1']
    const found = await look('alice.p12', files.pkcs12(PASSWORD, ...how), PASSWORD)
    expect(found.findings).toMatchObject([{ code: 'unknownLock', values: { lock: 'RC4-128' } }])
  })

  test.each<[string, string, string | null, FindingCode[]]>([
    ['none where one is needed', PASSWORD, null, ['passwordNeeded']],
    ['another one', PASSWORD, 'wrong', ['wrongPassword']],
    [
      'one with the gaps of the printed one',
      PASSWORD,
      'ABCD EFGH JKLM NPQR STUV',
      ['passwordSpaces', ...WHOLE],
    ],
    ['one in small letters', PASSWORD, PASSWORD.toLowerCase(), ['passwordCase', ...WHOLE]],
    ['an empty one', '', null, ['emptyPassword', ...WHOLE]],
  ])('with a password: %s', async (_name, set, given, codes) => {
    const found = await look('alice.p12', files.pkcs12(set, ...LEGACY), given)
    expect(found.codes).toEqual(codes)
    expect(found.needsPassword).toBe(codes.length === 1)
  })

  test.each<[string, string[], FindingCode]>([
    ['only certificates', ['-nokeys', '-in', 'leaf.pem'], 'noKey'],
    ['only the key', ['-nocerts', '-inkey', 'leaf.key'], 'noCertificate'],
  ])('with %s', async (_name, what, code) => {
    files.openssl('pkcs12', '-export', ...what, '-passout', `pass:${PASSWORD}`, '-out', 'half.p12')
    expect((await look('x.p12', files.read('half.p12'), PASSWORD)).codes[0]).toBe(code)
  })

  test('whose key is another one', async () => {
    const { makePkcs12Lock, writePkcs12 } = await import('#lib/pki/pkcs12/pkcs12.ts')
    const { legacyProtection } = await import('#lib/pki/pkcs12/pkcs12-legacy.ts')
    const other = files.openssl(
      'pkcs8',
      '-topk8',
      '-nocrypt',
      '-in',
      'other.key',
      '-outform',
      'DER',
    )
    const contents = {
      privateKey: new Uint8Array(other),
      certificates: [der('leaf')],
      friendlyName: 'x',
    }
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
    const file = await writePkcs12(
      contents,
      await makePkcs12Lock(legacyProtection, PASSWORD, random),
    )
    const found = await look('x.p12', file, PASSWORD)
    expect(found.codes).toEqual(['keyMismatch', 'issuerElsewhere'])
  })

  test.each([
    ['its check', ['-certpbe', 'NONE'], 'modernLock'],
    ['its certificates', ['-nomac', '-certpbe', 'PBE-SHA1-3DES'], 'noMac'],
  ])('that asks for too much work, for %s alone, is not worked on', async (_, how, also) => {
    // In this order: -iter brings the check back, and -nomac drops a -certpbe before it.
    const file = files.pkcs12(PASSWORD, '-keypbe', 'NONE', '-iter', '1000001', ...how)
    expect((await look('x.p12', file, PASSWORD)).codes).toEqual(['tooMuchWork', also])
  })

  test('that is cut off anywhere, or damaged, is never more than a finding', async () => {
    const file = files.pkcs12(PASSWORD, ...LEGACY)
    for (let length = 1; length < file.length; length += 61) {
      const { codes } = await look('x.p12', file.slice(0, length), PASSWORD)
      expect(codes, `${length} octets`).toEqual([length < 4 ? 'unknown' : 'truncated'])
    }
    // What the check of the password covers: all but the outermost headers and the check itself.
    for (let place = 60; place < file.length - 80; place += 211) {
      const changed = file.slice()
      changed[place] = (changed[place] ?? 0) ^ 0x81
      const { codes } = await look('x.p12', changed, PASSWORD)
      expect(['damaged', 'wrongPassword', 'unknownLock', 'tooMuchWork']).toContain(codes[0])
    }
    const more = Buffer.concat([file, Buffer.from('\n')])
    expect((await look('x.p12', more, PASSWORD)).codes).toEqual(['trailing', ...WHOLE])
  })

  test('made by Java and by NSS', async () => {
    files.pkcs12(PASSWORD)
    const run = (tool: string, ...args: string[]) =>
      execFileSync(tool, args, { cwd: files.folder, stdio: 'pipe' })
    const store = [
      '-srckeystore',
      'out.p12',
      '-srcstorepass',
      PASSWORD,
      '-destkeystore',
      'java.p12',
    ]
    run('keytool', '-importkeystore', ...store, '-deststorepass', PASSWORD, '-noprompt')
    const java = await look('java.p12', files.read('java.p12'), PASSWORD)
    expect(java.codes).toEqual(['modernLock', ...WHOLE, 'fine'])

    run('certutil', '-N', '-d', 'sql:.', '--empty-password')
    run('pk12util', '-i', 'out.p12', '-d', 'sql:.', '-W', PASSWORD)
    const name =
      run('certutil', '-L', '-d', 'sql:.')
        .toString()
        .match(/^(.*\S)\s+u,u,u/m)?.[1] ?? ''
    run('pk12util', '-o', 'nss.p12', '-n', name, '-d', 'sql:.', '-W', PASSWORD)
    const nss = await look('nss.p12', files.read('nss.p12'), PASSWORD)
    expect(nss.codes).toEqual(expect.arrayContaining(['keyMatches', 'fine']))
  })
})

describe('separate files', () => {
  test.each<[string, () => File, string, FindingCode[]]>([
    [
      'leaf.pem',
      () => text('leaf.pem'),
      'certificate',
      ['certificateOnly', 'issuerElsewhere', 'fine'],
    ],
    ['leaf.cer', () => der('leaf'), 'certificate', ['certificateOnly', 'issuerElsewhere', 'fine']],
    [
      'leaf.pem',
      () => der('leaf'),
      'certificate',
      ['misnamed', 'certificateOnly', 'issuerElsewhere'],
    ],
    [
      'leaf.p12',
      () => text('leaf.pem'),
      'certificate',
      ['misnamed', 'certificateOnly', 'issuerElsewhere'],
    ],
    [
      'crlf.pem',
      () => text('leaf.pem').replaceAll('\n', '\r\n'),
      'certificate',
      ['certificateOnly', 'issuerElsewhere', 'fine'],
    ],
    [
      'bom.pem',
      () => `\ufeff${text('leaf.pem')}`,
      'certificate',
      ['byteOrderMark', 'certificateOnly', 'issuerElsewhere', 'fine'],
    ],
    [
      'info.pem',
      () => `Bag Attributes\n${text('leaf.pem')}`,
      'certificate',
      ['textAround', 'certificateOnly', 'issuerElsewhere', 'fine'],
    ],
    [
      'utf16.pem',
      () => Buffer.from(`\ufeff${text('leaf.pem')}`, 'utf16le'),
      'certificate',
      ['utf16', 'certificateOnly', 'issuerElsewhere'],
    ],
    [
      'plain.cer',
      () => Buffer.from(der('leaf')).toString('base64'),
      'certificate',
      ['certificateOnly', 'issuerElsewhere', 'fine'],
    ],
    ['cut.pem', () => text('leaf.pem').slice(0, 300), 'unknown', ['pemUnended']],
    ['typo.pem', () => text('leaf.pem').replace('MII', 'M*I'), 'unknown', ['pemBroken']],
    ['cut.cer', () => der('leaf').slice(0, 200), 'unknown', ['truncated']],
    ['leaf.key', () => text('leaf.key'), 'key', ['keyOpen', 'keyOnly']],
    ['request.csr', () => text('leaf.csr'), 'request', ['request', 'fine']],
    ['request.pem', () => text('rsa.csr'), 'request', ['request', 'fine']],
    ['request.cer', () => text('leaf.csr'), 'request', ['misnamed', 'request']],
    [
      'both.pem',
      () => joined('leaf.pem', 'leaf.key', 'ca.pem', 'root.pem'),
      'keyAndCertificate',
      ['keyOpen', ...WHOLE],
    ],
    [
      'rsa.pem',
      () => joined('rsa.key', 'rsa.pem'),
      'keyAndCertificate',
      ['keyOpen', 'issuerElsewhere', 'keyMatches'],
    ],
    [
      'wrong.pem',
      () => joined('leaf.pem', 'other.key'),
      'keyAndCertificate',
      ['keyMismatch', 'keyOpen', 'issuerElsewhere'],
    ],
    [
      'two.pem',
      () => joined('leaf.pem', 'other.key', 'leaf.key'),
      'keyAndCertificate',
      ['keyOpen', 'manyKeys', 'issuerElsewhere', 'keyMatches'],
    ],
    [
      'chain.pem',
      () => text('chain.pem'),
      'certificates',
      ['certificateOnly', 'chainWhole', 'fine'],
    ],
    [
      'chain.p7b',
      () => files.openssl('crl2pkcs7', '-nocrl', '-certfile', 'chain.pem', '-outform', 'DER'),
      'certificates',
      ['certificateOnly', 'chainWhole', 'fine'],
    ],
    ['sec1.pem', () => files.openssl('ec', '-in', 'leaf.key'), 'key', ['keyOpen', 'keyOnly']],
    [
      'pkcs1.pem',
      () =>
        Buffer.concat([
          files.openssl('rsa', '-in', 'rsa.key', '-traditional'),
          files.read('rsa.pem'),
        ]),
      'keyAndCertificate',
      ['keyOpen', 'issuerElsewhere', 'keyMatches'],
    ],
  ])('%s %#', async (name, file, form, codes) => {
    const found = await look(name, file())
    expect(found.codes).toEqual(codes)
    expect(found.form).toBe(form)
  })

  test('a key with a password is opened for the comparison, and only by that password', async () => {
    files.openssl(
      'pkcs8',
      '-topk8',
      '-in',
      'leaf.key',
      '-out',
      'locked.key',
      '-passout',
      'pass:secret',
    )
    const file = joined('leaf.pem', 'locked.key')
    expect(await look('x.pem', file)).toMatchObject({
      needsPassword: true,
      codes: ['keyLocked', 'issuerElsewhere'],
    })
    expect((await look('x.pem', file, 'secret')).codes).toEqual([
      'issuerElsewhere',
      'keyMatches',
      'fine',
    ])
    expect(await look('x.pem', file, 'other')).toMatchObject({
      needsPassword: true,
      codes: ['wrongPassword', 'issuerElsewhere'],
    })
  })

  test.each<[string, string, FindingCode[]]>([
    ['a year and more later', '2099-01-01T00:00:00Z', ['expired', 'expired', 'expired']],
    ['before it begins', '2020-01-01T00:00:00Z', ['notYet', 'notYet', 'notYet']],
  ])('%s', async (_name, at, codes) => {
    const found = await look('x.pem', joined('leaf.pem', 'ca.pem', 'root.pem'), null, new Date(at))
    expect(found.codes.filter((code) => FINDINGS[code] === 'bad')).toEqual(codes)
  })

  test('a chain of the right names and other keys does not hold', async () => {
    files.openssl('req', '-x509', '-key', 'other.key', '-subj', '/CN=ca', '-out', 'false-ca.pem')
    expect((await look('x.pem', joined('leaf.pem', 'false-ca.pem'))).findings[0]).toMatchObject({
      code: 'chainBroken',
      values: { name: 'leaf', issuer: 'ca' },
    })
  })

  test('a certificate for servers, one signed with SHA-1, and one of version 1', async () => {
    files.request('server', 'leaf')
    files.sign('server', 'ca', 'extendedKeyUsage=serverAuth')
    expect((await look('x.pem', text('server.pem'))).codes).toContain('notForClients')
    files.sign('server', 'ca', 'extendedKeyUsage=clientAuth', '-sha1')
    expect((await look('x.pem', text('server.pem'))).codes).toContain('weakSignature')
    files.openssl(
      'x509',
      '-req',
      '-in',
      'server.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-out',
      'v1.pem',
    )
    const old = await look('x.pem', text('v1.pem'))
    expect(old.codes).toContain('oneReader')
    expect(old.contents).toMatchObject([{ name: 'server', issuer: 'ca', key: 'P-256' }])
  })

  test('a request whose signature is not of its key', async () => {
    const request = new Uint8Array(files.openssl('req', '-in', 'rsa.csr', '-outform', 'DER'))
    request[request.length - 1] = (request.at(-1) ?? 0) ^ 1
    expect((await look('x.csr', toPem('CERTIFICATE REQUEST', request))).codes).toEqual([
      'requestBroken',
      'request',
    ])
  })
})

test.each<[string, File, FindingCode[]]>([
  ['empty.p12', '', ['empty']],
  ['big.p12', new Uint8Array(1_048_577), ['tooLarge']],
  ['page.p12', '<!DOCTYPE html><html><body>Sign in</body></html>', ['html']],
  ['page.p12', '\n<html lang=en>', ['html']],
  ['letter.pem', 'Dear Alice,\nhere is your certificate.', ['unknown']],
  ['random.p12', Uint8Array.of(1, 2, 3, 4), ['unknown']],
  ['sequence.p12', Uint8Array.of(0x30, 3, 2, 1, 3), ['unknown']],
  ['store.jks', Uint8Array.of(0xfe, 0xed, 0xfe, 0xed, 0), ['otherKind']],
  ['files.zip', Uint8Array.of(0x50, 0x4b, 3, 4), ['otherKind']],
  ['letter.pdf', '%PDF-1.7\u0000', ['otherKind']],
  [
    'ssh.pem',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
    ['otherKind'],
  ],
  // Words that every object has.
  ['odd.pem', '-----BEGIN constructor-----\nAAAA\n-----END constructor-----\n', ['otherKind']],
  ['odd.pem', '-----BEGIN __proto__-----\nAAAA\n-----END __proto__-----\n', ['otherKind']],
  ['deep.p12', Uint8Array.from({ length: 100 }, (_, at) => (at % 2 ? 0x80 : 0x30)), ['truncated']],
])('%s is told apart', async (name, file, codes) => {
  expect((await look(name, file)).codes).toEqual(codes)
})

test('what makes our own PEM reader think for long is read in no time', async () => {
  const hostile = `-----BEGIN CERTIFICATE-----\n${'A\n'.repeat(400_000)}`
  expect((await look('x.pem', hostile)).codes).toEqual(['pemUnended'])
  const labels = `-----BEGIN ${'A'.repeat(900_000)}`
  expect((await look('x.pem', labels)).codes[0]).toBe('unknown')
})
