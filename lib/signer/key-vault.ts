import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import https from 'node:https'
import type {
  CryptographyClient,
  CryptographyClientOptions,
  KeyClient,
  KeyVaultKey,
} from '@azure/keyvault-keys'
import { LatchkeyError } from '#lib/errors.ts'
import { algorithmFor } from '#lib/pki/certificate/issuer.ts'
import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'
import { type VaultKey, vaultKeyId } from '#lib/signer-setting.ts'
import { openCredential, type VaultIdentity } from './azure-credential.ts'
import { COORDINATE_OCTETS, derSignature } from './ecdsa-signature.ts'
import { CA_KEYS, type CaKeyType, publicKeyFrom, spkiOf } from './key.ts'
import { openPace, Throttled } from './pace.ts'
import type { Signer } from './signer.ts'
import { asVaultError, readVaultTrouble, sayVaultTrouble } from './vault-error.ts'

/**
 * A CA key in Azure Key Vault or Managed HSM. The vault gets the digest of what is to be signed, and one call
 * for each signature; what comes back is verified before anybody gets it. The version of the key is pinned:
 * an answer for another one is refused. Who may use the vault's key can act as the CA.
 */
export type VaultAccess = {
  readonly identity: VaultIdentity
  /** How many processes here sign beside each other. */
  readonly processes: number
  /** Of one signature, its wait and its retries together. */
  readonly deadlineMs: number
  /** Tells the operator of what must not happen. */
  readonly report: (sentence: string, error: unknown) => void
}

/**
 * Opens a key of a vault. `issuerSpki` is the key of the CA certificate; null where there is no certificate
 * yet. Throws LatchkeyError('signer_unavailable') with a sentence for the operator when the vault cannot be
 * asked, or the key cannot sign or is not the certificate's.
 */
export async function openVaultSigner(
  key: VaultKey,
  issuerSpki: Uint8Array | null,
  access: VaultAccess,
): Promise<Signer> {
  const { vault, credential, sdk } = await openVault(key.vaultUrl, access.identity)
  const found = await readKey(vault, key)
  const { publicKey, spki } = publicPartOf(key, found)
  if (issuerSpki && !publicKey.equals(publicKeyFrom(issuerSpki))) {
    throw unavailable(`The key ${vaultKeyId(key)} is not the key of the CA certificate.`)
  }
  // A signature that may have been made is not asked for again under the same serial: no retries here.
  const client = new sdk.CryptographyClient(found, credential, {
    ...PATIENCE,
    ...KEPT,
    retryOptions: { maxRetries: 0 },
  })
  const algorithm = algorithmFor(spki)
  const pace = openPace({ ...access, perSecondMax: perSecondOf(found, publicKey) })
  const sign = signBy(client, publicKey, algorithm, access.report)
  return {
    algorithm,
    // The certificate's encoding of the key, so that ids computed from it are equal.
    spki: issuerSpki ?? spki,
    sign: (tbs) => pace.run((signal) => sign(tbs, signal)),
    enter: pace.enter,
    isUp: pace.isUp,
  }
}

/**
 * Makes a key in a vault, which is never exportable, and gives its first version. Throws LatchkeyError with a
 * sentence when there is one of that name, also a deleted one, or the vault refuses.
 */
export async function makeVaultKey(
  { vaultUrl, name }: Pick<VaultKey, 'vaultUrl' | 'name'>,
  { type, hsm }: { readonly type: CaKeyType; readonly hsm: boolean },
  identity: VaultIdentity,
): Promise<VaultKey> {
  const { vault } = await openVault(vaultUrl, identity)
  if (await hasKey(vault, name)) {
    throw new LatchkeyError(
      'policy_violation',
      `There is a key ${name} in ${vaultUrl} already. Choose another name: a new version would take its place.`,
    )
  }
  const parameters = CA_KEYS[type]
  const options = { hsm, exportable: false, keyOps: ['sign', 'verify'], ...inTime() }
  try {
    const made =
      parameters.kind === 'ec'
        ? await vault.createEcKey(name, { ...options, curve: parameters.namedCurve })
        : await vault.createRsaKey(name, { ...options, keySize: parameters.modulusLength })
    return { vaultUrl, name, version: made.properties.version ?? '' }
  } catch (error) {
    throw refusedBy(vaultUrl, error, 'Key Vault Crypto Officer')
  }
}

