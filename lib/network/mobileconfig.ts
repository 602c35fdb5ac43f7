import { fromBase64 } from '#lib/pki/asn1/base64.ts'
import type { Holder, Network } from './network.ts'
import { type Plist, writePlist } from './plist.ts'

export type MobileConfigContents = {
  readonly networks: readonly Network[]
  readonly holder: Holder
  /** Shown in the list of profiles, such as "Contoso certificate for ALICE-LT-042". */
  readonly title: string
  readonly organization: string
  /** PKCS#12 with the leaf alone: Apple allows one certificate in it. Its password is not in the profile. */
  readonly pkcs12: Uint8Array
  /** CAs between leaf and root, DER. */
  readonly intermediates: readonly Uint8Array[]
  /** When the profile removes itself: the certificate's notAfter. */
  readonly removeAt: Date
  /** Random version 4 UUIDs. */
  readonly uuid: () => string
}

const PREFIX = 'org.latchkey'

/**
 * Writes a configuration profile for macOS, iOS and iPadOS: the identity, the roots of the networks, and the
 * networks themselves, bound to both by UUID (apple/device-management, mdm/profiles). The roots are anchors
 * of these networks; the server's name is always pinned. The system asks for the password of the identity.
 */
export function writeMobileConfig(contents: MobileConfigContents): string {
  const { holder, uuid } = contents
  const identity = uuid()
  const anchors = anchorsOf(contents)
  const networks = contents.networks.map((network) =>
    networkPayload(network, {
      identity,
      anchors: network.roots.map((root) => anchors.get(root)?.id ?? ''),
      userName: holder.identity,
      uuid,
    }),
  )
  const identityPayload = payload('com.apple.security.pkcs12', identity, holder.fileBase, {
    PayloadContent: contents.pkcs12,
    PayloadCertificateFileName: `${holder.fileBase}.p12`,
  })
  const intermediates = contents.intermediates.map((der, index) => {
    const name = numbered(holder.issuerName, index)
    return payload('com.apple.security.pkcs1', uuid(), name, { PayloadContent: der })
  })
  const roots = [...anchors.values()].map(({ payload: anchor }) => anchor)
  return writePlist({
    ...payload('Configuration', uuid(), contents.title, {
      PayloadOrganization: contents.organization,
      PayloadContent: [identityPayload, ...intermediates, ...roots, ...networks],
      RemovalDate: contents.removeAt,
    }),
  })
}

/** A root that several networks share is one payload. */
function anchorsOf({ networks, uuid }: MobileConfigContents) {
  const anchors = new Map<string, { readonly id: string; readonly payload: Plist }>()
  for (const network of networks) {
    for (const [index, root] of network.roots.entries()) {
      if (anchors.has(root)) continue
      const id = uuid()
      const der = fromBase64(new TextEncoder().encode(root))
      const name = numbered(`${network.name} CA`, index)
      const anchor = payload('com.apple.security.root', id, name, { PayloadContent: der })
      anchors.set(root, { id, payload: anchor })
    }
  }
  return anchors
}

/** iOS takes payloads of one name for alternatives of which one is to be installed (Apple's deployment guide). */
function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name} ${index + 1}`
}

type Binding = {
  readonly identity: string
  readonly anchors: readonly string[]
  readonly userName: string
  readonly uuid: () => string
}

function networkPayload(network: Network, binding: Binding): Plist {
  switch (network.kind) {
    case 'wifi':
      return payload('com.apple.wifi.managed', binding.uuid(), network.name, {
        SSID_STR: network.ssid ?? network.name,
        HIDDEN_NETWORK: false,
        AutoJoin: true,
        // From iOS 16 and macOS 13 on this stands for WPA2 or WPA3.
        EncryptionType: 'WPA2',
        PayloadCertificateUUID: binding.identity,
        EAPClientConfiguration: eapClient(network, binding),
      })
    case 'wired':
      return payload('com.apple.firstactiveethernet.managed', binding.uuid(), network.name, {
        Interface: 'FirstActiveEthernet',
        AutoJoin: true,
        EncryptionType: 'Any',
        PayloadCertificateUUID: binding.identity,
        EAPClientConfiguration: eapClient(network, binding),
      })
    case 'vpn':
      return payload('com.apple.vpn.managed', binding.uuid(), network.name, {
        UserDefinedName: network.name,
        VPNType: 'IKEv2',
        IKEv2: {
          RemoteAddress: network.servers[0] ?? '',
          // The server's certificate has to name it, and lead to a root of this profile.
          RemoteIdentifier: network.servers[0] ?? '',
          LocalIdentifier: binding.userName,
          AuthenticationMethod: 'Certificate',
          PayloadCertificateUUID: binding.identity,
          ExtendedAuthEnabled: 0,
        },
      })
  }
}

function eapClient(network: Network, { anchors, userName }: Binding): Plist {
  return {
    AcceptEAPTypes: [EAP_TLS],
    UserName: userName,
    PayloadCertificateAnchorUUID: anchors,
    TLSTrustedServerNames: network.servers,
    TLSMinimumVersion: '1.2',
    TLSMaximumVersion: '1.3',
    TLSCertificateIsRequired: true,
  }
}

const EAP_TLS = 13

function payload(type: string, uuid: string, name: string, members: Record<string, Plist>) {
  return {
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: `${PREFIX}.${uuid}`,
    PayloadUUID: uuid,
    PayloadDisplayName: name,
    ...members,
  }
}
