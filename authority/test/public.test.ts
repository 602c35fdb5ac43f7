import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

let latchkey: Harness
let ledgerIsDown = false
/** The time of the database's machine; null for this one. */
let theirClock: Date | null = null

beforeAll(async () => {
  latchkey = await startHarness({
    change: (authority) => ({
      ...authority,
      ledger: {
        ...authority.ledger,
        serverTime: async () => theirClock,
        auditTrail: (after, limit) =>
          ledgerIsDown
            ? Promise.reject(new LatchkeyError('store_unavailable', 'The disk is gone.'))
            : authority.ledger.auditTrail(after, limit),
      },
    }),
  })
})

afterAll(() => latchkey.close())

test.each([
  ['/ca', 'application/pkix-cert'],
  ['//ca/', 'application/pkix-cert'],
  ['/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACert', 'application/x-x509-ca-cert'],
  [
    '//certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACert&message=x',
    'application/x-x509-ca-cert',
  ],
])('%s is the CA certificate in DER', async (path, type) => {
  const answer = await latchkey.send({ path, headers: [['content-type', 'application/pkcs10']] })
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toBe(type)
  expect(answer.headers['content-length']).toBe(String(answer.body.length))
  expect(answer.headers['cache-control']).toBe('public, max-age=3600')
  expect(new X509Certificate(answer.body).ca).toBe(true)
  const said = execFileSync('openssl', ['x509', '-inform', 'DER', '-noout', '-subject'], {
    input: answer.body,
    encoding: 'utf8',
  })
  expect(said).toMatch(/^subject=/)
})

test('a certificate names two places of it, https first, and both have it', async () => {
  const { authorityUrl, statusUrl } = latchkey.config
  const token = await latchkey.token('alice')
  const body = makeCsr({ upn: 'alice@contoso.example' }).der
  const issued = await latchkey.send({ method: 'POST', path: '/api/csr', token, body })
  const certificate = new X509Certificate(issued.body)
  expect(certificate.infoAccess?.trim().split('\n')).toEqual([
    `CA Issuers - URI:${authorityUrl}/ca`,
    `CA Issuers - URI:${statusUrl}/ca`,
    `OCSP - URI:${statusUrl}/ocsp`,
  ])
  expect([authorityUrl, statusUrl].map((url) => new URL(url).protocol)).toEqual(['https:', 'http:'])
  for (const tls of [true, false]) {
    const answer = await latchkey.send({ path: '/ca', tls })
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/pkix-cert'])
    const ca = new X509Certificate(answer.body)
    expect(ca.raw.equals(answer.body)).toBe(true)
    expect(certificate.checkIssued(ca) && certificate.verify(ca.publicKey)).toBe(true)
  }
})

test('who has the CA certificate need not get it again', async () => {
  const first = await latchkey.send({ path: '/ca' })
  const headers = [['if-none-match', String(first.headers.etag)]] as const
  const again = await latchkey.send({ path: '/ca', headers })
  expect([again.status, again.body.length]).toEqual([304, 0])
})

test.each([
  ['', ''],
  ['?operation=GetCACaps', ''],
  ['?operation=PKIOperation', ''],
  ['?operation=getcacert', ''],
])('SCEP%s is not offered', async (query) => {
  const answer = await latchkey.send({ path: `/certsrv/mscep/mscep.dll/pkiclient.exe${query}` })
  expect([answer.status, answer.json.code]).toEqual([501, 'not_implemented'])
})

test('the probe says that all is well, and tells no secret', async () => {
  await latchkey.send({ path: '/probe' })
  await expect
    .poll(async () => (await latchkey.send({ path: '/probe' })).json)
    .toEqual({
      status: 'ready',
      checks: { ledger: 'up', signer: 'up', clock: 'up', directory: 'up' },
    })
  const answer = await latchkey.send({ path: '/probe/' })
  expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store'])
})

test('a directory failing leaves this replica in use', async () => {
  const broken = await startHarness()
  await broken.control('POST', '/faults', { graph: 'denied' })
  await broken.send({ path: '/probe' })
  await expect
    .poll(async () => (await broken.send({ path: '/probe' })).json)
    .toEqual({
      status: 'degraded',
      checks: { ledger: 'up', signer: 'up', clock: 'up', directory: 'down' },
    })
  expect((await broken.send({ path: '/probe' })).status).toBe(200)
  await broken.close()
})

test('the probe fails where the clock is not the database’s', async () => {
  theirClock = new Date(Date.now() - 61_000)
  const status = async () => (await latchkey.send({ path: '/probe' })).status
  await expect.poll(status).toBe(503)
  const { json } = await latchkey.send({ path: '/probe' })
  expect(json).toMatchObject({ status: 'failing', checks: { ledger: 'up', clock: 'down' } })
  theirClock = null
  await expect.poll(status).toBe(200)
})

test('the probe fails without the ledger', async () => {
  ledgerIsDown = true
  await expect.poll(async () => (await latchkey.send({ path: '/probe' })).status).toBe(503)
  expect((await latchkey.send({ path: '/probe' })).json).toMatchObject({
    status: 'failing',
    checks: { ledger: 'down' },
  })
  ledgerIsDown = false
  await expect.poll(async () => (await latchkey.send({ path: '/probe' })).status).toBe(200)
})

test('while draining, readiness is gone and nothing new is begun', async () => {
  latchkey.setDraining(true)
  const probe = await latchkey.send({ path: '/probe' })
  expect([probe.status, probe.json.status]).toEqual([503, 'draining'])
  const answer = await latchkey.send({ path: '/ca' })
  expect([answer.status, answer.json.code]).toEqual([503, 'draining'])
  expect(answer.headers['retry-after']).toBe('5')
  expect(answer.headers.connection).toBe('close')
  latchkey.setDraining(false)
  expect((await latchkey.send({ path: '/ca' })).status).toBe(200)
})
