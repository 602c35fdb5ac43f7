import type { MakingOrder } from '#components/enroll/make/making.ts'
import { fileBase } from '#components/enroll/save/file-name.ts'
import type { KeyPairType } from '#lib/pki/keys/key-pair.ts'
import type { Offer, Place } from './offer.ts'

/** What the reader has chosen so far. */
export type Choice = {
  readonly offerId: string
  /** The offered form, another form, or a CSR for a key that the reader has already. */
  readonly what: 'fit' | 'else' | 'own'
  /** The answer under "Something else". */
  readonly where: Place | 'separate'
  readonly key: KeyPairType
  readonly request: OwnRequest
}

export type OwnRequest =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly octets: Uint8Array }

/** What will be made, from the reader's choice. */
export type Plan = {
  readonly offer: Offer
  readonly form: 'p12' | 'pem' | 'own'
  readonly place: Place
  /** "Windows 11", where the file will be used; null for an unsupported system. */
  readonly system: string | null
  /** Beginning of the names of the files. */
  readonly base: string
  readonly order: MakingOrder
}

/** Turns the choice into a plan. `systems` are the names of places in the reader's language. */
export function planOf(
  choice: Choice,
  offer: Offer,
  systems: Readonly<Record<Place, string>>,
): Plan {
  const place = choice.what === 'else' && choice.where !== 'separate' ? choice.where : offer.place
  const form =
    choice.what === 'own'
      ? 'own'
      : choice.what === 'else' && choice.where === 'separate'
        ? 'pem'
        : 'p12'
  const fits = place === offer.place
  return {
    offer,
    form,
    place,
    system: place === 'any' ? null : fits ? offer.system : systems[place],
    base: form === 'own' ? 'certificate' : fileBase(offer.name),
    order:
      form === 'own'
        ? { kind: 'own', csr: octetsOf(choice.request) }
        : {
            kind: 'key',
            wish: { type: choice.key, names: offer.names },
            form,
            name: offer.name,
          },
  }
}

/** The reader's CSR as octets, in whichever encoding. */
export function octetsOf(request: OwnRequest): Uint8Array {
  return request.kind === 'file' ? request.octets : new TextEncoder().encode(request.text.trim())
}
