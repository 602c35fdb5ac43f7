import { fromBase64 } from '#lib/pki/asn1/base64.ts'
import { writeEapConfig } from './eap-config.ts'
import type { NetworkForm } from './form-facts.ts'
import { rootsPem, writeNmConnection, writeWpaSupplicant } from './linux-settings.ts'
import { writeMobileConfig } from './mobileconfig.ts'
import type { Holder, Network } from './network.ts'
import { writeOnc } from './onc.ts'
import { writeWindowsProfile } from './windows-profile.ts'

export type NetworkFileKind =
  | 'mobileconfig'
  | 'eap-config'
  | 'windows-profile'
  | 'windows-root'
  | 'nmconnection'
  | 'roots'
  | 'wpa-supplicant'
  | 'onc'

export type NetworkFile = {
  readonly kind: NetworkFileKind
  /** What follows the beginning of the name. */
  readonly ending: string
  readonly octets: Uint8Array
}

export type NetworkContents = {
  /** Networks of the form's kinds, one or more. */
  readonly networks: readonly Network[]
  readonly holder: Holder
  readonly organization: string
  /** Shown in a list of profiles. */
  readonly title: string
  readonly pkcs12: Uint8Array
  readonly password: string
  /** The issuing CA first, the root last, DER. */
  readonly chain: readonly Uint8Array[]
  readonly notAfter: Date
  readonly uuid: () => string
}

/** Writes the files of a form. Those that hold the key are alone; the others go with the PKCS#12 file. */
export async function networkFiles(
  form: NetworkForm,
  contents: NetworkContents,
): Promise<readonly NetworkFile[]> {
  const { networks, holder, uuid, chain, notAfter } = contents
  switch (form) {
    case 'mobileconfig': {
      const profile = { ...contents, intermediates: chain.slice(0, -1), removeAt: notAfter }
      return [file('mobileconfig', '.mobileconfig', writeMobileConfig(profile))]
    }
    case 'eap-config': {
      const realm = holder.identity.split('@')[1] ?? contents.organization
      const text = writeEapConfig({ ...contents, realm, validUntil: notAfter })
      return [file('eap-config', '.eap-config', text)]
    }
    case 'windows':
      return windowsFiles(contents)
    case 'network-manager':
      return [
        ...each(networks, (network, number) => [
          file(
            'nmconnection',
            `${number}.nmconnection`,
            writeNmConnection(network, holder, uuid(), `${holder.fileBase}${number}.roots.pem`),
          ),
          file('roots', `${number}.roots.pem`, rootsPem(network)),
        ]),
      ]
    case 'wpa-supplicant':
      // Wired and wireless need another ap_scan, which is one for the whole file.
      return (['wifi', 'wired'] as const).flatMap((kind) => {
        const own = networks.filter((network) => network.kind === kind)
        if (own.length === 0) return []
        const text = writeWpaSupplicant(own, holder, contents.password)
        return [file('wpa-supplicant', kind === 'wifi' ? '.conf' : '.wired.conf', text)]
      })
    case 'onc':
      return [file('onc', '.onc', writeOnc(networks, holder, uuid))]
  }
}

async function windowsFiles({ networks, chain }: NetworkContents): Promise<NetworkFile[]> {
  const [issuer = new Uint8Array()] = chain
  const texts = await Promise.all(networks.map((network) => writeWindowsProfile(network, issuer)))
  const roots = [...new Set(networks.flatMap((network) => network.roots))]
  return [
    ...each(texts, (text, number) => [file('windows-profile', `${number}.xml`, text)]),
    ...each(roots, (root, number): NetworkFile[] => [
      { kind: 'windows-root', ending: `${number}.root.cer`, octets: derOf(root) },
    ]),
  ]
}

/** The first has no number: most have one network. */
function each<In>(
  items: readonly In[],
  write: (item: In, number: string) => readonly NetworkFile[],
): NetworkFile[] {
  return items.flatMap((item, index) => write(item, index === 0 ? '' : `-${index + 1}`))
}

function file(kind: NetworkFileKind, ending: string, text: string): NetworkFile {
  return { kind, ending, octets: new TextEncoder().encode(text) }
}

function derOf(base64: string): Uint8Array {
  return fromBase64(new TextEncoder().encode(base64))
}
