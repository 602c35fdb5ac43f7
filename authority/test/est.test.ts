import { execFileSync } from 'node:child_process'
import { type KeyObject, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer, ClientPair, TestRequest } from '#authority/testing/request.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { oid, sequence, setOf, utf8String } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readCertsOnly } from '#lib/pki/certificate/cms.ts'
import { BODY_CORPUS } from '#lib/pki/testing/body-corpus.ts'
import { CSR_CORPUS } from '#lib/pki/testing/csr-corpus.ts'
import { makeCsr, newKey, pemOf } from '#lib/pki/testing/make-csr.ts'

/** EST as SCEPman's clients use it, over real sockets. */

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const LAPTOP_INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'
const ALICE = 'alice@contoso.example'
const ENROLL = '/.well-known/est/simpleenroll'
const REENROLL = '/.well-known/est/simplereenroll'

let latchkey: Harness
let token: string
let ledgerIsDown = false

beforeAll(async () => {
  latchkey = await startHarness({
    env: {
      LATCHKEY_APPLICATION_PROFILES: JSON.stringify([
        {
          name: 'servers',
          applications: ['f1ee7006-58d1-4a3e-9b47-20c6e8f5a906'],
          extendedKeyUsages: ['clientAuth', 'serverAuth'],
          dnsSuffixes: ['fleet.contoso.example'],
          validityDays: 30,
        },
      ]),
    },
    change: (authority) => ({
      ...authority,
      ledger: {
        ...authority.ledger,
        certificate: (serial) =>
          ledgerIsDown
            ? Promise.reject(new LatchkeyError('store_unavailable', 'The disk is gone.'))
            : authority.ledger.certificate(serial),
      },
    }),
  })
  token = await latchkey.token('alice')
})

afterEach(async () => {
  ledgerIsDown = false
  await latchkey.control('POST', '/reset')
})

afterAll(() => latchkey.close())

const said = (answer: Answer) => [answer.status, answer.json.code]

function enroll(body: Uint8Array | string, change: Partial<TestRequest> = {}): Promise<Answer> {
  return latchkey.send({ method: 'POST', path: ENROLL, token, body, ...change })
}

/** Gives what plain `openssl base64 -d` makes of a body, after a check of its lines. */
function decoded({ body }: Answer): Uint8Array {
  expect(body.toString()).toMatch(/^(?:[A-Za-z0-9+/]{64}\n)+[A-Za-z0-9+/]{1,64}={0,2}$/)
  return new Uint8Array(execFileSync('openssl', ['base64', '-d'], { input: body }))
}

/** Gives the one certificate of an answer, after a check of its form. */
function certificateIn(answer: Answer): X509Certificate {
  expect(answer.status, answer.body.toString()).toBe(200)
  expect(answer.headers['content-type']).toBe('application/pkcs7-mime; smime-type=certs-only')
  expect(answer.headers['content-transfer-encoding']).toBe('base64')
  expect(answer.headers['content-length']).toBe(String(answer.body.length))
  expect(answer.headers['transfer-encoding']).toBeUndefined()
  expect(answer.body.toString()).toMatch(/^MI/)
  const certificates = readCertsOnly(decoded(answer))
  expect(certificates).toHaveLength(1)
  return new X509Certificate(certificates[0] ?? new Uint8Array())
}

async function enrolled(
  wish: Parameters<typeof makeCsr>[0],
  who = token,
): Promise<ClientPair & { x509: X509Certificate; privateKey: KeyObject }> {
  const { der, privateKey } = makeCsr(wish)
  const x509 = certificateIn(await enroll(der, { token: who }))
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { certificate: x509.toString(), key, x509, privateKey }
}

function renew(client: ClientPair | null, body: Uint8Array | string, change = {}): Promise<Answer> {
  const request = { method: 'POST', path: REENROLL, body, tls: true, ...change }
  return latchkey.send(client === null ? request : { ...request, client })
}

/** The CSR by which SCEPman's script renews: a name without meaning and an empty UPN. */
const vendorCsr = (key?: KeyObject) =>
  makeCsr({ commonName: 'Contoso', upn: '', ...(key && { key }) }).der

