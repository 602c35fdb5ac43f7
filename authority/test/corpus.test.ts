import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { parseDer } from '#lib/pki/asn1/der.ts'
import { octetString, oid, sequence, utf8String } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { BAD_SIGNATURE } from '#lib/pki/testing/case.ts'
import {
  attribute,
  extension,
  makeCsr,
  nameValuePair,
  newKey,
  signInfo,
  spkiOf,
  writeInfo,
} from '#lib/pki/testing/make-csr.ts'
import { ecSpki } from '#lib/pki/testing/weak-keys.ts'

/** Requests of the attack corpus that have a name (AUZ, POL, KEY, ENC), over real HTTP. */

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const LAPTOP_INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'
const BOBS_MAC = 'de71ce04-a7c5-4316-9e8f-3b1d60f2c804'
const ALICE = 'alice@contoso.example'
const BOB = 'bob@contoso.example'

let latchkey: Harness
beforeAll(async () => {
  latchkey = await startHarness({ env: { LATCHKEY_COMPLIANCE_GRACE_MINUTES: '30' } })
})
afterEach(() => latchkey.control('POST', '/reset'))
afterAll(() => latchkey.close())

type Wish = Parameters<typeof makeCsr>[0]

async function send(der: Uint8Array, user = 'alice'): Promise<Answer> {
  const token = await latchkey.token(user)
  return latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
}

const enroll = (wish: Wish, user?: string) => send(makeCsr(wish).der, user)

async function issued(wish: Wish, user?: string): Promise<X509Certificate> {
  return read(await enroll(wish, user))
}

function read(answer: Answer): X509Certificate {
  expect(answer.status, answer.body.toString()).toBe(200)
  return new X509Certificate(answer.body)
}

/** Expects this refusal, with a sentence for people, and no signature. */
async function expectRefusal(ask: () => Promise<Answer>, wanted: readonly unknown[]) {
  const before = latchkey.signatures()
  const answer = await ask()
  const { code, rule } = answer.json
  expect([answer.status, code, rule]).toEqual(wanted)
  expect(answer.json.detail).toMatch(/^[A-Z“"].*\.$/)
  expect(latchkey.signatures()).toBe(before)
}

async function statusOf(certificate: X509Certificate, user = 'alice') {
  const path = `/api/me/certificates/${certificate.serialNumber}`
  const answer = await latchkey.send({ path, token: await latchkey.token(user) })
  return (answer.json.status as { state: string }).state
}

async function operate(certificate: X509Certificate, revocationReason: number): Promise<void> {
  const answer = await latchkey.send({
    method: 'PATCH',
    path: `/api/manage/revoke/${certificate.serialNumber}`,
    token: await latchkey.token('erin'),
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ revocationReason }),
  })
  expect(answer.status, answer.body.toString()).toBe(200)
}

