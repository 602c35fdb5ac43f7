import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import {
  type CeremonyKey,
  type CeremonySecret,
  ceremonySecret,
  issuingKey,
  namedKey,
  newKeyFile,
  openVaultKey,
  vaultKeyIn,
  type WantedKey,
} from '#cli/ca-key.ts'
import { givenPassphrase, givenRootPassphrase } from '#cli/ca-passphrase.ts'
import { CannotStart } from '#cli/cannot-start.ts'
import type { Config } from '#lib/config.ts'
import { statusUrlProblem } from '#lib/config-check.ts'
import { displayNameOf } from '#lib/pki/asn1/distinguished-name.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { acceptAnswer } from '#lib/signer/answer.ts'
import { isFull, makeFolder, type NewFile } from '#lib/signer/ca-folder.ts'
import type { CeremonyOptions, MadeCa } from '#lib/signer/ceremony.ts'
import { readCertificates } from '#lib/signer/certificate-files.ts'
import { OWN_PASSPHRASE } from '#lib/signer/file.ts'
import { CA_FILES, caFolderOf } from '#lib/signer/issuer-files.ts'
import { publicKeyFrom, spkiOf } from '#lib/signer/key.ts'
import { readKeyFile, readPrivateFile } from '#lib/signer/key-file.ts'
import { rootStatusText } from '#lib/signer/root-status-file.ts'

/** Files of the key ceremony: what it makes, where, and the text for the operator. */

export type Outcome = { readonly folder: string; readonly name: string; readonly advice: string }

/** Whether there is a CA. Throws CannotStart while a CSR for an enterprise root is unanswered. */
export async function isCaMade(config: Config): Promise<boolean> {
  if (await isFull(caFolderOf(config.dataDir))) return true
  const request = requestFolderOf(config)
  if (!(await isFull(request))) return false
  throw new CannotStart(
    `The CA request in ${request} waits for its answer. Take it in with: ` +
      'npm run init-ca -- --import FILE',
  )
}

export type NewCaOptions = CeremonyOptions & {
  readonly key: WantedKey
  /** Whether to make an issuing CA below the root; otherwise the root issues itself. */
  readonly issuingCa: boolean
  /** Validity in days of the first root CRL, for a root that does not issue. */
  readonly crlDays: number
  /** The root's key in a vault, for a root that does not issue; null to make one in a file. */
  readonly rootKey?: string | null
}

/** Makes a CA with all its files, or none of them. */
export async function createCa(config: Config, options: NewCaOptions, now: Date): Promise<Outcome> {
  const folder = caFolderOf(config.dataDir)
  await refuseExisting(config)
  // Loaded only here: two builders of certificates, which no start needs but the first.
  const { certifyIssuingRoot, certifyRootAndIssuingCa } = await import('#lib/signer/ceremony.ts')
  const surroundings = { now, randomBytes: (length: number) => randomBytes(length) }
  const [secret, advice] = [ceremonySecret(config), adviceOn(config)]
  if (!options.issuingCa) {
    const { signer, files } = await issuingKey(config, options.key, secret)
    const { chain } = await certifyIssuingRoot(signer, options, surroundings)
    await makeFolder(folder, [...certificateFiles(chain), ...files, ...secret.files()])
    return outcome(folder, chain, advice)
  }
  const urls = { statusUrl: lastingStatusUrl(config), crlDays: options.crlDays }
  const root = await rootKeyOf(config, options, secret)
  const issuing = await issuingKey(config, options.key, secret)
  const signers = { root: root.signer, issuing: issuing.signer }
  const { chain, status } = await certifyRootAndIssuingCa(
    signers,
    { ...options, ...urls },
    surroundings,
  )
  await makeFolder(folder, [
    ...certificateFiles(chain),
    ...issuing.files,
    ...root.files,
    ...secret.files(),
    ...statusFiles(status),
  ])
  return outcome(folder, chain, [advice, ...rootAdvice(folder, root, status)].join('\n'))
}

function adviceOn({ LATCHKEY_SIGNER: setting }: Config): string {
  return setting === undefined
    ? 'Back up this folder and the passphrase, apart.'
    : 'Back up this folder; the key is not in it, but where LATCHKEY_SIGNER says.'
}

async function rootKeyOf(
  config: Config,
  { rootKey = null, key }: NewCaOptions,
  secret: CeremonySecret,
): Promise<CeremonyKey> {
  if (rootKey === null) {
    return newKeyFile(CA_FILES.rootKey, key, givenRootPassphrase() ?? secret.passphrase())
  }
  const inVault = vaultKeyIn('--root-key', rootKey)
  if (inVault) return { signer: await openVaultKey(config, inVault, null), files: [] }
  throw new CannotStart(
    'With --issuing-ca, --root-key names a key in a vault: keyvault:https://VAULT/keys/NAME/VERSION. ' +
      'Without it the ceremony makes one in a file.',
  )
}

function statusFiles(status: MadeCa['status']): readonly NewFile[] {
  if (status === null) return []
  return [{ name: CA_FILES.rootStatus, content: rootStatusText(status), mode: 0o644 }]
}

function rootAdvice(
  folder: string,
  { files }: CeremonyKey,
  status: MadeCa['status'],
): readonly string[] {
  const until = status?.nextUpdate.toISOString().slice(0, 10)
  const renew = `The root CRL ends on ${until}. Before that, bring the root key and run: npm run init-ca -- --root-crl`
  if (files.length === 0)
    return ['Take away from everybody the right to sign by the root key.', renew]
  return [
    `Take ${path.join(folder, CA_FILES.rootKey)} off-line now: copy it to two media in a safe, then remove it here.`,
    renew,
  ]
}

