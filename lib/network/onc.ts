import type { Holder, Network } from './network.ts'

/**
 * Writes Open Network Configuration (Chromium, components/onc/docs/onc_spec.md) for ChromeOS. The certificate
 * is not in it: ChromeOS imports no locked key this way. It is imported by itself and found by its issuer.
 */
export function writeOnc(networks: readonly Network[], holder: Holder, uuid: () => string): string {
  const roots = [...new Set(networks.flatMap((network) => network.roots))]
  const authorities = roots.map((root) => ({ GUID: `{${uuid()}}`, Type: 'Authority', X509: root }))
  const refsOf = (network: Network) =>
    authorities.filter(({ X509 }) => network.roots.includes(X509)).map(({ GUID }) => GUID)
  const configuration = {
    Type: 'UnencryptedConfiguration',
    Certificates: authorities,
    NetworkConfigurations: networks.map((network) =>
      networkOf(network, eapOf(network, holder, refsOf(network)), `{${uuid()}}`),
    ),
  }
  return `${JSON.stringify(configuration, null, 2)}\n`
}

function networkOf(network: Network, eap: object, guid: string) {
  const named = { GUID: guid, Name: network.name }
  if (network.kind === 'wired') {
    return { ...named, Type: 'Ethernet', Ethernet: { Authentication: '8021X', EAP: eap } }
  }
  const wifi = { SSID: network.ssid ?? network.name, Security: 'WPA-EAP', AutoConnect: true }
  return { ...named, Type: 'WiFi', WiFi: { ...wifi, EAP: eap } }
}

function eapOf({ servers }: Network, holder: Holder, serverCas: readonly string[]) {
  return {
    Outer: 'EAP-TLS',
    Identity: holder.identity,
    // An identity may be given only where credentials are kept.
    SaveCredentials: true,
    ClientCertType: 'Pattern',
    ClientCertPattern: { Issuer: { CommonName: holder.issuerName } },
    ServerCARefs: serverCas,
    UseSystemCAs: false,
    SubjectAlternativeNameMatch: servers.map((server) => ({ Type: 'DNS', Value: server })),
  }
}
