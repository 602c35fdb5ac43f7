'use client'

import { useCallback, useState } from 'react'
import type { Reader } from '#lib/format.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import type { KeyPairType } from '#lib/pki/keys/key-pair.ts'
import { Choose } from './choose/choose.tsx'
import type { Offer } from './choose/offer.ts'
import { type Choice, type Plan, planOf } from './choose/plan.ts'
import { Announcer } from './make/announcer.tsx'
import { Make } from './make/make.tsx'
import type { MakingState } from './make/making-state.ts'
import type { TroubleProps } from './make/trouble.tsx'
import { useMaking } from './make/use-making.ts'
import { LeaveDialog } from './save/leave-dialog.tsx'
import { Use } from './save/use.tsx'
import { useLeaveGuard } from './save/use-leave-guard.ts'

type EnrollFlowProps = {
  readonly offers: readonly Offer[]
  /** The offer that is chosen at first. */
  readonly preset: string
  /** Types of keys that policy accepts and browsers can make; the first is the default. */
  readonly keys: readonly KeyPairType[]
  /** The last day of a certificate that is made now, in the reader's language. */
  readonly until: string
  /** Until when nothing has to be confirmed by a new sign-in, in milliseconds; null: never. */
  readonly confirmedUntil: number | null
  readonly tenant: string
  readonly reader: Reader
  readonly words: EnrollWords
  readonly common: TroubleProps['common']
}

/** Choose, make, use: the three states of the page. The key exists only while the page is open. */
export function EnrollFlow(props: EnrollFlowProps) {
  const { offers, preset, keys, until, confirmedUntil, tenant, reader, words, common } = props
  const { language } = reader
  const making = useMaking(() => confirmedUntil !== null && Date.now() >= confirmedUntil)
  const [choice, setChoice] = useState<Choice>(() => firstChoice(preset, keys))
  const [plan, setPlan] = useState<Plan | null>(null)
  const [kept, setKept] = useState(false)
  const [leave, setLeave] = useState<(() => void) | null>(null)

  const wished = planOf(choice, offerOf(offers, choice.offerId), words.choose.systems)
  const ready = plan !== null && isReady(plan, making.state)
  const ask = useCallback((go: () => void) => setLeave(() => go), [])
  // With the reader's own CSR the key is elsewhere, so nothing is lost before the certificate is issued.
  useLeaveGuard(plan !== null && !kept && (plan.form !== 'own' || ready), ask)

  const change = (part: Partial<Choice>) => {
    setChoice(settle({ ...choice, ...part }, offers))
    if (part.key && part.key !== 'ec-p256') making.prepare(part.key)
  }
  const start = () => {
    setPlan(wished)
    making.start(wished.order)
  }
  const chooseAgain = () => {
    making.cancel()
    setPlan(null)
  }

  return (
    <>
      {plan === null && (
        <Choose
          offers={offers}
          choice={choice}
          plan={wished}
          keys={keys}
          until={until}
          onChange={change}
          onStart={start}
          words={words.choose}
          language={language}
        />
      )}
      {plan && !ready && (
        <Make
          plan={plan}
          tenant={tenant}
          words={words}
          common={common}
          making={making}
          onChooseAgain={chooseAgain}
          onCancel={() => (mayBeIssued(making.state) ? ask(chooseAgain) : chooseAgain())}
          language={language}
        />
      )}
      {plan && ready && making.state.issued && (
        <Use
          plan={plan}
          issued={making.state.issued}
          making={making}
          kept={kept}
          onKept={setKept}
          reader={reader}
          words={words}
        />
      )}
      <LeaveDialog
        open={leave !== null}
        text={leaveText(ready, making.state, words.make.leave)}
        words={words.make.leave}
        onStay={() => setLeave(null)}
        onLeave={() => {
          setLeave(null)
          leave?.()
        }}
      />
      <Announcer plan={plan} state={making.state} ready={ready} words={words} />
    </>
  )
}

function firstChoice(preset: string, keys: readonly KeyPairType[]): Choice {
  return {
    offerId: preset,
    what: keys.length > 0 ? 'fit' : 'own',
    where: 'separate',
    key: keys[0] ?? 'ec-p256',
    request: { kind: 'text', text: '' },
  }
}

/** The fitting form is not among the other forms, so another one is chosen when the device changes. */
function settle(choice: Choice, offers: readonly Offer[]): Choice {
  return choice.where === offerOf(offers, choice.offerId).place
    ? { ...choice, where: 'separate' }
    : choice
}

function offerOf(offers: readonly Offer[], id: string): Offer {
  const offer = offers.find((candidate) => candidate.id === id) ?? offers[0]
  if (!offer) throw new Error('the flow was opened without anything to offer')
  return offer
}

function isReady(plan: Plan, state: MakingState): boolean {
  return plan.form === 'own' ? state.issued !== null : state.wrapped !== null
}

/** From the moment when the CSR was sent until an answer refuses it. */
function mayBeIssued({ steps, issued, stopped }: MakingState): boolean {
  if (issued) return true
  return stopped ? stopped.trouble.kind === 'lost' : steps.check.state === 'now'
}

function leaveText(ready: boolean, state: MakingState, words: EnrollWords['make']['leave']) {
  if (ready) return words.file
  return mayBeIssued(state) ? words.issued : words.key
}
