import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { revokeByManager } from '#authority/testing/ask.ts'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { SERVERS, type ServerKind, startTlsServer } from '#authority/testing/tls-server.ts'
import { renewRootCrl } from '#cli/root-crl.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { makeCsr, newKey } from '#lib/pki/testing/make-csr.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { has, hasAll } from '#lib/testing/judge.ts'

/**
 * The chain of holder, issuing CA and root, whose status other people's programs check completely: by given
 * CRLs, by addresses in the certificates, by OCSP.
 */

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const ALICE = 'alice@contoso.example'
const HOLDERS = { good: ALICE, revoked: ALICE, held: LAPTOP } as const
type Name = keyof typeof HOLDERS
const NAMES = ['good', 'revoked', 'held'] as const satisfies readonly Name[]
const LONG = { timeout: 120_000 }

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-chain-'))
const at = (name: string) => path.join(folder, name)
const text = (name: string) => readFileSync(at(name), 'utf8')

const hasJava = has('javac')
const hasGnutls = hasAll(['certtool', 'ocsptool'])
const hasNss = hasAll(['certutil', 'crlutil'])
const servers = SERVERS.map((kind) => ({
  kind,
  title: kind.title,
  found: has(kind.program),
}))

let latchkey: Harness
let ocspUrl: string

beforeAll(async () => {
  const port = await freePort()
  // An IP address, since nginx does not use the system's resolver.
  const statusUrl = `http://127.0.0.1:${port}`
  ocspUrl = `${statusUrl}/ocsp`
  latchkey = await startHarness({
    issuingCa: {},
    env: {
      AUTHORITY_PORT: String(port),
      LATCHKEY_STATUS_URL: statusUrl,
      LATCHKEY_CRL_PARTITION_ABOVE: '0',
    },
  })
  for (const name of NAMES) await enroll(name)
  const [issuing = '', root = ''] = latchkey.authority.issuer.chain.map((der) =>
    toPem('CERTIFICATE', der),
  )
  writeFileSync(at('issuing.pem'), issuing)
  writeFileSync(at('root.pem'), root)
  writeFileSync(at('chain.pem'), issuing + root)
  await syncDirectory(
    latchkey.authority,
    makeReader(latchkey.authority.changeFeed, latchkey.authority.now),
  )
  await latchkey.status.ocsp.renew()
  // The delta's base is the first CRL, so the delta has the hold and not the revocation.
  for (const [name, reason] of [
    ['revoked', 1],
    ['held', 6],
  ] as const) {
    await revoke(name, reason)
    await latchkey.status.publisher.publish()
  }
  await saveLists()
  // Java would compile it at every start.
  if (hasJava) await run('javac', '-d', 'judge', PROGRAM)
})

afterAll(async () => {
  await latchkey.close()
  rmSync(folder, { recursive: true })
})

async function enroll(name: Name): Promise<void> {
  const key = newKey('ec-p256')
  const token = await latchkey.token('alice')
  const body = makeCsr({ key, commonName: HOLDERS[name] }).der
  const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token, body })
  expect(answer.status, answer.body.toString()).toBe(200)
  writeFileSync(at(`${name}.pem`), toPem('CERTIFICATE', answer.body))
  writeFileSync(at(`${name}.key`), String(key.export({ format: 'pem', type: 'pkcs8' })))
}

async function revoke(name: Name, revocationReason: number): Promise<void> {
  const serial = new X509Certificate(text(`${name}.pem`)).serialNumber.toLowerCase()
  await revokeByManager(latchkey, serial, revocationReason)
}

/** Saves CRLs as files, as an operator does for a server that reads files. */
async function saveLists(): Promise<void> {
  for (const file of ['full.crl', 'full.pem', 'delta.crl', 'root.crl', 'root.pem']) {
    const { status, body } = await latchkey.send({ path: `/crl/${file}` })
    expect(status, file).toBe(200)
    writeFileSync(at(`list-${file}`), body)
  }
  writeFileSync(at('lists.pem'), text('list-full.pem') + text('list-root.pem'))
}