describe('devices', () => {
  test('AUZ-07: a non-compliant device is refused, but not inside its grace', async () => {
    const device = `/devices/${LAPTOP}`
    await latchkey.control('PATCH', device, { compliant: false })
    await expectRefusal(
      () => enroll({ commonName: LAPTOP }),
      [403, 'device_not_compliant', 'device_compliant'],
    )
    // The device was enrolled in Intune a moment ago.
    await latchkey.control('PATCH', device, { managed: false })
    await latchkey.control('PATCH', device, { managed: true, compliant: false })
    expect((await issued({ commonName: LAPTOP })).subject).toBe(`CN=${LAPTOP}`)
  })

  test('AUZ-10: a registered user who is not an owner gets no certificate', async () => {
    await latchkey.control('PATCH', `/devices/${BOBS_MAC}`, { userUpn: ALICE })
    await expectRefusal(() => enroll({ commonName: BOBS_MAC }), [403, 'not_owner', 'device_owned'])
    const mine = await latchkey.send({
      path: '/api/me/devices',
      token: await latchkey.token('alice'),
    })
    expect(mine.body.toString()).not.toContain(BOBS_MAC)
  })

  const uris: readonly (readonly [title: string, uri: string])[] = [
    ['a slash at the end', `IntuneDeviceId://${LAPTOP_INTUNE}/`],
    ['a query', `IntuneDeviceId://${LAPTOP_INTUNE}?x`],
    ['a fragment', `IntuneDeviceId://${LAPTOP_INTUNE}#f`],
    ['three slashes', `IntuneDeviceId:///${LAPTOP_INTUNE}`],
    ['user information', `IntuneDeviceId://x@${LAPTOP_INTUNE}`],
    ['a percent sign', `IntuneDeviceId://%31${LAPTOP_INTUNE.slice(1)}`],
    ['another scheme', `https://${LAPTOP_INTUNE}`],
    ['braces', `IntuneDeviceId://{${LAPTOP_INTUNE}}`],
  ]

  test.each(uris)('POL-16: a device URI with %s is refused', async (_, uri) => {
    const before = latchkey.signatures()
    const answer = await enroll({ uri })
    expect([answer.status, answer.json.code]).toEqual([422, 'policy_violation'])
    expect(latchkey.signatures()).toBe(before)
  })

  test('POL-16: the scheme is read in any case and written in one', async () => {
    const certificate = await issued({ uri: `intunedeviceid://${LAPTOP_INTUNE.toUpperCase()}` })
    expect(certificate.subjectAltName).toBe(`URI:IntuneDeviceId://${LAPTOP_INTUNE}`)
  })
})

describe('people', () => {
  test('POL-01, POL-09: a user certificate says what the profile says, and nothing else', async () => {
    const certificate = await issued({ commonName: 'Alice Adler', upn: ALICE })
    expect(certificate.subject).toBe('CN=Alice Adler')
    expect(certificate.subjectAltName).toContain(ALICE)
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(certificate.ca).toBe(false)
  })

  const confusable = [
    ['a Cyrillic a', 'аlice@contoso.example'],
    ['a fullwidth @', 'alice＠contoso.example'],
    ['a long s', 'alice@contoſo.example'],
    ['a dotless i', 'alıce@contoso.example'],
    ['a joiner', 'ali\u200dce@contoso.example'],
    ['a hard space at the end', `${ALICE}\u00a0`],
    ['a dot at the end', `${ALICE}.`],
    ['a combining accent', 'alice\u0301@contoso.example'],
    ['a Kelvin sign in another’s', 'a\u212aice@contoso.example'],
    ['another person’s', BOB],
  ] as const

  test.each(confusable)('POL-02, POL-04: a UPN with %s is refused', async (_, upn) => {
    for (const wish of [{ upn }, { commonName: upn }, { upn, commonName: ALICE }]) {
      const before = latchkey.signatures()
      const answer = await enroll(wish)
      expect([answer.status, answer.json.code]).toEqual([422, 'policy_violation'])
      expect(latchkey.signatures()).toBe(before)
    }
  })

  test.each(
    confusable,
  )('POL-04: a common name with %s beside the own UPN is not issued', async (_, text) => {
    const answer = await enroll({ upn: ALICE, commonName: text })
    // A name that looks like an identity is refused; any other is replaced by the directory's.
    if (answer.status === 200) expect(read(answer).subject).toBe('CN=Alice Adler')
    else expect([answer.status, answer.json.code]).toEqual([422, 'policy_violation'])
  })

  test('POL-03: capitals of ASCII are no difference, and the directory’s spelling is issued', async () => {
    const certificate = await issued({ commonName: 'ALICE@contoso.EXAMPLE' })
    expect(certificate.subject).toBe(`CN=${ALICE}`)
  })

  const mixed: readonly (readonly [string, Wish, string])[] = [
    [
      'POL-17: a device as name and a person as SAN',
      { commonName: LAPTOP, upn: ALICE },
      'one_holder',
    ],
    [
      'POL-17: a device URI and a UPN',
      { uri: `IntuneDeviceId://${LAPTOP_INTUNE}`, upn: ALICE },
      'one_holder',
    ],
    ['POL-19: no name at all', { commonName: null }, 'holder_named'],
    ['POL-05: a DNS name beside the UPN', { upn: ALICE, dns: 'dc1.contoso.example' }, 'san_type'],
  ]

  test.each(mixed)('%s is refused', async (_, wish, rule) => {
    await expectRefusal(() => enroll(wish), [422, 'policy_violation', rule])
  })

  test('POL-22: a display name is what the directory says, and text like any other', async () => {
    await latchkey.control('PATCH', `/users/${ALICE}`, { displayName: 'CN=admin, O=Bob Brandt' })
    const certificate = await issued({ upn: ALICE, commonName: 'CN=admin, O=Bob Brandt' })
    const legacy = certificate.toLegacyObject().subject as unknown as Record<string, string>
    expect(legacy).toEqual({ CN: 'CN=admin, O=Bob Brandt' })
    // Writing the name into a CSR does not give it to the requester.
    expect((await issued({ upn: BOB, commonName: 'Alice Adler' }, 'bob')).subject).toBe(
      'CN=Bob Brandt',
    )
  })

  const renamed = 'alice.adler@fabrikam.example'
  const readDirectory = () =>
    syncDirectory(
      latchkey.authority,
      makeReader(latchkey.authority.changeFeed, latchkey.authority.now),
    )

  test('POL-26: a person who was renamed stays the same person to the certificate', async () => {
    const certificate = await issued({ upn: ALICE })
    await latchkey.control('PATCH', `/users/${ALICE}`, { upn: renamed })
    await readDirectory()
    expect(await statusOf(certificate, renamed)).toBe('good')
    await latchkey.control('PATCH', `/users/${renamed}`, { enabled: false })
    await readDirectory()
    expect(await statusOf(certificate, renamed)).toBe('hold')
  })

  test('POL-26: a name that somebody else has now ends the certificate that bears it', async () => {
    const certificate = await issued({ upn: ALICE })
    await latchkey.control('PATCH', `/users/${ALICE}`, { upn: renamed })
    await latchkey.control('POST', '/users', { upn: ALICE, roles: ['CSR.SelfService'] })
    await readDirectory()
    expect(await statusOf(certificate, renamed)).toBe('revoked')
    // The name's new owner has no access to the certificate.
    const path = `/api/me/certificates/${certificate.serialNumber}`
    const answer = await latchkey.send({ path, token: await latchkey.token(ALICE) })
    expect([answer.status, answer.json.code]).toEqual([404, 'not_found'])
  })
})

