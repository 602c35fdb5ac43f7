import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { settingProblems } from '#cli/start-check.ts'
import { asSentence } from '#lib/ledger/as-sentence.ts'
import { openStore } from '#lib/ledger/open.ts'
import { RIGHTS } from '#lib/ledger/schema/grants.ts'
import { hasSchema, LATEST_SCHEMA, readableSchema } from '#lib/ledger/schema/migrations.ts'
import type { Store } from '#lib/ledger/schema/tables.ts'
import { unknownInWords, unknownSettings } from '#lib/settings/unknown.ts'
import { loadChain, loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { openSigner } from '#lib/signer/open-signer.ts'
import { openRootStatus } from '#lib/signer/root-status-file.ts'
import { logSignatures, SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { signerPlace } from '#lib/signer-place.ts'
import { type Check, type Context, type Finding, problem, warning } from './check.ts'

/** What this machine has: settings, files, CA, ledger, disk. */

export const OWN_CHECKS: readonly Check[] = [
  { name: 'configuration', program: 'both', status: true, ask: configuration },
  { name: 'CA certificate', program: 'authority', status: true, ask: caCertificate },
  { name: 'CA key', program: 'authority', ask: caKey },
  { name: 'root CRL', program: 'authority', status: true, ask: rootCrl },
  { name: 'ledger', program: 'authority', status: true, ask: ledger },
  { name: 'disk', program: 'authority', status: true, ask: disk },
]

async function configuration(context: Context): Promise<readonly Finding[]> {
  const { reading, env, programs, role } = context
  const problems = await settingProblems(reading, env, programs, role)
  return [
    ...problems.map((says) => problem(says, 'npm run config shows what is in force.')),
    ...unknownSettings(env).map((one) =>
      warning(unknownInWords(one), 'Correct the name, or unset it.'),
    ),
  ]
}

const DAY_MS = 86_400_000
const CA_PROBLEM_DAYS = 30
const CA_WARNING_DAYS = 180

async function caCertificate({ config, now }: Context): Promise<readonly Finding[]> {
  return loadChain(config.dataDir).flatMap((der, index) => {
    const { validToDate, subject } = new X509Certificate(der)
    const days = Math.floor((validToDate.getTime() - now().getTime()) / DAY_MS)
    if (days >= CA_WARNING_DAYS) return []
    const whose = index === 0 ? 'the CA certificate' : `the certificate of ${subject}`
    const says =
      days < 0 ? `${whose} ran out ${-days} days ago` : `${whose} runs out in ${days} days`
    const fix = 'No certificate outlives it. Renew it now: docs/key-ceremony.md.'
    return [days < CA_PROBLEM_DAYS ? problem(says, fix) : warning(says, fix)]
  })
}

/** The right to sign in a vault is known only by trying; the trial is in the log of signatures as any other. */
async function caKey({ config, env, now }: Context): Promise<readonly Finding[]> {
  // Addresses do not matter here.
  const urls = { caIssuers: '', caIssuersHttp: '', ocsp: '', crl: null }
  const { spki } = loadPublicIssuer(config.dataDir, urls)
  const place = signerPlace(config, () => undefined, env)
  const key = await openSigner(place, spki)
  if (place.setting?.kind !== 'vault') return []
  const log = path.join(config.dataDir, SIGNATURE_LOG)
  const { signer, close } = logSignatures(key, log, now)
  try {
    await signer.sign(new TextEncoder().encode('Latchkey asks whether this account may sign.'))
  } finally {
    close()
  }
  return []
}

const ROOT_CRL_WARNING_DAYS = 30

async function rootCrl({ config, now }: Context): Promise<readonly Finding[]> {
  const reading = openRootStatus(config.dataDir, loadChain(config.dataDir))()
  if (reading === null) return []
  const { status, problem: why } = reading
  const fix = 'Bring the root key and run npm run init-ca -- --root-crl: docs/key-ceremony.md.'
  if (status === null || why !== null) return [problem(why ?? 'there is no CRL of the root', fix)]
  const days = Math.floor((status.nextUpdate.getTime() - now().getTime()) / DAY_MS)
  if (days >= ROOT_CRL_WARNING_DAYS) return []
  return [warning(`the root’s CRL runs out in ${days} days`, fix)]
}

async function ledger({ config }: Context): Promise<readonly Finding[]> {
  try {
    const store = await openStore(config.database, { create: false })
    try {
      return await ledgerFindings(store)
    } finally {
      await store.close()
    }
  } catch (error) {
    return [problem(asSentence(error).message, 'Correct what it names, and ask again.')]
  }
}

const MIGRATE = 'Run npm run migrate as the owner of the tables.'

async function ledgerFindings(store: Store): Promise<readonly Finding[]> {
  if (!(await hasSchema(store))) {
    return [
      problem(
        'the database has no ledger that its user can see',
        `${MIGRATE} Where the authority may, it makes it at its first start.`,
      ),
    ]
  }
  const schema = await readableSchema(store.read)
  if (schema < LATEST_SCHEMA) {
    return [problem(`the ledger is at schema ${schema} of ${LATEST_SCHEMA}`, MIGRATE)]
  }
  if (store.engine === 'sqlite') return []
  await store.checkDurability()
  return rightsMissing(store)
}

/** What the user of the connection may not do that one of the parts of the authority has to. */
async function rightsMissing(store: Store): Promise<readonly Finding[]> {
  const role = await roleOf(store)
  const wanted = Object.entries(RIGHTS[role]).flatMap(([table, rights]) =>
    rights.map((right) => ({ table, right })),
  )
  const checks = wanted.map(
    ({ table, right }) =>
      sql`(${table}::text, ${right}::text, has_table_privilege(${table}::text, ${right}::text))`,
  )
  const { rows } = await sql<{ column1: string; column2: string; column3: boolean }>`
    values ${sql.join(checks)}`.execute(store.read)
  return rows
    .filter(({ column3: may }) => !may)
    .map(({ column1: table, column2: right }) =>
      problem(`the database user may not ${right} in ${table}`, MIGRATE),
    )
}

/** The part whose rights are asked for: of a user in one of our roles that role's, else all that issuing needs. */
async function roleOf({ read }: Store) {
  const { rows } = await sql<{ name: keyof typeof RIGHTS }>`
    select rolname as name from pg_roles
    where rolname like 'latchkey\\_%' and pg_has_role(current_user, oid, 'member')
      and not (select rolsuper from pg_roles where rolname = current_user)`.execute(read)
  const [only, ...more] = rows.filter(({ name }) => name in RIGHTS)
  return only !== undefined && more.length === 0 ? only.name : 'latchkey_issue'
}

const GIB = 2 ** 30
const FREE_PROBLEM = GIB / 8
const FREE_WARNING = 2 * GIB

async function disk({ config }: Context): Promise<readonly Finding[]> {
  if (!existsSync(config.dataDir)) {
    return [
      problem(
        `the data folder ${config.dataDir} is not there`,
        'The first start makes it; or set LATCHKEY_DATA.',
      ),
    ]
  }
  const { bavail, bsize, files, ffree } = await statfs(config.dataDir)
  const free = bavail * bsize
  const fix = 'Nothing is issued that cannot be recorded: make room, or move LATCHKEY_DATA.'
  const says = `${(free / GIB).toFixed(1)} GiB are free in ${config.dataDir}`
  return [
    ...(free < FREE_PROBLEM
      ? [problem(says, fix)]
      : free < FREE_WARNING
        ? [warning(says, fix)]
        : []),
    ...(files > 0 && ffree < 1000
      ? [problem(`${ffree} files can still be made in ${config.dataDir}`, fix)]
      : []),
  ]
}
