import type { Place } from '#components/enroll/places.ts'
import type { PicturePlace, PictureStep } from '#components/pictures/step-picture.tsx'
import type { NetworkForm } from '#lib/network/form-facts.ts'

/** The drawing beside each line of how to install a file by clicking, in the order of the lines. */
type Pictured = { readonly place: PicturePlace; readonly steps: readonly PictureStep[] }

const BY_PLACE: Readonly<Partial<Record<Place, Pictured>>> = {
  windows: { place: 'windows', steps: ['open', 'choose', 'password'] },
  windowsOld: { place: 'windows', steps: ['open', 'choose', 'password'] },
  macos: { place: 'macos', steps: ['open', 'choose', 'password'] },
  ios: { place: 'iphone', steps: ['open', 'profile', 'password'] },
  android: { place: 'android', steps: ['open', 'password', 'done'] },
  androidOld: { place: 'android', steps: ['settings', 'password', 'done'] },
  chromeos: { place: 'chromeos', steps: ['settings', 'choose', 'password'] },
  linux: { place: 'linux', steps: ['settings', 'choose', 'password', 'connect'] },
  firefox: { place: 'firefox', steps: ['settings', 'choose', 'password'] },
}

const BY_FORM: Readonly<Partial<Record<NetworkForm, readonly PictureStep[]>>> = {
  mobileconfig: ['open', 'settings', 'profile'],
  'eap-config': ['open', 'password', 'connect'],
  onc: ['choose', 'settings', 'connect'],
}

/** Gives the drawings for a place, or for the settings of a network there; null where there are none. */
export function picturesOf(place: Place, network: NetworkForm | null): Pictured | null {
  const pictured = BY_PLACE[place]
  if (!pictured) return null
  if (network === null) return pictured
  const steps = BY_FORM[network]
  return steps ? { ...pictured, steps } : null
}
