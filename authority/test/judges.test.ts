import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { revokeByManager } from '#authority/testing/ask.ts'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { type CsrWish, makeCsr } from '#lib/pki/testing/make-csr.ts'
import { has } from '#lib/testing/judge.ts'

/**
 * I6: everything that one run of the service signs is checked by judges, which are other people's programs:
 * certificates of each kind, CRLs, and OCSP responses good, held, revoked and unknown.
 */

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-judges-'))
const at = (name: string) => path.join(folder, name)

function run(tool: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: folder, encoding: 'utf8' })
  expect(status, `${tool} ${args.join(' ')}\n${stdout}${stderr}`).toBe(0)
  return stdout + stderr
}

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const INTUNE = 'IntuneDeviceId://14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'
const ALICE = 'alice@contoso.example'
const SERVER = 'web.servers.contoso.example'
const BOTH = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']

const wishes: Readonly<Record<string, CsrWish>> = {
  user: { upn: ALICE, commonName: 'Alice Adler' },
  'user-rsa': { upn: ALICE, key: 'rsa-2048' },
  'user-p384': { commonName: ALICE, key: 'ec-p384' },
  device: { commonName: LAPTOP },
  'device-rsa': { uri: INTUNE, key: 'rsa-3072' },
  'device-p521': { commonName: LAPTOP, uri: INTUNE, key: 'ec-p521' },
  'device-short': { commonName: LAPTOP, validity: { period: 'Days', units: 3 } },
  application: { commonName: SERVER, dns: [SERVER], extendedKeyUsages: BOTH },
}
const names = Object.keys(wishes)
/** Reason codes of RFC 5280; 6 is a hold. Names that are not here stay good. */
const reasons: Readonly<Record<string, number>> = { 'user-rsa': 1, device: 6, application: 0 }
const CRLS = ['full', 'delta', 'month']

let latchkey: Harness

beforeAll(async () => {
  latchkey = await startHarness({
    env: {
      LATCHKEY_CRL_PARTITION_ABOVE: '0',
      LATCHKEY_APPLICATION_PROFILES: JSON.stringify([
        {
          name: 'servers',
          applications: ['f1ee7006-58d1-4a3e-9b47-20c6e8f5a906'],
          extendedKeyUsages: ['serverAuth', 'clientAuth'],
          dnsSuffixes: ['servers.contoso.example'],
          validityDays: 90,
        },
      ]),
    },
  })
  const alice = await latchkey.token('alice')
  const application = await latchkey.appToken('linux-fleet')
  for (const [name, wish] of Object.entries(wishes)) {
    const token = name === 'application' ? application : alice
    const body = makeCsr(wish).der
    const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token, body })
    expect(answer.status, answer.body.toString()).toBe(200)
    write(name, 'CERTIFICATE', answer.body)
  }
  const { chain } = latchkey.authority.issuer
  writeFileSync(at('ca.pem'), toPem('CERTIFICATE', chain[0] ?? new Uint8Array()))
  await syncDirectory(
    latchkey.authority,
    makeReader(latchkey.authority.changeFeed, latchkey.authority.now),
  )
  await latchkey.status.ocsp.renew()
  await latchkey.status.publisher.publish()
  await revokeSome()
  await latchkey.status.publisher.publish()
  await askForAll()
  const month = new Date().toISOString().slice(0, 7)
  for (const name of CRLS) {
    const file = name === 'month' ? month : name
    write(name, 'X509 CRL', (await latchkey.send({ path: `/crl/${file}.crl` })).body)
  }
})

afterAll(async () => {
  await latchkey.close()
  rmSync(folder, { recursive: true })
})

function write(name: string, label: 'CERTIFICATE' | 'X509 CRL', der: Uint8Array): void {
  writeFileSync(at(`${name}.der`), der)
  writeFileSync(at(`${name}.pem`), toPem(label, der))
}

const serialOf = (name: string) =>
  new X509Certificate(readFileSync(at(`${name}.pem`))).serialNumber.toLowerCase()

/**
 * Gets all responses before the first judge runs: while this process waits for a judge it counts as
 * overloaded.
 */
async function askForAll(): Promise<void> {
  for (const name of names) {
    for (const nonce of [null, new Uint8Array(32).fill(7)]) {
      const serials = [serialOf(name)]
      const body = ocspRequest(latchkey.authority.issuer, serials, nonce ? { nonce } : {})
      const headers = [['content-type', 'application/ocsp-request']] as const
      const answer = await latchkey.send({ method: 'POST', path: '/ocsp', headers, body })
      writeFileSync(at(`${name}-${nonce ? 'with' : 'without'}.ocsp`), answer.body)
    }
  }
}

