import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { has } from '#lib/testing/judge.ts'

/** Other people's clients with the service, by its own TLS certificate and over real sockets. */

const LAPTOP_INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'
const ALICE = 'alice@contoso.example'

let latchkey: Harness
let folder: string
let token: string
/** As in SCEPman's documentation, with a trailing slash. */
let url: string

beforeAll(async () => {
  latchkey = await startHarness()
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-clients-'))
  token = await latchkey.token('alice')
  url = `https://localhost:${latchkey.config.AUTHORITY_TLS_PORT}/`
})

afterAll(async () => {
  await latchkey.close()
  rmSync(folder, { recursive: true })
})

const file = (name: string) => path.join(folder, name)
const tlsCa = () => path.join(latchkey.config.dataDir, 'tls', 'ca.pem')

type Ran = { readonly code: number; readonly out: string; readonly err: string }

/** Asynchronous, since the service answers in this process. */
function run(program: string, args: readonly string[], input?: string | Buffer): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: folder, timeout: 45_000 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err })
    })
    // A program that reads no input may have ended before it is written.
    child.stdin?.once('error', () => undefined)
    child.stdin?.end(input ?? '')
  })
}

async function good(program: string, args: readonly string[], input?: string): Promise<string> {
  const { code, out, err } = await run(program, args, input)
  expect(code, `${program} ${args[0]}: ${err}${out}`).toBe(0)
  return out
}

const openssl = (...args: string[]) => good('openssl', args)
const curl = (...args: string[]) => good('curl', ['-sS', '--cacert', tlsCa(), ...args])

describe.skipIf(!has('curl'))('curl', () => {
  const send = (form: string[], ...more: string[]) =>
    curl('-X', 'POST', '-H', `Authorization: Bearer ${token}`, ...form, ...more)

  test('enrols in the four encodings, whatever type it says', async () => {
    const { der, pem } = makeCsr({ upn: ALICE })
    writeFileSync(file('four.der'), der)
    writeFileSync(file('four.pem'), pem)
    writeFileSync(file('four.b64'), Buffer.from(der).toString('base64'))
    const types = [['-H', 'Content-Type: application/pkcs10'], ['-H', 'Content-Type:'], []]
    const answers = new Set<string>()
    for (const type of types) {
      for (const form of [
        ['--data-binary', '@four.der'],
        ['--data-binary', '@four.pem'],
        ['--data', '@four.pem'],
        ['--data', '@four.b64'],
      ]) {
        answers.add(await send(form, ...type, `${url}/.well-known/est/simpleenroll`))
      }
    }
    expect(answers.size).toBe(1)
    expect([...answers][0]).toMatch(/^MI[\w+/\n]+=*$/)
  })

  test('gets status, types and lengths as the contract has them', async () => {
    const { der } = makeCsr({ upn: ALICE })
    writeFileSync(file('head.der'), der)
    const form = ['--data-binary', '@head.der', '-H', 'Content-Type: application/octet-stream']
    const est = await send(form, '-D', '-', '-o', 'est.out', `${url}.well-known/est/simpleenroll`)
    expect(est).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(est).toMatch(/\r\ncontent-type: application\/pkcs7-mime; smime-type=certs-only\r\n/)
    expect(est).toMatch(/\r\ncontent-transfer-encoding: base64\r\n/)
    const length = Number(/\r\ncontent-length: (\d+)\r\n/.exec(est)?.[1])
    expect(readFileSync(file('est.out'))).toHaveLength(length)
    expect(readFileSync(file('est.out'), 'utf8')).not.toMatch(/\s$/)
    await openssl('base64', '-d', '-in', 'est.out', '-out', 'est.der')
    expect(await openssl('pkcs7', '-inform', 'DER', '-in', 'est.der', '-print_certs')).toContain(
      'BEGIN CERTIFICATE',
    )
    const raw = await send(form, '-D', '-', '-o', 'raw.cer', `${url}api/csr/`)
    expect(raw).toMatch(/\r\ncontent-type: application\/pkix-cert\r\n/)
    expect(await openssl('x509', '-inform', 'DER', '-in', 'raw.cer', '-noout', '-subject')).toMatch(
      /^subject=/,
    )
  })

  test('is refused over plain http from off the host by a sentence, never a redirect', async () => {
    const answer = await latchkey.app.inject({
      method: 'POST',
      url: '/.well-known/est/simpleenroll',
      remoteAddress: '192.0.2.7',
      headers: { host: 'localhost', authorization: `Bearer ${token}` },
      payload: Buffer.from(makeCsr({ upn: ALICE }).der),
    })
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'insecure_transport'])
    expect(answer.headers.location).toBeUndefined()
  })
})