const subjectOf = (...names: readonly (readonly [id: string, text: string])[]) =>
  sequence(...names.map(([id, text]) => setOf(sequence(oid(id), utf8String(text)))))

describe('simpleenroll', () => {
  test('gives the leaf alone, as OpenSSL reads it too', async () => {
    const { der, privateKey } = makeCsr({ commonName: LAPTOP, key: 'rsa-2048' })
    const answer = await enroll(der, { tls: true })
    const certificate = certificateIn(answer)
    expect(certificate.checkPrivateKey(privateKey)).toBe(true)
    expect(certificate.subject).toBe(`CN=${LAPTOP}`)
    const armoured = `-----BEGIN PKCS7-----\n${answer.body}\n-----END PKCS7-----\n`
    const printed = execFileSync('openssl', ['pkcs7', '-print_certs'], { input: armoured })
    expect(printed.toString()).toContain(certificate.toString())
  })

  test('takes the four encodings under any Content-Type and none', async () => {
    const { der, pem } = makeCsr({ upn: ALICE })
    const base64 = Buffer.from(der).toString('base64')
    const folded = base64.replaceAll(/(.{64})/g, '$1\n')
    const bodies = [der, pem, pem.replaceAll('\n', ''), base64, folded]
    const types = [
      null,
      'application/pkcs10',
      'application/octet-stream',
      'application/x-www-form-urlencoded',
      'application/json',
      'multipart/form-data; boundary=x',
      'garbage',
    ]
    const serials = new Set<string>()
    for (const body of bodies) {
      for (const type of types) {
        const headers = type === null ? [] : [['content-type', type] as const]
        serials.add(certificateIn(await enroll(body, { headers })).serialNumber)
      }
    }
    expect(serials.size).toBe(1)
  })

  test('EST-11: does not look at Content-Transfer-Encoding (RFC 8951)', async () => {
    const { der } = makeCsr({ upn: ALICE })
    for (const encoding of ['base64', 'binary', '8bit']) {
      certificateIn(await enroll(der, { headers: [['content-transfer-encoding', encoding]] }))
    }
  })

  test.each([
    [`/${ENROLL}`],
    [`${ENROLL}/`],
    ['//.well-known//est///simpleenroll//'],
  ])('%s is the same address, without a redirect', async (address) => {
    certificateIn(await enroll(makeCsr({ upn: ALICE }).der, { path: address }))
  })

  test.each(BODY_CORPUS)('$id: $title', async ({ build, expect: wanted }) => {
    const answer = await enroll(build(makeCsr({ upn: ALICE }).der))
    expect(said(answer)).toEqual([wanted.status, wanted.code])
  })

  test('every hostile request gets its answer, and none a signature', async () => {
    const before = latchkey.signatures()
    const key = newKey('ec-p256')
    for (const { id, title, build, expect: wanted } of CSR_CORPUS) {
      const der = build(key)
      const answer = await enroll(der)
      expect({ status: answer.status, ...pick(answer) }, `${id} ${title}`).toEqual({
        status: wanted.status,
        // A body that does not begin as DER is read as text.
        code: der[0] === 0x30 ? wanted.code : 'malformed_request',
        rule: wanted.rule,
      })
      expect(answer.headers['content-type']).toBe('application/problem+json')
    }
    expect(latchkey.signatures()).toBe(before)
  })

  test('without a token there is nothing, and a certificate does not stand for one', async () => {
    const mine = await enrolled({ upn: ALICE })
    const { der } = makeCsr({ upn: ALICE })
    const request = { method: 'POST', path: ENROLL, body: der, tls: true }
    const answers = [
      await latchkey.send(request),
      await latchkey.send({ ...request, client: mine }),
    ]
    for (const answer of answers) expect(said(answer)).toEqual([401, 'invalid_token'])
  })
})

function pick(answer: Answer) {
  return { code: answer.json.code, rule: answer.json.rule }
}

