import { LatchkeyError } from '#lib/errors.ts'
import { NETWORK_FORMS, type NetworkForm } from '#lib/network/form-facts.ts'
import { type NetworkFileKind, networkFiles } from '#lib/network/forms.ts'
import type { Network } from '#lib/network/network.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { chainHolds, keyBelongsTo } from '#lib/pki/certificate/verify-chain.ts'
import { type CsrNames, writeCsr } from '#lib/pki/csr/csr-write.ts'
import { type KeyPairType, makeKeyPair } from '#lib/pki/keys/key-pair.ts'
import { makePassword } from '#lib/pki/pkcs12/password.ts'
import { openPrivateKey, sealPrivateKey } from '#lib/pki/pkcs12/pkcs8-seal.ts'
import {
  makePkcs12Lock,
  type Pkcs12Lock,
  type Protection,
  writePkcs12,
} from '#lib/pki/pkcs12/pkcs12.ts'
import { legacyProtection } from '#lib/pki/pkcs12/pkcs12-legacy.ts'
import { modernProtection } from '#lib/pki/pkcs12/pkcs12-modern.ts'
import { readPkcs12 } from '#lib/pki/pkcs12/pkcs12-read.ts'

/**
 * Makes and holds the private key in a worker: the page never sees the key, slow derivations do not block the
 * page, and the key is gone when the tab closes.
 */
export type KeyEngine = {
  /**
   * Makes key and CSR while the reader still chooses. `makeRequest` gives the CSR of the last wish; null when it has
   * given one for another wish, whose key is kept.
   */
  readonly prepareRequest: (wish: KeyWish) => Promise<Uint8Array | null>
  /** Gives a CSR signed by the key, DER. A second call gives the same octets. */
  readonly makeRequest: (wish: KeyWish) => Uint8Array | Promise<Uint8Array>
  /** Derives the keys of the file that `wrap` will write, while the certificate is made elsewhere. */
  readonly prepareFile: (form: Wrapping['form']) => Promise<void>
  /** Encrypts key and certificate in files and opens each once. Throws when one does not open. */
  readonly wrap: (order: WrapOrder) => Promise<Wrapped>
  /** Deletes key, CSR and password. */
  readonly forget: () => Promise<void>
}

export type KeyWish = { readonly type: KeyPairType; readonly names: CsrNames }

/** How key and certificate are wrapped. */
export type Wrapping = {
  /** One locked file, in the newer or the older format; or separate files. */
  readonly form: 'modern' | 'older' | 'pem'
  /** The settings of networks that come along; null for none. */
  readonly network: NetworkWrapping | null
}

/** The forms of one locked file. */
type LockedForm = Exclude<Wrapping['form'], 'pem'>

const PROTECTIONS: Readonly<Record<LockedForm, Protection>> = {
  modern: modernProtection,
  older: legacyProtection,
}

export type NetworkWrapping = {
  readonly form: NetworkForm
  readonly networks: readonly Network[]
  readonly identity: string
  readonly organization: string
  readonly title: string
  readonly fileBase: string
}

export type WrapOrder = Wrapping & {
  readonly friendlyName: string
  readonly issuerName: string
  readonly notAfter: Date
  readonly certificate: Uint8Array
  /** Issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
}

export type Wrapped = {
  readonly password: string
  readonly files: readonly WrappedFile[]
  /** Whether the certificate's chain leads to its root. */
  readonly chainHolds: boolean
}

export type WrappedFile = {
  readonly kind: 'p12' | 'key' | 'certificate' | 'chain' | NetworkFileKind
  /** What follows the beginning of its name. */
  readonly ending: string
  readonly octets: Uint8Array
}

