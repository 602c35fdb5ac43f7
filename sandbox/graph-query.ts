import { GraphError } from './graph-error.ts'

/** The part of OData that a caller of Graph needs here: $filter with eq and or, $select, $expand by name, $top and $skiptoken. */

export type GraphObject = Readonly<Record<string, unknown>>

export type Page = {
  readonly items: readonly GraphObject[]
  /** What `$skiptoken` must say for the next page; null on the last. */
  readonly skipToken: string | null
}

const PAGE_DEFAULT = 100
const PAGE_MAX = 999
const CLAUSE = /(\w+) eq (?:'((?:[^']|'')*)'|(true|false))( or |$)/y

/** One page of a list after `$filter`. Throws GraphError 400 for a query that Graph would refuse. */
export function pageOf(
  list: readonly GraphObject[],
  typeName: string,
  query: URLSearchParams,
): Page {
  const filter = query.get('$filter')
  const matching = filter === null ? list : list.filter(matcher(filter, typeName))
  const top = pageSize(query)
  const offset = offsetOf(query.get('$skiptoken'))
  const items = matching.slice(offset, offset + top)
  const more = offset + top < matching.length
  return { items, skipToken: more ? encode(String(offset + top)) : null }
}

/** Only what `$select` names, else the type's default properties, as Graph leaves out the others. */
export function selected(
  object: GraphObject,
  typeName: string,
  select: string | null,
  defaults: readonly string[] | null = null,
): GraphObject {
  const names = select?.split(',').map((name) => name.trim()) ?? defaults
  if (names === null) return object
  const unknown = names.find((name) => !(name in object))
  if (unknown !== undefined) {
    throw badRequest(`Could not find a property named '${unknown}' on type '${typeName}'.`)
  }
  const kept = Object.entries(object).filter(
    ([name]) => names.includes(name) || name === '@odata.type',
  )
  return Object.fromEntries(kept)
}

export function pageSize(query: URLSearchParams): number {
  const top = query.get('$top')
  if (top === null) return PAGE_DEFAULT
  if (!/^[1-9]\d{0,2}$/.test(top) || Number(top) > PAGE_MAX) {
    throw badRequest(`Invalid page size specified: '${top}'. Must be between 1 and 999 inclusive.`)
  }
  return Number(top)
}

/** Tokens are opaque to callers; base64url keeps them from being read as anything else. */
export function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}

export function decode(token: string): string {
  return Buffer.from(token, 'base64url').toString('utf8')
}

export function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message)
}

function matcher(filter: string, typeName: string): (object: GraphObject) => boolean {
  const clauses: { name: string; value: string | boolean }[] = []
  CLAUSE.lastIndex = 0
  let joined = true
  while (joined) {
    const match = CLAUSE.exec(filter)
    if (!match) throw badRequest('Invalid filter clause')
    const [, name = '', text, flag, joint] = match
    clauses.push({ name, value: flag === undefined ? unquote(text ?? '') : flag === 'true' })
    joined = joint !== ''
  }
  return (object) =>
    clauses.some(({ name, value }) => {
      if (!(name in object)) {
        throw badRequest(`Could not find a property named '${name}' on type '${typeName}'.`)
      }
      return fold(object[name]) === fold(value)
    })
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
