import { prefixed } from '#cli/log-line.ts'

/**
 * The progress of `next build`: on a terminal one line with step and seconds, elsewhere a line for each step.
 */
export type Progress = {
  /** Takes a line of Next's output. */
  readonly line: (text: string) => void
  /** Shows the progress; called each second. */
  readonly tick: () => void
  /** Removes the line, so that what follows stands alone. */
  readonly end: () => void
}

export type ProgressOptions = {
  readonly write: (text: string) => void
  /** Whether the output is a terminal, where a line can be overwritten. */
  readonly terminal: boolean
  readonly colour: boolean
  /** Seconds since the build began. */
  readonly seconds: () => number
}

/** Next's output at the beginning of each step, and our name for the step. */
const STEPS: readonly (readonly [begins: RegExp, step: string])[] = [
  [/Creating an optimized production build/, 'compiling'],
  [/Running TypeScript/, 'checking types'],
  [/Collecting page data/, 'collecting pages'],
  [/Generating static pages/, 'generating pages'],
  [/Finalizing page optimization/, 'finishing'],
]

const CLEAR_LINE = '\r\u001b[K'

/** Makes the progress of one build; writes nothing before Next's first step. */
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
