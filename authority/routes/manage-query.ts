import { z } from 'zod'

/**
 * The parameters of SCEPman's search. Its framework takes names and values in any case, and so do
 * we. Everything that we issue has its source 7, "API": a search in other sources finds nothing.
 */
export type ManageQuery = z.output<typeof manageQuerySchema>

const PAGE_DEFAULT = 50
const PAGE_MAX = 100
const API = '7'

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.string().toLowerCase().pipe(z.enum(values))

const digits = z.string().regex(/^\d{1,4}$/, 'not a number')

const parameters = z.object({
  searchText: z.string().max(256).optional(),
  pageSize: digits.transform(Number).pipe(z.number().min(1)).optional(),
  continuationToken: z
    .string()
    .toLowerCase()
    .regex(/^(?:[0-9a-f]{1,40})?$/, 'not the token of a page before')
    .optional(),
  certValidity: oneOf(['any', 'active', 'expired', 'revoked']).optional(),
  certType: oneOf(['any', 'static', 'dc', 'user', 'device']).optional(),
  Sources: z.union([digits, z.array(digits).max(20)]).optional(),
})

const NAMES = new Map(Object.keys(parameters.shape).map((name) => [name.toLowerCase(), name]))

/** Names as they are documented, whatever case they came in; empty ones as if they were not there. */
function named(query: unknown): unknown {
  if (query === null || typeof query !== 'object') return query
  const entries = Object.entries(query).filter(([, value]) => value !== '')
  return Object.fromEntries(
    entries.map(([name, value]) => [NAMES.get(name.toLowerCase()) ?? name, value]),
  )
}

const PROFILES = {
  any: null,
  static: 'application',
  user: 'user',
  device: 'device',
  // Domain controllers get nothing from us.
  dc: null,
} as const

export const manageQuerySchema = z.preprocess(
  named,
  parameters.transform((query) => {
    const sources = query.Sources === undefined ? [] : [query.Sources].flat()
    const type = query.certType ?? 'any'
    return {
      text: query.searchText ?? null,
      validity: query.certValidity ?? 'any',
      profile: PROFILES[type],
      after: query.continuationToken ?? null,
      limit: Math.min(query.pageSize ?? PAGE_DEFAULT, PAGE_MAX),
      nothingOfOurs: type === 'dc' || (sources.length > 0 && !sources.includes(API)),
    }
  }),
)
