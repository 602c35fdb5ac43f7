/** Writing XML: every text is escaped, so that a name cannot become markup. */

/** A piece of XML that is well-formed already. */
export type Markup = { readonly xml: string }

export type Content = Markup | string | readonly (Markup | string)[]

/** One element. Texts are escaped; attributes stand in the order given. */
export function element(
  name: string,
  content: Content = [],
  attributes: Readonly<Record<string, string>> = {},
): Markup {
  const parts = typeof content === 'string' || 'xml' in content ? [content] : content
  const inside = parts.map((part) => (typeof part === 'string' ? escaped(part) : part.xml)).join('')
  const named = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  return { xml: `<${name}${named.join('')}>${inside}</${name}>` }
}

/** A whole document in UTF-8. `doctype` stands before the root. */
export function xmlDocument(root: Markup, doctype = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${doctype}${root.xml}\n`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** XML 1.0 section 2.2 has no control characters at all, so they are left out. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML does not have
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
  )
}
