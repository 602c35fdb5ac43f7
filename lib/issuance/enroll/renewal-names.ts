import { LatchkeyError } from '#lib/errors.ts'
import type { Csr } from '#lib/pki/csr/csr.ts'
import type { Content, DecisionContext } from '#lib/policy/policy.ts'
import { parseGuid, sameName } from '#lib/policy/text.ts'

const DEVICE_SCHEME = 'intunedeviceid://'

/**
 * Refuses a renewal whose CSR names another holder: who captured somebody's CSR could otherwise bind its key
 * to a certificate of their own, and so block the key for the person who made the CSR. Names without an
 * identity are accepted, since clients renew with the subject they were configured with. Throws
 * LatchkeyError('policy_violation').
 */
export function requireSameHolder(csr: Csr, content: Content, { user }: DecisionContext): void {
  const own = namesOf(content, user?.upn ?? null)
  const named = [...csr.names, ...csr.subjectAltName.map(({ value }) => value)]
  const foreign = named.flatMap(identityIn).find((name) => !own.some((one) => sameName(one, name)))
  if (foreign === undefined) return
  throw new LatchkeyError('policy_violation', 'The request names another holder.', {
    rule: 'same_holder',
    remedy: 'Renew with a request of your own: of the presented certificate’s names, or of none.',
  })
}

/** Gives the identities in a name: a device id, or somebody's user principal name. */
function identityIn(name: string): readonly string[] {
  const isUri = name.toLowerCase().startsWith(DEVICE_SCHEME)
  const id = parseGuid(isUri ? name.slice(DEVICE_SCHEME.length) : name)
  if (id !== null) return [id]
  return name.includes('@') || isUri ? [name] : []
}

function namesOf(content: Content, upn: string | null): readonly string[] {
  switch (content.profile) {
    case 'device': {
      const { deviceId, intuneId } = content.device
      return [deviceId, intuneId].filter((id) => id !== null)
    }
    case 'user':
      return [content.upn, content.user.oid, ...(upn === null ? [] : [upn])]
    case 'application':
      return [content.commonName, ...content.dnsNames]
  }
}
