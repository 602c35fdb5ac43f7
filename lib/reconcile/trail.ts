import type { AuditRecord } from '#lib/audit.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { CrlKey } from '#lib/ledger/status-ledger.ts'
import { textOfKey } from '#lib/model.ts'
import { keysOf } from '#lib/policy/holder.ts'
import type { Policy } from '#lib/policy/policy.ts'

/** What the audit chain says beside the rows, read once. */
export type Trail = {
  /** Hex SHA-256 of every TBSCertList that was published, with its number. */
  readonly crls: ReadonlyMap<string, number>
  /** Base64url SHA-256 of the last published CRL of this kind, or null. */
  readonly newestCrl: (key: Pick<CrlKey, 'partition' | 'delta'>) => string | null
  /** When something last happened to this certificate or to a directory object on which it depends. */
  readonly touchedAt: (record: CertificateRecord, policy: Policy) => Date
}

const PAGE = 1_000

/** Reads the whole chain, and leaves out the CRLs of other issuers. */
export async function readTrail(ledger: Ledger, issuerId: string): Promise<Trail> {
  const crls = new Map<string, number>()
  const newest = new Map<string, string>()
  const touched = new Map<string, number>()
  const take = ({ event: { kind, serial, facts, at } }: AuditRecord) => {
    switch (kind) {
      case 'crl.published':
        // Records of schema 1 name none.
        if ((facts.issuer ?? issuerId) !== issuerId) return
        crls.set(String(facts.tbsHash), Number(facts.number))
        newest.set(`${facts.scope}/${facts.delta}`, String(facts.hash))
        return
      case 'directory.changed':
        touched.set(`${facts.kind}/${facts.id}`, at.getTime())
        return
      default:
        if (kind.startsWith('certificate.')) touched.set(serial ?? '', at.getTime())
    }
  }
  for (let after = 0; ; ) {
    const page = await ledger.auditTrail(after, PAGE)
    page.forEach(take)
    const last = page.at(-1)
    if (!last) break
    after = last.sequence
  }
  return {
    crls,
    newestCrl: ({ partition, delta }) => newest.get(`${partition ?? 'full'}/${delta}`) ?? null,
    touchedAt: ({ serial, holder }, policy) => {
      const objects = keysOf(holder, policy).map(textOfKey)
      return new Date(Math.max(0, ...[serial, ...objects].map((key) => touched.get(key) ?? 0)))
    },
  }
}
