import type { Wrapping } from '#components/enroll/make/key-engine.ts'
import type { MakingOrder } from '#components/enroll/make/making.ts'
import { networksAt, PLACES, type Place } from '#components/enroll/places.ts'
import { fileBase } from '#components/enroll/save/file-name.ts'
import type { Network } from '#lib/network/network.ts'
import type { KeyPairType } from '#lib/pki/keys/key-pair.ts'
import type { Offer } from './offer.ts'

/** What the reader has chosen so far. */
export type Choice = {
  readonly offerId: string
  /** The offered form, another form, or a CSR for a key that the reader has already. */
  readonly what: 'fit' | 'else' | 'own'
  /** The answer under "Something else". */
  readonly where: Where
  readonly key: KeyPairType
  readonly request: OwnRequest
}

/** A place, or separate files for any. */
export type Where = Place | 'separate'

export type OwnRequest =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly octets: Uint8Array }

/** What is the same for every plan of a page. */
export type PlanFacts = {
  /** Names of places in the reader's language. */
  readonly systems: Readonly<Record<Place, string>>
  /** The networks that an operator configured. */
  readonly networks: readonly Network[]
  readonly tenant: string
}

/** What will be made, from the reader's choice. */
export type Plan = {
  readonly offer: Offer
  readonly form: 'p12' | 'pem' | 'own'
  readonly place: Place
  /** "Windows 11", where the file will be used; null where nobody knows. */
  readonly system: string | null
  /** Names of the networks whose settings come along. */
  readonly networks: readonly string[]
  /** Beginning of the names of the files. */
  readonly base: string
  readonly order: MakingOrder
}

/** Turns the choice into a plan. */
export function planOf(choice: Choice, offer: Offer, facts: PlanFacts): Plan {
  if (choice.what === 'own') {
    return {
      ...placed(offer, offer.place, facts),
      form: 'own',
      networks: [],
      base: 'certificate',
      order: { kind: 'own', csr: octetsOf(choice.request) },
    }
  }
  const where = choice.what === 'else' ? choice.where : offer.place
  const wish = { type: choice.key, names: offer.names }
  const planned = planFor(offer, where, facts)
  return {
    ...planned,
    order: { kind: 'key', wish, name: offer.name, wrapping: planned.wrapping },
  }
}

export type Refinement = {
  /** The other format of the locked file, for a system that did not open this one. */
  readonly pkcs12?: 'modern' | 'older'
  /** The locked file alone. */
  readonly bare?: boolean
}

/** Gives what a place needs: how to wrap the key, and what to say about it. */
export function planFor(
  offer: Offer,
  where: Where,
  facts: PlanFacts,
  { pkcs12, bare = false }: Refinement = {},
) {
  const name = fileBase(offer.name)
  if (where === 'separate') {
    const wrapping: Wrapping = { form: 'pem', network: null }
    return {
      ...placed(offer, offer.place, facts),
      form: 'pem',
      networks: [],
      base: name,
      wrapping,
    } as const
  }
  const { pkcs12: fitting, network: form } = PLACES[where]
  const networks = bare ? [] : networksAt(where, facts.networks)
  // Another name for another format, so that nobody opens the file that failed before.
  const base = pkcs12 && pkcs12 !== fitting ? `${name}-${pkcs12}` : name
  const { commonName, upn } = offer.names
  const network = form && {
    form,
    networks,
    identity: upn ?? commonName,
    organization: facts.tenant,
    title: `${facts.tenant}: ${offer.name}`,
  }
  const wrapping: Wrapping = {
    form: pkcs12 ?? fitting,
    network: networks.length > 0 && network ? { ...network, fileBase: base } : null,
  }
  const names = networks.map(({ name }) => name)
  return { ...placed(offer, where, facts), form: 'p12', networks: names, base, wrapping } as const
}

function placed(offer: Offer, place: Place, { systems }: PlanFacts) {
  const named = place === offer.place ? offer.system : systems[place]
  return { offer, place, system: place === 'unsure' ? null : named }
}

/** The reader's CSR as octets, in whichever encoding. */
export function octetsOf(request: OwnRequest): Uint8Array {
  return request.kind === 'file' ? request.octets : new TextEncoder().encode(request.text.trim())
}

/** Whether the reader wants to bring a CSR and has not done so. */
export function isEmpty(plan: Plan, choice: Choice): boolean {
  return plan.form === 'own' && octetsOf(choice.request).length === 0
}
