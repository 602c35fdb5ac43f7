import type { Authority } from '#lib/issuance/authority.ts'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import { statusOfRecords } from '#lib/issuance/status/status.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, requester } from '#lib/policy/testing/context.ts'
import { testAuthority } from './test-authority.ts'

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

/** A test authority with a directory sync that can be run repeatedly, and what its tests ask most. */
export async function openSync(change: Partial<Authority> = {}) {
  const made = await testAuthority(change)
  const { authority, clock } = made
  const issue = async (wish: Parameters<typeof makeCsr>[0]) =>
    (await enroll(authority, requester, makeCsr(wish).der, 'api')).serial
  return {
    ...made,
    enrollUser: () => issue({ upn: alice.upn }),
    enrollDevice: () => issue({ commonName: laptop.deviceId ?? '' }),
    pass: (ms = MINUTE_MS) => {
      clock.now = new Date(clock.now.getTime() + ms)
    },
    statusOf: async (serial: string) => {
      const record = await authority.ledger.certificate(serial)
      const [status] = await statusOfRecords(authority, record ? [record] : [])
      return status
    },
    /** Audit events of the directory sync and the circuit breaker. */
    events: async () =>
      (await authority.ledger.auditTrail(0, 10_000))
        .map(({ event }) => event)
        .filter(({ kind }) => /^(?:directory|circuit_breaker)\./.test(kind))
        .map(({ kind, facts }) => (kind === 'directory.changed' ? facts.change : kind)),
    /** Serials that a CRL has to evaluate. */
    candidates: async () => {
      const page = { issuerId: authority.issuer.id, partition: null, after: null, limit: 100 }
      const found = await authority.ledger.revocationCandidates({ ...page, since: clock.now })
      return found.map(({ serial }) => serial)
    },
  }
}