/** The calls of SCEPman's enrollrenewcertificate.sh, in order and with its options. */
describe.skipIf(!has('curl'))('the steps of SCEPman’s shell script', () => {
  test('root, key, request, enrolment, renewal, and renewal of the renewed', async () => {
    const base = url.replace(/\/+$/, '')
    const getCa = '/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACert'
    const stray = ['-H', 'Content-Type: application/pkcs10']
    await curl(...stray, '-o', 'root.cer', `${base}${getCa}`)

    await makeRequest('first', '/CN=alice@contoso.example', ALICE)
    const bearer = ['-H', `Authorization: Bearer ${token}`]
    const first = await post('first', `${url}/.well-known/est/simpleenroll`, bearer)
    await unwrap('first', first)
    await verify('first')
    expect(await subjectOf('first')).toContain('CN = alice@contoso.example')

    await makeRequest('second', '/CN=Contoso', '')
    await unwrap('second', await post('second', reenrollUrl(), client('first')))
    await verify('second')
    expect(await subjectOf('second')).toBe(await subjectOf('first'))
    expect(await altNameOf('second')).toBe(await altNameOf('first'))

    await makeRequest('third', '/CN=Contoso', '')
    await unwrap('third', await post('third', reenrollUrl(), client('second')))
    await verify('third')
    // The first certificate is still good: a script that lost the answer asks again with it.
    await makeRequest('fourth', '/CN=Contoso', '')
    await unwrap('fourth', await post('fourth', reenrollUrl(), client('first')))
    await verify('fourth')
  })

  test('a device by its Intune id', async () => {
    const san = `URI:IntuneDeviceId://${LAPTOP_INTUNE}`
    await makeKey('device')
    await openssl(
      ...['req', '-new', '-sha256', '-key', 'device.key', '-out', 'device.csr'],
      ...['-subj', `/CN=${LAPTOP_INTUNE}`, '-addext', `subjectAltName=${san}`],
    )
    const bearer = ['-H', `Authorization: Bearer ${token}`]
    await unwrap('device', await post('device', `${url}/.well-known/est/simpleenroll`, bearer))
    expect(await subjectOf('device')).toContain(`CN = ${LAPTOP_INTUNE}`)
    await makeRequest('device2', '/CN=Contoso', '')
    await unwrap('device2', await post('device2', reenrollUrl(), client('device')))
    expect(await altNameOf('device2')).toContain(san)
  })

  test('a refusal leaves the old files as they are', async () => {
    await makeRequest('bad', '/CN=bob@contoso.example', 'bob@contoso.example')
    const bearer = ['-H', `Authorization: Bearer ${token}`]
    const answer = await post('bad', `${url}/.well-known/est/simpleenroll`, bearer)
    expect(JSON.parse(answer)).toMatchObject({ status: 422, errorCode: 4220 })
    writeFileSync(file('bad.p7'), armoured(answer))
    const { code } = await run('openssl', ['pkcs7', '-print_certs', '-in', 'bad.p7'])
    expect(code).not.toBe(0)
  })

  const reenrollUrl = () => `${url}/.well-known/est/simplereenroll`
  const client = (name: string) => ['--cert', `${name}.pem`, '--key', `${name}.key`]
  // The script makes an RSA key of 4096 bits each time. Its primes take seconds, so it is one, and the others are EC.
  const makeKey = (name: string) =>
    name === 'first'
      ? openssl('genrsa', '-out', `${name}.key`, '4096')
      : openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`)
  const armoured = (base64: string) => `-----BEGIN PKCS7-----\n${base64}\n-----END PKCS7-----\n`

  async function makeRequest(name: string, subject: string, upn: string): Promise<void> {
    await makeKey(name)
    const san = `subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:${upn}`
    const make = ['req', '-new', '-sha256', '-key', `${name}.key`, '-out', `${name}.csr`]
    await openssl(...make, '-subj', subject, '-addext', san)
  }

  const post = (name: string, to: string, who: string[]) =>
    curl(
      '-X',
      'POST',
      '--data',
      `@${name}.csr`,
      '-H',
      'Content-Type: application/pkcs10',
      ...who,
      to,
    )

  async function unwrap(name: string, answer: string): Promise<void> {
    writeFileSync(file(`${name}.p7`), armoured(answer))
    await openssl('pkcs7', '-print_certs', '-in', `${name}.p7`, '-out', `${name}.pem`)
  }

  async function verify(name: string): Promise<void> {
    await openssl('x509', '-inform', 'DER', '-in', 'root.cer', '-out', 'root.pem')
    const ca = ['-CAfile', 'root.pem', '-partial_chain', '-purpose', 'sslclient']
    expect(await openssl('verify', ...ca, `${name}.pem`)).toBe(`${name}.pem: OK\n`)
    const ends = await openssl('x509', '-in', `${name}.pem`, '-checkend', String(30 * 86_400))
    expect(ends).toContain('Certificate will not expire')
  }

  const subjectOf = (name: string) => openssl('x509', '-in', `${name}.pem`, '-noout', '-subject')
  const altNameOf = (name: string) =>
    openssl('x509', '-in', `${name}.pem`, '-noout', '-ext', 'subjectAltName')
})

async function enrolledFiles(name: string): Promise<void> {
  const { der, privateKey } = makeCsr({ upn: ALICE, key: 'rsa-2048' })
  const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
  writeFileSync(file(`${name}.pem`), new X509Certificate(answer.body).toString())
  writeFileSync(file(`${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }))
}