describe('what a request may carry', () => {
  const version = attribute('1.3.6.1.4.1.311.13.2.3', utf8String('10.0.26200.2'))
  const client = attribute('1.3.6.1.4.1.311.21.20', sequence(utf8String('PC'), utf8String('x')))

  test('POL-10: what certreq says of itself is read over', async () => {
    expect((await enroll({ upn: ALICE, attributes: [version, client] })).status).toBe(200)
  })

  const policies = extension(
    OID.microsoftApplicationPolicies,
    sequence(sequence(oid(OID.anyExtendedKeyUsage))),
  )
  const hostile: readonly (readonly [string, Wish, string])[] = [
    ['application policies', { extensions: [policies] }, 'application_policies'],
    ['a SAN pair', { attributes: [nameValuePair('SAN', `upn=${BOB}`)] }, 'enrollment_name_value'],
  ]

  test.each(hostile)('POL-10: %s is refused', async (_, wish, rule) => {
    await expectRefusal(() => enroll({ upn: ALICE, ...wish }), [422, 'policy_violation', rule])
  })

  test('POL-14: the key identifier is the key’s, whatever the request says', async () => {
    const stolen = extension(OID.subjectKeyIdentifier, octetString(new Uint8Array(20).fill(7)))
    const key = newKey('ec-p256')
    const answer = await enroll({ key, upn: ALICE, extensions: [stolen] })
    const certificate = read(answer)
    const point = spkiOf(key).subarray(-65)
    const own = createHash('sha1').update(point).digest('hex')
    const text = certificate.raw.toString('hex')
    expect(text).toContain(`0414${own}`)
    expect(text).not.toContain('07'.repeat(20))
  })

  const DAY = 86_400_000
  const lives = [
    ['shorter', { period: 'Days', units: 7 }, 7],
    ['of an hour', { period: 'Hours', units: 1 }, 1 / 24],
    ['longer', { period: 'Years', units: 20 }, 365],
    ['exactly as long', { period: 'Days', units: 365 }, 365],
  ] as const

  test.each(
    lives,
  )('POL-23: a wished life that is %s is never longer than the profile’s', async (_, validity, days) => {
    const { validToDate, validFromDate } = await issued({ upn: ALICE, validity })
    expect(Math.abs(validToDate.getTime() - Date.now() - days * DAY)).toBeLessThan(5000)
    // The backdate is bounded too (I17).
    expect(Date.now() - validFromDate.getTime()).toBeLessThan(3_605_000)
  })

  test('POL-25: a challenge password is ignored and written nowhere', async () => {
    const secret = 'hunter2-challenge'
    const before = latchkey.logged().length
    const answer = await enroll({ upn: ALICE, challengePassword: secret })
    expect(answer.status).toBe(200)
    const refused = await enroll({ upn: BOB, challengePassword: secret })
    expect(refused.status).toBe(422)
    const written = [...latchkey.logged().slice(before), refused.body.toString(), answer.body]
    expect(written.filter((text) => text.includes(secret))).toEqual([])
  })
})

