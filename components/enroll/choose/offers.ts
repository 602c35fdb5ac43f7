import { placeOf } from '#components/enroll/places.ts'
import type { CertificateView, DeviceView, MeView } from '#lib/api/schemas.ts'
import { formatDate, type Reader } from '#lib/format.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill, isIn } from '#lib/i18n/fill.ts'
import { deviceInHand, deviceOf, enrollId } from '#lib/overview.ts'
import { fitCommonName } from '#lib/pki/asn1/distinguished-name.ts'
import { commonNameOf } from '#lib/policy/common-name.ts'
import { isPhone, onPhone, type System, systemName, systemOf } from '#lib/system.ts'
import type { Offer } from './offer.ts'

export type OfferFacts = {
  readonly me: MeView
  readonly devices: readonly DeviceView[]
  readonly certificates: readonly CertificateView[]
  /** Operating system of the reader's browser. */
  readonly browser: System
}

type Words = EnrollWords['choose']

/**
 * The choices: devices that can get a certificate, the person, then those that cannot now, with the reason.
 */
export function offersOf(facts: OfferFacts, reader: Reader, words: Words): readonly Offer[] {
  const devices = facts.devices.map((device) => deviceOffer(device, facts, reader, words))
  const self = facts.me.possible ? [selfOffer(facts, reader, words)] : []
  return [
    ...devices.filter((offer) => offer.possible),
    ...self,
    ...devices.filter((offer) => !offer.possible),
  ]
}

/**
 * The choice that is preset: the one in the address, else the device in use, else the first device without a good
 * certificate, else the first. A phone that is no device of the reader's can use what is the reader's, but no
 * certificate of a laptop.
 */
export function presetOf(
  offers: readonly Offer[],
  asked: string | null,
  facts: OfferFacts,
): string | null {
  const possible = offers.filter((offer) => offer.possible)
  const wanted = facts.devices.find(({ deviceId, intuneId }) =>
    [deviceId, intuneId].includes(asked?.toLowerCase() ?? null),
  )
  const askedId = asked === 'me' || !wanted ? asked : enrollId(wanted)
  const inHand = deviceInHand(facts.devices, facts.browser)
  const inHandId = inHand ? enrollId(inHand) : null
  const chosen =
    possible.find(({ id }) => id === askedId) ??
    possible.find(({ id }) => id === inHandId) ??
    (isPhone(facts.browser) ? possible.find(({ kind }) => kind === 'user') : undefined) ??
    possible.find(({ kind, hasGood }) => kind === 'device' && !hasGood) ??
    possible[0]
  return chosen?.id ?? null
}

function deviceOffer(device: DeviceView, facts: OfferFacts, reader: Reader, words: Words): Offer {
  const { os, osVersion, model, possible } = device
  const system = systemName(os, osVersion)
  const own = facts.certificates.filter((certificate) => deviceOf(certificate, [device]))
  const plain = [system, model].filter((part) => part !== null).join(' · ')
  const inHand = deviceInHand(facts.devices, facts.browser) === device
  const existing = existingOf(own, reader, words)
  const line = existing.line ?? (inHand ? fill(words.inHand, { system }) : plain)
  return {
    id: enrollId(device),
    kind: 'device',
    name: device.displayName,
    device: { os, model },
    line: possible ? line : reasonOf(device, words),
    badge: possible ? existing.badge : refusedBadge(device, words),
    possible,
    phone: onPhone(device, facts.browser) ? phonePath(enrollId(device)) : null,
    hasGood: existing.line !== null,
    place: placeOf(systemOf(os), osVersion),
    system,
    names: {
      commonName: device.intuneId ?? device.deviceId ?? '',
      upn: null,
      uri: device.intuneId === null ? null : `IntuneDeviceId://${device.intuneId}`,
    },
    condition: facts.me.policy.holdNonCompliant ? 'compliant' : 'listed',
  }
}

function selfOffer({ me, certificates, browser }: OfferFacts, reader: Reader, words: Words): Offer {
  const { upn = '', displayName = '' } = me.user ?? {}
  const own = certificates.filter((certificate) => certificate.profile === 'user')
  const existing = existingOf(own, reader, words)
  const place = placeOf(browser, null)
  // A display name that could not be the common name unchanged is not put into the CSR.
  const commonName = commonNameOf({ displayName, upn })
  const fits = fitCommonName(commonName) === commonName
  return {
    id: 'me',
    kind: 'user',
    name: displayName || upn,
    device: null,
    line: existing.line ?? words.you,
    badge: existing.badge,
    possible: true,
    phone: isPhone(browser) ? null : phonePath('me'),
    hasGood: existing.line !== null,
    place,
    system: words.systems[place],
    names: { commonName: fits ? commonName : upn, upn, uri: null },
    condition: 'active',
  }
}

function phonePath(id: string): string {
  return `/enroll/phone?for=${id}`
}

function existingOf(
  certificates: readonly CertificateView[],
  reader: Reader,
  words: Words,
): { line: string | null; badge: Offer['badge'] } {
  const [good] = certificates
    .filter(({ status }) => status.state === 'good')
    .toSorted((a, b) => b.notAfter.localeCompare(a.notAfter))
  if (!good) {
    return { line: null, badge: { tone: 'yes', icon: 'check', words: words.ready } }
  }
  const date = formatDate(reader, new Date(good.notAfter), 'long')
  return {
    line: fill(words.hasGood, { date }),
    badge: { tone: 'plain', icon: 'plus', words: words.another },
  }
}

function reasonOf({ refusal }: DeviceView, words: Words): string {
  const code = refusal?.code
  return isIn(code, words.why) ? words.why[code] : words.why.other
}

/** "Not yet" for a device that was never set up or needs time, "Not now" for one that needs a correction. */
function refusedBadge({ refusal }: DeviceView, words: Words): Offer['badge'] {
  return refusal?.code === 'device_not_managed' || refusal?.code === 'device_too_new'
    ? { tone: 'off', icon: 'ring', words: words.notYet }
    : { tone: 'no', icon: 'alert', words: words.notNow }
}
