'use client'

import { useState } from 'react'
import {
  type Choice,
  type Plan,
  type PlanFacts,
  planFor,
  type Refinement,
  type Where,
} from '#components/enroll/choose/plan.ts'
import type { Wrapping } from '#components/enroll/make/key-engine.ts'
import type { UseMaking } from '#components/enroll/make/use-making.ts'

type Rewrapped = { readonly plan: Plan; readonly where: Where; readonly wrapping: Wrapping }

/**
 * Wraps the same key for another place, without issuing anew. The plan changes when the new files are there, so
 * that the page never speaks of files that it does not have.
 */
export function useRewrap(first: Plan | null, choice: Choice, making: UseMaking, facts: PlanFacts) {
  const [wanted, setWanted] = useState<Rewrapped | null>(null)
  const [present, setPresent] = useState<Rewrapped | null>(null)
  const { wrapped } = making.state
  if (wanted && wanted !== present && wrapped?.wrapping === wanted.wrapping) setPresent(wanted)

  const chosen: Where = choice.what === 'else' ? choice.where : (first?.place ?? 'unsure')
  return {
    plan: first && (present?.plan ?? first),
    where: wanted?.where ?? chosen,
    rewrap: (where: Where, refinement?: Refinement) => {
      if (!first) return
      const { wrapping, ...placed } = planFor(first.offer, where, facts, refinement)
      setWanted({ plan: { ...first, ...placed }, where, wrapping })
      making.wrapAs(wrapping)
    },
    forget: () => {
      setWanted(null)
      setPresent(null)
    },
  }
}
