import { spawnSync } from 'node:child_process'
import { createPublicKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { toPem } from '#lib/pki/asn1/pem.ts'
import type { CaKeyType } from '#lib/signer/key.ts'
import { makeIssuingRoot } from '#lib/signer/testing/ceremony.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { untilAnswers } from '#lib/testing/until-answers.ts'
import { type Child, type Core, type Env, startChild } from './child.ts'
import type { Peer } from './peers.ts'
import { TENANT } from './tenant.ts'

/** The programs of a measurement: ours, run as for a real tenant, and cfssl; step-ca.ts has step-ca. */

const ROOT = path.resolve(import.meta.dirname, '..', '..')

export type Directory = Child & { readonly url: string }

export async function startDirectory(tokenKey: KeyObject): Promise<Directory> {
  const port = await freePort()
  const pem = createPublicKey(tokenKey).export({ format: 'pem', type: 'spki' })
  const file = path.join(import.meta.dirname, 'directory-process.ts')
  const child = startChild('load', process.execPath, [file, String(port), String(pem)])
  const url = `http://127.0.0.1:${port}`
  await untilAnswers(`${url}/discovery/`, child.process)
  return { ...child, url }
}

export type RunningAuthority = Child & {
  readonly port: number
  readonly tlsPort: number
  /** PEM of the CA of its https certificate. */
  readonly tlsCa: string
}

export type AuthorityOptions = {
  readonly folder: string
  readonly directoryUrl: string
  /** Null where `env` says in which vault the key is. */
  readonly caKey: CaKeyType | null
  /** Default: the first one. */
  readonly core?: Core
  /** Additional environment variables. */
  readonly env?: Env
  /** Called after the CA is made and before the authority starts. */
  readonly prepare?: () => Promise<void>
  /** Arguments for Node itself, such as --cpu-prof. */
  readonly nodeArgs?: readonly string[]
  /** Another checkout whose authority is started. */
  readonly root?: string
}

/** Makes a CA and starts the authority with a tenant, a ledger in a file, and its log switched on. */
export async function startAuthority(options: AuthorityOptions): Promise<RunningAuthority> {
  const [port, tlsPort, portal] = [await freePort(), await freePort(), await freePort()]
  const { folder, directoryUrl, caKey, core = 'measured', nodeArgs = [], root = ROOT } = options
  const env: Env = {
    PATH: process.env.PATH,
    LATCHKEY_DATA: folder,
    LATCHKEY_HOST: '127.0.0.1',
    // Rate limits would stop the measurement.
    LATCHKEY_LIMITS: 'generous',
    AUTHORITY_PORT: String(port),
    AUTHORITY_TLS_PORT: String(tlsPort),
    PORTAL_PORT: String(portal),
    LATCHKEY_LOGIN_URL: directoryUrl,
    LATCHKEY_GRAPH_URL: directoryUrl,
    LATCHKEY_TENANT_ID: TENANT.tenantId,
    LATCHKEY_TENANT_NAME: 'Bench',
    LATCHKEY_API_CLIENT_ID: TENANT.apiClientId,
    LATCHKEY_PORTAL_CLIENT_ID: TENANT.portalClientId,
    LATCHKEY_GRAPH_CLIENT_ID: TENANT.graphClientId,
    LATCHKEY_GRAPH_CLIENT_SECRET: randomUUID(),
    LATCHKEY_CA_PASSPHRASE: randomUUID(),
    ...options.env,
  }
  const wish = caKey === null ? [] : ['--key', caKey]
  const ceremony = spawnSync(process.execPath, ['cli/init-ca.ts', ...wish], {
    cwd: root,
    env: env as NodeJS.ProcessEnv,
    encoding: 'utf8',
  })
  if (ceremony.status !== 0) throw new Error(`The CA was not made: ${ceremony.stderr}`)
  await options.prepare?.()
  const args = [...nodeArgs, 'authority/main.ts']
  const child = startChild(core, process.execPath, args, { env, cwd: root })
  await untilAnswers(`http://127.0.0.1:${port}/probe`, child.process)
  const tlsCa = readFileSync(path.join(folder, 'tls', 'ca.pem'), 'utf8')
  return { ...child, port, tlsPort, tlsCa }
}

/** Waits until all of an authority's workers answer, where it has several. */
export async function untilAll(
  { port }: Pick<RunningAuthority, 'port'>,
  workers: number,
): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/probe`)
    const { workers: seen = [] } = (await answer.json()) as { workers?: { state: string }[] }
    if (workers === 1 || seen.filter(({ state }) => state === 'up').length === workers) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('The workers did not all start.')
}

export type RunningCfssl = Child & { readonly port: number }

/** A CA of the same key type without a database: the least that cfssl can do. */
export async function startCfssl(
  peer: Peer,
  folder: string,
  caKey: CaKeyType,
): Promise<RunningCfssl> {
  const ca = await makeCa(caKey)
  const file = (name: string, content: string) => {
    writeFileSync(path.join(folder, name), content, { mode: 0o600 })
    return path.join(folder, name)
  }
  const signing = {
    default: {
      expiry: '8760h',
      usages: ['digital signature', 'client auth'],
      issuer_urls: ['https://localhost:8443/ca'],
      ocsp_url: 'http://localhost:8080/ocsp',
      crl_url: 'http://localhost:8080/crl',
    },
  }
  const port = await freePort()
  const args = ['serve', '-address', '127.0.0.1', '-port', String(port), '-loglevel', '5']
  const files = [
    ['-ca', file('cfssl-ca.pem', ca.certificate)],
    ['-ca-key', file('cfssl-ca-key.pem', ca.key)],
    ['-config', file('cfssl.json', JSON.stringify({ signing }))],
  ]
  const env = { ...process.env, GOMAXPROCS: '1' }
  const child = startChild('measured', peer.path, [...args, ...files.flat()], { env, cwd: folder })
  await untilAnswers(`http://127.0.0.1:${port}/`, child.process)
  return { ...child, port }
}

/** Makes a CA; gives PEM of its certificate and of its key. */
export async function makeCa(key: CaKeyType): Promise<{ certificate: string; key: string }> {
  const made = await makeIssuingRoot(
    { key, name: 'Bench CA', organization: 'Bench', years: 10 },
    { now: new Date(), randomBytes: (length) => randomBytes(length) },
  )
  const [certificate = new Uint8Array()] = made.chain
  // SEC 1 or PKCS#1, which every version of cfssl reads; PKCS#8 only newer ones.
  const type = made.key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs1'
  const keyPem = made.key.export({ format: 'pem', type } as { format: 'pem'; type: 'pkcs1' })
  return { certificate: toPem('CERTIFICATE', certificate), key: String(keyPem) }
}
