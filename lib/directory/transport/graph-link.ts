import { DirectoryError } from './graph-answer.ts'

/**
 * Links that Graph gives for a next page or a next round. The access token goes with every call,
 * so a link is followed only to the place that was asked before.
 */

/** A link is stored and sent again, so its length has an end. */
export const LINK_MAX = 32 * 1024

export function notTrusted(link: string): DirectoryError {
  return new DirectoryError(`a next link leads away from Graph: ${originOf(link)}`)
}

/**
 * The link as an address with the same scheme, host, port, version and collection as `from`, and
 * without a name or password in it. Throws an error for every other link.
 */
export function trustedLink(link: string, base: URL, from: URL): URL {
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

/** The same of a link that was stored, perhaps under another configuration: then it counts as forgotten (410). */
export function resumedLink(link: string, base: URL, from: URL): URL {
  try {
    return trustedLink(link, base, from)
  } catch (cause) {
    const message = 'the link of the last round is of another place'
    throw new DirectoryError(message, { status: 410, cause })
  }
}

/** Collections that stand one level below a service of their own. */
const SERVICES = new Set(['deviceManagement', 'identityProtection', 'directory'])

/** `v1.0/users`, `beta/deviceManagement/managedDevices`. */
function collectionOf(path: string): string {
  const [version = '', first = '', second = ''] = path.split('/')
  return [version, first, ...(SERVICES.has(first) ? [second] : [])].join('/')
}

function startingWith(start: string, path: string): string {
  return path.startsWith(start) ? path.slice(start.length) : ''
}

/** For the log: a whole link may hold a token of its own. */
function originOf(link: string): string {
  const url = URL.parse(link)
  return url === null ? 'not an address' : `${url.protocol}//${url.host}`
}
