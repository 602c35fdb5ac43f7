import { toBase64 } from '#lib/pki/asn1/base64.ts'
import { element, type Markup, xmlDocument } from './markup.ts'
import type { Holder, Network } from './network.ts'

export type EapConfigContents = {
  /** Wi-Fi and wired networks; the format knows no VPN. */
  readonly networks: readonly Network[]
  readonly holder: Holder
  readonly organization: string
  /** Whose realm it is, as "contoso.example". */
  readonly realm: string
  readonly pkcs12: Uint8Array
  readonly validUntil: Date
}

/**
 * Writes EAP metadata (draft-winter-opsawg-eap-metadata), which geteduroam reads on Android: one provider for
 * each network, since servers and roots belong to it. Without Passphrase, so that the app asks for it.
 */
export function writeEapConfig(contents: EapConfigContents): string {
  const providers = contents.networks.map((network) => provider(network, contents))
  const attributes = {
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:noNamespaceSchemaLocation': 'eap-metadata.xsd',
  }
  return xmlDocument(element('EAPIdentityProviderList', providers, attributes))
}

/** The order of the elements is the schema's. */
function provider(network: Network, contents: EapConfigContents): Markup {
  const { realm, organization, validUntil } = contents
  const attributes = { ID: realm, namespace: 'urn:RFC4282:realm', version: '1' }
  return element(
    'EAPIdentityProvider',
    [
      element('ValidUntil', validUntil.toISOString().replace(/\.\d+/, '')),
      element('AuthenticationMethods', element('AuthenticationMethod', method(network, contents))),
      element('CredentialApplicability', applicability(network)),
      element('ProviderInfo', [
        element('DisplayName', network.name),
        element('Description', organization),
      ]),
    ],
    attributes,
  )
}

const EAP_TLS = '13'

function method({ roots, servers }: Network, { holder, pkcs12 }: EapConfigContents) {
  return [
    element('EAPMethod', element('Type', EAP_TLS)),
    element('ServerSideCredential', [
      ...roots.map((root) => element('CA', root, { format: 'X.509', encoding: 'base64' })),
      ...servers.map((server) => element('ServerID', server)),
    ]),
    element('ClientSideCredential', [
      element('OuterIdentity', holder.identity),
      element('ClientCertificate', toBase64(pkcs12), { format: 'PKCS12', encoding: 'base64' }),
    ]),
  ]
}

function applicability({ kind, ssid, name }: Network): Markup {
  if (kind === 'wired') return element('IEEE8023')
  return element('IEEE80211', [element('SSID', ssid ?? name), element('MinRSNProto', 'CCMP')])
}
