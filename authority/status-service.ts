import type { Logger } from 'pino'
import { type CrlPublisher, startPublisher } from '#authority/crl-publisher.ts'
import { type LoadMax, type OcspService, startOcsp } from '#authority/ocsp-service.ts'
import type { Config } from '#lib/config.ts'
import type { Authority } from '#lib/issuance/authority.ts'

/** What tells relying parties the status of certificates: OCSP and CRLs, behind http and https alike. */
export type StatusService = {
  readonly ocsp: OcspService
  readonly publisher: CrlPublisher
  readonly close: () => Promise<void>
}

export type StatusOptions = {
  /** Whether a responder is made and CRLs are published by itself. */
  readonly automatic: boolean
  /** How much may be asked at once; the tests are less patient. */
  readonly load?: LoadMax
}

/** PostgreSQL is asked over a network, so not before each answer. */
const VERSION_AGE_MAX_MS = 1_000
const HOUR_MS = 3_600_000

export function startStatus(
  config: Config,
  authority: Authority,
  log: Logger,
  { automatic, load }: StatusOptions,
): StatusService {
  const ocsp = startOcsp(authority, log, {
    settings: {
      goodSeconds: config.ocspGoodSeconds,
      holdSeconds: config.ocspHoldSeconds,
    },
    versionAgeMaxMs: config.database.startsWith('sqlite:') ? 0 : VERSION_AGE_MAX_MS,
    automatic,
    ...(load && { load }),
  })
  const publisher = startPublisher(authority, log, {
    settings: {
      fullUrl: `${config.statusUrl}/crl/full.crl`,
      lifeMs: config.LATCHKEY_CRL_HOURS * HOUR_MS,
      partitionAbove: config.LATCHKEY_CRL_PARTITION_ABOVE,
    },
    refreshMs: config.crlRefreshSeconds * 1000,
    automatic,
  })
  return {
    ocsp,
    publisher,
    close: async () => {
      ocsp.close()
      await publisher.close()
    },
  }
}
