import { fromBase64, toBase64Lines } from '#lib/pki/asn1/base64.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { NETWORK_MANAGER_FOLDER, WPA_SUPPLICANT_FOLDER } from './form-facts.ts'
import type { Holder, Network } from './network.ts'

/** The roots of a network in one PEM file. */
export function rootsPem({ roots }: Network): string {
  return roots.map((root) => toPem('CERTIFICATE', derOf(root))).join('')
}

/**
 * Writes a connection of NetworkManager (nm-settings-keyfile): roots and PKCS#12 file by path, the server's
 * names pinned. The password is not in it: flag 1 lets the desktop ask for it and keep it in its keyring.
 */
export function writeNmConnection(
  network: Network,
  holder: Holder,
  uuid: string,
  rootsFile: string,
): string {
  const file = `${NETWORK_MANAGER_FOLDER}/${holder.fileBase}.p12`
  const wifi = [
    '[wifi]',
    // As octets: in a text, semicolons and backslashes have a meaning of their own.
    `ssid=${[...octetsOf(network.ssid ?? network.name)].map((octet) => `${octet};`).join('')}`,
    'mode=infrastructure',
    '',
    '[wifi-security]',
    'key-mgmt=wpa-eap',
    '',
  ]
  return [
    '[connection]',
    `id=${keyfileText(network.name)}`,
    `uuid=${uuid}`,
    `type=${network.kind === 'wired' ? 'ethernet' : 'wifi'}`,
    '',
    ...(network.kind === 'wired' ? ['[ethernet]', ''] : wifi),
    '[802-1x]',
    'eap=tls;',
    `identity=${keyfileText(holder.identity)}`,
    `ca-cert=${NETWORK_MANAGER_FOLDER}/${rootsFile}`,
    // With PKCS#12 both are the same file.
    `client-cert=${file}`,
    `private-key=${file}`,
    'private-key-password-flags=1',
    // Several names are one text, separated by semicolons (wpa_supplicant's domain_match).
    `domain-match=${keyfileText(network.servers.join(';'))}`,
    '',
    '[ipv4]',
    'method=auto',
    '',
    '[ipv6]',
    'method=auto',
    '',
  ].join('\n')
}

/** GKeyFile: a backslash begins an escape, and spaces at the beginning are lost unless they are escaped. */
function keyfileText(text: string): string {
  return oneLine(text)
    .replaceAll('\\', '\\\\')
    .replace(/^ +/, (spaces) => '\\s'.repeat(spaces.length))
}

/**
 * Writes wpa_supplicant.conf with one network block each. The file holds the password of the PKCS#12 file,
 * since nobody is there to ask when a machine starts.
 */
export function writeWpaSupplicant(
  networks: readonly Network[],
  holder: Holder,
  password: string,
): string {
  const wired = networks.some(({ kind }) => kind === 'wired')
  return [
    `# Keep it readable for root only: it holds the password of ${holder.fileBase}.p12.`,
    ...(wired ? ['ap_scan=0'] : []),
    ...networks.flatMap((network, index) => [
      '',
      'network={',
      ...blockOf(network, holder, password, `roots${index}`).map((line) => `  ${line}`),
      '}',
      '',
      `blob-base64-roots${index}={`,
      // OpenSSL reads several certificates from one PEM text.
      toBase64Lines(new TextEncoder().encode(rootsPem(network))),
      '}',
    ]),
    '',
  ].join('\n')
}

function blockOf(network: Network, holder: Holder, password: string, blob: string) {
  const isWired = network.kind === 'wired'
  return [
    ...(isWired
      ? ['key_mgmt=IEEE8021X', 'eapol_flags=0']
      : [`ssid=${hexText(network.ssid ?? network.name)}`, 'key_mgmt=WPA-EAP WPA-EAP-SHA256']),
    'eap=TLS',
    `identity=${hexText(holder.identity)}`,
    `ca_cert="blob://${blob}"`,
    `domain_match="${network.servers.join(';')}"`,
    `private_key="${WPA_SUPPLICANT_FOLDER}/${holder.fileBase}.p12"`,
    `private_key_passwd="${password}"`,
  ]
}

/** A text without quotes is read as hex digits, so that no character needs an escape. */
function hexText(text: string): string {
  return [...octetsOf(text)].map((octet) => octet.toString(16).padStart(2, '0')).join('')
}

function octetsOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function oneLine(text: string): string {
  return text.replace(/\s/g, ' ')
}

function derOf(base64: string): Uint8Array {
  return fromBase64(new TextEncoder().encode(base64))
}