describe.skipIf(!has('pki'))('strongSwan', () => {
  test('fetches the CA, and renews by its certificate', async () => {
    const ca = (await latchkey.send({ path: '/ca' })).body
    const issuing = new X509Certificate(ca)
    writeFileSync(file('ca.pem'), issuing.toString())
    const estCa = ['--estca', '--url', url.slice(0, -1), '--cacert', tlsCa()]
    await good('pki', [...estCa, '--caout', 'est-ca', '--outform', 'pem', '--force'])
    const found = await good('sh', ['-c', 'cat est-ca*'])
    expect(new X509Certificate(found).raw.equals(ca)).toBe(true)

    await enrolledFiles('swan')
    const { der } = makeCsr({ commonName: 'Contoso', key: 'rsa-2048' })
    writeFileSync(file('swan.csr'), der)
    const est = ['--est', '--url', url.slice(0, -1), '--in', 'swan.csr', '--cacert', tlsCa()]
    const mine = ['--cacert', 'ca.pem', '--cert', 'swan.pem', '--key', 'swan.key']
    const renewed = await good('pki', [...est, ...mine, '--outform', 'pem'])
    expect(new X509Certificate(renewed).subject).toBe('CN=Alice Adler')
    expect(new X509Certificate(renewed).verify(issuing.publicKey)).toBe(true)
  })
})