async function revokeSome(): Promise<void> {
  for (const [name, revocationReason] of Object.entries(reasons)) {
    await revokeByManager(latchkey, serialOf(name), revocationReason)
  }
}

describe.each(names)('the certificate of %s', (name) => {
  const file = `${name}.pem`
  const strict = ['-x509_strict', '-check_ss_sig', '-CAfile', 'ca.pem']

  test('satisfies openssl verify -x509_strict for its purpose', () => {
    expect(run('openssl', 'verify', ...strict, '-purpose', 'sslclient', file)).toContain(': OK')
    const asServer = spawnSync('openssl', ['verify', ...strict, '-purpose', 'sslserver', file], {
      cwd: folder,
    })
    expect(asServer.status === 0).toBe(name === 'application')
  })

  test('is judged by its CRL as the ledger says', () => {
    const crl = ['-crl_check', '-CRLfile', 'full.pem']
    const args = ['verify', ...strict, ...crl, file]
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' })
    expect(status === 0, stderr).toBe(!(name in reasons))
    if (name in reasons) expect(stderr).toContain('certificate revoked')
  })

  test('has nothing that is not DER', () => {
    expect(run('openssl', 'asn1parse', '-inform', 'DER', '-in', `${name}.der`)).not.toContain(
      'Error',
    )
    // OpenSSL's re-encoding of what it read is equal to what was signed.
    run('openssl', 'x509', '-in', file, '-outform', 'DER', '-out', 'again.der')
    expect(readFileSync(at('again.der')).equals(readFileSync(at(`${name}.der`)))).toBe(true)
  })

  test.skipIf(!has('certtool'))('satisfies certtool --verify', () => {
    const said = run('certtool', '--verify', '--load-ca-certificate', 'ca.pem', '--infile', file)
    expect(said).toContain('Verified. The certificate is trusted.')
  })

  test.each(['without', 'with'])('has an OCSP answer %s a nonce that is verified', (how) => {
    const response = `${name}-${how}.ocsp`
    run('openssl', 'asn1parse', '-inform', 'DER', '-in', response)
    const asking = ['ocsp', '-issuer', 'ca.pem', '-cert', file, '-CAfile', 'ca.pem', '-no_nonce']
    const said = run('openssl', ...asking, '-respin', response)
    expect(said).toContain('Response verify OK')
    expect(said).toContain(`${file}: ${name in reasons ? 'revoked' : 'good'}`)
    if (!has('ocsptool')) return
    const gnu = ['--load-issuer', 'ca.pem', '--load-trust', 'ca.pem', '--infile', response]
    const verified = run('ocsptool', '--verify-response', ...gnu)
    expect(verified).toContain('Verifying OCSP Response: Success')
  })
})

describe.each(CRLS)('the %s CRL', (name) => {
  const file = `${name}.pem`

  test('is verified by openssl crl, and is DER', () => {
    expect(run('openssl', 'crl', '-in', file, '-CAfile', 'ca.pem', '-noout')).toContain('verify OK')
    run('openssl', 'crl', '-in', file, '-outform', 'DER', '-out', 'again.der')
    expect(readFileSync(at('again.der')).equals(readFileSync(at(`${name}.der`)))).toBe(true)
  })

  test('names each certificate that is not good, with its reason', () => {
    const said = run('openssl', 'crl', '-in', file, '-noout', '-text')
    expect(said.match(/Serial Number: /g)).toHaveLength(Object.keys(reasons).length)
    for (const reason of ['Key Compromise', 'Certificate Hold']) expect(said).toContain(reason)
    // RFC 5280 section 5.3.1: "unspecified" is left out.
    expect(said).not.toContain('Unspecified')
  })

  test.skipIf(!has('certtool'))('is verified by certtool', () => {
    const args = ['--verify-crl', '--load-ca-certificate', 'ca.pem', '--infile', file]
    expect(run('certtool', ...args)).toContain('Verified.')
  })
})

/** Java takes long to start, so it reads all files at once. */
function together(of: readonly string[]): string {
  writeFileSync(at('all.pem'), of.map((name) => readFileSync(at(`${name}.pem`), 'utf8')).join(''))
  return 'all.pem'
}

test.skipIf(!has('keytool'))('Java reads every certificate and every CRL', () => {
  const certificates = run('keytool', '-printcert', '-file', together(names))
  expect(certificates.match(/^Owner: CN=/gm)).toHaveLength(names.length)
  const crls = run('keytool', '-printcrl', '-file', together(CRLS))
  expect(crls.match(/Reason Code: KEY_COMPROMISE/g)).toHaveLength(CRLS.length)
})
