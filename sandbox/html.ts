/** HTML templates: every value is escaped unless it is Html itself. */
export type Html = { readonly html: string }

type Value = Html | readonly Html[] | string | number

export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  const text = parts.map((part, index) => part + render(values[index] ?? ''))
  return { html: text.join('') }
}

/** A whole page of the sandbox. It contains no script. */
export function page(title: string, main: Html, kind: 'picker' | 'play'): string {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="/sandbox.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/sandbox.css">
  </head>
  <body class="${kind}">
    ${main}
  </body>
</html>
`.html
}

function render(value: Value): string {
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  return 'html' in value ? value.html : value.map((item) => item.html).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
