import { MainAndSide } from '#components/ui/main-and-side.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Stepper } from '#components/ui/stepper.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import type { Language } from '#lib/i18n/languages.ts'
import type { Network } from '#lib/network/network.ts'
import type { KeyPairType } from '#lib/pki/keys/key-pair.ts'
import type { Offer } from './offer.ts'
import { type Choice, isEmpty, type Plan } from './plan.ts'
import { StartButton, Summary } from './summary.tsx'
import { WhatChoice } from './what-choice.tsx'
import { WhoChoice } from './who-choice.tsx'

type ChooseProps = {
  readonly offers: readonly Offer[]
  readonly choice: Choice
  readonly plan: Plan
  readonly keys: readonly KeyPairType[]
  readonly networks: readonly Network[]
  readonly until: string
  readonly onChange: (change: Partial<Choice>) => void
  readonly onStart: () => void
  readonly words: EnrollWords['choose']
  readonly language: Language
}

/** The first page: for whom, and what to make. Both questions have a default answer. */
export function Choose(props: ChooseProps) {
  const { offers, choice, plan, keys, networks, until, onChange, onStart, words, language } = props
  const empty = isEmpty(plan, choice)
  return (
    <div className="wrap stack gap-6">
      <div className="between">
        <PageHeading>{words.title}</PageHeading>
        <Stepper label={words.progress} steps={words.steps} now={0} doneWord={words.done} />
      </div>
      <MainAndSide>
        <div className="stack min-w-0 gap-7">
          <WhoChoice
            offers={offers}
            chosen={choice.offerId}
            onChoose={(offerId) => onChange({ offerId })}
            asRequested={choice.what === 'own'}
            words={words}
          />
          <WhatChoice
            choice={choice}
            offer={plan.offer}
            networks={networks}
            canMakeKey={keys.length > 0}
            onChange={onChange}
            words={words}
            language={language}
          />
        </div>
        <Summary
          plan={plan}
          choice={choice}
          keys={keys}
          until={until}
          onChange={onChange}
          onStart={onStart}
          words={words}
        />
      </MainAndSide>
      {/* On a phone the button stays in sight, above the tabs, however long the page is. */}
      <div className="action-bar sticky bottom-[calc(3.4rem+max(6px,env(safe-area-inset-bottom)))] z-5 -mx-4 border-line border-t bg-surface/92 px-4 py-2.5 backdrop-blur-[10px] phone:hidden [@media(max-height:32rem)]:static">
        <StartButton empty={empty} onStart={onStart} words={words} />
      </div>
    </div>
  )
}
