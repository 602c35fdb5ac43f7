import { BlockList, isIP } from 'node:net'

/** Checks of configured addresses: scheme, host and port, and nothing else. */

/** Addresses that mean the same machine wherever they are used, and those that reach its local link only. */
const OF_THIS_MACHINE = new BlockList()
OF_THIS_MACHINE.addSubnet('127.0.0.0', 8, 'ipv4')
OF_THIS_MACHINE.addSubnet('0.0.0.0', 8, 'ipv4')
OF_THIS_MACHINE.addSubnet('169.254.0.0', 16, 'ipv4')
OF_THIS_MACHINE.addAddress('::1', 'ipv6')
OF_THIS_MACHINE.addAddress('::', 'ipv6')
OF_THIS_MACHINE.addSubnet('fe80::', 10, 'ipv6')

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Says whether an address can be reached from its own machine or link only (RFC 6761 section 6.3, RFC 6890). */
export function isOfThisMachine(url: URL): boolean {
  return isLocalName(url) || contains(OF_THIS_MACHINE, url)
}

/** Whether what is sent to an address never leaves the machine. */
export function isLoopback(url: URL): boolean {
  return isLocalName(url) || contains(LOOPBACK, url)
}

/** Whether it is the unspecified address, on which servers listen (RFC 1122 section 3.2.1.3). */
function isUnspecified(url: URL): boolean {
  return ['0.0.0.0', '[::]'].includes(url.hostname)
}

function isLocalName({ hostname }: URL): boolean {
  return /^(?:.*\.)?localhost\.?$/.test(hostname)
}

function contains(list: BlockList, { hostname }: URL): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(address)
  // An IPv4 address within IPv6 (::ffff:127.0.0.1) is matched by the IPv4 rules.
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/**
 * Gives what is wrong with the form of an address and how to correct it, or null. Addresses are concatenated
 * with paths and compared as text, so each has one spelling: lower case, no default port, nothing after the
 * host but `path`. A password in it is not repeated.
 */
export function formProblem(name: string, text: string, path = ''): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    return `${name} is no address of the web. Write it as https://host or http://host:port.`
  }
  const fix = `Write ${url.origin}${path}.`
  if (url.username !== '' || url.password !== '') {
    return `${name} has a user name or password in it. ${fix}`
  }
  if (url.hostname.includes('*')) {
    return `${name} has a * in its host name. Write the one name by which it is reached.`
  }
  if (isUnspecified(url)) {
    return `${name} is ${url.hostname}, which is the address of no machine. Write the name by which it is reached.`
  }
  if (text.includes('#')) return `${name} has a fragment, ${url.hash || '#'}. ${fix}`
  if (text.includes('?')) return `${name} has a query. ${fix}`
  const given = url.pathname === '/' && path === '' ? '' : url.pathname
  if (given !== path) {
    if (given === `${path}/`) return `${name} ends in a slash. ${fix}`
    return path === ''
      ? `${name} has the path ${given}, and everything stands at the root of its host. ${fix}`
      : `${name} must have the path ${path}. ${fix}`
  }
  if (text === `${url.origin}${path}`) return null
  return text.endsWith('/')
    ? `${name} ends in a slash. ${fix}`
    : `${name} is not written in its one form: lower case, without the default port. ${fix}`
}
