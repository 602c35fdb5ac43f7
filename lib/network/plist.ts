import { toBase64 } from '#lib/pki/asn1/base64.ts'
import { element, type Markup, xmlDocument } from './markup.ts'

/** A value of Apple's property lists, as far as configuration profiles need them. */
export type Plist =
  | string
  | number
  | boolean
  | Date
  | Uint8Array
  | readonly Plist[]
  | { readonly [key: string]: Plist }

const DOCTYPE =
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'

/** Writes a property list in XML. Numbers are whole. */
export function writePlist(root: Plist): string {
  return xmlDocument(element('plist', markupOf(root), { version: '1.0' }), DOCTYPE)
}

function markupOf(value: Plist): Markup {
  if (typeof value === 'string') return element('string', value)
  if (typeof value === 'number') return element('integer', String(value))
  if (typeof value === 'boolean') return element(value ? 'true' : 'false')
  if (value instanceof Date) return element('date', value.toISOString().replace(/\.\d+/, ''))
  if (value instanceof Uint8Array) return element('data', toBase64(value))
  if (isList(value)) return element('array', value.map(markupOf))
  const members = Object.entries(value)
  return element(
    'dict',
    members.flatMap(([key, member]) => [element('key', key), markupOf(member)]),
  )
}

function isList(value: object): value is readonly Plist[] {
  return Array.isArray(value)
}