/** The address is part of the issuing CA's certificate, so it cannot change during its validity. */
function lastingStatusUrl(config: Config): string {
  if (!config.sandbox && config.LATCHKEY_STATUS_URL === undefined) {
    throw new CannotStart(
      'The certificate of an issuing CA names LATCHKEY_STATUS_URL for its whole life. Set it first, to ' +
        'an http address that every relying party reaches.',
    )
  }
  if (config.statusUrl.startsWith('http://') && !config.statusUrl.endsWith('/')) {
    const problem = statusUrlProblem(config, process.env)
    if (problem !== null) throw new CannotStart(problem)
    return config.statusUrl
  }
  throw new CannotStart(
    `LATCHKEY_STATUS_URL is ${config.statusUrl}, and the certificate of an issuing CA needs one that ` +
      'begins with http:// and does not end with a slash.',
  )
}

/** Makes a CSR for an enterprise root, and the key where LATCHKEY_SIGNER names none. */
export async function requestCa(
  config: Config,
  options: CeremonyOptions & { readonly key: WantedKey },
): Promise<Outcome> {
  const folder = requestFolderOf(config)
  await refuseExisting(config)
  const { requestCaCertificate } = await import('#lib/signer/ceremony.ts')
  const secret = ceremonySecret(config)
  const { signer, files } = await issuingKey(config, options.key, secret)
  const csr = await requestCaCertificate(signer, options)
  await makeFolder(folder, [
    { name: 'ca.csr.pem', content: toPem('CERTIFICATE REQUEST', csr), mode: 0o644 },
    ...files,
    ...secret.files(),
  ])
  const advice =
    `Wrote the CSR ${path.join(folder, 'ca.csr.pem')}. Have your enterprise CA sign it as a subordinate CA,\n` +
    'then take in the answer with its chain: npm run init-ca -- --import FILE'
  return { folder, name: options.name, advice }
}

/** Imports the enterprise root's answer, after checking it against our key. */
export async function importAnswer(
  config: Config,
  files: readonly string[],
  now: Date,
): Promise<Outcome> {
  const folder = caFolderOf(config.dataDir)
  const request = requestFolderOf(config)
  if (await isFull(folder)) throw taken(folder)
  if (!(await isFull(request))) {
    throw new CannotStart('There is no CA request. Make one with: npm run init-ca -- --csr')
  }
  const { spki, files: keyFiles } = await requestedKey(config, request)
  const chain = acceptAnswer(files.flatMap(readAnswerFile), publicKeyFrom(spki), now)
  await makeFolder(folder, [...certificateFiles(chain), ...keyFiles])
  // The key is in its new place and synced; a second copy would be one more to protect.
  await rm(request, { recursive: true })
  return outcome(folder, chain, adviceOn(config))
}

/** The key of the request: where LATCHKEY_SIGNER says, or beside the request with its files. */
async function requestedKey(
  config: Config,
  request: string,
): Promise<{ readonly spki: Uint8Array; readonly files: readonly NewFile[] }> {
  const setting = config.LATCHKEY_SIGNER
  if (setting !== undefined) return { spki: (await namedKey(config, setting)).spki, files: [] }
  const keyPath = path.join(request, CA_FILES.key)
  const ownPath = path.join(request, OWN_PASSPHRASE)
  const own = existsSync(ownPath) ? await readPrivateFile(ownPath) : null
  const passphrase = givenPassphrase() ?? own?.trimEnd() ?? null
  if (passphrase === null) {
    throw new CannotStart(
      'The key of the request is locked. Set LATCHKEY_CA_PASSPHRASE_FILE or LATCHKEY_CA_PASSPHRASE.',
    )
  }
  const spki = spkiOf(await readKeyFile(keyPath, passphrase))
  const content = await readPrivateFile(keyPath)
  return {
    spki,
    files: [
      { name: CA_FILES.key, content, mode: 0o600 },
      ...(own === null ? [] : [{ name: OWN_PASSPHRASE, content: own, mode: 0o600 } as const]),
    ],
  }
}

function requestFolderOf(config: Config): string {
  return path.join(config.dataDir, 'ca-request')
}

async function refuseExisting(config: Config): Promise<void> {
  if (await isCaMade(config)) throw taken(caFolderOf(config.dataDir))
}

function taken(folder: string): CannotStart {
  return new CannotStart(`There is a CA in ${folder} already, and it is never overwritten.`)
}

function readAnswerFile(file: string): readonly Uint8Array[] {
  let content: Uint8Array
  try {
    content = readFileSync(file)
  } catch {
    throw new CannotStart(`The file ${file} cannot be read.`)
  }
  return readCertificates(content)
}

function certificateFiles(chain: readonly Uint8Array[]): readonly NewFile[] {
  const pems = chain.map((der) => toPem('CERTIFICATE', der))
  return [
    { name: CA_FILES.certificate, content: pems[0] ?? '', mode: 0o644 },
    { name: CA_FILES.chain, content: pems.join(''), mode: 0o644 },
  ]
}

function outcome(folder: string, chain: readonly Uint8Array[], advice: string): Outcome {
  const lines = chain.map((der) => {
    const { subject, validity } = readCertificate(der)
    const fingerprint = createHash('sha256').update(der).digest('hex')
    const until = validity.notAfter.toISOString().slice(0, 10)
    return `  ${displayNameOf(subject)}, until ${until}, SHA-256 ${fingerprint}`
  })
  const name = displayNameOf(readCertificate(chain[0] ?? new Uint8Array()).subject)
  return { folder, name, advice: [`Made the CA in ${folder}:`, ...lines, advice].join('\n') }
}
