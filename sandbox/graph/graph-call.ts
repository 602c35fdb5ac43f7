import { denied, notFound } from '#sandbox/odata/graph-error.ts'
import {
  type GraphObject,
  type Matches,
  type PageSizes,
  pageOf,
  selected,
} from '#sandbox/odata/graph-query.ts'
import type { Machine, Person } from '#sandbox/people.ts'
import { type Directory, findPerson, isInEntra } from '#sandbox/tenant/directory.ts'
import type { GraphPermission } from '#sandbox/tenant/settings.ts'
import type { Tenant } from '#sandbox/tenant/tenant.ts'

/** One call of Graph, and the two shapes of its answers: a collection and an entity. */
export type GraphCall = {
  readonly tenant: Tenant
  /** The state of the directory that the answering replica knows. */
  readonly directory: Directory
  /** Application permissions in the token. */
  readonly roles: readonly string[]
  readonly version: 'v1.0' | 'beta'
  /** `http://localhost:4000/graph/v1.0` */
  readonly base: string
  readonly path: string
  readonly query: URLSearchParams
  /** The header `Prefer`. */
  readonly prefer: string
}

export type Collection = {
  readonly typeName: string
  readonly objects: readonly GraphObject[]
  readonly matches: Matches
  /** Properties of an object without `$select`; null for all. */
  readonly defaults?: readonly string[] | null
  readonly expanded?: readonly string[]
  readonly sizes?: PageSizes
}

export function collection(call: GraphCall, wanted: Collection): unknown {
  const { typeName, matches, defaults = null, expanded = [] } = wanted
  const { query } = call
  const objects = call.tenant.faults.graph === 'empty' ? [] : wanted.objects
  const page = pageOf(objects, query, matches, wanted.sizes)
  const select = query.get('$select')
  const names = select === null ? null : [select, ...expanded].join(',')
  const next = new URLSearchParams(query)
  if (page.skipToken !== null) next.set('$skiptoken', page.skipToken)
  return {
    '@odata.context': context(call),
    ...(page.skipToken === null ? {} : { '@odata.nextLink': `${call.base}/${call.path}?${next}` }),
    value: page.items.map((object) => selected(object, typeName, names, defaults)),
  }
}

export function entity(
  call: GraphCall,
  typeName: string,
  object: GraphObject,
  defaults: readonly string[] | null = null,
): unknown {
  const chosen = selected(object, typeName, call.query.get('$select'), defaults)
  return { '@odata.context': `${context(call)}/$entity`, ...chosen }
}

export function requirePermission(
  { roles }: Pick<GraphCall, 'roles'>,
  permission: GraphPermission,
): void {
  if (!roles.includes(permission)) throw denied()
}

export function personOrNotFound(call: GraphCall, id: string): Person {
  const person = findPerson(call.directory.people.values(), id)
  if (!person) throw notFound(id)
  return person
}

export function entraMachine(call: GraphCall, key: 'objectId' | 'deviceId', id: string): Machine {
  for (const machine of call.directory.machines.values()) {
    if (isInEntra(machine) && machine[key] === id.toLowerCase()) return machine
  }
  throw notFound(id)
}

function context(call: GraphCall): string {
  const select = call.query.get('$select')
  const [first = '', second = ''] = call.path.replace(/\(.*$/, '').split('/')
  const set = /^(?:deviceManagement|identityProtection)$/.test(first)
    ? `${first}/${second}`
    : first === 'directory'
      ? 'directoryObjects'
      : first
  return `${call.base}/$metadata#${set}${select === null ? '' : `(${select})`}`
}
