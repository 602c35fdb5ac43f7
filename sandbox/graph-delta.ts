import { GraphError } from './graph-error.ts'
import { decode, encode, type GraphObject, pageSize } from './graph-query.ts'
import type { Change, Tenant } from './tenant.ts'

/**
 * Delta queries: everything first, then what changed since the token, removed objects marked.
 * Tokens hold the number of the last change that was sent, so that a change in the middle of
 * paging is sent (again) and never lost.
 */

type DeltaCall = {
  readonly tenant: Tenant
  readonly base: string
  readonly path: string
  readonly query: URLSearchParams
}

export function deltaOf(
  call: DeltaCall,
  kind: Change['kind'],
  objectOf: (id: string) => GraphObject | null,
): unknown {
  const { tenant, query } = call
  const since = sinceOf(call)
  const changed = [...tenant.changes]
    .filter(([, change]) => change.kind === kind && change.version > since.version)
    // Who asks for the first time is not told of what was there before.
    .filter(([, change]) => !(since.initial && change.removed))
  const page = tenant.graphFault === 'empty' ? [] : changed.slice(0, pageSize(query))
  const last = page.at(-1)?.[1].version ?? since.version
  const more = page.length > 0 && page.length < changed.length
  const token = more
    ? { $skiptoken: tokenOf(tenant, last, since.initial) }
    : { $deltatoken: tokenOf(tenant, tenant.version, false) }
  const link = `${call.base}/${call.path}?${new URLSearchParams({ ...keptParams(query), ...token })}`
  return {
    '@odata.context': `${call.base}/$metadata#${kind}s`,
    [more ? '@odata.nextLink' : '@odata.deltaLink']: link,
    value: page.map(([id, change]) => {
      const object = change.removed ? null : objectOf(id)
      // A deleted user can be restored for 30 days ("changed"); a device cannot.
      const reason = kind === 'user' ? 'changed' : 'deleted'
      return object ?? { id, '@removed': { reason } }
    }),
  }
}

function sinceOf(call: DeltaCall): { version: number; initial: boolean } {
  const { tenant, query } = call
  const token = query.get('$deltatoken') ?? query.get('$skiptoken')
  if (token === null) return { version: 0, initial: true }
  if (token === 'latest') return { version: tenant.version, initial: false }
  const [epoch, version = '', initial] = decode(token).split('.')
  if (epoch !== tenant.epoch || !/^\d+$/.test(version)) {
    throw new GraphError(
      410,
      'syncStateNotFound',
      'The sync state generation is not found; resync is required.',
      { location: `${call.base}/${call.path}` },
    )
  }
  return { version: Number(version), initial: initial === 'initial' }
}

function tokenOf(tenant: Tenant, version: number, initial: boolean): string {
  return encode(`${tenant.epoch}.${version}.${initial ? 'initial' : 'next'}`)
}

function keptParams(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].filter(([name]) => name === '$select' || name === '$top'))
}
