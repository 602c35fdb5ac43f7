import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { type Config, ConfigError } from '#lib/config.ts'
import { secretLines } from '#lib/secret-lines.ts'
import { headerValues } from './headers.ts'

/**
 * The trusted proxies. A connection counts as from one only when it comes from a configured address and has
 * the secret: others on the same network could have the address alone. A proxy must remove the headers that
 * it sets from what its clients send.
 */
export type ProxyRules = {
  readonly addresses: BlockList
  /** Of every secret that is taken; there are several while it is changed. */
  readonly secretHashes: readonly Buffer[]
  /** Which proxy's header has the client certificate; null when the proxy forwards none. */
  readonly clientCertificate: 'arr' | 'nginx' | 'envoy' | null
}

export type ProxyConfig = Pick<Config, 'LATCHKEY_TRUSTED_PROXIES' | 'LATCHKEY_PROXY_CLIENT_CERT'>

/**
 * Gives the rules, or null when no proxy is trusted. Throws ConfigError when the configuration is incomplete.
 */
export function readProxyRules(config: ProxyConfig, secret: string | null): ProxyRules | null {
  const { LATCHKEY_TRUSTED_PROXIES: proxies, LATCHKEY_PROXY_CLIENT_CERT: header } = config
  if (proxies.length === 0) {
    if (secret === null && header === undefined) return null
    throw new ConfigError(
      'LATCHKEY_TRUSTED_PROXIES is missing: a proxy is trusted by its address and its secret.',
    )
  }
  const secrets = secretLines(secret ?? '')
  if (secrets.length === 0 || secrets.some(({ length }) => length < SECRET_CHARS_MIN)) {
    throw new ConfigError(
      `LATCHKEY_PROXY_SECRET(_FILE) must have ${SECRET_CHARS_MIN} characters or more, ` +
        'when LATCHKEY_TRUSTED_PROXIES is set.',
    )
  }
  const addresses = new BlockList()
  for (const block of proxies) addBlock(addresses, block)
  return { addresses, secretHashes: secrets.map(sha256), clientCertificate: header ?? null }
}

const SECRET_CHARS_MIN = 32
export const PROXY_SECRET_HEADER = 'x-latchkey-proxy-secret'

/** Whether the other end of this connection is a trusted proxy. */
export function isTrustedProxy(
  proxy: ProxyRules,
  address: string,
  request: IncomingMessage,
): boolean {
  const [secret, ...more] = headerValues(request, PROXY_SECRET_HEADER)
  if (secret === undefined || more.length > 0) return false
  // Digests have equal length, so the comparison takes the same time whatever was sent.
  const sent = sha256(secret)
  const isKnown = proxy.secretHashes.some((one) => timingSafeEqual(sent, one))
  return isKnown && contains(proxy.addresses, address)
}

/**
 * Gives the address that a trusted proxy saw: the last one in X-Forwarded-For that is not a trusted proxy.
 */
export function forwardedAddress(proxy: ProxyRules, request: IncomingMessage): string | null {
  const list = headerValues(request, 'x-forwarded-for').join(',').split(',').map(addressIn)
  return list.findLast((address) => address === null || !contains(proxy.addresses, address)) ?? null
}

/** Gives what the nearest proxy says; earlier values may come from the client. */
export function forwardedOverTls(request: IncomingMessage): boolean {
  const last = headerValues(request, 'x-forwarded-proto').join(',').split(',').at(-1)
  return last?.trim().toLowerCase() === 'https'
}

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** `192.0.2.7`, `192.0.2.7:4711` as Azure writes it, `2001:db8::7`, `[2001:db8::7]:4711`. */
function addressIn(text: string): string | null {
  const bare = text.trim()
  const found = /^\[([^\]]{1,45})\](?::\d{1,5})?$|^([\d.]{1,15}):\d{1,5}$/.exec(bare)
  const address = found?.[1] ?? found?.[2] ?? bare
  return isIP(address) === 0 ? null : address
}

function contains(addresses: BlockList, address: string): boolean {
  const family = isIP(address)
  return family !== 0 && addresses.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

function addBlock(addresses: BlockList, block: string): void {
  const [address = '', prefix, ...rest] = block.split('/')
  const family = isIP(address)
  const bitsMax = family === 4 ? 32 : 128
  const bits = prefix === undefined ? bitsMax : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
  if (family === 0 || rest.length > 0 || bits < 0 || bits > bitsMax) {
    throw new ConfigError(
      `LATCHKEY_TRUSTED_PROXIES: ${block} is no address and no block such as 10.0.0.0/8.`,
    )
  }
  if (bits === 0) {
    throw new ConfigError(`LATCHKEY_TRUSTED_PROXIES: ${block} is everybody; name the proxies.`)
  }
  addresses.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
}