export function createKeyEngine(): KeyEngine {
  let keys: { type: KeyPairType; pair: Promise<CryptoKeyPair> } | null = null
  let request: { wish: string; csr: Promise<Uint8Array>; given: boolean } | null = null
  let password: string | null = null
  let prepared: { form: LockedForm; lock: Promise<Pkcs12Lock> } | null = null

  function beginAnew(made: typeof keys): void {
    keys = made
    request = null
    password = null
    prepared = null
  }

  function keyOf(type: KeyPairType): Promise<CryptoKeyPair> {
    if (keys?.type === type) return keys.pair
    const made = { type, pair: makeKeyPair(type, true) }
    beginAnew(made)
    // What could not be made is tried again by the next call.
    made.pair.catch(() => {
      if (keys === made) keys = null
    })
    return made.pair
  }

  function isOther({ type, names }: KeyWish): boolean {
    return keys?.type !== type || request?.wish !== JSON.stringify(names)
  }

  function requestOf(wish: KeyWish) {
    const pair = keyOf(wish.type)
    if (request === null || isOther(wish)) {
      const csr = pair.then((made) => writeCsr(made, wish.names))
      const made = { wish: JSON.stringify(wish.names), csr, given: false }
      request = made
      // What could not be signed is tried again by the next call.
      csr.catch(() => {
        if (request === made) request = null
      })
    }
    return request
  }

  function lockOf(form: LockedForm): Promise<Pkcs12Lock> {
    if (prepared?.form === form) return prepared.lock
    password ??= makePassword(randomBytes)
    prepared = { form, lock: makePkcs12Lock(PROTECTIONS[form], password, randomBytes) }
    return prepared.lock
  }

  /** A lock is for one file, so the next one gets another. */
  function takeLock(form: LockedForm): Promise<Pkcs12Lock> {
    const lock = lockOf(form)
    prepared = null
    return lock
  }

  return {
    prepareRequest: async (wish) => (request?.given && isOther(wish) ? null : requestOf(wish).csr),
    makeRequest: (wish) => {
      // A key is for one certificate, so another wish gets another key.
      if (request?.given && isOther(wish)) keys = null
      const made = requestOf(wish)
      made.given = true
      return made.csr
    },
    prepareFile: async (form) => {
      if (form !== 'pem' && keys) await lockOf(form)
    },
    wrap: async (order) => {
      if (!keys) throw new LatchkeyError('internal', 'There is no key to wrap.')
      const { privateKey } = await keys.pair
      const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
      password ??= makePassword(randomBytes)
      const { form } = order
      const [files, holds] = await Promise.all([
        form === 'pem'
          ? wrapApart(order, pkcs8, password)
          : wrapInOne({ ...order, form }, pkcs8, password, takeLock(form)),
        chainHolds([order.certificate, ...order.chain]),
      ])
      return { password, files, chainHolds: holds }
    },
    forget: async () => beginAnew(null),
  }
}

async function wrapInOne(
  order: WrapOrder & { readonly form: LockedForm },
  privateKey: Uint8Array,
  password: string,
  lock: Promise<Pkcs12Lock>,
): Promise<WrappedFile[]> {
  const { network, chain, certificate, friendlyName } = order
  // Without the root: some systems would trust a root from a PKCS#12 file for every purpose. A configuration
  // profile takes one certificate in it, and has the others beside it.
  const issuers = network?.form === 'mobileconfig' ? [] : chain.slice(0, -1)
  const contents = { privateKey, certificates: [certificate, ...issuers], friendlyName }
  const octets = await writePkcs12(contents, await lock)
  await readPkcs12(PROTECTIONS[order.form], octets, password)
  const file: WrappedFile = { kind: 'p12', ending: '.p12', octets }
  if (!network) return [file]
  const settings = await networkFiles(network.form, {
    ...network,
    holder: { ...network, issuerName: order.issuerName },
    pkcs12: octets,
    password,
    chain,
    notAfter: order.notAfter,
    uuid: () => crypto.randomUUID(),
  })
  return NETWORK_FORMS[network.form].holdsKey ? [...settings] : [file, ...settings]
}

async function wrapApart(
  order: WrapOrder,
  privateKey: Uint8Array,
  password: string,
): Promise<WrappedFile[]> {
  const sealed = await sealPrivateKey(modernProtection, privateKey, password, randomBytes)
  const opened = await openPrivateKey(modernProtection, sealed, password)
  if (!(await keyBelongsTo(opened, order.certificate))) {
    throw new LatchkeyError('internal', 'Key and certificate do not belong together.')
  }
  return [
    { kind: 'key', ending: '.key.pem', octets: text(toPem('ENCRYPTED PRIVATE KEY', sealed)) },
    { kind: 'certificate', ending: '.pem', octets: text(toPem('CERTIFICATE', order.certificate)) },
    {
      kind: 'chain',
      ending: '.chain.pem',
      octets: text(order.chain.map((it) => toPem('CERTIFICATE', it)).join('')),
    },
  ]
}

function text(pem: string): Uint8Array {
  return new TextEncoder().encode(pem)
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}
