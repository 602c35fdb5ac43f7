import { NETWORK_FORMS, type NetworkForm } from '#lib/network/form-facts.ts'
import type { Network, NetworkKind } from '#lib/network/network.ts'
import type { System } from '#lib/system.ts'

/** Where a certificate will be used: a system, or a program that has certificates of its own. */
export type Place =
  | 'windows'
  | 'windowsOld'
  | 'macos'
  | 'ios'
  | 'android'
  | 'androidOld'
  | 'chromeos'
  | 'linux'
  | 'wpa'
  | 'firefox'
  /** Nobody knows, so the form is the one that most open. */
  | 'unsure'

type PlaceFacts = {
  /** `older` is triple DES: what these systems open, or all that their older versions do. */
  readonly pkcs12: 'modern' | 'older'
  /** How it takes the settings of a network; null for a place that has none. */
  readonly network: NetworkForm | null
  /** Kinds of networks that this place cannot have, although the form describes them. */
  readonly without?: readonly NetworkKind[]
}

export const PLACES = {
  windows: { pkcs12: 'modern', network: 'windows' },
  windowsOld: { pkcs12: 'older', network: 'windows' },
  macos: { pkcs12: 'older', network: 'mobileconfig' },
  ios: { pkcs12: 'older', network: 'mobileconfig', without: ['wired'] },
  android: { pkcs12: 'modern', network: 'eap-config' },
  androidOld: { pkcs12: 'older', network: 'eap-config' },
  chromeos: { pkcs12: 'modern', network: 'onc' },
  linux: { pkcs12: 'modern', network: 'network-manager' },
  wpa: { pkcs12: 'modern', network: 'wpa-supplicant' },
  firefox: { pkcs12: 'modern', network: null },
  unsure: { pkcs12: 'older', network: null },
} as const satisfies Record<Place, PlaceFacts>

/** In the order in which they are offered. */
export const ALL_PLACES = Object.keys(PLACES) as readonly Place[]

export function isPlace(value: string): value is Place {
  return Object.hasOwn(PLACES, value)
}

/** The networks whose settings a place can take; empty where there are none. */
export function networksAt(place: Place, networks: readonly Network[]): readonly Network[] {
  const { network, without = [] }: PlaceFacts = PLACES[place]
  if (network === null) return []
  const kinds: readonly NetworkKind[] = NETWORK_FORMS[network].kinds
  return networks.filter(({ kind }) => kinds.includes(kind) && !without.includes(kind))
}

/** Windows opens the newer format from build 16299 on, version 1709 of 2017. */
const WINDOWS_BUILD = 16_299
/** Android 14 is the first version that opens the newer format. */
const ANDROID_VERSION = 14

/** The place for a system with this version; a version that is not known counts as an old one where it matters. */
export function placeOf(system: System, version: string | null): Place {
  switch (system) {
    case 'windows':
      return isOldWindows(version) ? 'windowsOld' : 'windows'
    case 'android':
      return Number.parseInt(version ?? '', 10) >= ANDROID_VERSION ? 'android' : 'androidOld'
    case 'macos':
    case 'ios':
    case 'chromeos':
    case 'linux':
      return system
    case 'other':
      return 'unsure'
  }
}

/** "10.0.26200.6901" is a version with its build. */
function isOldWindows(version: string | null): boolean {
  if (!version) return false
  const [major = Number.NaN, , build = Number.NaN] = version.split('.').map(Number)
  return major < 10 || build < WINDOWS_BUILD
}
