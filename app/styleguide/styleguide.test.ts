import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const HERE = import.meta.dirname
const UI = path.join(HERE, '..', '..', 'components', 'ui')

/** Not drawn by themselves: how others compute their form, and the circle of their answers. */
const WITHOUT_LOOK = ['validity-bar-shape.ts', 'radio.ts']

test('every component of components/ui is shown', () => {
  const shown = globSync('*.tsx', { cwd: HERE })
    .map((file) => readFileSync(path.join(HERE, file), 'utf8'))
    .join('\n')
  const missing = globSync('*.{ts,tsx}', { cwd: UI, exclude: ['*.test.ts'] })
    .filter((file) => !WITHOUT_LOOK.includes(file))
    .filter((file) => !shown.includes(`#components/ui/${file}`))
  expect(missing).toEqual([])
})
