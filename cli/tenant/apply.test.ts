import { expect, test } from 'vitest'
import { environmentSchema } from '#lib/environment.ts'
import { applyChanges } from './apply.ts'
import { desiredTenant } from './desired.ts'
import { MicrosoftError } from './microsoft.ts'
import { type Current, planTenant } from './plan.ts'
import type { Graph } from './read-tenant.ts'

const NOTHING: Current = {
  applications: { api: null, portal: null, directory: null },
  principals: { api: null, portal: null, directory: null, graph: { id: 'graph-object' } },
  grants: [],
  permissions: [],
  assignments: [],
  federated: [],
}

const plan = planTenant(
  NOTHING,
  desiredTenant({
    name: 'Latchkey',
    settings: environmentSchema.parse({ LATCHKEY_DEVICE_DIRECTORY: 'entra' }),
    portalUrl: 'https://portal.contoso.example',
    assignments: [],
    certificate: null,
    federated: null,
  }),
)

type Sent = { readonly path: string; readonly body: string }

function refusal(status: number, code: string | null = null): MicrosoftError {
  const nothing = { code: null, innerCode: null, aadsts: null, ids: {} }
  return new MicrosoftError('refused', status, nothing, code === null ? [] : [code])
}

/** Graph that gives ids in order, and refuses what `refuse` says. */
async function apply(refuse: (call: Sent, tries: number) => MicrosoftError | null) {
  const sent: Sent[] = []
  const tries = new Map<string, number>()
  const waits: number[] = []
  const graph: Graph = {
    get: async () => null,
    send: async (_method, path, body) => {
      const call = { path, body: JSON.stringify(body) }
      const name = `${path} ${call.body}`
      tries.set(name, (tries.get(name) ?? 0) + 1)
      const error = refuse(call, tries.get(name) ?? 0)
      if (error) throw error
      sent.push(call)
      return { id: `object-${sent.length}`, appId: `client-${sent.length}` }
    },
  }
  const told: string[] = []
  const done = await applyChanges(graph, NOTHING, plan, {
    tell: ({ words }) => told.push(words),
    wait: async (milliseconds) => void waits.push(milliseconds),
  })
  return { ...done, sent, told, waits }
}

test('every reference is filled in by the time it is sent', async () => {
  const { sent, refused, ids } = await apply(() => null)
  expect(refused).toEqual([])
  expect(sent).toHaveLength(plan.length)
  for (const { path, body } of sent) expect(`${path} ${body}`).not.toMatch(/\{[a-z]+[.:}]/)
  expect(ids).toMatchObject({ api: 'client-1', 'api.id': 'object-1', 'api.sp': 'object-2' })
})

test('who may not consent does the rest, and is told what is left', async () => {
  const { sent, refused, told } = await apply(({ path }) =>
    /appRoleAssignments|oauth2/.test(path) ? refusal(403) : null,
  )
  expect(refused.map(({ consent }) => consent)).toEqual([
    'portal',
    'portal',
    'directory',
    'directory',
  ])
  expect(sent).toHaveLength(plan.length - 4)
  expect(told).toHaveLength(plan.length - 4)
})

test('a refusal of anything else stops it', async () => {
  await expect(
    apply(({ path }) => (path === 'servicePrincipals' ? refusal(403) : null)),
  ).rejects.toThrow('refused')
})

test('what Microsoft’s replicas do not know yet is tried again, longer each time, and not for ever', async () => {
  const slow = await apply(({ path }, tries) =>
    path === 'servicePrincipals' && tries < 3 ? refusal(400, 'NoBackingApplicationObject') : null,
  )
  expect(slow.waits).toEqual([200, 1000, 200, 1000, 200, 1000])
  await expect(
    apply(({ path }) => (path === 'servicePrincipals' ? refusal(404) : null)),
  ).rejects.toThrow('refused')
})