const request = (body: Buffer) =>
  Buffer.concat([
    Buffer.from(
      'POST /.well-known/est/simplereenroll HTTP/1.1\r\nHost: localhost\r\n' +
        `Connection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
    ),
    body,
  ])

describe('mutual TLS', () => {
  test.each([
    ['-tls1_2'],
    ['-tls1_3'],
  ])('openssl s_client %s renews, and needs the key to do so', async (version) => {
    await enrolledFiles('raw')
    const { der } = makeCsr({ commonName: 'Contoso' })
    const to = ['s_client', '-connect', `127.0.0.1:${latchkey.config.AUTHORITY_TLS_PORT}`]
    const quiet = ['-servername', 'localhost', '-CAfile', tlsCa(), '-quiet', '-ign_eof', version]
    const mine = ['-cert', 'raw.pem', '-key', 'raw.key']
    const answer = await run('openssl', [...to, ...quiet, ...mine], request(Buffer.from(der)))
    expect(answer.out).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    const without = await run('openssl', [...to, ...quiet], request(Buffer.from(der)))
    expect(without.out).toMatch(/^HTTP\/1\.1 401 /)
    expect(without.out).toContain('client_cert_required')
  })

  test.each([
    ['TLSv1.2'],
    ['TLSv1.3'],
  ] as const)('a resumed session of %s is asked again each time', async (version) => {
    await enrolledFiles('resumed')
    const certificate = readFileSync(file('resumed.pem'), 'utf8')
    const serial = new X509Certificate(certificate).serialNumber
    const client = { cert: certificate, key: readFileSync(file('resumed.key'), 'utf8') }
    const first = await ask(version, client)
    expect([first.status, first.reused]).toEqual([200, false])
    const second = await ask(version, client, first.session)
    expect([second.status, second.reused]).toEqual([200, true])
    const revoked = await latchkey.send({
      method: 'POST',
      path: `/api/me/certificates/${serial}/revoke`,
      token,
      headers: [['content-type', 'application/json']],
      body: '{"reason":"superseded"}',
    })
    expect(revoked.status).toBe(200)
    const third = await ask(version, client, first.session)
    expect([third.status, third.reused]).toEqual([403, true])
    expect(third.text).toContain('client_cert_invalid')
  })

  test('each request of one connection is asked again', async () => {
    await enrolledFiles('kept')
    const certificate = readFileSync(file('kept.pem'), 'utf8')
    const serial = new X509Certificate(certificate).serialNumber
    const socket = open('TLSv1.3', {
      cert: certificate,
      key: readFileSync(file('kept.key'), 'utf8'),
    })
    const send = () => {
      const body = Buffer.from(makeCsr({ commonName: 'Contoso' }).der)
      const kept = request(body).toString('latin1').replace('Connection: close\r\n', '')
      socket.write(Buffer.from(kept, 'latin1'))
      return new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))))
    }
    expect(await send()).toMatch(/^HTTP\/1\.1 200 /)
    await latchkey.send({ method: 'POST', path: `/api/me/certificates/${serial}/hold`, token })
    expect(await send()).toMatch(/^HTTP\/1\.1 403 /)
    socket.destroy()
  })
})

type Pair = { readonly cert: string; readonly key: string }

function open(version: 'TLSv1.2' | 'TLSv1.3', pair: Pair, session?: Buffer): TLSSocket {
  return connect({
    port: latchkey.config.AUTHORITY_TLS_PORT,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: readFileSync(tlsCa()),
    minVersion: version,
    maxVersion: version,
    ...pair,
    ...(session && { session }),
  })
}

function ask(version: 'TLSv1.2' | 'TLSv1.3', pair: Pair, session?: Buffer) {
  type Found = { status: number; reused: boolean; session: Buffer; text: string }
  return new Promise<Found>((resolve, reject) => {
    const socket = open(version, pair, session)
    let text = ''
    let reused = false
    socket.once('secureConnect', () => {
      reused = socket.isSessionReused()
    })
    let kept = session ?? Buffer.alloc(0)
    socket.on('session', (ticket) => {
      kept = ticket
    })
    socket.once('error', reject)
    socket.on('data', (data) => {
      text += data
    })
    socket.once('close', () => {
      resolve({ status: Number(text.slice(9, 12)), reused, session: kept, text })
    })
    socket.write(request(Buffer.from(makeCsr({ commonName: 'Contoso' }).der)))
  })
}
