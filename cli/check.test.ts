import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runSideBySide } from './check.ts'

/** What `npm run check` does with scripts that fail. */

let said: string

beforeEach(() => {
  said = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += text
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

const SCRIPTS = { unit: 'exit 0', good: 'echo is well', bad: 'echo is not && exit 2' }

test('all run beside the first, and say what they said', async () => {
  expect(await runSideBySide(SCRIPTS, 'unit', ['good'])).toEqual([])
  expect(said).toMatch(/^unit: ok \(\d+ s\)$/m)
  expect(said).toMatch(/is well\ngood: ok \(\d+ s\)\n/)
})

test('one that fails keeps none from running, and is named', async () => {
  expect(await runSideBySide(SCRIPTS, 'unit', ['bad', 'good'])).toEqual(['bad'])
  expect(said).toMatch(/is not\nbad: FAILED \(\d+ s\)\n[\s\S]*is well\ngood: ok/)
})

test('a script that is not there has failed, also the first', async () => {
  expect(await runSideBySide({ ...SCRIPTS, unit: 'exit 1' }, 'unit', ['gone'])).toEqual([
    'unit',
    'gone',
  ])
})
