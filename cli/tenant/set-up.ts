import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { CLOUDS } from '#lib/clouds.ts'
import { ensureFolder, replaceFile } from '#lib/folder.ts'
import { type Applied, applyChanges } from './apply.ts'
import { DIRECTORY_FILE, PORTAL_FILE } from './credentials.ts'
import { desiredTenant } from './desired.ts'
import { directoryCertificate, lookUpPeople, type Options } from './options.ts'
import { type Change, planTenant } from './plan.ts'
import { type Graph, readTenant, tenantName } from './read-tenant.ts'

/** What a run found and did. */
export type SetUp = {
  readonly changes: readonly Change[]
  readonly refused: readonly Change[]
  /** What the programs have to be told, by the name of the setting. */
  readonly env: Readonly<Record<string, string>>
}

type Doing = {
  readonly tell: (words: string, details: readonly string[]) => void
  readonly wait: (milliseconds: number) => Promise<void>
  readonly now: () => Date
}

/** Compares the tenant with what Latchkey needs, and makes the difference; with `dryRun` only tells it. */
export async function setUp(options: Options, graph: Graph, doing: Doing): Promise<SetUp> {
  const wish = { ...options.wish, assignments: await lookUpPeople(options, graph) }
  const named = desiredTenant({ ...wish, certificate: null })
  const current = await readTenant(graph, named, options.clientIds)
  // Only now, so that who may not even read makes no files.
  const certificate = await directoryCertificate(options, doing.now())
  const desired = desiredTenant({ ...wish, certificate })
  const changes = planTenant(current, desired)
  const tell = (change: Change) => doing.tell(change.words, change.details)
  const missing = missingFiles(options)
  if (options.dryRun) {
    for (const change of changes) tell(change)
    for (const file of missing) doing.tell(`make ${file}`, [])
    return { changes, refused: [], env: {} }
  }
  const applied = await applyChanges(graph, current, changes, { tell, wait: doing.wait })
  if (options.secrets !== null && missing.includes(portalFile(options.secrets))) {
    await makePortalSecret(graph, applied, options.secrets, doing)
  }
  const name = options.wish.settings.LATCHKEY_TENANT_NAME ?? (await tenantName(graph))
  return { changes, refused: applied.refused, env: envOf(options, applied.ids, name) }
}

/** The settings of a tenant that is as wanted. */
function envOf(options: Options, ids: Readonly<Record<string, string>>, name: string | null) {
  const { secrets, where, wish } = options
  return {
    LATCHKEY_TENANT_ID: where.tenantId,
    LATCHKEY_TENANT_NAME: name ?? 'What people call your organisation',
    ...(where.cloud !== 'public' && { LATCHKEY_CLOUD: where.cloud }),
    // The sandbox, or whatever else is configured.
    ...(where.loginUrl !== CLOUDS[where.cloud].login && { LATCHKEY_LOGIN_URL: where.loginUrl }),
    ...(where.graphUrl !== CLOUDS[where.cloud].graph && { LATCHKEY_GRAPH_URL: where.graphUrl }),
    LATCHKEY_API_CLIENT_ID: ids.api ?? '',
    LATCHKEY_PORTAL_CLIENT_ID: ids.portal ?? '',
    LATCHKEY_GRAPH_CLIENT_ID: ids.directory ?? '',
    LATCHKEY_PORTAL_URL: wish.portalUrl,
    ...(secrets !== null && {
      LATCHKEY_PORTAL_CLIENT_SECRET_FILE: portalFile(secrets),
      ...(wish.federated === null &&
        options.certificateFile === null && {
          LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE: path.join(secrets, DIRECTORY_FILE),
        }),
    }),
  }
}

const portalFile = (folder: string) => path.join(folder, PORTAL_FILE)

function missingFiles({ secrets, wish, certificateFile }: Options): readonly string[] {
  if (secrets === null) return []
  const isMade = wish.federated === null && certificateFile === null
  const files = [portalFile(secrets), ...(isMade ? [path.join(secrets, DIRECTORY_FILE)] : [])]
  return files.filter((file) => !existsSync(file))
}

const SECRET_MS = 365 * 86_400_000

/** Graph shows a secret once, so it goes to disk before anything is told of it. */
async function makePortalSecret(
  graph: Graph,
  { ids }: Applied,
  folder: string,
  { now, tell }: Doing,
): Promise<void> {
  const endDateTime = new Date(now().getTime() + SECRET_MS).toISOString()
  const body = { passwordCredential: { displayName: 'Latchkey portal', endDateTime } }
  const made = await graph.send('POST', `applications/${ids['portal.id']}/addPassword`, body)
  const { secretText } = z.object({ secretText: z.string().min(1) }).parse(made)
  ensureFolder(folder)
  await replaceFile(portalFile(folder), secretText)
  tell(`make a secret of the portal, good until ${endDateTime.slice(0, 10)}`, [portalFile(folder)])
}
