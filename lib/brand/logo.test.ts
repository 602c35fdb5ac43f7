import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readLogo } from './logo.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-logo-'))
afterAll(() => rmSync(folder, { recursive: true }))

const NAME = 'LATCHKEY_BRAND_LOGO_FILE'
const file = path.join(folder, 'logo')

function read(content: string | Uint8Array) {
  writeFileSync(file, content)
  return readLogo(NAME, file)
}

/** The beginning of a PNG of this size; browsers read the rest. */
function png(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(64)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const view = new DataView(bytes.buffer)
  view.setUint32(16, width)
  view.setUint32(20, height)
  return bytes
}

const svg = (inside: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">${inside}</svg>`

test('a PNG and an SVG are taken as they are', () => {
  expect(read(png(320, 80))).toMatchObject({ type: 'image/png', bytes: png(320, 80) })
  const drawing = `<?xml version="1.0"?>\n<!-- ours -->\n${svg('<path fill="url(#a)" d="M0 0"/>')}`
  expect(read(drawing)).toMatchObject({ type: 'image/svg+xml' })
  const first = read(svg('<path d="M0 0"/>'))
  expect(first).not.toEqual(read(svg('<path d="M1 1"/>')))
})

describe('what is no logo is refused with the reason', () => {
  const active = /is an SVG with a script, a frame or an address in it/
  test.each<[string, string | Uint8Array, RegExp]>([
    ['a JPEG', new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), /is neither a PNG nor an SVG/],
    ['a web page', '<!doctype html><svg></svg>', /is neither a PNG nor an SVG/],
    ['nothing', '', /is neither a PNG nor an SVG/],
    ['a large file', new Uint8Array(300_000), /has 300000 bytes, and a logo has at most 262144/],
    ['a wide PNG', png(4000, 10), /is 4000 by 10 pixels; a logo has at most 2048/],
    ['a PNG without a size', png(0, 0), /is 0 by 0 pixels/],
    ['a script', svg('<script>alert(1)</script>'), active],
    ['a handler', svg('<path onload="alert(1)"/>'), active],
    ['a page inside', svg('<foreignObject><body/></foreignObject>'), active],
    ['another file', svg('<image href="https://evil.example/a.png"/>'), active],
    ['another style', svg('<style>@import "https://evil.example/a.css"</style>'), active],
    ['an address in a style', svg('<path fill="url(https://evil.example/#a)"/>'), active],
    ['an entity', `<!ENTITY a "b">${svg('')}`, /is neither a PNG nor an SVG/],
  ])('%s', (_, content, problem) => {
    const logo = read(content)
    expect('problem' in logo && logo.problem).toMatch(problem)
    expect('problem' in logo && logo.problem).toContain(`${NAME}: ${file} `)
  })

  test('a file that is not there', () => {
    const missing = path.join(folder, 'missing.svg')
    expect(readLogo(NAME, missing)).toEqual({ problem: `${NAME}: ${missing} cannot be read.` })
  })
})
