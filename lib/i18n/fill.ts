import type { Language } from './languages.ts'

/**
 * Gives a text with its {names} filled in. A name without a value stays visible, so that the mistake is
 * found.
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap))
}

/**
 * Two forms of a text. English and German choose alike; a language that does not says so in its file, since its
 * words travel without it.
 */
export type Plural = {
  readonly one: string
  readonly other: string
  readonly language?: Language
}

/** The form for this number by the rule of its language (CLDR), with {n} filled in. */
export function plural(count: number, forms: Plural): string {
  const form = new Intl.PluralRules(forms.language ?? 'en').select(count)
  return fill(form === 'one' ? forms.one : forms.other, { n: count })
}

/**
 * Whether a table of texts has this key as its own property; inherited ones such as "toString" do not count.
 */
export function isIn<Words extends object>(
  name: string | null | undefined,
  words: Words,
): name is keyof Words & string {
  return typeof name === 'string' && Object.hasOwn(words, name)
}