describe('keys', () => {
  /** The two encodings that clients use for each kind of key. */
  const forms: readonly (readonly [string, () => KeyObject, (key: KeyObject) => Uint8Array])[] = [
    ['EC, compressed', () => newKey('ec-p256'), compressed],
    ['RSA, without NULL', () => newKey('rsa-2048'), withoutNull],
  ]

  test.each(
    forms,
  )('KEY-11: a key that is %s is certified in its one form', async (_, make, other) => {
    const key = make()
    const certificate = await issued({ key, spki: other(key), upn: ALICE })
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
    expect(spki.equals(Buffer.from(spkiOf(key)))).toBe(true)
    expect(certificate.raw.includes(Buffer.from(spkiOf(key)))).toBe(true)
    // I15: in any encoding it is Alice's key.
    await expectRefusal(() => enroll({ key, upn: BOB }, 'bob'), [409, 'key_already_bound', 'key'])
  })

  test.each(
    forms,
  )('KEY-17: a compromised key, %s, is never certified again', async (_, make, other) => {
    const key = make()
    await operate(await issued({ key, upn: ALICE }), 1)
    for (const spki of [spkiOf(key), other(key)]) {
      for (const [wish, user] of [
        [{ upn: ALICE }, 'alice'],
        [{ commonName: LAPTOP }, 'alice'],
        [{ upn: BOB }, 'bob'],
      ] as const) {
        await expectRefusal(() => enroll({ key, spki, ...wish }, user), [422, 'weak_key', 'key'])
      }
    }
  })

  test('KEY-19: a compromised key takes every certificate with it that has it', async () => {
    const key = newKey('ec-p256')
    const certificates = [
      await issued({ key, upn: ALICE }),
      await issued({ key, upn: ALICE, commonName: ALICE }),
      await issued({ key, spki: compressed(key), commonName: LAPTOP }),
    ]
    const other = await issued({ upn: ALICE })
    await operate(certificates[1] ?? other, 1)
    await syncDirectory(
      latchkey.authority,
      makeReader(latchkey.authority.changeFeed, latchkey.authority.now),
    )
    for (const certificate of certificates) expect(await statusOf(certificate)).toBe('revoked')
    expect(await statusOf(other)).toBe('good')
  })

  test('KEY-19: a certificate that was revoked before for another reason counts as compromised', async () => {
    const key = newKey('ec-p256')
    const [first, second] = [
      await issued({ key, upn: ALICE }),
      await issued({ key, upn: ALICE, commonName: ALICE }),
    ]
    await operate(first, 4)
    await operate(second, 1)
    expect(await statusOf(first)).toBe('revoked')
    expect(await statusOf(second)).toBe('revoked')
  })

  test('KEY-16: the same request is the same certificate, another with the same key is a renewal', async () => {
    const key = newKey('ec-p256')
    const { der } = makeCsr({ key, upn: ALICE })
    const first = read(await send(der))
    expect(read(await send(der)).raw.equals(first.raw)).toBe(true)
    const renewed = await issued({ key, upn: ALICE, commonName: ALICE })
    expect(renewed.serialNumber).not.toBe(first.serialNumber)
  })

  test('KEY-14: a signature of another key, or of another request, is no proof', async () => {
    const [key, other] = [newKey('ec-p256'), newKey('ec-p256')]
    const bad = [BAD_SIGNATURE.status, BAD_SIGNATURE.code, undefined]
    const info = writeInfo({ upn: ALICE }, key)
    await expectRefusal(() => send(signInfo(info, other)), bad)
    const [, algorithm, signature] = parseDer(makeCsr({ key, upn: BOB }).der).children
    const nothing = new Uint8Array()
    const moved = sequence(info, algorithm?.bytes ?? nothing, signature?.bytes ?? nothing)
    await expectRefusal(() => send(moved), bad)
    expect((await send(signInfo(info, key))).status).toBe(200)
  })

  test('ENC-25: the other signature of the same request is the same certificate', async () => {
    const { der } = makeCsr({ upn: ALICE })
    const other = malleated(der)
    expect(Buffer.from(other).equals(Buffer.from(der))).toBe(false)
    const before = latchkey.signatures()
    const first = read(await send(der))
    expect(read(await send(other)).raw.equals(first.raw)).toBe(true)
    expect(latchkey.signatures()).toBe(before + 1)
  })

  test('CON-02: a hundred requests that differ in the signature alone are one certificate', async () => {
    const { der } = makeCsr({ upn: ALICE })
    const before = latchkey.signatures()
    const token = await latchkey.token('alice')
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        latchkey.send({
          method: 'POST',
          path: '/api/csr',
          token,
          body: i % 2 ? der : malleated(der),
        }),
      ),
    )
    const codes = new Set(answers.map(({ status }) => status))
    expect([...codes].every((status) => status === 200 || status === 409)).toBe(true)
    expect(latchkey.signatures()).toBe(before + 1)
  })
})