/** Asynchronous, since most programs ask the authority in this process. */
function run(tool: string, ...args: readonly string[]): Promise<{ status: number; said: string }> {
  return new Promise((resolve) => {
    execFile(tool, args, { cwd: folder, timeout: 60_000 }, (error, stdout, stderr) => {
      const status = error ? Number(error.code ?? 1) : 0
      resolve({ status, said: stdout + stderr })
    })
  })
}

const verify = (name: Name, ...how: readonly string[]) => {
  const chain = ['-CAfile', 'root.pem', '-untrusted', 'issuing.pem']
  return run('openssl', 'verify', '-x509_strict', '-crl_check_all', ...chain, ...how, `${name}.pem`)
}

describe('openssl verify -crl_check_all', () => {
  const lists = ['-CRLfile', 'list-full.pem', '-CRLfile', 'list-root.pem']

  test.each([
    ['the lists it is given', lists],
    // OpenSSL wants a CRL for the root itself too, whose certificate names none.
    ['the addresses in the certificates', ['-crl_download', '-CRLfile', 'list-root.pem']],
  ])('finds the status of each by %s', async (_, how) => {
    expect(await verify('good', ...how)).toEqual({ status: 0, said: 'good.pem: OK\n' })
    for (const name of ['revoked', 'held'] as const) {
      const { status, said } = await verify(name, ...how)
      expect([status, said]).toEqual([2, expect.stringContaining('error 23 at 0 depth lookup')])
    }
  })

  test('cannot do without the list of the root', async () => {
    const { status, said } = await verify('good', '-CRLfile', 'list-full.pem')
    expect(status).toBe(2)
    expect(said).toContain('error 3 at 1 depth lookup: unable to get certificate CRL')
  })
})

test('with -extended_crl and -use_deltas OpenSSL reads base and delta together', async () => {
  await run('openssl', 'crl', '-in', 'list-delta.crl', '-inform', 'DER', '-out', 'delta.pem')
  writeFileSync(at('with-delta.pem'), text('delta.pem') + text('lists.pem'))
  const how = ['-extended_crl', '-use_deltas', '-CRLfile', 'with-delta.pem']
  const outcomes = await Promise.all(NAMES.map((name) => verify(name, ...how)))
  expect(outcomes.map(({ status }) => status)).toEqual([0, 2, 2])
})

describe('OCSP about the CA that issues', () => {
  const asking = ['ocsp', '-issuer', 'root.pem', '-CAfile', 'root.pem', '-url']

  test.each([
    ['-sha1'],
    ['-sha256'],
    ['-sha384'],
    ['-sha512'],
  ])('is answered by the root to who asks with %s', async (hash) => {
    const { said } = await run('openssl', ...asking, ocspUrl, hash, '-cert', 'issuing.pem')
    expect(said).toContain('issuing.pem: good')
    expect(said).toContain('Response verify OK')
    // RFC 9654 section 2.1: a response that was produced in advance has no nonce.
    expect(said).toContain('WARNING: no nonce in response')
  })

  test.skipIf(!hasGnutls)('is verified by ocsptool', async () => {
    const trust = ['--load-issuer', 'root.pem', '--load-cert', 'issuing.pem', '--load-trust']
    const { said } = await run('ocsptool', `--ask=${ocspUrl}`, ...trust, 'root.pem')
    expect(said).toContain('Verifying OCSP Response: Success')
    expect(said).toContain('Certificate Status: good')
  })
})

