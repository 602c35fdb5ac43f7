import { z } from 'zod'
import { searchTextOf } from '#lib/api/search-text.ts'

/**
 * The parameters of SCEPman's search, and `names`, which is ours. SCEPman accepts names and values in any case and empty parameters as
 * absent, so these do too. All our certificates have source 7, "API": a search in other sources finds
 * nothing.
 */
export type ManageQuery = z.output<typeof manageQuerySchema>

const PAGE_DEFAULT = 50
const PAGE_MAX = 100
const API = 7
const NUMBER_MAX = 9999

/** A parameter that may be absent or empty; `error` says what else is wrong. */
const optional = <T extends z.ZodType>(schema: T, error: string) =>
  z.union([schema, z.literal('').describe('As if it were left out.')], { error }).optional()

/** A number as written in a URL; other text stays text and fails the check. */
const numberIn = (text: unknown) =>
  typeof text === 'string' && /^(?:0|[1-9]\d{0,3})$/.test(text) ? Number(text) : text

/** One of these words in any case. */
const wordOf = <const T extends readonly [string, ...string[]]>(words: T) => {
  const asWritten = new Map(words.map((word) => [word.toLowerCase(), word]))
  const word = z.preprocess(
    (text) => (typeof text === 'string' ? asWritten.get(text.toLowerCase()) : undefined) ?? text,
    z.enum(words).describe('Upper and lower case are the same.'),
  )
  return optional(word, `not one of ${words.join(', ')}`)
}

const source = z.preprocess(numberIn, z.int().min(0).max(NUMBER_MAX))
const listOf = (value: unknown) => (value === undefined || value === '' ? value : [value].flat())

const parameters = z.object({
  searchText: z.string().max(256).optional(),
  pageSize: optional(
    z.preprocess(
      numberIn,
      z.int().min(1).max(NUMBER_MAX).describe(`More than ${PAGE_MAX} count as ${PAGE_MAX}.`),
    ),
    `not a number from 1 to ${NUMBER_MAX}`,
  ),
  continuationToken: z
    .string()
    .regex(/^[0-9A-Fa-f]{0,40}$/, 'not the token of a page before')
    .optional(),
  certValidity: wordOf(['Any', 'Active', 'Held', 'Expired', 'Revoked']),
  certType: wordOf(['Any', 'Static', 'DC', 'User', 'Device']),
  names: wordOf(['false', 'true']),
  Sources: z.preprocess(listOf, optional(z.array(source).max(20), 'not numbers of sources')),
})

const NAMES = new Map(Object.keys(parameters.shape).map((name) => [name.toLowerCase(), name]))

/** Gives parameters their documented names, whatever case they had. */
function named(query: unknown): unknown {
  if (query === null || typeof query !== 'object') return query
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [NAMES.get(name.toLowerCase()) ?? name, value]),
  )
}

const PROFILES = {
  Any: null,
  Static: 'application',
  User: 'user',
  Device: 'device',
  // Latchkey issues nothing to domain controllers.
  DC: null,
} as const

const VALIDITIES = {
  Any: 'any',
  Active: 'active',
  // Ours: of what SCEPman calls revoked, what may become good again.
  Held: 'held',
  Expired: 'expired',
  Revoked: 'revoked',
} as const

export const manageQuerySchema = z.preprocess(
  named,
  parameters.transform((query) => {
    const sources = query.Sources || []
    const type = query.certType || 'Any'
    return {
      text: searchTextOf(query.searchText ?? '') || null,
      validity: VALIDITIES[query.certValidity || 'Any'],
      profile: PROFILES[type],
      after: query.continuationToken?.toLowerCase() || null,
      limit: Math.min(query.pageSize || PAGE_DEFAULT, PAGE_MAX),
      names: query.names === 'true',
      nothingOfOurs: type === 'DC' || (sources.length > 0 && !sources.includes(API)),
    }
  }),
)
