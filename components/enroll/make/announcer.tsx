'use client'

import type { Plan } from '#components/enroll/choose/plan.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { isConfirming, wrapWords } from './make.tsx'
import type { StepName } from './making.ts'
import type { MakingState } from './making-state.ts'
import { troubleView } from './trouble-view.ts'

type AnnouncerProps = {
  readonly plan: Plan | null
  readonly state: MakingState
  readonly ready: boolean
  readonly words: EnrollWords
}

/** Announces each step for screen readers as it begins, and an error at once. */
export function Announcer({ plan, state, ready, words }: AnnouncerProps) {
  const view = state.stopped && troubleView(state.stopped, words)
  return (
    <>
      <p className="vh" role="status">
        {plan && !view && progressOf(plan, state, ready, words)}
      </p>
      <p className="vh" role="alert">
        {view && `${view.title} ${view.can[0] ?? view.what}`}
      </p>
    </>
  )
}

function progressOf(plan: Plan, state: MakingState, ready: boolean, words: EnrollWords): string {
  const { make, use } = words
  const own = plan.form === 'own'
  if (ready) return own ? use.announceOwn : use.announce
  const titles = {
    key: own ? make.own.title : make.key.title,
    confirm: make.confirm.title,
    check: make.check.title,
    sign: make.sign.title,
    wrap: wrapWords(plan, make).title,
  }
  const names: readonly StepName[] = [
    'key',
    ...(isConfirming(state) ? (['confirm'] as const) : []),
    'check',
    'sign',
    ...(own ? [] : (['wrap'] as const)),
  ]
  const now = names.find((name) => state.steps[name].state === 'now')
  if (!now) return ''
  const n = names.indexOf(now) + 1
  return fill(make.announce, { n, of: names.length, title: titles[now] })
}
