import type { Plan } from '#components/enroll/choose/plan.ts'
import type { WrappedFile } from '#components/enroll/make/key-engine.ts'
import type { MakingState } from '#components/enroll/make/making-state.ts'
import type { IssuedCertificate } from '#lib/actions/enroll.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'

export type SavedFile = {
  readonly kind: WrappedFile['kind']
  readonly name: string
  readonly octets: Uint8Array
}

/** The files to save. With the reader's own CSR there is only the certificate. */
export function savedFiles(
  plan: Plan,
  issued: IssuedCertificate,
  wrapped: MakingState['wrapped'],
): readonly SavedFile[] {
  const chain = issued.chain.map((der) => toPem('CERTIFICATE', der)).join('')
  const files: readonly WrappedFile[] = wrapped?.files ?? [
    {
      kind: 'certificate',
      ending: '.pem',
      octets: text(toPem('CERTIFICATE', issued.certificate)),
    },
    { kind: 'chain', ending: '.chain.pem', octets: text(chain) },
  ]
  return files.map(({ kind, ending, octets }) => ({ kind, name: `${plan.base}${ending}`, octets }))
}

function text(pem: string): Uint8Array {
  return new TextEncoder().encode(pem)
}
