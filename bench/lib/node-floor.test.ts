import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { closeGraphServers, serveGraph } from '#lib/directory/testing/graph-server.ts'
import { type GraphTenant, LAPTOP, tenantOf } from '#lib/directory/testing/graph-tenant.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import { makeFolder } from '#lib/testing/memory.ts'
import type { Child } from './child.ts'
import { sendLoad } from './load.ts'
import { startNodeFloor } from './node-floor.ts'
import { idsOf, makeEnrolments, makeTokenKey, type Profile } from './tenant.ts'
import { enrolmentRequest } from './turn.ts'

/** The floor of a measurement keeps the promises that it is measured for. */

type Stored = {
  readonly certificates: readonly { readonly tbs: Uint8Array; readonly signature: unknown }[]
  readonly audit: readonly { readonly facts: string; readonly hash: string }[]
  readonly objects: readonly { readonly id: string; readonly state: string }[]
}

const key = makeTokenKey()
const places: string[] = []
let started: Child | null = null
afterEach(async () => {
  await started?.stop()
  started = null
  await closeGraphServers()
  for (const place of places.splice(0)) rmSync(place, { recursive: true, force: true })
})

/** One request, of somebody whom the tenant has with a device, while it becomes another one at a call of Graph. */
async function enrolOne(profile: Profile, database: string | null, change?: Change) {
  const [enrolment] = await makeEnrolments({ loginUrl: '', key }, 'ec-p256', profile, 1)
  if (!enrolment) throw new Error('There is no request.')
  const ids = idsOf(enrolment.commonName.slice(0, GUID_LENGTH))
  const graph = await serveGraph((request, response, url) => {
    const changed = change && graph.calls.length >= change.fromCall ? change.to(ids) : {}
    return tenantOf({ ...wholeTenant(ids), ...changed })(request, response, url)
  })
  const folder = makeFolder('latchkey-floor-')
  places.push(folder)
  const issuing = { loginUrl: graph.options.graphUrl, key }
  const floor = await startNodeFloor({ folder, issuing, database, beside: null })
  started = floor
  const requests = [enrolmentRequest(enrolment, '/api/csr', (csr) => csr)]
  const load = { requests, connections: 1, keepAlive: true, timeMaxMs: 60_000 }
  const { statuses } = await sendLoad(floor.target, load)
  const stored = database === null ? inFile(folder) : await inPostgres(database)
  const { calls, requests: questions } = graph
  return { status: [...statuses.keys()][0], stored, ids, calls, questions }
}

/** A person is named by their id and a domain, a device by its id. */
const GUID_LENGTH = 36

type Ids = ReturnType<typeof idsOf>
type Change = { readonly fromCall: number; readonly to: (ids: Ids) => GraphTenant }

const entraOf = ({ deviceId, oid }: Ids) => {
  return { ...LAPTOP.entra, deviceId, registeredOwners: [{ id: oid }] }
}
const intuneOf = ({ deviceId, intuneId }: Ids) => {
  return { ...LAPTOP.intune, id: intuneId, azureADDeviceId: deviceId }
}
const personOf = ({ oid, upn }: Ids) => ({ id: oid, userPrincipalName: upn, accountEnabled: true })

function wholeTenant(ids: Ids): GraphTenant {
  return {
    users: [personOf(ids)],
    devices: [entraOf(ids)],
    managedDevices: [intuneOf(ids)],
    primaryUsers: { [ids.intuneId]: [ids.oid] },
  }
}

const TABLES = {
  certificates: 'select tbs, signature from certificate',
  audit: 'select facts, hash from audit order by sequence',
  objects: 'select id, state from object',
}

function inFile(folder: string): Stored {
  const db = new DatabaseSync(path.join(folder, 'floor.db'), { readOnly: true })
  const rows = Object.entries(TABLES).map(([name, query]) => [name, db.prepare(query).all()])
  db.close()
  return Object.fromEntries(rows) as Stored
}

async function inPostgres(url: string): Promise<Stored> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const rows: [string, unknown][] = []
  for (const [name, query] of Object.entries(TABLES)) {
    rows.push([name, (await client.query(query)).rows])
  }
  await client.end()
  return Object.fromEntries(rows) as Stored
}

