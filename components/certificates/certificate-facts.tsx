import { Disclosure } from '#components/ui/disclosure.tsx'
import { Facts } from '#components/ui/facts.tsx'
import type { CertificateView } from '#lib/api/schemas.ts'
import { formatDate, formatMoment, formatSerial, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'

type CertificateFactsProps = {
  readonly certificate: CertificateView
  readonly issuer: string | null
  readonly reader: Reader
  readonly words: Dictionary
}

/** Details of a certificate that an administrator may ask for. */
export function CertificateFacts({ certificate, issuer, reader, words }: CertificateFactsProps) {
  const w = words.certificate
  const moment = (text: string) =>
    `${formatDate(reader, new Date(text), 'long')}, ${new Date(text).toISOString().slice(11, 19)} UTC`
  return (
    <div className="card">
      <Disclosure title={w.technical}>
        <div className="px-5.5 pt-0.5 pb-5">
          <Facts
            small
            facts={[
              { name: w.serial, value: formatSerial(certificate.serial), mono: true },
              { name: w.subject, value: certificate.subject, mono: true },
              { name: w.boundTo, value: certificate.subjectAltName, mono: true },
              ...(issuer === null ? [] : [{ name: w.issuer, value: issuer }]),
              { name: w.starts, value: moment(certificate.notBefore) },
              { name: w.ends, value: moment(certificate.notAfter) },
              { name: w.signedIn, value: moment(certificate.signedInAt) },
              { name: w.fingerprint, value: formatSerial(certificate.fingerprint), mono: true },
              { name: w.key, value: certificate.keyThumbprint, mono: true },
            ]}
          />
          <p className="small faint mt-4">
            {fill(w.directoryRead, {
              time: formatMoment(reader, new Date(certificate.status.asOf), words.common),
            })}
          </p>
        </div>
      </Disclosure>
    </div>
  )
}