async function hasKey(vault: KeyClient, name: string): Promise<boolean> {
  try {
    await vault.getKey(name, inTime())
    return true
  } catch (error) {
    if (readVaultTrouble(error).status === 404) return false
    throw refusedBy(vault.vaultUrl, error, 'Key Vault Crypto Officer')
  }
}

const OPEN_MS = 30_000
/** A vault never redirects; a token would go along. */
const PATIENCE = { redirectOptions: { maxRetries: 0 } }

/** Firewalls and proxies keep idle connections for minutes. A shorter time that the vault says counts. */
const IDLE_MS = 30_000

const agent = new https.Agent({ keepAlive: true, timeout: IDLE_MS })

/**
 * The library's own agent has no time limit, and Node's agents then overlook what the server says of its own: a
 * request on a connection that was closed meanwhile is lost, and no signature is asked for again.
 */
const KEPT: CryptographyClientOptions = {
  additionalPolicies: [
    {
      position: 'perRetry',
      policy: {
        name: 'connectionsClosedInTime',
        sendRequest: (request, next) => {
          // A proxy has an agent of its own.
          request.agent ??= agent
          return next(request)
        },
      },
    },
  ],
}

function inTime() {
  return { abortSignal: AbortSignal.timeout(OPEN_MS) }
}

async function openVault(vaultUrl: string, identity: VaultIdentity) {
  const [sdk, credential] = await Promise.all([
    import('@azure/keyvault-keys'),
    openCredential(identity),
  ])
  return { sdk, credential, vault: new sdk.KeyClient(vaultUrl, credential, PATIENCE) }
}

async function readKey(vault: KeyClient, key: VaultKey): Promise<KeyVaultKey> {
  const id = vaultKeyId(key)
  const found = await vault
    .getKey(key.name, { version: key.version, ...inTime() })
    .catch((error: unknown) => {
      if (readVaultTrouble(error).status === 404) {
        throw unavailable(`There is no key ${id}. Its name and version are in the portal of Azure.`)
      }
      throw refusedBy(key.vaultUrl, error, 'Key Vault Crypto User')
    })
  const { enabled, expiresOn, notBefore } = found.properties
  const now = new Date()
  if (found.id?.toLowerCase() !== id.toLowerCase()) {
    throw unavailable(`Asked for the key ${id}, the vault gives ${found.id ?? 'none'}.`)
  }
  if (enabled === false) throw unavailable(`The key ${id} is disabled.`)
  if (expiresOn && expiresOn <= now) {
    throw unavailable(`The key ${id} expired on ${expiresOn.toISOString()}.`)
  }
  if (notBefore && notBefore > now) {
    throw unavailable(`The key ${id} may be used only from ${notBefore.toISOString()} on.`)
  }
  if (!found.keyOperations?.includes('sign')) {
    throw unavailable(`The key ${id} may not sign: "sign" is not among its permitted operations.`)
  }
  return found
}

const RSA_BITS: readonly unknown[] = [2048, 3072, 4096]

function publicPartOf(key: VaultKey, { key: jwk = {} }: KeyVaultKey) {
  try {
    const text = (part: Uint8Array | undefined) => Buffer.from(part ?? []).toString('base64url')
    const isEc = jwk.kty?.startsWith('EC') ?? false
    const publicKey = createPublicKey({
      key: isEc
        ? { kty: 'EC', crv: jwk.crv ?? '', x: text(jwk.x), y: text(jwk.y) }
        : { kty: 'RSA', n: text(jwk.n), e: text(jwk.e) },
      format: 'jwk',
    })
    const spki = spkiOf(publicKey)
    // Throws for a curve that no CA of ours has.
    algorithmFor(spki)
    if (isEc || RSA_BITS.includes(publicKey.asymmetricKeyDetails?.modulusLength)) {
      return { publicKey, spki }
    }
  } catch {
    // Told below.
  }
  throw unavailable(
    `The key ${vaultKeyId(key)} is none for a CA: P-256, P-384, P-521, or RSA of 2048, 3072 or 4096 bits.`,
  )
}

