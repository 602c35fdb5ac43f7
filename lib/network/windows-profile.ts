import { fromBase64 } from '#lib/pki/asn1/base64.ts'
import { element, type Markup, xmlDocument } from './markup.ts'
import type { Network } from './network.ts'

const NS = {
  wlan: 'http://www.microsoft.com/networking/WLAN/profile/v1',
  lan: 'http://www.microsoft.com/networking/LAN/profile/v1',
  oneX: 'http://www.microsoft.com/networking/OneX/v1',
  host: 'http://www.microsoft.com/provisioning/EapHostConfig',
  common: 'http://www.microsoft.com/provisioning/EapCommon',
  base: 'http://www.microsoft.com/provisioning/BaseEapConnectionPropertiesV1',
  tls1: 'http://www.microsoft.com/provisioning/EapTlsConnectionPropertiesV1',
  tls2: 'http://www.microsoft.com/provisioning/EapTlsConnectionPropertiesV2',
  tls3: 'http://www.microsoft.com/provisioning/EapTlsConnectionPropertiesV3',
}

/**
 * Writes a profile for `netsh wlan add profile` or `netsh lan add profile` ([MS-GPWL] section 6; WLAN_profile
 * and LAN_profile schemas): EAP-TLS with the current person's certificate. The server's names and roots are
 * pinned, and nobody is asked to trust another. `issuer` is the DER of the CA that issued the certificate, so
 * that Windows takes this certificate where there are several.
 */
export async function writeWindowsProfile(network: Network, issuer: Uint8Array): Promise<string> {
  const roots = await Promise.all(
    network.roots.map((root) => thumbprint(fromBase64(new TextEncoder().encode(root)))),
  )
  const oneX = oneXOf(network, roots, await thumbprint(issuer))
  return xmlDocument(network.kind === 'wired' ? wired(oneX) : wireless(network, oneX))
}

function wireless({ name, ssid }: Network, oneX: Markup): Markup {
  return element(
    'WLANProfile',
    [
      element('name', name),
      element('SSIDConfig', element('SSID', element('name', ssid ?? name))),
      element('connectionType', 'ESS'),
      element('connectionMode', 'auto'),
      element(
        'MSM',
        element('security', [
          element('authEncryption', [
            element('authentication', 'WPA2'),
            element('encryption', 'AES'),
            element('useOneX', 'true'),
          ]),
          oneX,
        ]),
      ),
    ],
    { xmlns: NS.wlan },
  )
}

function wired(oneX: Markup): Markup {
  const security = element('security', [
    element('OneXEnforced', 'false'),
    element('OneXEnabled', 'true'),
    oneX,
  ])
  return element('LANProfile', element('MSM', security), { xmlns: NS.lan })
}

function oneXOf(network: Network, roots: readonly string[], issuer: string): Markup {
  const common = (name: string, value: string) => element(name, value, { xmlns: NS.common })
  const hostConfig = element(
    'EapHostConfig',
    [
      element('EapMethod', [
        common('Type', '13'),
        common('VendorId', '0'),
        common('VendorType', '0'),
        common('AuthorId', '0'),
      ]),
      element(
        'Config',
        element('Eap', [element('Type', '13'), eapType(network, roots, issuer)], {
          xmlns: NS.base,
        }),
      ),
    ],
    { xmlns: NS.host },
  )
  return element('OneX', [element('authMode', 'user'), element('EAPConfig', hostConfig)], {
    xmlns: NS.oneX,
  })
}

/** CredentialsSource comes before ServerValidation: Windows refuses the other order. */
function eapType(network: Network, roots: readonly string[], issuer: string): Markup {
  const filter = element(
    'FilteringInfo',
    element('CAHashList', element('IssuerHash', issuer), { Enabled: 'true' }),
    { xmlns: NS.tls3 },
  )
  return element(
    'EapType',
    [
      element(
        'CredentialsSource',
        element('CertificateStore', element('SimpleCertSelection', 'true')),
      ),
      element('ServerValidation', [
        element('DisableUserPromptForServerValidation', 'true'),
        element('ServerNames', network.servers.join(';')),
        ...roots.map((root) => element('TrustedRootCA', root)),
      ]),
      element('DifferentUsername', 'false'),
      element('PerformServerValidation', 'true', { xmlns: NS.tls2 }),
      element('AcceptServerName', 'true', { xmlns: NS.tls2 }),
      element('TLSExtensions', filter, { xmlns: NS.tls2 }),
    ],
    { xmlns: NS.tls1 },
  )
}

/** Windows names certificates by their SHA-1, in pairs of hex digits with spaces between. */
async function thumbprint(der: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', new Uint8Array(der)))
  return [...digest].map((octet) => octet.toString(16).padStart(2, '0')).join(' ')
}
