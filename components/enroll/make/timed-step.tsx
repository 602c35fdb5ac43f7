'use client'

import { type ReactNode, useEffect, useState } from 'react'
import { type PhonePlace, ProgressStep } from '#components/ui/progress-step.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { LANGUAGES, type Language } from '#lib/i18n/languages.ts'
import type { Step } from './making-state.ts'

type TimedStepProps = {
  readonly step: Step
  readonly number: number
  readonly title: string
  readonly line: ReactNode
  readonly place: PhonePlace
  readonly words: EnrollWords['make']
  readonly language: Language
}

/** A step with its measured duration so far. */
export function TimedStep({ step, words, language, ...rest }: TimedStepProps) {
  const running = step.state === 'now'
  const [elapsedMs, setElapsedMs] = useState(0)

  useEffect(() => {
    if (!running) return
    const started = performance.now()
    setElapsedMs(0)
    const timer = window.setInterval(() => setElapsedMs(performance.now() - started), 100)
    return () => window.clearInterval(timer)
  }, [running])

  const ms = running ? elapsedMs : step.ms
  const time = ms === null ? '' : fill(words.seconds, { s: formatSeconds(ms, running, language) })
  return <ProgressStep {...rest} state={step.state} time={time} />
}

/** "0.02", "6.4"; while the step runs with tenths only, so that the text does not flicker. */
function formatSeconds(ms: number, running: boolean, language: Language): string {
  const digits = running || ms >= 1000 ? 1 : 2
  return new Intl.NumberFormat(LANGUAGES[language].locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(Math.max(ms, digits === 2 ? 10 : 0) / 1000)
}
