/** A text with its {names} filled in. A name without a value stays visible, so that it is found. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap))
}

/** Both languages have the same two forms. */
export type Plural = { readonly one: string; readonly other: string }

/** The form for this number, with {n} filled in. */
export function plural(count: number, forms: Plural): string {
  return fill(count === 1 ? forms.one : forms.other, { n: count })
}

/** Whether these words have one of this name: a table never answers for what every object has. */
export function isIn<Words extends object>(
  name: string | null | undefined,
  words: Words,
): name is keyof Words & string {
  return typeof name === 'string' && Object.hasOwn(words, name)
}
