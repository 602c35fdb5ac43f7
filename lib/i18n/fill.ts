/**
 * Gives a text with its {names} filled in. A name without a value stays visible, so that the mistake is
 * found.
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap))
}

/** English and German have the same two plural forms. */
export type Plural = { readonly one: string; readonly other: string }

/** The form for this number, with {n} filled in. */
export function plural(count: number, forms: Plural): string {
  return fill(count === 1 ? forms.one : forms.other, { n: count })
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