/** Encodes a P-256 key with its point compressed. */
function compressed(key: KeyObject): Uint8Array {
  const point = spkiOf(key).subarray(-65)
  const sign = (point.at(-1) ?? 0) & 1
  return ecSpki(Uint8Array.of(2 + sign, ...point.subarray(1, 33)))
}

/** Encodes an RSA key without the NULL parameters, as some clients do. */
function withoutNull(key: KeyObject): Uint8Array {
  const [, bits] = parseDer(spkiOf(key)).children ?? []
  const found = bits?.bytes ?? new Uint8Array()
  return sequence(sequence(oid(OID.rsaEncryption)), found)
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** The same request with the signature (r, n − s), which is valid too. */
function malleated(der: Uint8Array): Uint8Array {
  const [info, algorithm, signature] = parseDer(der).children ?? []
  const [r, s] = parseDer(signature?.value.subarray(1) ?? new Uint8Array()).children ?? []
  const value = BigInt(`0x${Buffer.from(s?.value ?? []).toString('hex')}`)
  const twin = Buffer.from((ORDER - value).toString(16).padStart(64, '0'), 'hex')
  const bytes = [...twin]
  while (bytes[0] === 0 && (bytes[1] ?? 0) < 0x80) bytes.shift()
  if ((bytes[0] ?? 0) >= 0x80) bytes.unshift(0)
  const pair = sequence(r?.bytes ?? new Uint8Array(), Uint8Array.of(2, bytes.length, ...bytes))
  const part = Uint8Array.of(3, pair.length + 1, 0, ...pair)
  return sequence(info?.bytes ?? new Uint8Array(), algorithm?.bytes ?? new Uint8Array(), part)
}