describe('applications', () => {
  const server = 'web.fleet.contoso.example'
  const wish = { commonName: server, dns: server, extendedKeyUsages: [OID.serverAuth] }

  test('get what a configured profile allows, by EST and raw', async () => {
    const app = await latchkey.appToken('linux-fleet')
    const { x509 } = await enrolled(wish, app)
    expect(x509.subject).toBe(`CN=${server}`)
    expect(x509.subjectAltName).toBe(`DNS:${server}`)
    const days = (x509.validToDate.getTime() - x509.validFromDate.getTime()) / 86_400_000
    expect(Math.round(days)).toBe(30)
    const { der } = makeCsr(wish)
    const raw = await latchkey.send({ method: 'POST', path: '/api/csr', token: app, body: der })
    expect(raw.status).toBe(200)
  })

  const elsewhere = 'web.fleet.contoso.example.evil.example'
  test.each([
    ['a name under another suffix', { commonName: elsewhere, dns: elsewhere }],
    ['a UPN as name', { commonName: ALICE }],
    ['a device id as name', { commonName: LAPTOP }],
    ['code signing', { ...wish, extendedKeyUsages: [OID.codeSigning] }],
    ['somebody’s UPN', { commonName: server, upn: ALICE }],
  ])('do not get %s', async (_, asked) => {
    const app = await latchkey.appToken('linux-fleet')
    const answer = await enroll(makeCsr(asked).der, { token: app })
    expect(said(answer)).toEqual([422, 'policy_violation'])
  })

  test.each([
    ['with the role of people', { roles: ['CSR.SelfService'] }, 'app_only_not_allowed'],
    ['with no role', { roles: [] }, 'app_only_not_allowed'],
    ['that no profile names', { oid: '00000000-1111-4222-8333-444444444444' }, 'policy_violation'],
  ])('%s get nothing', async (_, claims, code) => {
    const app = await latchkey.appToken('linux-fleet', claims)
    const answers = [
      await enroll(makeCsr(wish).der, { token: app }),
      await latchkey.send({
        method: 'POST',
        path: '/api/csr',
        token: app,
        body: makeCsr(wish).der,
      }),
    ]
    for (const answer of answers) expect(answer.json.code).toBe(code)
  })

  test('a person does not get what an application gets', async () => {
    const person = await latchkey.token('alice', { roles: ['CSR.SelfService', 'CSR.Request.Db'] })
    const answer = await enroll(makeCsr(wish).der, { token: person })
    expect(said(answer)).toEqual([422, 'policy_violation'])
  })

  test('renew while a profile allows it, and not for a use that is no client’s', async () => {
    const app = await latchkey.appToken('linux-fleet')
    const both = { ...wish, extendedKeyUsages: [OID.clientAuth, OID.serverAuth] }
    const mine = await enrolled(both, app)
    const renewed = certificateIn(await renew(mine, vendorCsr()))
    expect(renewed.subjectAltName).toBe(`DNS:${server}`)
    expect(renewed.keyUsage).toEqual(mine.x509.keyUsage)
    const serverOnly = await enrolled(wish, app)
    expect(said(await renew(serverOnly, vendorCsr()))).toEqual([403, 'client_cert_invalid'])
  })
})

