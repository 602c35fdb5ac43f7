import type { NetworkKind } from './network.ts'

/** How a system takes the settings of a network. */
export type NetworkForm =
  | 'mobileconfig'
  | 'eap-config'
  | 'windows'
  | 'network-manager'
  | 'wpa-supplicant'
  | 'onc'

type FormFacts = {
  /** Which networks the form can describe. */
  readonly kinds: readonly NetworkKind[]
  /** Whether certificate and key are inside, so that there is no other file. */
  readonly holdsKey: boolean
}

export const NETWORK_FORMS = {
  mobileconfig: { kinds: ['wifi', 'wired', 'vpn'], holdsKey: true },
  'eap-config': { kinds: ['wifi'], holdsKey: true },
  windows: { kinds: ['wifi', 'wired'], holdsKey: false },
  'network-manager': { kinds: ['wifi', 'wired'], holdsKey: false },
  'wpa-supplicant': { kinds: ['wifi', 'wired'], holdsKey: false },
  onc: { kinds: ['wifi', 'wired'], holdsKey: false },
} as const satisfies Record<NetworkForm, FormFacts>

/** Where the settings look for their files, and where commands put them. Readable for root only. */
export const NETWORK_MANAGER_FOLDER = '/etc/NetworkManager/certificates'
export const WPA_SUPPLICANT_FOLDER = '/etc/wpa_supplicant'