describe.skipIf(!hasJava)('Java', () => {
  test('validates by PKIX’s default with the lists it is given', LONG, async () => {
    const lists = 'list-full.crl,list-root.crl'
    expect(await java('default', lists)).toEqual(VALIDATED.map((line) => `default ${line}`))
    // A program that does not know delta CRLs must not take one for a full CRL.
    const withDelta = `list-delta.crl,${lists}`
    expect(await java('default', withDelta)).toEqual(VALIDATED.map((line) => `default ${line}`))
    expect((await java('default', 'list-full.crl'))[0]).toBe(
      'default good.pem: UNDETERMINED_REVOCATION_STATUS at 1',
    )
  })

  test('follows the addresses, by CRL, by OCSP and by what it does of itself', LONG, async () => {
    const ways = ['default', 'checker', 'ocsp', 'crl']
    const expected = ways.flatMap((way) => VALIDATED.map((line) => `${way} ${line}`))
    expect(await java(ways.join(), '-')).toEqual(expected)
  })
})

const VALIDATED = [
  'good.pem: valid',
  'revoked.pem: REVOKED at 0 KEY_COMPROMISE',
  'held.pem: REVOKED at 0 CERTIFICATE_HOLD',
]
/** The compiler for programs that run long would take longer than the program. */
const QUICK_START = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
const PROGRAM = path.join(import.meta.dirname, '..', 'testing', 'check-path.java')

async function java(ways: string, lists: string, names: readonly Name[] = NAMES) {
  const files = names.map((name) => `${name}.pem`)
  // Without the property Java ignores distribution points; with given CRLs it needs none.
  const points = `-Dcom.sun.security.enableCRLDP=${lists === '-'}`
  const program = ['-cp', 'judge', 'CheckPath', ways, 'root.pem', 'issuing.pem']
  const { said } = await run('java', points, ...QUICK_START, ...program, lists, ...files)
  return said.trimEnd().split('\n')
}

describe.each(servers)('$title', ({ kind, found }) => {
  test.skipIf(!found)('lets in who is good, and neither the revoked nor the held', async () => {
    expect(await admitted(kind)).toEqual({ good: 'let in', revoked: 'refused', held: 'refused' })
  })
})

describe.each(servers.filter(({ kind }) => kind.asks === 'lists'))('$title', ({ kind, found }) => {
  test.skipIf(!found)('needs the list of the root', async () => {
    const all = await admitted(kind, text('list-full.pem'))
    expect(all).toEqual({ good: 'refused', revoked: 'refused', held: 'refused' })
  })
})

async function admitted(kind: ServerKind, crls = text('lists.pem')) {
  const server = await startTlsServer(kind, { chain: text('chain.pem'), crls })
  try {
    const outcomes: Partial<Record<Name, string>> = {}
    for (const name of NAMES) {
      outcomes[name] = await server.connect(text(`${name}.pem`), text(`${name}.key`))
    }
    return outcomes
  } finally {
    await server.close()
  }
}

test.skipIf(!hasGnutls)('GnuTLS finds the status of each by its lists', async () => {
  for (const name of NAMES) {
    const said = await certtool(name)
    expect(said.match(/Checked against CRL/g), said).toHaveLength(2)
    expect(said).toContain(
      name === 'good'
        ? 'Chain verification output: Verified.'
        : 'Chain verification output: Not verified. The certificate is NOT trusted. The certificate chain is revoked.',
    )
  }
})

async function certtool(name: Name): Promise<string> {
  writeFileSync(at('path.pem'), text(`${name}.pem`) + text('issuing.pem'))
  const trust = ['--load-ca-certificate', 'root.pem', '--load-crl', 'lists.pem']
  return (await run('certtool', '--verify', ...trust, '--infile', 'path.pem')).said
}

