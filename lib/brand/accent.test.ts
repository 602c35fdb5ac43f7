import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { accentProblem, accentStyle, GROUNDS } from './accent.ts'
import { contrast, hexOfOklch, oklchOf } from './colour.ts'

const NAME = 'LATCHKEY_BRAND_ACCENT'
const problem = (light: string, dark: string | null = null) => accentProblem(NAME, { light, dark })

test('the grounds are those of the design', () => {
  const css = readFileSync(path.join(import.meta.dirname, '../../app/styles/tokens.css'), 'utf8')
  for (const [index, theme] of (['light', 'dark'] as const).entries()) {
    for (const [name, colour] of Object.entries(GROUNDS[theme])) {
      const token = name.replace('onAccent', 'on-accent')
      const pair = new RegExp(`--color-${token}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(css)
      expect(pair?.[index + 1], `${theme} ${name}`).toBe(colour)
    }
  }
})

test.each([
  ['#0b5468', null],
  ['#0b5468', '#62c3d8'],
  ['#7a1fa2', null],
  ['#000000', '#ffffff'],
  ['#5b5b5b', null],
])('%s and %s can be read', (light, dark) => {
  expect(problem(light, dark)).toBeNull()
})

test.each([
  ['#ffcc00', null, 'light', 1.3],
  ['#62c3d8', null, 'light', 1.7],
  ['#0b5468', '#0b5468', 'dark', 1.8],
])('%s and %s cannot, and the nearest is named', (light, dark, theme, ratio) => {
  const text = problem(light, dark) ?? ''
  expect(text).toContain(`${NAME}: ${dark ?? light} has a contrast of ${ratio} to 1`)
  expect(text).toContain(`the ${theme} theme`)
  const [nearest = ''] = /#\w{6}(?=\.$)/.exec(text) ?? []
  expect(theme === 'light' ? problem(nearest) : problem(light, nearest)).toBeNull()
  // It has the same hue, and no more contrast than is needed.
  expect(oklchOf(nearest).h).toBeCloseTo(oklchOf(dark ?? light).h, 1)
  const ground = theme === 'light' ? GROUNDS.light.sunken : GROUNDS.dark.sunken
  expect(contrast(nearest, ground)).toBeLessThan(5.2)
})

test('both themes are told of at once', () => {
  expect(problem('#ffcc00', '#000000')).toMatch(/light theme.*dark theme/)
})

describe('what follows from an accent can be read too', () => {
  test.each(['#0b5468', '#7a1fa2', '#a3122f', '#1f4fd8', '#2d6a1f', '#000000'])('%s', (light) => {
    const style = accentStyle({ light, dark: null })
    const themes = ['light', 'dark'].map((theme) => {
      const [, tokens = ''] = new RegExp(`\\[data-theme=${theme}\\]{([^}]*)}`).exec(style) ?? []
      return new Map(
        tokens.split(';').map((token) => token.slice(8).split(':') as [string, string]),
      )
    })
    expect(style).toMatch(/^:root{[^}]*}@media\(prefers-color-scheme:dark\){:root{[^}]*}}/)
    expect([...(themes[0]?.keys() ?? [])]).toEqual([
      'accent',
      'accent-hover',
      'accent-soft',
      'on-accent',
      'door',
      'door-lo',
      'door-hi',
    ])
    for (const index of [0, 1] as const) {
      const of = (name: string) => themes[index]?.get(name) ?? ''
      for (const name of ['accent', 'accent-hover']) {
        expect(contrast(of(name), of('on-accent')), name).toBeGreaterThanOrEqual(4.5)
      }
      expect(contrast(of('accent'), of('accent-soft'))).toBeGreaterThanOrEqual(4.5)
      // Text on soft grounds: ink2 of both themes.
      expect(contrast(['#3f535a', '#b4c4c9'][index] ?? '', of('accent-soft'))).toBeGreaterThan(4.5)
    }
  })
})

test('colours survive the way through OKLCH', () => {
  for (const colour of ['#0b5468', '#ffffff', '#000000', '#d8ab50', '#ff0000']) {
    expect(hexOfOklch(oklchOf(colour))).toBe(colour)
  }
})

test('contrast as WCAG computes it', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})
