import { describe, expect, test } from 'vitest'
import { makeProgress } from './build-progress.ts'

/** Output of Next 16, without the table of routes. */
const OUTPUT = `▲ Next.js 16.4.5 (Turbopack)

  Creating an optimized production build ...
✓ Compiled successfully in 41s
  Running TypeScript ...
  Finished TypeScript in 9.1s ...
  Collecting page data using 1 worker ...
  Generating static pages using 1 worker (0/9) ...
  Generating static pages using 1 worker (2/9)
✓ Generating static pages using 1 worker (9/9) in 512ms
  Finalizing page optimization ...`.split('\n')

function progress(terminal: boolean, colour = false) {
  let written = ''
  let seconds = 0
  const shown = makeProgress({
    write: (text) => {
      written += text
    },
    terminal,
    colour,
    seconds: () => seconds,
  })
  return {
    ...shown,
    at: (now: number) => {
      seconds = now
    },
    written: () => written,
  }
}

describe('while the portal is built', () => {
  test('a file or a pipe gets one plain line for each step', () => {
    const { line, tick, end, written } = progress(false)
    for (const text of OUTPUT) {
      line(text)
      tick()
    }
    end()
    expect(written().split('\n')).toEqual([
      'latchkey  | building the portal: compiling',
      'latchkey  | building the portal: checking types',
      'latchkey  | building the portal: collecting pages',
      'latchkey  | building the portal: generating pages',
      'latchkey  | building the portal: finishing',
      '',
    ])
  })

  test('a terminal gets one line, which tells step and seconds and is gone at the end', () => {
    const { line, tick, end, at, written } = progress(true)
    line(OUTPUT[2] ?? '')
    at(1.9)
    tick()
    line('  Running TypeScript ...')
    end()
    expect(written().split('\r\u001b[K')).toEqual([
      '',
      'latchkey  | building the portal: compiling, 0 s',
      'latchkey  | building the portal: compiling, 1 s',
      'latchkey  | building the portal: checking types, 1 s',
      '',
    ])
  })

  test('nothing is said before Next begins', () => {
    const { line, tick, end, written } = progress(true)
    line('▲ Next.js 16.4.5 (Turbopack)')
    tick()
    end()
    expect(written()).toBe('')
  })
})