describe('simplereenroll', () => {
  test.each([
    ['a person', { upn: ALICE, commonName: 'Alice Adler' }],
    ['a person by UPN', { commonName: ALICE }],
    ['a device by its Entra id', { commonName: LAPTOP }],
    ['a device by its Intune id', { uri: `IntuneDeviceId://${LAPTOP_INTUNE}` }],
  ])('gives %s a certificate for the new key and the same names', async (_, wish) => {
    const old = await enrolled(wish)
    const key = newKey('ec-p384')
    const renewed = certificateIn(await renew(old, vendorCsr(key)))
    expect(renewed.subject).toBe(old.x509.subject)
    expect(renewed.subjectAltName).toBe(old.x509.subjectAltName)
    expect(renewed.keyUsage).toEqual(old.x509.keyUsage)
    expect(renewed.serialNumber).not.toBe(old.x509.serialNumber)
    expect(renewed.checkPrivateKey(key)).toBe(true)
    const detail = await latchkey.send({
      path: `/api/me/certificates/${renewed.serialNumber.toLowerCase()}`,
      token,
    })
    expect(detail.json).toMatchObject({
      source: 'renewal',
      replaces: old.x509.serialNumber.toLowerCase(),
    })
  })

  test('takes the same key, the doubled POST, and renews with the old one again', async () => {
    const old = await enrolled({ commonName: LAPTOP })
    const same = makeCsr({ commonName: LAPTOP, key: old.privateKey }).der
    const first = certificateIn(await renew(old, same))
    const second = certificateIn(await renew(old, same))
    expect(second.serialNumber).toBe(first.serialNumber)
    expect(first.publicKey.equals(old.x509.publicKey)).toBe(true)
    const again = certificateIn(await renew(old, vendorCsr()))
    expect(again.serialNumber).not.toBe(first.serialNumber)
    expect(await statusOf(old.x509)).toBe('good')
  })

  test('EST-05: takes no name from the request', async () => {
    const old = await enrolled({ commonName: LAPTOP })
    const wishes = [
      { commonName: 'Contoso' },
      { commonName: LAPTOP.toUpperCase() },
      { dns: 'dc1.contoso.example', extendedKeyUsages: [OID.serverAuth] },
      { commonName: null },
      // SCEPman's RenewSCEPmanCerts.ps1 has certreq write a subject that is an example.
      {
        subject: subjectOf([OID.organizationName, 'Example Co'], [OID.commonName, 'x.example.com']),
      },
    ]
    for (const wish of wishes) {
      const renewed = certificateIn(await renew(old, makeCsr(wish).der))
      expect(renewed.subject).toBe(old.x509.subject)
      expect(renewed.subjectAltName).toBe(old.x509.subjectAltName)
      expect(renewed.keyUsage).toEqual([OID.clientAuth])
    }
  })

  test.each([
    ['somebody’s name', { commonName: 'bob@contoso.example', upn: 'bob@contoso.example' }],
    ['somebody’s name in the SAN alone', { commonName: 'Contoso', upn: 'bob@contoso.example' }],
    ['another device', { commonName: '00000000-1111-4222-8333-444444444444' }],
    [
      'somebody among several names',
      {
        subject: subjectOf(
          [OID.organizationName, 'Contoso'],
          [OID.commonName, 'bob@contoso.example'],
        ),
      },
    ],
    [
      'another device in the SAN alone',
      { commonName: 'Contoso', uri: 'IntuneDeviceId://00000000-1111-4222-8333-444444444444' },
    ],
  ])('EST-05: refuses a request that names %s, and leaves its key free', async (_, wish) => {
    const old = await enrolled({ commonName: LAPTOP })
    const { der, privateKey } = makeCsr(wish)
    const before = latchkey.signatures()
    const answer = await renew(old, der)
    expect([answer.status, answer.json.code, answer.json.rule]).toEqual([
      422,
      'policy_violation',
      'same_holder',
    ])
    expect(latchkey.signatures()).toBe(before)
    // The maker of the CSR still gets a certificate for its key.
    const bob = await latchkey.token('bob')
    const body = Buffer.from(makeCsr({ upn: 'bob@contoso.example', key: privateKey }).der)
    const own = await latchkey.send({ method: 'POST', path: '/api/csr', token: bob, body })
    expect(own.status).toBe(200)
  })

  test('spells the holder as the directory does now', async () => {
    const old = await enrolled({ commonName: ALICE })
    await latchkey.control('PATCH', `/users/${ALICE}`, { upn: 'alice.adler@contoso.example' })
    const renewed = certificateIn(await renew(old, vendorCsr()))
    expect(renewed.subject).toBe('CN=alice.adler@contoso.example')
    expect(renewed.subjectAltName).toContain('alice.adler@contoso.example')
  })

  test('asks for the certificate of the handshake and for nothing else', async () => {
    const before = latchkey.signatures()
    const body = vendorCsr()
    for (const answer of [
      await renew(null, body),
      await renew(null, body, { token }),
      await renew(null, body, { tls: false }),
      await renew(null, body, { tls: false, token }),
    ]) {
      expect(said(answer)).toEqual([401, 'client_cert_required'])
      expect(answer.headers['www-authenticate']).toBe('TLS-Client-Certificate realm="EST"')
    }
    expect(latchkey.signatures()).toBe(before)
  })

  test('EST-07: believes no header, on neither listener', async () => {
    const before = latchkey.signatures()
    const { x509 } = await enrolled({ commonName: LAPTOP })
    const pem = encodeURIComponent(x509.toString())
    const spoofs: [string, string][] = [
      ['X-ARR-ClientCert', x509.raw.toString('base64')],
      ['X-Client-Cert', x509.raw.toString('base64')],
      ['SSL-Client-Cert', pem],
      ['X-SSL-Client-Cert', pem],
      ['X-Forwarded-Client-Cert', `Cert="${pem}"`],
      ['X-Latchkey-Proxy-Secret', 'x'.repeat(32)],
    ]
    for (const tls of [true, false]) {
      for (const spoof of [...spoofs.map((one) => [one]), spoofs]) {
        const answer = await renew(null, vendorCsr(), { tls, headers: spoof })
        expect(said(answer)).toEqual([401, 'client_cert_required'])
      }
    }
    expect(latchkey.signatures()).toBe(before + 1)
    const warnings = latchkey.logged().filter((line) => line.includes('only a trusted proxy'))
    expect(warnings.length).toBeGreaterThanOrEqual(12)
    expect(warnings.join()).not.toContain(pem.slice(40, 80))
  })

  type Stranger = [string, (mine: Mine) => ClientPair]
  type Mine = Awaited<ReturnType<typeof enrolled>>
  const strangers: Stranger[] = [
    ['self-signed, with our names', ({ x509 }) => selfSigned(x509.subject.replace('CN=', '/CN='))],
    [
      'of a CA that calls itself as ours, with our key and serial but another’s name',
      ({ x509, key }) => forged(x509, key),
    ],
  ]

  test.each(strangers)('EST-01, EST-04: refuses a certificate %s', async (_, make) => {
    const mine = await enrolled({ commonName: LAPTOP })
    const before = latchkey.signatures()
    const answer = await renew(make(mine), vendorCsr())
    expect(said(answer)).toEqual([403, 'client_cert_invalid'])
    expect(latchkey.signatures()).toBe(before)
  })

  type Change = [string, (mine: X509Certificate) => Promise<unknown>, string[]]
  const HELD = ['client_cert_invalid']
  const changes: Change[] = [
    [
      'the device is deleted',
      () => latchkey.control('DELETE', `/devices/${LAPTOP}`),
      ['not_owner', 'client_cert_invalid'],
    ],
    [
      'the device is somebody else’s',
      () =>
        patchLaptop({
          ownerUpn: 'bob@contoso.example',
          intuneEnrolledUpn: 'bob@contoso.example',
        }),
      ['not_owner'],
    ],
    [
      'the device is disabled',
      () => patchLaptop({ enabled: false }),
      ['device_disabled', 'client_cert_invalid'],
    ],
    [
      'the device is not compliant',
      () => patchLaptop({ compliant: false }),
      ['device_not_compliant', 'client_cert_invalid'],
    ],
    [
      'the owner is disabled',
      () => latchkey.control('PATCH', `/users/${ALICE}`, { enabled: false }),
      ['principal_disabled', 'client_cert_invalid'],
    ],
    [
      'the owner is deleted',
      () => latchkey.control('DELETE', `/users/${ALICE}`),
      ['principal_disabled', 'not_owner', 'client_cert_invalid'],
    ],
    [
      'the owner became a guest',
      () => latchkey.control('PATCH', `/users/${ALICE}`, { guest: true }),
      ['guest_not_allowed'],
    ],
    [
      'the certificate is revoked',
      (mine) => act(mine, 'revoke', { reason: 'superseded' }),
      ['client_cert_invalid'],
    ],
    ['the certificate is on hold', (mine) => act(mine, 'hold'), HELD],
  ]

  test.each(changes)('EST-02: refuses once %s', async (_, change, codes) => {
    const mine = await enrolled({ commonName: LAPTOP })
    await change(mine.x509)
    const before = latchkey.signatures()
    const answer = await renew(mine, vendorCsr())
    expect(answer.status).toBe(403)
    expect(codes).toContain(answer.json.code)
    // Released, since a reported device would get no certificate in the next test either.
    if (codes === HELD) await act(mine.x509, 'release')
    expect(latchkey.signatures()).toBe(before)
  })

  test('EST-02: is neither allowed nor refused for good while directory or ledger are away', async () => {
    const mine = await enrolled({ commonName: LAPTOP })
    await latchkey.control('POST', '/faults', { graph: 'down' })
    expect(said(await renew(mine, vendorCsr()))).toEqual([503, 'directory_unavailable'])
    await latchkey.control('POST', '/faults', { graph: null })
    ledgerIsDown = true
    expect(said(await renew(mine, vendorCsr()))).toEqual([503, 'store_unavailable'])
  })

  test('refuses a bad key and a request that its key did not sign', async () => {
    const mine = await enrolled({ commonName: LAPTOP })
    expect(said(await renew(mine, makeCsr({ key: 'rsa-1024' }).der))).toEqual([422, 'weak_key'])
    const broken = vendorCsr().slice()
    broken[broken.length - 3] = (broken.at(-3) ?? 0) ^ 1
    expect(said(await renew(mine, broken))).toEqual([400, 'bad_signature'])
    expect(said(await renew(mine, ''))).toEqual([400, 'malformed_request'])
  })

  test('refuses a key that somebody else holds', async () => {
    const mine = await enrolled({ commonName: LAPTOP })
    const bobs = await enrolled({ upn: 'bob@contoso.example' }, await latchkey.token('bob'))
    expect(said(await renew(mine, vendorCsr(bobs.privateKey)))).toEqual([409, 'key_already_bound'])
  })
})

