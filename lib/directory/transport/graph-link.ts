import type { Address } from './exchange.ts'
import { DirectoryError } from './graph-answer.ts'

/**
 * Checks of the links that Graph gives for the next page or the next round. The access token goes with
 * every call, so a link is followed only to the collection that was asked before.
 */

/** A link is stored and sent again, so its length is limited. */
export const LINK_MAX = 32 * 1024

export function notTrusted(link: string): DirectoryError {
  return new DirectoryError(`a next link leads away from Graph: ${originOf(link)}`)
}

/**
 * Gives the link as an address with the same scheme, host, port, version and collection as `from`, without
 * user info. Throws DirectoryTrouble for any other link.
 */
export function trustedLink(link: string, base: Address, from: Address): URL {
  const next = URL.parse(link)
  const collection = `${base.pathname}${collectionOf(from.pathname.slice(base.pathname.length))}`
  const safe =
    next !== null &&
    next.origin === base.origin &&
    next.username === '' &&
    next.password === '' &&
    (next.pathname === collection || /^[/(]/.test(startingWith(collection, next.pathname)))
  if (!safe) throw notTrusted(link)
  return next
}

/**
 * The same for a stored link, perhaps of another configuration: a link that does not fit counts as forgotten
 * (410).
 */
export function resumedLink(link: string, base: Address, from: Address): URL {
  try {
    return trustedLink(link, base, from)
  } catch (cause) {
    const message = 'the link of the last round is of another place'
    throw new DirectoryError(message, { status: 410, cause })
  }
}

/** Collections one level below a service of their own. */
const SERVICES = new Set(['deviceManagement', 'identityProtection', 'directory'])

/** Gives `v1.0/users` or `beta/deviceManagement/managedDevices`. */
function collectionOf(path: string): string {
  const [version = '', first = '', second = ''] = path.split('/')
  return [version, first, ...(SERVICES.has(first) ? [second] : [])].join('/')
}

function startingWith(start: string, path: string): string {
  return path.startsWith(start) ? path.slice(start.length) : ''
}

/** The origin, for the log: the rest of a link may contain a token. */
function originOf(link: string): string {
  const url = URL.parse(link)
  return url === null ? 'not an address' : `${url.protocol}//${url.host}`
}
