import {
  createPrivateKey,
  type KeyObject,
  randomBytes,
  randomUUID,
  X509Certificate,
} from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startDirectorySync } from '#authority/jobs/directory-sync.ts'
import { revokeByManager } from '#authority/testing/ask.ts'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { hasRadius, type Radius, SERVER_NAME, startRadius } from '#authority/testing/radius.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { createLog } from '#lib/log.ts'
import { WPA_SUPPLICANT_FOLDER } from '#lib/network/form-facts.ts'
import { networkFiles } from '#lib/network/forms.ts'
import type { Network } from '#lib/network/network.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { assemble, buildTbs } from '#lib/pki/certificate/certificate.ts'
import { lintTbs } from '#lib/pki/certificate/lint.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import { parseCsr } from '#lib/pki/csr/csr.ts'
import { makePkcs12Lock, writePkcs12 } from '#lib/pki/pkcs12/pkcs12.ts'
import { modernProtection } from '#lib/pki/pkcs12/pkcs12-modern.ts'
import { makeCsr, newKey } from '#lib/pki/testing/make-csr.ts'

/**
 * What relying parties are promised, with a real one: Wi-Fi access by FreeRADIUS and EAP-TLS, which asks the
 * OCSP address of each certificate. Follows the directory from one sync to the next.
 */

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'

type Credential = {
  readonly serial: string
  readonly certificate: string
  readonly key: string
}

const isInstalled = hasRadius()
const login = test.skipIf(!isInstalled)

let latchkey: Harness
let radius: Radius

beforeAll(async () => {
  if (!isInstalled) return
  latchkey = await startHarness()
  await latchkey.status.ocsp.renew()
  await syncDirectory(
    latchkey.authority,
    makeReader(latchkey.authority.changeFeed, latchkey.authority.now),
  )
  const { chain } = latchkey.authority.issuer
  radius = await startRadius(chain.map((der) => toPem('CERTIFICATE', der)).join(''))
})

afterEach(async () => {
  if (!isInstalled) return
  await latchkey.control('POST', '/reset')
  await syncDirectory(
    latchkey.authority,
    makeReader(latchkey.authority.changeFeed, latchkey.authority.now),
  )
})

afterAll(async () => {
  if (!isInstalled) return
  await radius.close()
  await latchkey.close()
})

async function enroll(
  user: string,
  commonName: string,
  type: 'ec-p256' | 'rsa-2048' = 'ec-p256',
): Promise<Credential> {
  const key = newKey(type)
  const answer = await latchkey.send({
    method: 'POST',
    path: '/api/csr',
    token: await latchkey.token(user),
    body: makeCsr({ key, commonName }).der,
  })
  expect(answer.status, answer.body.toString('latin1')).toBe(200)
  return {
    serial: new X509Certificate(answer.body).serialNumber.toLowerCase(),
    certificate: toPem('CERTIFICATE', answer.body),
    key: pemOf(key),
  }
}

function pemOf(key: KeyObject): string {
  return String(key.export({ format: 'pem', type: 'pkcs8' }))
}

/** Whether the login succeeded, and the server's reason. */
async function logIn({ certificate, key }: Credential, server = radius): Promise<string> {
  const isIn = await server.login('alice@contoso.example', certificate, key)
  return isIn ? 'let in' : (REASON.exec(server.said())?.[1] ?? 'refused without a reason')
}

