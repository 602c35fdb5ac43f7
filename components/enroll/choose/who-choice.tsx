import Link from 'next/link'
import { Badge } from '#components/ui/badge.tsx'
import { ChoiceRow, ImpossibleRow } from '#components/ui/choice-row.tsx'
import { DevicePicture, PersonPicture } from '#components/ui/device-picture.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import type { Offer } from './offer.ts'

type WhoChoiceProps = {
  readonly offers: readonly Offer[]
  readonly chosen: string
  readonly onChoose: (id: string) => void
  /** Whether the reader's own request says for whom it is, so that nothing is chosen here. */
  readonly asRequested: boolean
  readonly words: EnrollWords['choose']
}

/**
 * The question for whom: devices that can get a certificate, the reader, then those that cannot, with the
 * reason.
 */
export function WhoChoice({ offers, chosen, onChoose, asRequested, words }: WhoChoiceProps) {
  return (
    <fieldset disabled={asRequested} className="disabled:[&_label]:opacity-60">
      <legend className="mb-3 font-semibold text-section">{words.whoTitle}</legend>
      {asRequested && <p className="mute mb-3">{words.ownFor}</p>}
      {offers.map((offer) =>
        offer.possible ? (
          <ChoiceRow
            key={offer.id}
            name="who"
            value={offer.id}
            checked={offer.id === chosen}
            onChoose={onChoose}
            title={offer.name}
            reason={offer.line}
            picture={<Picture offer={offer} />}
            aside={<OfferBadge offer={offer} />}
          />
        ) : (
          <ImpossibleRow
            key={offer.id}
            title={offer.name}
            reason={
              <>
                {offer.line}{' '}
                <Link href={`/devices?for=${offer.id}`} prefetch={false}>
                  {words.howToFix}
                </Link>
              </>
            }
            picture={<Picture offer={offer} />}
            aside={<OfferBadge offer={offer} />}
          />
        ),
      )}
    </fieldset>
  )
}

function Picture({ offer }: { readonly offer: Offer }) {
  if (!offer.device) return <PersonPicture />
  return <DevicePicture {...offer.device} dim={!offer.possible} />
}

function OfferBadge({ offer: { badge } }: { readonly offer: Offer }) {
  return (
    <Badge tone={badge.tone} icon={badge.icon}>
      {badge.words}
    </Badge>
  )
}