test.skipIf(!hasNss)('NSS finds the status of each by its lists', async () => {
  const database = ['-d', 'nss']
  const tool = async (name: string, ...args: readonly string[]) => {
    const { status, said } = await run(name, ...args, ...database)
    expect(status, `${name} ${args.join(' ')}\n${said}`).toBe(0)
  }
  mkdirSync(at('nss'))
  await tool('certutil', '-N', '--empty-password')
  await tool('certutil', '-A', '-n', 'root', '-t', 'CT,C,C', '-i', 'root.pem')
  await tool('certutil', '-A', '-n', 'issuing', '-t', ',,', '-i', 'issuing.pem')
  for (const list of ['root', 'full']) {
    await tool('crlutil', '-I', '-t', '1', '-i', `list-${list}.crl`)
  }
  for (const name of NAMES) {
    await tool('certutil', '-A', '-n', name, '-t', ',,', '-i', `${name}.pem`)
    const { said } = await run('certutil', '-V', '-n', name, '-u', 'C', '-e', ...database)
    expect(said).toContain(
      name === 'good' ? 'certificate is valid' : "Peer's Certificate has been revoked",
    )
  }
})

test.skipIf(!has('ocspclnt'))('NSS finds the status of each by OCSP', async () => {
  const database = ['-d', 'nss-ocsp']
  mkdirSync(at('nss-ocsp'))
  await run('certutil', '-N', '--empty-password', ...database)
  await run('certutil', '-A', '-n', 'root', '-t', 'CT,C,C', '-i', 'root.pem', ...database)
  await run('certutil', '-A', '-n', 'issuing', '-t', ',,', '-i', 'issuing.pem', ...database)
  for (const name of NAMES) {
    await run('certutil', '-A', '-n', name, '-t', ',,', '-i', `${name}.pem`, ...database)
    const { said } = await run('ocspclnt', '-S', name, ...database)
    expect(said).toContain(name === 'good' ? 'succeeded' : "Peer's Certificate has been revoked")
  }
})

test.skipIf(!has('pki'))(
  'strongSwan finds the status of each, and of the CA, by OCSP',
  async () => {
    for (const name of NAMES) {
      const trust = ['--cacert', 'root.pem', '--cacert', 'issuing.pem']
      const { said } = await run('pki', '--verify', '--online', ...trust, '--in', `${name}.pem`)
      expect(said).toContain(name === 'good' ? 'certificate trusted' : 'certificate was revoked')
      // Its reader of lists, in the same program, is not asked: each has its answer by OCSP.
      expect(said.match(/ocsp response correctly signed/g)).toHaveLength(name === 'good' ? 2 : 1)
    }
  },
)

describe('when the root has revoked the CA that issues', () => {
  beforeAll(async () => {
    const options = { rootKey: null, days: 365, number: null, revoke: 'cACompromise' } as const
    await renewRootCrl(latchkey.config, options, new Date())
    await saveLists()
  })

  test('openssl verify -crl_check_all refuses everyone', async () => {
    const { status, said } = await verify('good', '-CRLfile', 'lists.pem')
    expect(status).toBe(2)
    expect(said).toContain('error 23 at 1 depth lookup: certificate revoked')
  })

  test('OCSP says so, with the reason', async () => {
    const asking = ['ocsp', '-issuer', 'root.pem', '-CAfile', 'root.pem', '-url', ocspUrl]
    const { said } = await run('openssl', ...asking, '-cert', 'issuing.pem')
    expect(said).toContain('issuing.pem: revoked')
    expect(said).toContain('Reason: cACompromise')
    expect(said).toContain('Response verify OK')
  })

  test.skipIf(!hasJava)('Java refuses everyone', LONG, async () => {
    const ways = ['default', 'checker', 'ocsp', 'crl']
    expect(await java(ways.join(), '-', ['good'])).toEqual(
      ways.map((way) => `${way} good.pem: REVOKED at 1 CA_COMPROMISE`),
    )
  })

  test.skipIf(!hasGnutls)('GnuTLS refuses everyone', async () => {
    expect(await certtool('good')).toContain('The certificate chain is revoked.')
  })

  describe.each(servers)('$title', ({ kind, found }) => {
    test.skipIf(!found)('refuses everyone', async () => {
      const all = await admitted(kind)
      expect(all).toEqual({ good: 'refused', revoked: 'refused', held: 'refused' })
    })
  })
})
