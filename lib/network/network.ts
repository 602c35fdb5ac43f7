/** A network that checks certificates by EAP-TLS, or a VPN by IKEv2, as an operator configured it. */
export type Network = {
  /** What people call it. */
  readonly name: string
  readonly kind: NetworkKind
  /** The Wi-Fi's own name; null for anything but a Wi-Fi. */
  readonly ssid: string | null
  /** DNS names of the server, one or more. A server with another name is refused. */
  readonly servers: readonly string[]
  /** The roots above the server's certificate, in DER as base64, one or more. No other root is believed. */
  readonly roots: readonly string[]
}

export type NetworkKind = 'wifi' | 'wired' | 'vpn'

/** Whose certificate goes into a network's settings, and under which name it stands there. */
export type Holder = {
  /** What the server is told at first (EAP identity, RFC 3748 section 5.1): a user principal name or a device id. */
  readonly identity: string
  /** Common name of the CA that issued the certificate. */
  readonly issuerName: string
  /** Beginning of the names of files: ASCII that no system refuses and no shell has to quote. */
  readonly fileBase: string
}