/** Gives the kinds of the records, of which each hash holds the one before. */
function chainOf(audit: Stored['audit']): readonly string[] {
  let head = ''
  return audit.map(({ facts, hash }) => {
    head = createHash('sha256').update(`${head}${facts}`).digest('hex')
    expect(hash).toBe(head)
    return String((JSON.parse(facts) as unknown[])[0])
  })
}

const PERSON = ['GET /graph/v1.0/users']
const BATCH = 'POST /graph/beta/$batch'
const USERS = 'GET /graph/beta/deviceManagement/managedDevices'

for (const engine of testEngines().filter(({ name }) => name !== 'sqlite memory')) {
  describe(engine.name, () => {
    beforeAll(engine.start)
    afterAll(engine.stop)
    const database = () => (engine.name === 'postgres' ? engine.newDatabase() : null)

    test.each([
      ['user', [...PERSON, ...PERSON], 2, 1],
      ['device', [BATCH, USERS, BATCH], 10, 3],
    ] as const)('a %s: asked, stored, chained', async (profile, calls, asked, objects) => {
      const done = await enrolOne(profile, await database())
      expect(done.status).toBe(200)
      const withoutIds = done.calls.map((call) => call.replace(/\/[0-9a-f]{8}-.*/, ''))
      expect(withoutIds).toEqual(calls)
      expect(done.questions).toHaveLength(asked)
      expect(done.stored.certificates).toHaveLength(1)
      expect(done.stored.certificates[0]?.signature).not.toBeNull()
      expect(chainOf(done.stored.audit)).toEqual(['intended', 'issued'])
      const ids = [done.ids.oid, LAPTOP.entra.id, done.ids.intuneId].slice(0, objects)
      expect(done.stored.objects.map(({ id }) => id)).toEqual(ids)
    })
  })
}

const OTHER = [{ id: LAPTOP.intune.userId }]

test.each<[string, Profile, number, number, (ids: Ids) => GraphTenant]>([
  ['a person who is disabled', 'user', 1, 0, (ids) => person(ids, { accountEnabled: false })],
  ['a person who is gone after the signature', 'user', 2, 1, () => ({ users: [] })],
  [
    'a person with another name',
    'user',
    1,
    0,
    (ids) => person(ids, { userPrincipalName: 'b@bench.example' }),
  ],
  [
    'a device of a person who is disabled',
    'device',
    1,
    0,
    (ids) => person(ids, { accountEnabled: false }),
  ],
  ['a device that Intune does not have', 'device', 1, 0, () => ({ managedDevices: [] })],
  [
    'a device whose owner is another',
    'device',
    1,
    0,
    (ids) => entra(ids, { registeredOwners: OTHER }),
  ],
  ['a device whose primary user is another', 'device', 2, 0, () => ({ primaryUsers: {} })],
  [
    'a device that is not compliant for Entra',
    'device',
    3,
    1,
    (ids) => entra(ids, { isCompliant: false }),
  ],
  ['a device that is disabled', 'device', 3, 1, (ids) => entra(ids, { accountEnabled: false })],
  [
    'a device that is being wiped',
    'device',
    3,
    1,
    (ids) => intune(ids, { managementState: 'wipePending' }),
  ],
  [
    'a device that is not compliant',
    'device',
    3,
    1,
    (ids) => intune(ids, { complianceState: 'unknown' }),
  ],
  ['a device with another record', 'device', 3, 1, (ids) => intune(ids, { id: ids.oid })],
])('%s gets none', async (_name, profile, fromCall, intents, to) => {
  const { status, stored } = await enrolOne(profile, null, { fromCall, to })
  expect(status).toBe(500)
  expect(stored.certificates.map(({ signature }) => signature)).toEqual(Array(intents).fill(null))
  expect(chainOf(stored.audit)).toEqual(Array(intents).fill('intended'))
  expect(stored.objects).toEqual([])
})

function person(ids: Ids, changed: object): GraphTenant {
  return { users: [{ ...personOf(ids), ...changed }] }
}
function entra(ids: Ids, changed: object): GraphTenant {
  return { devices: [{ ...entraOf(ids), ...changed }] }
}
function intune(ids: Ids, changed: object): GraphTenant {
  return { managedDevices: [{ ...intuneOf(ids), ...changed }] }
}
