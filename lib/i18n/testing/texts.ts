import type { Plural } from '#lib/i18n/fill.ts'

/** Every text of a language with its path. The language that a plural names is no text. */
export function textsOf(words: unknown): ReadonlyMap<string, string> {
  return new Map(walk(words, ''))
}

function walk(value: unknown, way: string): [string, string][] {
  if (typeof value === 'string') return [[way, value]]
  return Object.entries(value as object)
    .filter(([key]) => !(isPlural(value) && key === 'language'))
    .flatMap(([key, inner]) => walk(inner, `${way}.${key}`))
}

/** Every text with a number, with its path. */
export function pluralsIn(value: unknown, way = ''): readonly [string, Plural][] {
  if (typeof value !== 'object' || value === null) return []
  if (isPlural(value)) return [[way, value]]
  return Object.entries(value).flatMap(([key, inner]) => pluralsIn(inner, `${way}.${key}`))
}

function isPlural(value: unknown): value is Plural {
  return typeof value === 'object' && value !== null && 'one' in value && 'other' in value
}
