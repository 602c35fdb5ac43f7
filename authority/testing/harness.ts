import { rmSync } from 'node:fs'
import { openLimits } from '#authority/http/limits.ts'
import type { Patience } from '#authority/http/patience.ts'
import { readProxyRules } from '#authority/http/proxy.ts'
import type { App } from '#authority/http/schema.ts'
import { buildServer } from '#authority/http/server.ts'
import type { LoadMax } from '#authority/jobs/ocsp-service.ts'
import { startStatus } from '#authority/jobs/status-service.ts'
import { type Observer, type ObserverOptions, openObserver } from '#authority/observe/observer.ts'
import { checksOf, makeProbe } from '#authority/routes/health.ts'
import { loadTls } from '#authority/tls/tls.ts'
import { createCa } from '#cli/make-ca.ts'
import { compose } from '#lib/compose.ts'
import { type Config, readConfig, readSecret } from '#lib/config.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { makeProfileSigner } from '#lib/issuance/profiles/sign-profile.ts'
import { createLog } from '#lib/log.ts'
import type { IssuingOptions } from '#lib/signer/testing/ceremony.ts'
import {
  type KeyWish,
  startVaultDouble,
  trust,
  type VaultDouble,
} from '#lib/signer/testing/vault-double.ts'
import { vaultSetting } from '#lib/signer-setting.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { makeFolder } from '#lib/testing/memory.ts'
import { startSandbox } from '#sandbox/server.ts'
import { bringCa } from './bring-ca.ts'
import { type Answer, type RawOptions, send, sendRaw, type TestRequest } from './request.ts'

/**
 * The whole service on free local ports, in this process, with nothing replaced: the sandbox tenant, a CA and
 * a ledger in a temporary folder, both listeners.
 */
export type Harness = {
  readonly config: Config
  readonly authority: Authority
  /** Number of signatures by the CA so far. */
  readonly signatures: () => number
  /** The log as JSON lines. */
  readonly logged: () => readonly string[]
  /**
   * Gives a token for a person of the sandbox (`alice`, or an UPN); `claims` are merged into it, and null
   * removes one.
   */
  readonly token: (user: string, claims?: object, version?: 1 | 2) => Promise<string>
  readonly appToken: (app: string, claims?: object) => Promise<string>
  /** A control call of the sandbox, such as `('POST', '/faults', { graph: 'down' })`. */
  readonly control: (method: string, path: string, body?: object) => Promise<unknown>
  readonly send: (request: TestRequest) => Promise<Answer>
  /**
   * Writes these bytes to the http listener and gives everything that comes back until it closes the
   * connection.
   */
  readonly sendRaw: (bytes: string | Buffer, options?: RawOptions) => Promise<string>
  /** The http listener, for requests that seem to come from elsewhere on the network. */
  readonly app: App
  /** Not automatic here, since tests count signatures and records. */
  readonly status: ReturnType<typeof startStatus>
  readonly setDraining: (draining: boolean) => void
  /** Where the CA key is; throws without the option `vault`. */
  readonly vault: () => VaultDouble
  /** Null unless the options ask for it. */
  readonly observer: Observer | null
  readonly close: () => Promise<void>
}

