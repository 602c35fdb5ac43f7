import type { Authority } from '#lib/issuance/authority.ts'
import { type CrlBuilder, crlBuilder, entriesHash } from '#lib/issuance/crl/crl-builder.ts'
import type { CrlWorker } from '#lib/issuance/crl/publish-crl.ts'

/** A crlBuilder in this thread. */
export function crlWorkerHere({ issuer, signer }: Authority): CrlWorker {
  let builder: CrlBuilder = crlBuilder(issuer, signer.algorithm, null)
  return {
    begin: (previous) => {
      builder = crlBuilder(issuer, signer.algorithm, previous)
    },
    add: (page) => builder.add(page),
    summary: async () => builder.summary(),
    draft: async (plan) => builder.draft(plan),
    finish: async (tbs, signature) => builder.finish(tbs, signature),
    entriesHash: async (der) => entriesHash(der),
  }
}
