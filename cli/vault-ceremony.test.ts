import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { initCa, REAL_TENANT } from '#cli/testing/init-ca.ts'
import { readConfig } from '#lib/config.ts'
import { loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { openSigner } from '#lib/signer/open-signer.ts'
import { startVaultDouble, trust, type VaultDouble } from '#lib/signer/testing/vault-double.ts'
import { signerPlace } from '#lib/signer-place.ts'
import { vaultSetting } from '#lib/signer-setting.ts'

/** `npm run init-ca` with keys that never leave a vault; OpenSSL judges what it makes. */

const root = mkdtempSync(path.join(tmpdir(), 'latchkey-vault-ceremony-'))
let number = 0
const newData = () => path.join(root, `data-${number++}`)
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const URLS = {
  caIssuers: 'https://a/ca',
  caIssuersHttp: 'http://a/ca',
  ocsp: 'http://a/ocsp',
  crl: null,
}

let vault: VaultDouble

beforeAll(async () => {
  vault = await startVaultDouble()
  trust(vault.ca)
})

afterAll(async () => {
  await vault.close()
  rmSync(root, { recursive: true })
})

/** Runs the ceremony for a tenant, with a vault's key and no passphrase at all. */
function ceremony(data: string, args: readonly string[], signer: string | null) {
  const named = signer === null ? {} : { LATCHKEY_SIGNER: signer }
  return initCa(data, args, { ...TENANT, ...vault.env, ...named })
}

const TENANT = { ...REAL_TENANT, LATCHKEY_STATUS_URL: 'http://status.example' }

async function makeKey(name: string, ...more: string[]): Promise<string> {
  const address = `keyvault:${vault.url}/keys/${name}`
  const { status, stdout } = await ceremony(newData(), ['--make-key', address, ...more], null)
  expect(status).toBe(0)
  const [, setting = ''] = /LATCHKEY_SIGNER=(\S+)/.exec(stdout) ?? []
  expect(setting.startsWith(address)).toBe(true)
  return setting
}

/** Opens the CA as the authority does, and signs. */
async function signsNow(data: string, signer: string): Promise<boolean> {
  const config = readConfig({ ...TENANT, LATCHKEY_DATA: data, LATCHKEY_SIGNER: signer })
  Object.assign(process.env, vault.env)
  const issuer = loadPublicIssuer(data, URLS)
  const opened = await openSigner(
    signerPlace(config, () => undefined),
    issuer.spki,
  )
  for (const name of Object.keys(vault.env)) delete process.env[name]
  return (await opened.sign(new Uint8Array(100))).length > 0
}

test.each(['ec-p256', 'ec-p384'])('a root that issues, %s, made in the vault', async (type) => {
  const signer = await makeKey(`root-${type}`, '--hsm', '--key', type)
  const data = newData()
  const before = vault.seen().signatures
  const { status, stdout } = await ceremony(data, ['--name', 'Vault CA'], signer)
  expect(stdout).toContain('the key is not in it, but where LATCHKEY_SIGNER says.')
  expect(status).toBe(0)
  expect(vault.seen().signatures - before).toBe(1)
  expect(readdirSync(path.join(data, 'ca')).sort()).toEqual(['ca.pem', 'chain.pem'])
  const pem = path.join(data, 'ca', 'ca.pem')
  openssl('verify', '-x509_strict', '-check_ss_sig', '-CAfile', pem, pem)
  expect(await signsNow(data, signer)).toBe(true)
})

test('a root and an issuing CA, each with a key of its own in the vault, and its next root CRL', async () => {
  const rootKey = vaultSetting(vault.makeKey('root', { type: 'rsa-2048' }))
  const signer = vaultSetting(vault.makeKey('issuing', { type: 'ec-p256' }))
  const data = newData()
  const { status } = await ceremony(data, ['--issuing-ca', '--root-key', rootKey], signer)
  expect(status).toBe(0)
  const ca = (name: string) => path.join(data, 'ca', name)
  expect(readdirSync(path.join(data, 'ca')).sort()).toEqual([
    'ca.pem',
    'chain.pem',
    'root-status.pem',
  ])
  const pems = readFileSync(ca('chain.pem'), 'utf8').split(/(?<=-----END CERTIFICATE-----\n)/)
  writeFileSync(ca('root.pem'), pems[1] ?? '')
  const verify = () =>
    openssl(
      'verify',
      '-x509_strict',
      '-crl_check',
      '-CRLfile',
      ca('root-status.pem'),
      '-CAfile',
      ca('root.pem'),
      ca('ca.pem'),
    )
  expect(verify()).toContain('ca.pem: OK')
  expect(await signsNow(data, signer)).toBe(true)

  const renewed = await ceremony(data, ['--root-crl', '--root-key', rootKey], signer)
  expect(renewed.stdout).toContain('Wrote root CRL number 2')
  expect(verify()).toContain('ca.pem: OK')
  const other = await ceremony(data, ['--root-crl', '--root-key', signer], signer)
  expect(other.stderr).toContain('is not the key of the CA certificate.')
})

test('a root in a file above an issuing CA in the vault', async () => {
  const signer = vaultSetting(vault.makeKey('below-a-file'))
  const data = newData()
  const refused = await ceremony(data, ['--issuing-ca'], signer)
  expect(refused.stderr).toContain('The CA key needs a passphrase.')
  const env = { ...TENANT, ...vault.env, LATCHKEY_SIGNER: signer, LATCHKEY_ROOT_PASSPHRASE: 'root' }
  expect(await initCa(data, ['--issuing-ca'], env)).toMatchObject({ status: 0 })
  expect(readdirSync(path.join(data, 'ca'))).toContain('root.key.json')
})

test('a request of the vault’s key for an enterprise root, and its answer', async () => {
  const signer = vaultSetting(vault.makeKey('enterprise', { type: 'ec-p384', hsm: true }))
  const data = newData()
  expect(await ceremony(data, ['--csr', '--name', 'Issuing 1'], signer)).toMatchObject({
    status: 0,
  })
  expect(readdirSync(path.join(data, 'ca-request'))).toEqual(['ca.csr.pem'])
  const csr = path.join(data, 'ca-request', 'ca.csr.pem')
  expect(openssl('req', '-in', csr, '-noout', '-verify', '-text')).toMatch(/CA:TRUE, pathlen:0/)

  const pair = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
  const files = ['-keyout', 'enterprise.key', '-out', 'enterprise.pem']
  openssl('req', '-x509', ...pair, ...files, '-subj', '/CN=Enterprise Root', '-days', '3650')
  writeFileSync(
    path.join(root, 'ext'),
    'basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n' +
      'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid',
  )
  const by = ['-CA', 'enterprise.pem', '-CAkey', 'enterprise.key', '-extfile', 'ext']
  openssl('x509', '-req', '-in', csr, ...by, '-days', '3650', '-out', 'answer.pem')
  const args = ['answer.pem', 'enterprise.pem'].flatMap((name) => [
    '--import',
    path.join(root, name),
  ])

  const other = vaultSetting(vault.makeKey('enterprise-2'))
  expect((await ceremony(data, args, other)).stderr).toContain(
    'No certificate in the answer is for the key of our request.',
  )
  expect(await ceremony(data, args, signer)).toMatchObject({ status: 0 })
  expect(readdirSync(data)).toEqual(['ca'])
  expect(readdirSync(path.join(data, 'ca')).sort()).toEqual(['ca.pem', 'chain.pem'])
  expect(await signsNow(data, signer)).toBe(true)
})

test('a key file that LATCHKEY_SIGNER names becomes that of the CA, and stays where it is', async () => {
  const data = newData()
  const file = path.join(root, 'brought.pem')
  openssl(
    'genpkey',
    '-algorithm',
    'EC',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-aes256',
    '-pass',
    'pass:secret',
    '-out',
    file,
  )
  execFileSync('chmod', ['600', file])
  const env = { ...TENANT, LATCHKEY_SIGNER: `file:${file}`, LATCHKEY_CA_PASSPHRASE: 'secret' }
  expect(await initCa(data, [], env)).toMatchObject({ status: 0 })
  expect(readdirSync(path.join(data, 'ca')).sort()).toEqual(['ca.pem', 'chain.pem'])
  const locked = await initCa(newData(), [], { ...TENANT, LATCHKEY_SIGNER: `file:${file}` })
  expect(locked.stderr).toContain(`The key in ${file} is locked.`)
})

const KEY = 'keyvault:https://x.vault.azure.net/keys/ca/0123456789abcdef0123456789abcdef'
const refusals: readonly [
  what: string,
  args: readonly string[],
  signer: string | null,
  sentence: string,
][] = [
  [
    'a type for a key that exists',
    ['--key', 'ec-p384'],
    KEY,
    '--key goes with a key that the ceremony makes',
  ],
  ['--hsm without a key to make', ['--hsm'], null, '--hsm goes with --make-key.'],
  [
    'a version of a key to make',
    ['--make-key', KEY],
    null,
    '--make-key takes an address without a version',
  ],
  [
    'a key to make on no vault',
    ['--make-key', 'keyvault:http://x/keys/a'],
    null,
    '--make-key is not the https address of a key',
  ],
  [
    'a root key without version',
    ['--issuing-ca', '--root-key', KEY.slice(0, -33)],
    KEY,
    '--root-key names no version of the key ca.',
  ],
]
test.each(refusals)('%s is refused', async (_, args, signer, sentence) => {
  const { status, stderr } = await ceremony(newData(), args, signer)
  expect(stderr).toContain(sentence)
  expect(status).toBe(1)
})
