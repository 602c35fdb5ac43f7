import { createHash, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { givenPassphrase, givenRootPassphrase, passphraseForNew } from '#cli/ca-passphrase.ts'
import { CannotStart } from '#cli/cannot-start.ts'
import type { Config } from '#lib/config.ts'
import { statusUrlProblem } from '#lib/config-check.ts'
import { displayNameOf } from '#lib/pki/asn1/distinguished-name.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { acceptAnswer } from '#lib/signer/answer.ts'
import { isFull, makeFolder, type NewFile } from '#lib/signer/ca-folder.ts'
import {
  type CeremonyOptions,
  type MadeRoot,
  makeCaRequest,
  makeIssuingRoot,
  makeRootAndIssuingCa,
} from '#lib/signer/ceremony.ts'
import { readCertificates } from '#lib/signer/certificate-files.ts'
import { OWN_PASSPHRASE } from '#lib/signer/file.ts'
import { CA_FILES, caFolderOf } from '#lib/signer/issuer-files.ts'
import { readKeyFile, readPrivateFile, sealKey } from '#lib/signer/key-file.ts'
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
  /** Whether to make an issuing CA below the root; otherwise the root issues itself. */
  readonly issuingCa: boolean
  /** Validity in days of the first root CRL, for a root that does not issue. */
  readonly crlDays: number
}

/** Makes a CA with all its files, or none of them. */
export async function createCa(config: Config, options: NewCaOptions, now: Date): Promise<Outcome> {
  const folder = caFolderOf(config.dataDir)
  await refuseExisting(config)
  const { passphrase, own } = passphraseForNew(config)
  const surroundings = { now, randomBytes: (length: number) => randomBytes(length) }
  const { issuingCa, crlDays } = options
  const { chain, key, root } = issuingCa
    ? await makeRootAndIssuingCa(
        { ...options, crlDays, statusUrl: lastingStatusUrl(config) },
        surroundings,
      )
    : await makeIssuingRoot(options, surroundings)
  await makeFolder(folder, [
    ...certificateFiles(chain),
    await keyFile(CA_FILES.key, key, passphrase),
    ...(root ? await rootFiles(root, givenRootPassphrase() ?? passphrase) : []),
    ...(own ? [passphraseFile(passphrase)] : []),
  ])
  const advice = 'Back up this folder and the passphrase, apart.'
  return outcome(folder, chain, root ? `${advice}\n${rootAdvice(folder, root)}` : advice)
}

async function rootFiles({ key, status }: MadeRoot, passphrase: string): Promise<NewFile[]> {
  return [
    await keyFile(CA_FILES.rootKey, key, passphrase),
    { name: CA_FILES.rootStatus, content: rootStatusText(status), mode: 0o644 },
  ]
}

function rootAdvice(folder: string, { status }: MadeRoot): string {
  const until = status.nextUpdate.toISOString().slice(0, 10)
  return [
    `Take ${path.join(folder, CA_FILES.rootKey)} off-line now: copy it to two media in a safe, then remove it here.`,
    `The root CRL ends on ${until}. Before that, bring the root key and run: npm run init-ca -- --root-crl`,
  ].join('\n')
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

/** Makes a key and a CSR for an enterprise root. */
export async function requestCa(
  config: Config,
  options: Omit<CeremonyOptions, 'years'>,
): Promise<Outcome> {
  const folder = requestFolderOf(config)
  await refuseExisting(config)
  const { passphrase, own } = passphraseForNew(config)
  const { key, csr } = await makeCaRequest(options)
  await makeFolder(folder, [
    { name: 'ca.csr.pem', content: toPem('CERTIFICATE REQUEST', csr), mode: 0o644 },
    await keyFile(CA_FILES.key, key, passphrase),
    ...(own ? [passphraseFile(passphrase)] : []),
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
  const keyPath = path.join(request, CA_FILES.key)
  const ownPath = path.join(request, OWN_PASSPHRASE)
  const own = existsSync(ownPath) ? (await readPrivateFile(ownPath)).trimEnd() : null
  const passphrase = givenPassphrase() ?? own
  if (passphrase === null) {
    throw new CannotStart(
      'The key of the request is locked. Set LATCHKEY_CA_PASSPHRASE_FILE or LATCHKEY_CA_PASSPHRASE.',
    )
  }
  const key = await readKeyFile(keyPath, passphrase)
  const chain = acceptAnswer(files.flatMap(readAnswerFile), key, now)
  await makeFolder(folder, [
    ...certificateFiles(chain),
    { name: CA_FILES.key, content: await readPrivateFile(keyPath), mode: 0o600 },
    ...(own === null ? [] : [passphraseFile(own)]),
  ])
  // The key is in its new place and synced; a second copy would be one more to protect.
  await rm(request, { recursive: true })
  return outcome(folder, chain, 'Back up this folder and the passphrase, apart.')
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

async function keyFile(name: string, key: KeyObject, passphrase: string): Promise<NewFile> {
  return { name, content: await sealKey(key, passphrase), mode: 0o600 }
}

function passphraseFile(passphrase: string): NewFile {
  return { name: OWN_PASSPHRASE, content: `${passphrase}\n`, mode: 0o600 }
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
