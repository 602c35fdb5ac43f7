import { parseArgs } from 'node:util'
import { makeKeyInVault, type WantedKey } from '#cli/ca-key.ts'
import { givenPassphrase, hasOwnPassphrase } from '#cli/ca-passphrase.ts'
import { CannotStart } from '#cli/cannot-start.ts'
import { createCa, importAnswer, isCaMade, requestCa } from '#cli/make-ca.ts'
import {
  ISSUING_REASONS,
  type IssuingReason,
  type RootCrlOptions,
  renewRootCrl,
} from '#cli/root-crl.ts'
import { type Config, ConfigError, readConfig } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { openFileSigner } from '#lib/signer/file.ts'
import { CA_FILES, findKey, loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { CA_KEYS, type CaKeyType } from '#lib/signer/key.ts'

/**
 * `npm run init-ca`: the key ceremony. Makes a root that issues, or a root with an issuing CA, or a CSR for
 * an enterprise root whose answer it imports. Existing files are never overwritten.
 */

/** RFC 5280 sets no limit; public CAs publish CRLs of off-line CAs for a year. */
const CRL_DAYS = 365

const USAGE = `npm run init-ca -- [options]

  (none)               make a root CA that issues certificates
  --issuing-ca         make a root CA and an issuing CA under it
  --csr                make a key and a CSR for the root CA of your enterprise
  --import FILE        take in its answer (PEM, DER or PKCS#7; repeat it for the chain)
  --make-key ADDRESS   make a key in a vault: keyvault:https://VAULT/keys/NAME
  --root-crl           sign a new root CRL, for a CA that was made with --issuing-ca

  --key TYPE           ${Object.keys(CA_KEYS).join(', ')} (default: ec-p256)
  --hsm                with --make-key: in a hardware security module
  --name NAME          common name of the CA that issues
  --organization NAME  default: the name of the tenant
  --years N            1 to 50 (default: 10)

  --crl-days N         how long a root CRL is good, 1 to 3650 (default: ${CRL_DAYS})
  --root-key FILE      where the root key is (default: ${CA_FILES.rootKey} in the CA folder), or
                       keyvault:https://VAULT/keys/NAME/VERSION, also with --issuing-ca
  --revoke-issuing R   revoke the issuing CA, for ever:
                       ${ISSUING_REASONS.slice(0, 3).join(', ')},
                       ${ISSUING_REASONS.slice(3).join(', ')}
  --crl-number N       when the last root CRL is lost: a number above its own

Where LATCHKEY_SIGNER names a key, in a vault or a file, that key becomes the CA's, and none is
made. Else the key is encrypted with LATCHKEY_CA_PASSPHRASE_FILE or LATCHKEY_CA_PASSPHRASE, that
of a root which does not issue with LATCHKEY_ROOT_PASSPHRASE(_FILE) where it is set. With
--issuing-ca the certificate names LATCHKEY_STATUS_URL for its whole life.`

/**
 * Makes the CA at the first start, and checks at every other that it is complete and that its key opens.
 * Throws an error with one sentence for the operator.
 */
export async function ensureCa(config: Config): Promise<void> {
  if (!(await isCaMade(config))) {
    const made = await createCa(config, defaults(config), new Date())
    console.log(`Made the CA "${made.name}" in ${made.folder}.`)
    return
  }
  if (!config.sandbox && hasOwnPassphrase(config)) {
    throw new CannotStart(
      `The CA in ${config.dataDir} was made for the sandbox and must not issue for a real tenant. ` +
        'Set LATCHKEY_DATA to another folder.',
    )
  }
  // Addresses do not matter for this check; compose.ts sets the real ones. A vault is asked by compose.ts too.
  const urls = {
    caIssuers: config.authorityUrl,
    caIssuersHttp: config.statusUrl,
    ocsp: config.statusUrl,
    crl: null,
  }
  const issuer = loadPublicIssuer(config.dataDir, urls)
  if (issuer.notAfter < new Date()) {
    const ended = issuer.notAfter.toISOString().slice(0, 10)
    throw new CannotStart(
      `The CA "${issuer.displayName}" ended on ${ended}. If the clock is right, make a new one with ` +
        'LATCHKEY_DATA set to another folder.',
    )
  }
  const setting = config.LATCHKEY_SIGNER
  if (setting?.kind === 'vault') return
  const keyPath = setting?.path ?? findKey(config.dataDir)
  await openFileSigner(keyPath, givenPassphrase(), issuer.spki)
}

/** The command with these arguments; says what it did or what is wrong, and gives the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    console.log(await perform(parse(args).values))
    return 0
  } catch (error) {
    const forPeople =
      error instanceof CannotStart || error instanceof ConfigError || error instanceof LatchkeyError
    console.error(forPeople ? error.message : error)
    return 1
  }
}

/** Gives the text for the operator. */
async function perform(values: Values): Promise<string> {
  if (values.help) return USAGE
  const config = readConfig()
  const options = {
    ...defaults(config),
    key: keyType(values.key),
    years: yearsFrom(values.years),
    ...(values.name !== undefined && { name: values.name }),
    ...(values.organization !== undefined && { organization: values.organization }),
    issuingCa: values['issuing-ca'] === true,
    rootKey: values['root-key'] ?? null,
    crlDays: crlDaysFrom(values['crl-days']),
  }
  checkModes(values)
  const now = new Date()
  const wish = { type: options.key, hsm: values.hsm === true }
  if (values['make-key']) return makeKeyInVault(config, values['make-key'], wish)
  if (values['root-crl']) return renewRootCrl(config, rootCrlOptions(values), now)
  if (values.csr) return (await requestCa(config, options)).advice
  if (values.import) return (await importAnswer(config, values.import, now)).advice
  return (await createCa(config, options, now)).advice
}

type Values = ReturnType<typeof parse>['values']

/** An option that would be ignored is refused, since somebody may rely on it. */
function checkModes(values: Values): void {
  const modes = ['issuing-ca', 'csr', 'import', 'root-crl', 'make-key'] as const
  if (modes.filter((mode) => values[mode]).length > 1) {
    throw new CannotStart('Use one of --issuing-ca, --csr, --import, --root-crl and --make-key.')
  }
  const forRoot = ['revoke-issuing', 'crl-number'] as const
  const stray = forRoot.find((name) => values[name] !== undefined)
  if (stray && !values['root-crl']) throw new CannotStart(`--${stray} goes with --root-crl.`)
  if (values['root-key'] !== undefined && !values['root-crl'] && !values['issuing-ca']) {
    throw new CannotStart('--root-key goes with --root-crl or --issuing-ca.')
  }
  if (values.hsm && !values['make-key']) throw new CannotStart('--hsm goes with --make-key.')
}

function rootCrlOptions(values: Values): RootCrlOptions {
  return {
    rootKey: values['root-key'] ?? null,
    days: crlDaysFrom(values['crl-days']),
    number: crlNumberFrom(values['crl-number']),
    revoke: reasonFrom(values['revoke-issuing']),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        key: { type: 'string' },
        hsm: { type: 'boolean' },
        'make-key': { type: 'string' },
        'issuing-ca': { type: 'boolean' },
        csr: { type: 'boolean' },
        import: { type: 'string', multiple: true },
        name: { type: 'string' },
        organization: { type: 'string' },
        years: { type: 'string', default: '10' },
        'root-crl': { type: 'boolean' },
        'root-key': { type: 'string' },
        'crl-days': { type: 'string', default: String(CRL_DAYS) },
        'crl-number': { type: 'string' },
        'revoke-issuing': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new CannotStart(`${error instanceof Error ? error.message : ''}\n\n${USAGE}`)
  }
}

function defaults(config: Config) {
  return {
    key: null,
    rootKey: null,
    name: config.sandbox ? 'Latchkey Sandbox CA' : 'Latchkey CA',
    organization: config.tenantName,
    years: 10,
    issuingCa: false,
    crlDays: CRL_DAYS,
  }
}

function keyType(text: string | undefined): WantedKey {
  if (text === undefined) return null
  const known = Object.keys(CA_KEYS).find((type) => type === text)
  // It was found among the keys of the table, which are the union.
  if (known) return known as CaKeyType
  throw new CannotStart(`--key is one of ${Object.keys(CA_KEYS).join(', ')}.`)
}

function yearsFrom(text: string): number {
  const years = Number(text)
  if (Number.isInteger(years) && years >= 1 && years <= 50) return years
  throw new CannotStart('--years is a whole number from 1 to 50.')
}

function crlDaysFrom(text: string): number {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= 3650) return days
  throw new CannotStart('--crl-days is a whole number from 1 to 3650.')
}

/** RFC 5280 section 5.2.3 allows up to 20 octets; far fewer digits suffice. */
function crlNumberFrom(text: string | undefined): bigint | null {
  if (text === undefined) return null
  if (/^[1-9]\d{0,17}$/.test(text)) return BigInt(text)
  throw new CannotStart('--crl-number is a whole number above 0, of 18 digits at most.')
}

function reasonFrom(text: string | undefined): IssuingReason | null {
  if (text === undefined) return null
  const known = ISSUING_REASONS.find((reason) => reason === text)
  if (known) return known
  throw new CannotStart(`--revoke-issuing is one of ${ISSUING_REASONS.join(', ')}.`)
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
