import { prefixed } from '#cli/log-line.ts'

/**
 * What the terminal says while `next build` runs: on a terminal one line that tells the step and the
 * seconds, elsewhere a line for each step.
 */
export type Progress = {
  /** Takes a line of Next's output. */
  readonly line: (text: string) => void
  /** Shows how far it is now; called each second. */
  readonly tick: () => void
  /** Takes the line away, so that what follows stands alone. */
  readonly end: () => void
}

export type ProgressOptions = {
  readonly write: (text: string) => void
  /** Whether a line can be written over. */
  readonly terminal: boolean
  readonly colour: boolean
  /** Of the build, so far. */
  readonly seconds: () => number
}

/** Next's own words for what it begins, and ours. */
const STEPS: readonly (readonly [begins: RegExp, step: string])[] = [
  [/Creating an optimized production build/, 'compiling'],
  [/Running TypeScript/, 'checking types'],
  [/Collecting page data/, 'collecting pages'],
  [/Generating static pages/, 'generating pages'],
  [/Finalizing page optimization/, 'finishing'],
]

const CLEAR_LINE = '\r\u001b[K'

/** Makes the progress of one build; nothing is written before Next's first step. */
export function makeProgress({ write, terminal, colour, seconds }: ProgressOptions): Progress {
  let step: string | null = null

  function line(text: string): void {
    const begun = STEPS.find(([begins]) => begins.test(text))?.[1]
    if (begun === undefined || begun === step) return
    step = begun
    if (terminal) tick()
    else write(`${prefixed('latchkey', `building the portal: ${step}`, colour)}\n`)
  }

  function tick(): void {
    if (!terminal || step === null) return
    const text = `building the portal: ${step}, ${Math.floor(seconds())} s`
    write(`${CLEAR_LINE}${prefixed('latchkey', text, colour)}`)
  }

  function end(): void {
    if (terminal && step !== null) write(CLEAR_LINE)
  }

  return { line, tick, end }
}
