import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { type ClientKeyType, makeClientKeys } from './client-keys.ts'

/** A measurement's tenant: people whose ids define what they have, with their tokens and requests. */

export const TENANT = {
  tenantId: 'be4c0000-0000-4000-8000-000000000001',
  apiClientId: 'be4c0000-0000-4000-8000-000000000002',
  graphClientId: 'be4c0000-0000-4000-8000-000000000003',
  portalClientId: 'be4c0000-0000-4000-8000-000000000004',
} as const

export const KEY_ID = 'bench'

/** A person's id and the ids of their one device, which differ only in the first digit. */
export const idsOf = (oid: string) => ({
  oid: `a${oid.slice(1)}`,
  deviceId: `d${oid.slice(1)}`,
  intuneId: `e${oid.slice(1)}`,
  upn: `a${oid.slice(1)}@bench.example`,
})

export type Profile = 'user' | 'device'

export type Enrolment = {
  readonly csr: Uint8Array
  readonly commonName: string
  readonly token: string
}

export type Issuing = { readonly loginUrl: string; readonly key: KeyObject }

export function makeTokenKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
}

/**
 * Makes requests that are all different: another person, key and token in each, so that neither the ledger's
 * repeated answers nor the cache of verified tokens is used.
 */
export async function makeEnrolments(
  issuing: Issuing,
  keyType: ClientKeyType,
  profile: Profile,
  count: number,
): Promise<readonly Enrolment[]> {
  const keys = await makeClientKeys(keyType, count)
  return keys.map((key) => {
    const { oid, upn, deviceId } = idsOf(randomUUID())
    const wish = profile === 'user' ? { commonName: upn, upn } : { commonName: deviceId }
    return {
      csr: makeCsr({ key, ...wish }).der,
      commonName: wish.commonName,
      token: tokenOf(issuing, oid),
    }
  })
}

function tokenOf({ loginUrl, key }: Issuing, oid: string): string {
  const now = Math.floor(Date.now() / 1000)
  const { tenantId, apiClientId } = TENANT
  const header = { typ: 'JWT', alg: 'RS256', kid: KEY_ID }
  const claims = {
    aud: apiClientId,
    iss: `${loginUrl}/${tenantId}/v2.0`,
    iat: now - 60,
    nbf: now - 60,
    exp: now + 24 * 3600,
    // Azure CLI, as a script: what the portal's client asks for is confirmed by a fresh sign-in.
    azp: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
    name: 'Bench',
    oid,
    preferred_username: idsOf(oid).upn,
    roles: ['CSR.SelfService'],
    scp: 'Cert.Enroll',
    sub: oid,
    tid: tenantId,
    uti: randomUUID(),
    ver: '2.0',
  }
  const signed = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}
