import { GraphError } from './graph-error.ts'

/**
 * The part of OData that callers of Graph need here: $filter with eq and or, $select, $expand by name, $top
 * and $skiptoken.
 */

export type GraphObject = Readonly<Record<string, unknown>>

export type Page = {
  readonly items: readonly GraphObject[]
  /** `$skiptoken` of the next page; null on the last. */
  readonly skipToken: string | null
}

export type PageSizes = { readonly usual: number; readonly max: number }

const PAGES: PageSizes = { usual: 100, max: 999 }
const CLAUSE = /(\w+) eq (?:'((?:[^']|'')*)'|(true|false))( or |$)/y

export type Matches = (object: GraphObject) => boolean

/** Gives one page of the matching objects. Throws GraphError 400 for a query that Graph would refuse. */
export function pageOf(
  list: readonly GraphObject[],
  query: URLSearchParams,
  matches: Matches,
  sizes: PageSizes = PAGES,
): Page {
  const matching = list.filter(matches)
  const top = pageSize(query, sizes)
  const offset = offsetOf(query.get('$skiptoken'))
  const items = matching.slice(offset, offset + top)
  const more = offset + top < matching.length
  return { items, skipToken: more ? encode(String(offset + top)) : null }
}

/** `$filter` as Entra's part of Graph reads it: an unsupported filter is an error. */
export function entraFilter(query: URLSearchParams, typeName: string): Matches {
  const filter = query.get('$filter')
  if (filter === null) return () => true
  const clauses = clausesOf(filter)
  if (clauses === null) throw badRequest('Invalid filter clause')
  return (object) =>
    clauses.some(({ name, value }) => {
      if (!(name in object)) throw noProperty(name, typeName)
      return fold(object[name]) === fold(value)
    })
}

/** Properties of a managed device by which Intune filters. */
const INTUNE_FILTERS = new Set([
  'azureADDeviceId',
  'complianceState',
  'deviceName',
  'emailAddress',
  'id',
  'managementAgent',
  'model',
  'operatingSystem',
  'serialNumber',
  'userId',
  'userPrincipalName',
])

/**
 * `$filter` as Intune reads it: an unsupported filter is ignored silently, so that all objects are given. Of
 * several clauses joined by `or` only the first counts (seen in microsoftgraph/msgraph-beta-sdk-dotnet#1156),
 * or all are ignored (microsoftgraph/microsoft-graph-explorer-v4#3125).
 */
export function intuneFilter(query: URLSearchParams, or: 'first' | 'ignored'): Matches {
  const [first, ...more] = clausesOf(query.get('$filter') ?? '') ?? []
  const isKnown = first !== undefined && INTUNE_FILTERS.has(first.name)
  if (!isKnown || (more.length > 0 && or === 'ignored')) return () => true
  return (object) => fold(object[first.name]) === fold(first.value)
}

/** Gives the properties in `$select`, else the type's default properties. */
export function selected(
  object: GraphObject,
  typeName: string,
  select: string | null,
  defaults: readonly string[] | null = null,
): GraphObject {
  const names = select?.split(',').map((name) => name.trim()) ?? defaults
  if (names === null) return object
  const unknown = names.find((name) => !(name in object))
  if (unknown !== undefined) throw noProperty(unknown, typeName)
  const kept = Object.entries(object).filter(
    ([name]) => names.includes(name) || name === '@odata.type',
  )
  return Object.fromEntries(kept)
}

function pageSize(query: URLSearchParams, { usual, max }: PageSizes): number {
  const top = query.get('$top')
  if (top === null) return usual
  if (!/^[1-9]\d{0,2}$/.test(top) || Number(top) > max) {
    throw badRequest(
      `Invalid page size specified: '${top}'. Must be between 1 and ${max} inclusive.`,
    )
  }
  return Number(top)
}

/** Tokens are opaque to callers, so they are base64url of the text. */
export function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}

export function decode(token: string): string {
  return Buffer.from(token, 'base64url').toString('utf8')
}

export function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message)
}

function noProperty(name: string, typeName: string): GraphError {
  return badRequest(`Could not find a property named '${name}' on type '${typeName}'.`)
}

type Clause = { readonly name: string; readonly value: string | boolean }

/** Gives the clauses joined by `or`; null when there is anything but `eq` and `or`. */
function clausesOf(filter: string): readonly Clause[] | null {
  const clauses: Clause[] = []
  CLAUSE.lastIndex = 0
  let joined = true
  while (joined) {
    const match = CLAUSE.exec(filter)
    if (!match) return null
    const [, name = '', text, flag, joint] = match
    clauses.push({ name, value: flag === undefined ? unquote(text ?? '') : flag === 'true' })
    joined = joint !== ''
  }
  return clauses
}

function unquote(text: string): string {
  return text.replaceAll("''", "'")
}

/** Graph compares these strings without regard to case. */
function fold(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value
}

function offsetOf(skipToken: string | null): number {
  if (skipToken === null) return 0
  const text = decode(skipToken)
  if (!/^\d{1,9}$/.test(text)) throw badRequest('Invalid skiptoken.')
  return Number(text)
}
