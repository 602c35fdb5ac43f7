import { LatchkeyError } from '#lib/errors.ts'

export type XmlElement = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** The text of this element alone, with its spaces. */
  readonly text: string
}

const DEPTH_MAX = 32
const ELEMENTS_MAX = 20_000

type Building = {
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: XmlElement[]
  text: string
}

/**
 * Reads XML as configuration profiles and EAP metadata have it: elements, attributes, texts. A document type is
 * passed over and defines nothing, so no entity grows. Prefixes of namespaces are left out. Throws
 * LatchkeyError('malformed_request') for what is not well-formed, too deep or too much.
 */
export function readXml(text: string): XmlElement {
  const root: Building = { name: '', attributes: {}, children: [], text: '' }
  const path = [root]
  let at = 0
  let count = 0
  while (at < text.length) {
    const here = path.at(-1) ?? root
    const next = text.indexOf('<', at)
    here.text += decodeText(text.slice(at, next === -1 ? text.length : next))
    if (next === -1) break
    const skipped = skipOther(text, next)
    if (skipped) {
      here.text += skipped.text
      at = skipped.end
      continue
    }
    const end = endOfTag(text, next)
    const inside = text.slice(next + 1, end)
    at = end + 1
    if (inside.startsWith('/')) {
      path.pop()
      if (path.length === 0 || nameOf(inside.slice(1)) !== here.name) throw broken('a wrong end')
      continue
    }
    if (++count > ELEMENTS_MAX || path.length > DEPTH_MAX) throw broken('too much of it')
    const element = opened(inside)
    here.children.push(element)
    if (!inside.endsWith('/')) path.push(element)
  }
  const [only, more] = root.children
  if (!only || more || path.length !== 1) throw broken('no single root')
  return only
}

/** The element as it is read; children and text are added to it until it ends. */
function opened(inside: string): Building {
  const attributes: Record<string, string> = {}
  for (const [, key = '', , double, single] of inside.matchAll(
    /\s([\w:.-]+)\s*=\s*("([^"]*)"|'([^']*)')/g,
  )) {
    attributes[nameOf(key)] = decodeText(double ?? single ?? '')
  }
  return { name: nameOf(inside), attributes, children: [], text: '' }
}

/** Comments, instructions and the document type say nothing; CDATA is text. */
function skipOther(text: string, at: number) {
  const until = (end: string, from: number) => {
    const found = text.indexOf(end, from)
    if (found === -1) throw broken('it ends too early')
    return found
  }
  if (text.startsWith('<!--', at)) return { text: '', end: until('-->', at + 4) + 3 }
  if (text.startsWith('<![CDATA[', at)) {
    const end = until(']]>', at + 9)
    return { text: text.slice(at + 9, end), end: end + 3 }
  }
  if (text.startsWith('<?', at)) return { text: '', end: until('?>', at + 2) + 2 }
  if (!text.startsWith('<!', at)) return null
  const end = until('>', at + 2)
  if (text.slice(at, end).includes('[')) throw broken('it defines entities')
  return { text: '', end: end + 1 }
}

function endOfTag(text: string, at: number): number {
  let quote = ''
  for (let i = at + 1; i < text.length; i++) {
    const character = text.charAt(i)
    if (quote) quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '>') return i
  }
  throw broken('it ends too early')
}

function nameOf(inside: string): string {
  const end = inside.search(/[\s/]/)
  const name = end === -1 ? inside : inside.slice(0, end)
  return name.slice(name.indexOf(':') + 1)
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

function decodeText(text: string): string {
  return text.replace(/&(#x?[\da-fA-F]{1,6}|\w{1,8});/g, (whole, entity: string) => {
    if (!entity.startsWith('#')) return ENTITIES.get(entity) ?? whole
    const code = entity.startsWith('#x')
      ? Number.parseInt(entity.slice(2), 16)
      : Number.parseInt(entity.slice(1), 10)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function broken(what: string): LatchkeyError {
  return new LatchkeyError('malformed_request', `This is not XML: ${what}.`)
}
