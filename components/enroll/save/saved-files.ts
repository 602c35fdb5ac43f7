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

const ENDINGS = {
  p12: '.p12',
  key: '.key.pem',
  certificate: '.pem',
  chain: '.chain.pem',
} as const satisfies Record<WrappedFile['kind'], string>

/** The files to save. With the reader's own CSR there is only the certificate. */
export function savedFiles(
  plan: Plan,
  issued: IssuedCertificate,
  wrapped: MakingState['wrapped'],
): readonly SavedFile[] {
  const files = wrapped?.files ?? [
    { kind: 'certificate' as const, octets: text(toPem('CERTIFICATE', issued.certificate)) },
    { kind: 'chain' as const, octets: text(issued.chain.map(certificatePem).join('')) },
  ]
  return files.map(({ kind, octets }) => ({
    kind,
    name: `${plan.base}${ENDINGS[kind]}`,
    octets,
  }))
}

function certificatePem(der: Uint8Array): string {
  return toPem('CERTIFICATE', der)
}

function text(pem: string): Uint8Array {
  return new TextEncoder().encode(pem)
}
