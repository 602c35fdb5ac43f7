import { ALL_PLACES, isPlace, networksAt, PLACES } from '#components/enroll/places.ts'
import { useLoaded } from '#components/enroll/use-loaded.ts'
import { Tag } from '#components/ui/badge.tsx'
import { Chips } from '#components/ui/chips.tsx'
import { ChoiceRow } from '#components/ui/choice-row.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Language } from '#lib/i18n/languages.ts'
import type { Network } from '#lib/network/network.ts'
import type { Offer } from './offer.ts'
import type { Choice, Where } from './plan.ts'

type WhatChoiceProps = {
  readonly choice: Choice
  readonly offer: Offer
  readonly networks: readonly Network[]
  /** Whether this browser can make a key that policy accepts. */
  readonly canMakeKey: boolean
  readonly onChange: (change: Partial<Choice>) => void
  readonly words: EnrollWords['choose']
  readonly language: Language
}

/** The question what to make. The fitting answer is preset; the others are one click away. */
export function WhatChoice(props: WhatChoiceProps) {
  const { choice, offer, networks, canMakeKey, onChange, words, language } = props
  const { place } = offer
  const OwnRequestPanel = useLoaded(loadOwnRequest, choice.what === 'own')
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
            title={
              place === 'unsure' ? words.anyFile : fill(words.fileFor, { system: offer.system })
            }
            reason={<PlaceLine where={place} {...{ networks, words }} />}
            aside={offer.kind === 'device' && place !== 'unsure' && <Tag>{words.recommended}</Tag>}
          />
          <ChoiceRow
            name="what"
            value="else"
            checked={choice.what === 'else'}
            onChoose={choose}
            title={words.else}
            reason={words.elseLine}
          >
            <Elsewhere {...{ choice, offer, networks, onChange, words }} />
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
        {OwnRequestPanel && (
          <OwnRequestPanel
            request={choice.request}
            onChange={(request) => onChange({ request })}
            names={offer.names}
            who={offer.name}
            words={words}
            language={language}
          />
        )}
      </ChoiceRow>
    </fieldset>
  )
}

const loadOwnRequest = () =>
  import('#components/enroll/own/own-request.tsx').then(({ OwnRequestPanel }) => OwnRequestPanel)

function Elsewhere({
  choice,
  offer,
  networks,
  onChange,
  words,
}: Omit<WhatChoiceProps, 'language' | 'canMakeKey'>) {
  const places: readonly Where[] = [
    ...ALL_PLACES.filter((place) => place !== offer.place),
    'separate',
  ]
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
      <p className="small mute mt-3">
        <PlaceLine where={choice.where} {...{ networks, words }} />
      </p>
    </>
  )
}

/** What one gets for a place: what it is good for, why it is the older format, and which networks come along. */
function PlaceLine(props: {
  readonly where: Where
  readonly networks: readonly Network[]
  readonly words: EnrollWords['choose']
}) {
  const { where, networks, words } = props
  if (!isPlace(where)) return words.lines[where]
  const here = networksAt(where, networks).map(({ name }) => name)
  const { network } = PLACES[where]
  return [
    network && here.length > 0 ? words.networkLines[network] : words.lines[where],
    ...(PLACES[where].pkcs12 === 'older' ? [words.older] : []),
    ...(here.length > 0 ? [fill(words.withNetworks, { networks: here.join(', ') })] : []),
  ].join(' ')
}