const patchLaptop = (patch: object) => latchkey.control('PATCH', `/devices/${LAPTOP}`, patch)

async function act(certificate: X509Certificate, verb: string, body?: object): Promise<void> {
  const answer = await latchkey.send({
    method: 'POST',
    path: `/api/me/certificates/${certificate.serialNumber}/${verb}`,
    token,
    ...(body && { body: JSON.stringify(body), headers: [['content-type', 'application/json']] }),
  })
  expect(answer.status, answer.body.toString()).toBe(200)
}

async function statusOf(certificate: X509Certificate): Promise<string> {
  const address = `/api/me/certificates/${certificate.serialNumber}`
  const { status } = (await latchkey.send({ path: address, token })).json as {
    status: { state: string }
  }
  return status.state
}

function selfSigned(subject: string): ClientPair {
  const made = execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'].concat([
      '-keyout',
      '-',
      '-subj',
      subject,
      '-days',
      '1',
    ]),
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const [key = '', certificate = ''] = made.split(/(?=-----BEGIN CERTIFICATE-----)/)
  return { certificate, key }
}

/** A certificate with the same serial and key but another holder, signed by another CA. */
function forged(mine: X509Certificate, key: string): ClientPair {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-forged-'))
  const file = path.join(folder, 'key.pem')
  writeFileSync(file, key)
  const certificate = execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-new', '-key', file, '-subj', '/CN=bob@contoso.example'],
      ...['-set_serial', `0x${mine.serialNumber}`, '-days', '1'],
    ],
    { encoding: 'utf8' },
  )
  rmSync(folder, { recursive: true })
  return { certificate, key }
}

