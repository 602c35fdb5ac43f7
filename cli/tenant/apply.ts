import { z } from 'zod'
import { REGISTRATIONS, type Registration } from './desired.ts'
import { MicrosoftError } from './microsoft.ts'
import { type Change, type Current, fillIn, knownIds } from './plan.ts'
import type { Graph } from './read-tenant.ts'

/** What was done, and what needs somebody with more rights. */
export type Applied = {
  /** Ids by reference: `api`, `api.id`, `api.sp`, and so on. */
  readonly ids: Readonly<Record<string, string>>
  /** Consents that this administrator may not give. */
  readonly refused: readonly Change[]
}

/** A new object reaches all of Microsoft's replicas after some seconds. */
const WAITS_MS = [200, 1000, 3000, 8000, 15_000]
const NOT_YET = ['NoBackingApplicationObject', 'ObjectNotFound']

type Tell = (change: Change) => void
type Wait = (milliseconds: number) => Promise<void>

/**
 * Makes the changes one after the other. A consent that is refused does not stop the rest; anything else that
 * is refused throws MicrosoftError, and a second run goes on from there.
 */
export async function applyChanges(
  graph: Graph,
  current: Current,
  changes: readonly Change[],
  { tell, wait }: { readonly tell: Tell; readonly wait: Wait },
): Promise<Applied> {
  const ids = idsOf(current)
  const refused: Change[] = []
  for (const change of changes) {
    try {
      const made = await patiently(() => send(graph, fillIn(change, ids)), wait)
      if (change.gives !== null) Object.assign(ids, idsIn(change.gives, made))
      tell(change)
    } catch (error) {
      if (change.consent === null || !isForbidden(error)) throw error
      refused.push(change)
    }
  }
  return { ids, refused }
}

/** The references that are known already. */
function idsOf({ applications, principals }: Current): Record<string, string> {
  const known = REGISTRATIONS.map((name) => ({
    ...knownIds(name, applications[name]),
    ...(principals[name] && { [`${name}.sp`]: principals[name].id }),
  }))
  return Object.assign({}, ...known, principals.graph && { 'graph.sp': principals.graph.id })
}

function send(graph: Graph, { method, path, body }: Change): Promise<unknown> {
  return graph.send(method, path, body)
}

const madeSchema = z.object({ id: z.string(), appId: z.string() })

function idsIn(gives: Registration | `${Registration}.sp`, made: unknown) {
  const { id, appId } = madeSchema.parse(made)
  return gives.endsWith('.sp') ? { [gives]: id } : { [gives]: appId, [`${gives}.id`]: id }
}

async function patiently<T>(act: () => Promise<T>, wait: Wait): Promise<T> {
  for (const milliseconds of WAITS_MS) {
    try {
      return await act()
    } catch (error) {
      if (!isNotYet(error)) throw error
      await wait(milliseconds)
    }
  }
  return await act()
}

function isNotYet(error: unknown): boolean {
  if (!(error instanceof MicrosoftError)) return false
  if (error.status === 404 || error.status === 429 || error.status === 503) return true
  return error.details.some((code) => NOT_YET.includes(code))
}

const isForbidden = (error: unknown) => error instanceof MicrosoftError && error.status === 403
