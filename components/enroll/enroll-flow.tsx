'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import type { Reader } from '#lib/format.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import type { Network } from '#lib/network/network.ts'
import type { KeyPairType } from '#lib/pki/keys/key-pair.ts'
import { Choose } from './choose/choose.tsx'
import type { Offer } from './choose/offer.ts'
import { type Choice, type Plan, planOf } from './choose/plan.ts'
import type { Replaced } from './choose/renewal.ts'
import { Announcer } from './make/announcer.tsx'
import { Make } from './make/make.tsx'
import type { MakingState } from './make/making-state.ts'
import type { TroubleProps } from './make/trouble.tsx'
import { useMaking } from './make/use-making.ts'
import { LeaveDialog } from './save/leave-dialog.tsx'
import { useLeaveGuard } from './save/use-leave-guard.ts'
import { useRewrap } from './save/use-rewrap.ts'
import { useLoaded, useTouched } from './use-loaded.ts'

type EnrollFlowProps = {
  readonly offers: readonly Offer[]
  /** The offer that is chosen at first. */
  readonly preset: string
  /** The certificate that is renewed; null for a new one. */
  readonly replaces: Replaced | null
  /** Types of keys that policy accepts and browsers can make; the first is the default. */
  readonly keys: readonly KeyPairType[]
  readonly networks: readonly Network[]
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
  const { offers, preset, replaces, keys, networks, until, tenant, reader, words, common } = props
  const { language } = reader
  const [choice, setChoice] = useState<Choice>(() => firstChoice(preset, keys))
  const touched = useTouched()
  const [first, setPlan] = useState<Plan | null>(null)
  const [kept, setKept] = useState(false)
  const [saved, setSaved] = useState(false)
  const [leave, setLeave] = useState<(() => void) | null>(null)

  const facts = { systems: words.choose.systems, networks, tenant }
  const wished = planOf(choice, offerOf(offers, choice.offerId), facts)
  const soon = touched && wished.order.kind === 'key' ? wished.order.wish : null
  const making = useMaking(replaces?.serial ?? null, props.confirmedUntil, soon)
  const { plan, where, rewrap, forget } = useRewrap(first, choice, making, facts)
  const { Use, After } = useLastPage(touched || plan !== null)
  const ready = Use !== null && plan !== null && isReady(plan, making.state)
  useTopOf(plan === null ? 'choose' : ready ? 'use' : 'make')
  const ask = useCallback((go: () => void) => setLeave(() => go), [])
  // With the reader's own CSR the key is elsewhere, so nothing is lost before the certificate is issued.
  useLeaveGuard(plan !== null && !kept && (plan.form !== 'own' || ready), ask)

  const change = (part: Partial<Choice>) => setChoice(settle({ ...choice, ...part }, offers))
  const start = () => making.start(wished.order, () => setPlan(wished))
  const chooseAgain = () => {
    making.cancel()
    setPlan(null)
    forget()
  }
  const wrapFor: typeof rewrap = (...wish) => {
    setKept(false)
    setSaved(false)
    rewrap(...wish)
  }

  return (
    <>
      {plan === null && (
        <Choose
          {...{ offers, choice, keys, until, networks, language }}
          plan={wished}
          onChange={change}
          onStart={start}
          words={words.choose}
        />
      )}
      {plan && !ready && (
        <Make
          {...{ plan, tenant, words, common, making, language }}
          onChooseAgain={chooseAgain}
          onSeparate={() => wrapFor('separate')}
          onCancel={() => (mayBeIssued(making.state) ? ask(chooseAgain) : chooseAgain())}
        />
      )}
      {plan && ready && making.state.issued && (
        <Use
          {...{ plan, where, making, networks, kept, reader, words }}
          issued={making.state.issued}
          onKept={setKept}
          onSaved={() => setSaved(true)}
          onWrap={wrapFor}
        >
          {After && (
            <After
              serial={making.state.issued.serial}
              isPersonal={plan.offer.kind === 'user'}
              {...{ replaces, kept, words }}
            />
          )}
        </Use>
      )}
      <LeaveDialog
        open={leave !== null}
        text={leaveText({ plan, ready, saved }, making.state, words.make.leave)}
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

/** The last page is loaded while the reader chooses, and at the latest while the certificate is made. */
function useLastPage(wanted: boolean) {
  return { Use: useLoaded(loadUse, wanted), After: useLoaded(loadAfter, wanted) }
}

const loadUse = () => import('./save/use.tsx').then(({ Use }) => Use)
const loadAfter = () => import('./save/after.tsx').then(({ After }) => After)

/** Each of the three pages begins at its top: on a phone its main action stands there. */
function useTopOf(page: 'choose' | 'make' | 'use'): void {
  const last = useRef(page)
  useEffect(() => {
    if (last.current !== page) window.scrollTo({ top: 0, behavior: 'instant' })
    last.current = page
  }, [page])
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

type Progress = { readonly plan: Plan | null; readonly ready: boolean; readonly saved: boolean }

function leaveText(
  { plan, ready, saved }: Progress,
  state: MakingState,
  words: EnrollWords['make']['leave'],
) {
  if (ready && plan?.form === 'own') return words.own
  if (ready) return saved ? words.password : words.file
  return mayBeIssued(state) ? words.issued : words.key
}