const REVOKED = 'ocsp: Cert status: revoked'
const REASON = /Login incorrect \(eap_tls: (.*?)\): \[/

async function change(method: string, path: string, body?: object): Promise<void> {
  await latchkey.control(method, path, body)
  await syncDirectory(
    latchkey.authority,
    makeReader(latchkey.authority.changeFeed, latchkey.authority.now),
  )
}

/** A person of this test's own, since the ledger keeps what happened to others. */
async function newPerson(): Promise<string> {
  const upn = `new-${randomBytes(4).toString('hex')}@contoso.example`
  await change('POST', '/users', { upn, displayName: 'Nora New', roles: ['CSR.SelfService'] })
  return upn
}

login.each(['ec-p256', 'rsa-2048'] as const)(
  'a certificate with an %s key is let in',
  async (type) => {
    expect(await logIn(await enroll('alice', LAPTOP, type))).toBe('let in')
  },
)

/** The login of somebody who saved the settings of this network from the portal, with the files beside them. */
async function logInTo(change: Partial<Network>, credential: Credential): Promise<boolean> {
  const der = (pem: string) => new Uint8Array(new X509Certificate(pem).raw)
  const network: Network = {
    name: 'Office',
    kind: 'wired',
    ssid: null,
    servers: [SERVER_NAME],
    roots: [Buffer.from(der(radius.certificate)).toString('base64')],
    ...change,
  }
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
  const certificates = [der(credential.certificate)]
  const pkcs8 = createPrivateKey(credential.key).export({ format: 'der', type: 'pkcs8' })
  const contents = { privateKey: new Uint8Array(pkcs8), certificates, friendlyName: 'laptop' }
  const password = 'ABCDEFGHJKLMNPQRSTUV'
  const pkcs12 = await writePkcs12(
    contents,
    await makePkcs12Lock(modernProtection, password, random),
  )
  const [file] = await networkFiles('wpa-supplicant', {
    networks: [network],
    holder: { identity: 'alice@contoso.example', issuerName: 'CA', fileBase: 'laptop' },
    organization: 'Contoso',
    title: 'laptop',
    pkcs12,
    password,
    chain: latchkey.authority.issuer.chain,
    notAfter: new Date(),
    uuid: randomUUID,
  })
  const text = new TextDecoder().decode(file?.octets)
  const placed = text.replaceAll(WPA_SUPPLICANT_FOLDER, radius.folder)
  return radius.loginWith(placed, { 'laptop.p12': pkcs12 })
}

login('the settings of the portal let in, and talk to no other server', async () => {
  const credential = await enroll('alice', LAPTOP)
  const otherRoot = Buffer.from(latchkey.authority.issuer.certificate).toString('base64')
  expect(await logInTo({}, credential)).toBe(true)
  expect(await logInTo({ kind: 'wifi', ssid: 'Büro' }, credential)).toBe(true)
  expect(await logInTo({ servers: ['other.example', SERVER_NAME] }, credential)).toBe(true)
  radius.said()
  expect(await logInTo({ servers: ['other.contoso.example'] }, credential)).toBe(false)
  expect(await logInTo({ servers: ['contoso.example'] }, credential)).toBe(false)
  expect(await logInTo({ roots: [otherRoot] }, credential)).toBe(false)
  // It was the client that hung up: the server never saw its certificate.
  expect(radius.said()).not.toContain('Login OK')
})

login('a disabled device is refused, and let in again when it is enabled', async () => {
  const credential = await enroll('alice', LAPTOP)
  expect(await logIn(credential)).toBe('let in')
  await change('PATCH', `/devices/${LAPTOP}`, { enabled: false })
  expect(await logIn(credential)).toBe(REVOKED)
  await change('PATCH', `/devices/${LAPTOP}`, { enabled: true })
  expect(await logIn(credential)).toBe('let in')
})

/** The promise: an authority syncs with the directory at an interval by itself. */
const BUDGET = { timeout: 60_000 }

async function withDirectorySync(during: () => Promise<void>): Promise<void> {
  const log = createLog('authority', { level: 'silent', readable: false, write: () => undefined })
  const everyMs = latchkey.config.directorySyncSeconds * 1000
  const directorySync = startDirectorySync(latchkey.authority, log, everyMs)
  await during().finally(directorySync.stop)
}

login(
  'a device that is disabled, and a person who is deleted, is refused within the budget',
  { timeout: 2 * BUDGET.timeout },
  async () => {
    const upn = await newPerson()
    const [device, person] = [await enroll('alice', LAPTOP), await enroll(upn, upn)]
    const other = await enroll('bob', 'bob@contoso.example')
    for (const credential of [device, person, other]) expect(await logIn(credential)).toBe('let in')
    await withDirectorySync(async () => {
      await latchkey.control('PATCH', `/devices/${LAPTOP}`, { enabled: false })
      await latchkey.control('DELETE', `/users/${upn}`)
      await expect.poll(() => logIn(device), BUDGET).toBe(REVOKED)
      await expect.poll(() => logIn(person), BUDGET).toBe(REVOKED)
      expect(await logIn(other)).toBe('let in')
      // One is on hold, the other permanently revoked.
      await latchkey.control('PATCH', `/devices/${LAPTOP}`, { enabled: true })
      await expect.poll(() => logIn(device), BUDGET).toBe('let in')
      expect(await logIn(person)).toBe(REVOKED)
    })
  },
)

login('a device that is not compliant is refused until it is', async () => {
  const credential = await enroll('alice', LAPTOP)
  await change('PATCH', `/devices/${LAPTOP}`, { compliant: false })
  expect(await logIn(credential)).toBe(REVOKED)
  await change('PATCH', `/devices/${LAPTOP}`, { compliant: true })
  expect(await logIn(credential)).toBe('let in')
})

login('a revoked certificate is refused at once, and a new one is let in', async () => {
  const [stolen, other] = [await enroll('alice', LAPTOP), await enroll('alice', LAPTOP)]
  const answer = await latchkey.send({
    method: 'POST',
    path: `/api/me/certificates/${stolen.serial}/revoke`,
    token: await latchkey.token('alice'),
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ reason: 'superseded' }),
  })
  expect(answer.status).toBe(200)
  expect(await logIn(stolen)).toBe(REVOKED)
  expect(await logIn(other)).toBe('let in')
})