/** Microsoft's limits of a vault: operations in ten seconds, of software keys; those of an HSM are half. */
const SOFTWARE_PER_10_SECONDS = { 2048: 2000, 3072: 500, 4096: 250 } as const

function perSecondOf({ keyType }: KeyVaultKey, publicKey: KeyObject): number {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength
  const limit = bits === 3072 || bits === 4096 ? SOFTWARE_PER_10_SECONDS[bits] : 2000
  return limit / (keyType?.endsWith('-HSM') ? 20 : 10)
}

const VAULT_ALGORITHMS = {
  'ecdsa-sha256': 'ES256',
  'ecdsa-sha384': 'ES384',
  'ecdsa-sha512': 'ES512',
  'rsa-sha256': 'RS256',
  'rsa-sha384': 'RS384',
} as const satisfies Record<SignatureAlgorithm, string>

function signBy(
  client: CryptographyClient,
  publicKey: KeyObject,
  algorithm: SignatureAlgorithm,
  report: VaultAccess['report'],
) {
  const hashName = algorithm.slice(-6)
  return async (tbs: Uint8Array, abortSignal: AbortSignal): Promise<Uint8Array> => {
    const digest = await digestOf(hashName, tbs)
    const { result } = await client
      .sign(VAULT_ALGORITHMS[algorithm], digest, { abortSignal })
      .catch((error: unknown) => {
        const cause = asVaultError(error)
        if (cause instanceof Throttled) throw cause
        throw unavailable('The CA key cannot be used now.', cause)
      })
    const signature =
      algorithm === 'rsa-sha256' || algorithm === 'rsa-sha384'
        ? result
        : derSignature(result, COORDINATE_OCTETS[algorithm])
    if (signature && (await verifies(hashName, tbs, publicKey, signature))) return signature
    const error = unavailable('The signer gave a signature that does not verify.')
    report('the vault gave a signature that is not of the CA key; nothing was delivered', error)
    throw error
  }
}

/** Octets. More would block the event loop: a CRL has some megabytes. */
const HERE_OCTETS_MAX = 65_536

async function digestOf(name: string, tbs: Uint8Array): Promise<Uint8Array> {
  if (tbs.length <= HERE_OCTETS_MAX) return hash(name, tbs, 'buffer')
  const digest = await crypto.subtle.digest(name.replace('sha', 'SHA-'), Uint8Array.from(tbs))
  return new Uint8Array(digest)
}

function verifies(
  name: string,
  tbs: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean | Promise<boolean> {
  const how = { key, dsaEncoding: 'der' } as const
  if (tbs.length <= HERE_OCTETS_MAX) return verify(name, tbs, how, signature)
  return new Promise((resolve) => {
    verify(name, tbs, how, signature, (error, isGood) => resolve(error === null && isGood))
  })
}

/** For the operator, at the start and in the ceremony. */
function refusedBy(vaultUrl: string, error: unknown, role: string): LatchkeyError {
  const trouble = readVaultTrouble(error)
  const said = sayVaultTrouble(trouble)
  if (trouble.status === 401 || trouble.status === 403) {
    return unavailable(
      `${vaultUrl} refuses: ${said}. Give this identity the role ${role} there ` +
        '(of a managed HSM: Managed HSM Crypto User or Crypto Officer), and let its network in.',
    )
  }
  if (IDENTITY_ERRORS.includes(trouble.code)) {
    return unavailable(
      `There is no identity for ${vaultUrl} (${trouble.code}). Give this machine a managed identity or a ` +
        'workload identity, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH; ' +
        'for the ceremony, az login.',
    )
  }
  return unavailable(`${vaultUrl} cannot be used: ${said}.`)
}

const IDENTITY_ERRORS: readonly string[] = [
  'CredentialUnavailableError',
  'AggregateAuthenticationError',
  'AuthenticationError',
  'AuthenticationRequiredError',
]

function unavailable(message: string, cause?: unknown): LatchkeyError {
  return new LatchkeyError('signer_unavailable', message, { cause })
}
