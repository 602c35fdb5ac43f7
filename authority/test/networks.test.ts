import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { profileSignatureSchema } from '#lib/api/network-schemas.ts'
import { readSigned } from '#lib/network/testing/judge-settings.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { signedData } from '#lib/pki/certificate/cms-signed.ts'

/** The networks of the portal's pages, and the signature under a configuration profile for them. */

let folder = ''
let latchkey: Harness
let bare: Harness
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }).toString()

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-profiles-'))
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'key']
  openssl('req', '-x509', ...key, '-subj', '/CN=Radius', '-out', 'radius.pem')
  const roots = path.join(folder, 'radius.pem')
  const office = { name: 'Office', kind: 'wifi', ssid: 'Contoso', servers: ['radius.example'] }
  latchkey = await startHarness({
    env: { LATCHKEY_NETWORKS: JSON.stringify([{ ...office, roots }]) },
    issuingCa: {},
  })
  bare = await startHarness()
})
afterAll(async () => {
  await Promise.all([latchkey.close(), bare.close()])
  rmSync(folder, { recursive: true })
})

const PROFILE = new TextEncoder().encode('<plist>the key is in here</plist>')
const SHA256 = createHash('sha256').update(PROFILE).digest()

async function ask(token: string, body: object, from = latchkey) {
  return from.send({
    method: 'POST',
    path: '/api/me/profile-signature',
    token,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify(body),
  })
}

const digest = { sha256: SHA256.toString('base64') }

test('networks are for who is signed in, their kinds for everyone', async () => {
  const path = '/api/networks'
  const list = await latchkey.send({ path, token: await latchkey.token('alice') })
  expect(list.json.items).toMatchObject([
    { name: 'Office', kind: 'wifi', ssid: 'Contoso', servers: ['radius.example'] },
  ])
  expect((await latchkey.send({ path })).status).toBe(401)
  const kinds = await latchkey.send({ path: `${path}/kinds` })
  expect(kinds.json).toEqual({ kinds: ['wifi'] })
  expect((await bare.send({ path: `${path}/kinds` })).json).toEqual({ kinds: [] })
  const none = await bare.send({ path, token: await bare.token('alice') })
  expect(none.json).toEqual({ items: [] })
})

describe('the signature under a profile', () => {
  async function signed() {
    const answer = await ask(await latchkey.token('alice'), digest)
    expect(answer.status, answer.body.toString()).toBe(200)
    const { certificates, signerInfo } = profileSignatureSchema.parse(answer.json)
    const octets = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
    return { certificates: certificates.map(octets), signerInfo: octets(signerInfo) }
  }

  test('is good to OpenSSL and GnuTLS, by a certificate that leads to the root', async () => {
    const signature = await signed()
    writeFileSync(path.join(folder, 'signed'), signedData(PROFILE, signature))
    const root = toPem('CERTIFICATE', latchkey.authority.issuer.chain.at(-1) ?? new Uint8Array())
    writeFileSync(path.join(folder, 'root'), root)
    const read = () => readSigned(path.join(folder, 'signed'), path.join(folder, 'root'))
    expect(read()).toEqual(Buffer.from(PROFILE))
    const other = signedData(new TextEncoder().encode('<plist/>'), signature)
    writeFileSync(path.join(folder, 'signed'), other)
    expect(read).toThrow(/verification failure|digest/i)
  })

  test('comes from a key that may sign nothing else, and is on record', async () => {
    const before = latchkey.signatures()
    const signature = await signed()
    const again = await signed()
    expect(latchkey.signatures() - before).toBeLessThanOrEqual(1)
    expect(again.certificates).toEqual(signature.certificates)
    const signer = signature.certificates.find((der) =>
      Buffer.from(der).toString('latin1').includes('Profiles of'),
    )
    writeFileSync(path.join(folder, 'signer.pem'), toPem('CERTIFICATE', signer ?? new Uint8Array()))
    const text = openssl('x509', '-in', 'signer.pem', '-noout', '-text')
    expect(text).toContain('CA:FALSE')
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature\n/)
    expect(text).toMatch(/Extended Key Usage: \s+E-mail Protection\n/)
    const events = await latchkey.authority.ledger.auditTrail(0, 100)
    const ofProfiles = events.filter(({ event }) => event.kind.startsWith('profile'))
    expect(ofProfiles.map(({ event }) => event.kind).slice(0, 3)).toEqual([
      'profile_signer.intended',
      'profile_signer.issued',
      'profile.signed',
    ])
    expect(ofProfiles.at(-1)?.event.facts).toEqual({
      sha256: SHA256.toString('hex'),
      // The name of the request.
      request: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test('is for people who may get certificates, and for 32 octets', async () => {
    const code = async (token: string, body: object = digest, from = latchkey) =>
      (await ask(token, body, from)).json.code
    expect(await code(await latchkey.token('carol'))).toBe('missing_role')
    expect(await code(await latchkey.appToken('linux-fleet'))).toBe('app_only_not_allowed')
    const alice = await latchkey.token('alice')
    expect(await code(alice, { sha256: 'AAAA' })).toBe('malformed_request')
    expect(await code(alice, { ...digest, content: 'x' })).toBe('malformed_request')
    expect(await code(await bare.token('alice'), digest, bare)).toBe('not_found')
  })
})
