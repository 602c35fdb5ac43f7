/** Paragraphs as plain text and as HTML. Whatever stands in them is text: all of it is escaped. */

export type Paragraph = {
  readonly text: string
  readonly url?: string
  readonly isButton?: true
  readonly isSmall?: true
}

/** Paragraphs with an empty line between them; an address has a line of its own. */
export function toText(content: readonly Paragraph[]): string {
  const lines = content.map(({ text, url }) => (url === undefined ? text : `${text}\n${url}`))
  return `${lines.join('\n\n')}\n`
}

type Page = {
  readonly language: string
  readonly title: string
  readonly content: readonly Paragraph[]
  /** `#rrggbb`. */
  readonly accent: string
}

/**
 * A page without a picture, a font or anything else from elsewhere. Where a mail program knows dark mode, its
 * colours follow it; the others show the light ones.
 */
export function toHtml({ language, title, content, accent }: Page): string {
  const body = content.map((one) => paragraph(one, accent)).join('\n')
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .ground { background: #0a1317 !important; }
  .card { background: #101c21 !important; border-color: #2a3d45 !important; color: #e6eef0 !important; }
  .small, .small a { color: #9fb2b9 !important; }
}
</style>
</head>
<body class="ground" style="margin:0;padding:24px 12px;background:#f3f6f6;">
<div class="card" style="${CARD}">
${body}
</div>
</body>
</html>
`
}

const CARD =
  'max-width:560px;margin:0 auto;padding:28px 24px;border:1px solid #d7e0e2;border-radius:12px;' +
  'background:#ffffff;color:#14262d;font:16px/1.5 -apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;'

function paragraph({ text, url, isButton, isSmall }: Paragraph, accent: string): string {
  const shown = escaped(text)
  if (url === undefined) return `<p${isSmall ? SMALL : NORMAL}>${shown}</p>`
  const look = isButton
    ? `display:inline-block;padding:10px 18px;border-radius:8px;background:${accent};color:#ffffff;` +
      'font-weight:600;text-decoration:none;'
    : 'color:#4a5f67;'
  return `<p${isSmall ? SMALL : NORMAL}><a href="${escaped(url)}" style="${look}">${shown}</a></p>`
}

const NORMAL = ' style="margin:0 0 16px;"'
const SMALL = ' class="small" style="margin:0 0 8px;font-size:13px;color:#4a5f67;"'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
}
