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
    // Who asks for the first time is not told of what was gone before.
    .filter(([, change]) => !(change.removed && change.version <= since.startedAt))
  const page = tenant.graphFault === 'empty' ? [] : changed.slice(0, pageSize(query))
  const last = page.at(-1)?.[1].version ?? since.version
  const more = page.length > 0 && page.length < changed.length
  // What an empty answer has left out is told when Graph is well again.
  const told = tenant.graphFault === 'empty' ? since.version : tenant.version
  const token = more
    ? { $skiptoken: tokenOf(tenant, last, since.startedAt) }
    : { $deltatoken: tokenOf(tenant, told, 0) }
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

/** `startedAt` is where a first reading began, so that what goes while it pages is told as removed. */
type Since = { readonly version: number; readonly startedAt: number }

function sinceOf(call: DeltaCall): Since {
  const { tenant, query } = call
  const token = query.get('$deltatoken') ?? query.get('$skiptoken')
  if (token === null) return { version: 0, startedAt: tenant.version }
  if (token === 'latest') return { version: tenant.version, startedAt: 0 }
  const [epoch, version = '', startedAt = ''] = decode(token).split('.')
  // Graph forgets where a reader was after some days; the paging of one reading it remembers.
  const forgotten = tenant.graphFault === 'forgetful' && query.has('$deltatoken')
  if (forgotten || epoch !== tenant.epoch || !/^\d+$/.test(version) || !/^\d+$/.test(startedAt)) {
    throw new GraphError(
      410,
      'syncStateNotFound',
      'The sync state generation is not found; resync is required.',
      { location: `${call.base}/${call.path}` },
    )
  }
  return { version: Number(version), startedAt: Number(startedAt) }
}

function tokenOf(tenant: Tenant, version: number, startedAt: number): string {
  return encode(`${tenant.epoch}.${version}.${startedAt}`)
}

function keptParams(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].filter(([name]) => name === '$select' || name === '$top'))
}