export type HarnessOptions = {
  readonly env?: Readonly<Record<string, string>>
  readonly patience?: Partial<Patience>
  readonly load?: LoadMax
  /** Counts, and with `otel` sends. */
  readonly observed?: Partial<ObserverOptions>
  /**
   * Makes a root and an issuing CA below it, in place of a root that issues itself; `{}` for the defaults.
   */
  readonly issuingCa?: Partial<IssuingOptions>
  /** The CA is a root whose key is in a double of a vault; `{}` for the defaults. */
  readonly vault?: KeyWish
  /** Replaces a part of the authority, for instance to make it fail. */
  readonly change?: (authority: Authority) => Authority
}

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const folder = makeFolder('latchkey-authority-')
  const vault = options.vault ? await useVault(options.vault) : null
  const config = await configIn(folder, { ...vault?.signer, ...options.env })
  const sandbox = await startSandbox(config)
  if (vault) await createCa(config, VAULT_CA, new Date())
  else await bringCa(config, options.issuingCa)
  const proxy = readProxyRules(config, readSecret('LATCHKEY_PROXY_SECRET', options.env ?? {}))
  const limits = await openLimits(config.limits, proxy)
  const lines: string[] = []
  const log = createLog('authority', {
    level: 'debug',
    readable: false,
    write: (line) => lines.push(line),
  })
  const composed = await compose(config, log)

  let signatures = 0
  let draining = false
  const counted: Authority = {
    ...composed.authority,
    signer: {
      ...composed.authority.signer,
      sign: (tbs) => {
        signatures += 1
        return composed.authority.signer.sign(tbs)
      },
    },
  }
  const authority = options.change?.(counted) ?? counted
  const status = startStatus(config, authority, log, {
    readRoot: composed.readRoot,
    automatic: { responder: false, crls: false },
    ...(options.load && { load: options.load }),
  })
  const observer = options.observed
    ? await openObserver({ worker: '1', otel: null, onError: () => undefined, ...options.observed })
    : null
  const deps = {
    config,
    authority,
    networks: composed.networks,
    profileSigner: makeProfileSigner(authority),
    status,
    verifyToken: composed.verifyToken,
    stepUp: composed.stepUp,
    proxy,
    limits,
    log,
    isLeaving: () => draining,
    isDraining: () => draining,
    workers: null,
    // Tests run in this process too, so its delay says nothing about the service.
    patience: { loopDelayMs: 0, ...options.patience },
    ...(observer && { instrument: observer.instrument }),
  }
  const tls = loadTls(config, authority.issuer.chain, new Date())
  const plain = await buildServer(deps)
  const secure = await buildServer(deps, { tls })
  observer?.watch({
    ...{ authority, status, backfillLength: composed.backfillLength },
    tlsCertificate: () => tls.cert,
    probe: makeProbe({ ...deps, checks: checksOf(authority) }),
  })
  await plain.app.listen({ port: config.AUTHORITY_PORT, host: '127.0.0.1' })
  await secure.app.listen({ port: config.AUTHORITY_TLS_PORT, host: '127.0.0.1' })

  const control = (method: string, name: string, body?: object) =>
    callSandbox(`${sandbox.url}/sandbox${name}`, method, body)
  return {
    config,
    authority,
    signatures: () => signatures,
    logged: () => lines,
    token: async (user, claims = {}, version = 2) =>
      accessTokenIn(await control('POST', '/token', { user: upnOf(user), claims, version })),
    appToken: async (app, claims = {}) =>
      accessTokenIn(await control('POST', '/token', { app, claims })),
    control,
    send: (request) => send(config, request),
    sendRaw: (bytes, raw = {}) => sendRaw(config.AUTHORITY_PORT, bytes, raw),
    app: plain.app,
    ...{ status, observer },
    setDraining: (value) => {
      draining = value
    },
    vault: () => {
      if (vault) return vault.double
      throw new Error('This harness has no vault.')
    },
    close: async () => {
      await observer?.close()
      await Promise.all([plain.app.close(), secure.app.close()])
      await status.close()
      await composed.close()
      await sandbox.close()
      await vault?.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const VAULT_CA = {
  ...{ key: null, name: 'Vault CA', organization: 'Contoso', years: 10 },
  ...{ issuingCa: false, crlDays: 365 },
}

/** Starts a vault with a key, and lets this process use it as the configuration would say. */
async function useVault(wish: KeyWish) {
  const double = await startVaultDouble()
  trust(double.ca)
  Object.assign(process.env, double.env)
  return {
    double,
    signer: { LATCHKEY_SIGNER: vaultSetting(double.makeKey('ca', wish)) },
    close: async () => {
      for (const name of Object.keys(double.env)) delete process.env[name]
      await double.close()
    },
  }
}

function upnOf(user: string): string {
  return user.includes('@') ? user : `${user}@contoso.example`
}

export async function configIn(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Config> {
  const [authority, tls, sandbox, portal] = await Promise.all([1, 2, 3, 4].map(freePort))
  return readConfig({
    LATCHKEY_DATA: folder,
    AUTHORITY_PORT: String(authority),
    AUTHORITY_TLS_PORT: String(tls),
    SANDBOX_PORT: String(sandbox),
    PORTAL_PORT: String(portal),
    ...env,
  })
}

async function callSandbox(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`The sandbox says ${response.status}: ${text}`)
  return text === '' ? null : JSON.parse(text)
}

function accessTokenIn(answer: unknown): string {
  return (answer as { access_token: string }).access_token
}
