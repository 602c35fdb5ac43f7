import type { DirectoryUser } from '#lib/model.ts'
import { isHostile } from '#lib/pki/asn1/hostile-text.ts'

/**
 * The common name of a person's certificate. RFC 5280 section 4.1.2.6 leaves its content to the CA, and
 * some relying parties take the common name for the identity, whatever subjectAltName says.
 */

/**
 * Says whether a text contains what a relying party may take for an identity: a user principal name or
 * e-mail address, a GUID or another long hexadecimal id, `DOMAIN\account`, or Windows' `host/name`. The
 * text is compared in compatibility form (Unicode NFKC) and with every dash as "-", so that look-alikes
 * count as well.
 */
export function namesAnIdentity(text: string): boolean {
  const plain = text.normalize('NFKC').replace(/\p{Dash_Punctuation}/gu, '-')
  return plain.includes('@') || plain.includes('\\') || HOST.test(plain) || ID.test(plain)
}

const HOST = /^\s*host\//i
/** A GUID (RFC 9562 section 4) or 32 hexadecimal digits in a row, anywhere. Fixed lengths: no backtracking. */
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}/i

/**
 * Gives the common name of a person who did not ask for the user principal name: the display name
 * where it is only a name, else the user principal name. A display name passes the same rule as a
 * common name that is asked for: no character that is refused in a request, no identity, and at
 * least one letter or number, so that it can be read. Its length is not checked here; see fitCommonName.
 */
export function commonNameOf({ displayName, upn }: Pick<DirectoryUser, 'displayName' | 'upn'>) {
  const name = displayName.trim()
  const isName = READABLE.test(name) && !isHostile(name) && !namesAnIdentity(name)
  return isName ? name : upn
}

const READABLE = /[\p{Letter}\p{Number}]/u