login('a certificate that the CA key signed past the ledger is refused', async () => {
  const { issuer, signer } = latchkey.authority
  const key = newKey('ec-p256')
  const leaf = { kind: 'device', commonName: LAPTOP, uri: null } as const
  const { key: publicKey } = parseCsr(makeCsr({ key, commonName: LAPTOP }).der)
  const serial = makeSerial(new Date(), (length) => randomBytes(length))
  const notBefore = new Date(Date.now() - 60_000)
  const validity = { notBefore, notAfter: new Date(Date.now() + 86_400_000) }
  const tbs = buildTbs(issuer, leaf, publicKey, serial, validity)
  const linted = lintTbs(tbs, issuer, leaf, publicKey)
  const der = assemble(linted, signer.algorithm, await signer.sign(linted.tbs))
  const forged = { serial, certificate: toPem('CERTIFICATE', der), key: pemOf(key) }
  expect(await logIn(forged)).toBe('ocsp: Cert status: unknown')
})

login('with the CRL in place of OCSP, the revoked and the held are refused', async () => {
  const [good, revoked, held] = [
    await enroll('alice', LAPTOP),
    await enroll('alice', 'alice@contoso.example'),
    await enroll('alice', LAPTOP),
  ]
  for (const [{ serial }, revocationReason] of [
    [revoked, 1],
    [held, 6],
  ] as const) {
    await revokeByManager(latchkey, serial, revocationReason)
  }
  await latchkey.status.publisher.publish()
  const { body: list } = await latchkey.send({ path: '/crl/full.pem' })
  const chain = latchkey.authority.issuer.chain.map((der) => toPem('CERTIFICATE', der)).join('')
  const server = await startRadius(chain, list.toString())
  try {
    expect(await logIn(good, server)).toBe('let in')
    for (const one of [revoked, held]) {
      expect(await logIn(one, server)).toContain('certificate revoked')
    }
  } finally {
    await server.close()
  }
})

login('while the responder is down nobody is let in', async () => {
  const credential = await enroll('alice', LAPTOP)
  await latchkey.app.close()
  expect(await logIn(credential)).toBe("ocsp: Couldn't get OCSP response")
})
