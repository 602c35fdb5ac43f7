import { lazy, Suspense } from 'react'
import { Tag } from '#components/ui/badge.tsx'
import { Chips } from '#components/ui/chips.tsx'
import { ChoiceRow } from '#components/ui/choice-row.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Language } from '#lib/i18n/languages.ts'
import type { Offer } from './offer.ts'
import type { Choice } from './plan.ts'

/** Loaded when it is used: most readers have no key of their own. */
const OwnRequestPanel = lazy(() =>
  import('#components/enroll/own/own-request.tsx').then((loaded) => ({
    default: loaded.OwnRequestPanel,
  })),
)

type WhatChoiceProps = {
  readonly choice: Choice
  readonly offer: Offer
  /** Whether this browser can make a key that policy accepts. */
  readonly canMakeKey: boolean
  readonly onChange: (change: Partial<Choice>) => void
  readonly words: EnrollWords['choose']
  readonly language: Language
}

/** The question what to make. The fitting answer is preset; the others are one click away. */
export function WhatChoice({
  choice,
  offer,
  canMakeKey,
  onChange,
  words,
  language,
}: WhatChoiceProps) {
  const { place } = offer
  const choose = (what: string) => {
    if (what === 'fit' || what === 'else' || what === 'own') onChange({ what })
  }
  return (
    <fieldset>
      <legend className="mb-3 font-semibold text-section">{words.whatTitle}</legend>
      {canMakeKey && (
        <>
          <ChoiceRow
            name="what"
            value="fit"
            checked={choice.what === 'fit'}
            onChoose={choose}
            title={place === 'any' ? words.anyFile : fill(words.fileFor, { system: offer.system })}
            reason={words.lines[place]}
            aside={offer.kind === 'device' && place !== 'any' && <Tag>{words.fits}</Tag>}
          />
          <ChoiceRow
            name="what"
            value="else"
            checked={choice.what === 'else'}
            onChoose={choose}
            title={words.else}
            reason={words.elseLine}
          >
            <Elsewhere choice={choice} offer={offer} onChange={onChange} words={words} />
          </ChoiceRow>
        </>
      )}
      <ChoiceRow
        name="what"
        value="own"
        checked={choice.what === 'own'}
        onChoose={choose}
        title={words.own}
        reason={words.ownLine}
      >
        <Suspense>
          {choice.what === 'own' && (
            <OwnRequestPanel
              request={choice.request}
              onChange={(request) => onChange({ request })}
              names={offer.names}
              who={offer.name}
              words={words}
              language={language}
            />
          )}
        </Suspense>
      </ChoiceRow>
    </fieldset>
  )
}

const PLACES = ['windows', 'linux', 'android', 'separate'] as const

function Elsewhere({
  choice,
  offer,
  onChange,
  words,
}: Omit<WhatChoiceProps, 'language' | 'canMakeKey'>) {
  const places = PLACES.filter((place) => place !== offer.place)
  return (
    <>
      <Chips
        name="where"
        label={words.where}
        options={places.map((place) => ({ value: place, label: words.systems[place] }))}
        value={choice.where}
        onChoose={(value) => {
          const where = places.find((place) => place === value)
          if (where) onChange({ where })
        }}
      />
      <p className="small mute mt-3">{words.lines[choice.where]}</p>
    </>
  )
}
