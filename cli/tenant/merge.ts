import type { AppBody } from './desired.ts'

/**
 * How what is wanted of a registration joins what it has: nothing that an administrator added is taken away,
 * and what is there under another id keeps it. Pure.
 */

/** Gives the fields that have to change, each with its whole new value; empty when all is as wanted. */
export function differences(now: AppBody, wanted: AppBody): AppBody {
  const fields = Object.entries(wanted).flatMap(([name, value]) => {
    const merged = (MERGES[name] ?? replace)(now[name], value)
    return isSame(now[name], merged) ? [] : [[name, changedParts(now[name], merged)]]
  })
  return Object.fromEntries(fields)
}

type Merge = (now: unknown, wanted: unknown) => unknown
type Item = Readonly<Record<string, unknown>>

const replace: Merge = (_now, wanted) => wanted
const keep: Merge = (now, wanted) => now ?? wanted

/** By field of the application object. */
const MERGES: Readonly<Record<string, Merge>> = {
  // An administrator may have given it another name.
  displayName: keep,
  identifierUris: union,
  appRoles: byKey('value'),
  api: parts({
    requestedAccessTokenVersion: replace,
    oauth2PermissionScopes: byKey('value'),
    preAuthorizedApplications: byKey('appId', { delegatedPermissionIds: union }),
  }),
  web: parts({ redirectUris: union }),
  spa: parts({ redirectUris: union }),
  optionalClaims: parts({
    accessToken: byKey('name'),
    idToken: byKey('name'),
    saml2Token: byKey('name'),
  }),
  requiredResourceAccess: byKey('resourceAppId', { resourceAccess: byKey('id') }),
  keyCredentials: byKey('customKeyIdentifier', {}, sameThumbprint),
}

function parts(merges: Readonly<Record<string, Merge>>): Merge {
  return (now, wanted) => {
    const merged = Object.entries(wanted as Item).map(([name, value]) => [
      name,
      (merges[name] ?? replace)((now as Item | null)?.[name], value),
    ])
    return { ...(now as Item | null), ...Object.fromEntries(merged) }
  }
}

function union(now: unknown, wanted: unknown): unknown {
  return [...new Set([...listOf(now), ...listOf(wanted)])]
}

/** Items are the same when this property is; texts and order of what is there are left alone. */
function byKey(
  key: string,
  inner: Readonly<Record<string, Merge>> = {},
  sameKey: (left: unknown, right: unknown) => boolean = Object.is,
): Merge {
  return (now, wanted) => {
    const have = listOf(now) as readonly Item[]
    const want = listOf(wanted) as readonly Item[]
    const kept = have.map((item) => {
      const wish = want.find((one) => sameKey(one[key], item[key]))
      if (wish === undefined) return item
      const merged = Object.entries(inner).map(([name, merge]) => [
        name,
        merge(item[name], wish[name]),
      ])
      return { ...item, ...Object.fromEntries(merged), ...enabled(item) }
    })
    return [...kept, ...want.filter((one) => !have.some((item) => sameKey(item[key], one[key])))]
  }
}

/** A role or scope that was switched off is of no use to anybody. */
const enabled = (item: Item) => (item.isEnabled === false ? { isEnabled: true } : {})

/** Of complex values only the parts that change are sent; Graph leaves the others. */
function changedParts(now: unknown, merged: unknown): unknown {
  if (Array.isArray(merged) || typeof merged !== 'object' || merged === null) return merged
  const changed = Object.entries(merged).filter(
    ([name, value]) => !isSame((now as Item | null)?.[name], value),
  )
  return Object.fromEntries(changed)
}

/** Thumbprints are written as base64 or as hex. */
function sameThumbprint(left: unknown, right: unknown): boolean {
  if (typeof left !== 'string' || typeof right !== 'string') return false
  return hexOf(left) === hexOf(right)
}

const hexOf = (text: string) =>
  /^[\da-f]{40}$/i.test(text) ? text.toLowerCase() : Buffer.from(text, 'base64').toString('hex')

/** Order in lists means nothing, and what is null or empty is as if it were absent. */
function isSame(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right)
}

function canonical(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value))
    return value.length === 0 ? '' : `[${value.map(canonical).toSorted().join()}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  const fields = Object.entries(value)
    .map(([name, one]) => [name, canonical(one)] as const)
    .filter(([, text]) => text !== '')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return fields.length === 0 ? '' : `{${fields.map((field) => field.join(':')).join()}}`
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