describe('the rest of EST', () => {
  test('cacerts is exactly the CA that issues', async () => {
    for (const tls of [true, false]) {
      const answer = await latchkey.send({ path: '//.well-known/est/cacerts/', tls })
      const ca = certificateIn(answer)
      expect(ca.ca).toBe(true)
      expect(ca.raw.equals((await latchkey.send({ path: '/ca' })).body)).toBe(true)
      expect(answer.headers['cache-control']).toBe('public, max-age=3600')
    }
  })

  test('csrattrs names keys and use, as OpenSSL reads it', async () => {
    const answer = await latchkey.send({ path: '/.well-known/est/csrattrs' })
    expect(answer.headers['content-type']).toBe('application/csrattrs')
    expect(answer.headers['content-length']).toBe(String(answer.body.length))
    const args = ['asn1parse', '-inform', 'DER']
    const said = execFileSync('openssl', args, { input: decoded(answer), encoding: 'utf8' })
    const found = [...said.matchAll(/prim: (?:OBJECT|INTEGER) +:(.+)/g)].map(([, text]) => text)
    expect(found).toEqual([
      ...['rsaEncryption', '0800', '0C00', '1000'],
      ...['id-ecPublicKey', 'secp384r1', 'secp521r1', 'prime256v1'],
      ...['Extension Request', 'X509v3 Extended Key Usage'],
    ])
  })

  test('a client that sends no more than strongSwan does gets one line, which it can read', async () => {
    for (const name of ['cacerts', 'csrattrs']) {
      const path = `/.well-known/est/${name}`
      const folded = (await latchkey.send({ path })).body.toString()
      const bare = await latchkey.sendRaw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`, {
        halfClose: true,
      })
      const [head = '', body] = bare.split('\r\n\r\n')
      expect(body, head).toBe(folded.replaceAll('\n', ''))
      expect(head.toLowerCase()).toContain(`\r\ncontent-length: ${body?.length}`)
    }
  })

  test.each([
    ['/.well-known/est/serverkeygen', 501, 'not_implemented'],
    ['/.well-known/est/fullcmc/', 501, 'not_implemented'],
    ['/.well-known/est/label/simpleenroll', 404, 'not_found'],
    ['/.well-known/est/label/serverkeygen', 404, 'not_found'],
    ['/.well-known/est/simpleenroll/label', 404, 'not_found'],
    ['/.well-known/est', 404, 'not_found'],
    ['/.well-known/EST/simpleenroll', 404, 'not_found'],
    ['/.well-known/est/simpleenroll.der', 404, 'not_found'],
    ['/simpleenroll', 404, 'not_found'],
    ['/est/simpleenroll', 404, 'not_found'],
  ])('EST-08: %s is not there', async (address, status, code) => {
    const before = latchkey.signatures()
    expect(said(await enroll(makeCsr({ upn: ALICE }).der, { path: address }))).toEqual([
      status,
      code,
    ])
    expect(latchkey.signatures()).toBe(before)
  })

  test('what is not offered is refused, which is no failure of the service', async () => {
    const before = latchkey.logged().length
    await latchkey.send({ method: 'POST', path: '/.well-known/est/serverkeygen' })
    const lines = latchkey.logged().slice(before)
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 30, msg: 'refused', status: 501, code: 'not_implemented' }),
    ])
  })

  test.each([
    ['GET', ENROLL, 'POST'],
    ['PUT', REENROLL, 'POST'],
    ['OPTIONS', ENROLL, 'POST'],
    ['POST', '/.well-known/est/cacerts', 'GET, HEAD'],
    ['DELETE', '/.well-known/est/csrattrs', 'GET, HEAD'],
    ['GET', '/.well-known/est/serverkeygen', 'POST'],
  ])('%s %s is 405', async (method, address, allow) => {
    const answer = await latchkey.send({ method, path: address, token })
    expect(said(answer)).toEqual([405, 'method_not_allowed'])
    expect(answer.headers.allow).toBe(allow)
  })
})

test('PEM of a renewal request may say NEW', async () => {
  const mine = await enrolled({ commonName: LAPTOP })
  certificateIn(await renew(mine, pemOf('NEW CERTIFICATE REQUEST', vendorCsr())))
})

test('renewal can be switched off, and then it says so before anything is read', async () => {
  const off = await startHarness({ env: { LATCHKEY_RENEWAL: 'off' } })
  const request = { method: 'POST', path: REENROLL, body: vendorCsr(), tls: true }
  expect(said(await off.send(request))).toEqual([403, 'renewal_not_allowed'])
  const enrolling = { method: 'POST', path: ENROLL, body: makeCsr({ upn: ALICE }).der }
  expect((await off.send({ ...enrolling, token: await off.token('alice') })).status).toBe(200)
  await off.close()
})
