import { lookMs } from '#app/(signed-in)/live.tsx'
import { RelyingPartyCard } from '#components/certificates/relying-party-card.tsx'
import type { PropagationView } from '#lib/api/schemas.ts'
import { authorityOf } from '#lib/auth/authority-client.ts'
import { portal } from '#lib/auth/portal.ts'
import type { Session } from '#lib/auth/session.ts'
import type { Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import type { CertificateRow } from '#lib/overview.ts'
import { caOf } from '#lib/relying-party/ca.ts'
import { crlReader } from '#lib/relying-party/crl.ts'
import { probe } from '#lib/relying-party/probe.ts'
import type { RelyingPartyView } from '#lib/relying-party-view.ts'

type RelyingPartyStatusProps = {
  readonly session: Session
  readonly row: CertificateRow
  /** The certificate in base64 DER, as the authority gave it to its owner. */
  readonly certificate: string
  readonly propagation: PropagationView
  readonly reader: Reader
  readonly words: Dictionary
}

/** Asks OCSP and CRL, and shows the card. The page does not wait for it. */
export async function RelyingPartyStatus({
  session,
  certificate,
  ...card
}: RelyingPartyStatusProps) {
  const isOver = card.row.displayStatus === 'expired'
  const view = isOver ? null : await viewOf(session, card.row.certificate.serial, certificate)
  return <RelyingPartyCard {...card} view={view} everyMs={lookMs()} />
}

const TIMEOUT_MS = 3_000
/** Some hundred thousand entries; far smaller CRLs are partitioned by month. */
const CRL_OCTETS_MAX = 8_388_608
const readCrl = crlReader({ timeoutMs: TIMEOUT_MS, octetsMax: CRL_OCTETS_MAX, keep: 4 })

async function viewOf(
  session: Session,
  serial: string,
  certificate: string,
): Promise<RelyingPartyView> {
  const { config, log } = portal()
  try {
    return await probe({
      statusUrl: config.statusUrl,
      ca: caOf(await authorityOf(session).ca()),
      serial,
      certificate: Buffer.from(certificate, 'base64'),
      readCrl,
      timeoutMs: TIMEOUT_MS,
      onError: (channel, error) =>
        log.warn({ channel, error }, 'a relying party would learn nothing'),
    })
  } catch (error) {
    log.warn({ error }, 'the certificate of the authority could not be had')
    return { ocsp: { kind: 'silent' }, list: { kind: 'silent' } }
  }
}
