import type { Logger } from 'pino'
import type { Config } from '#lib/config.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { ReadRoot } from '#lib/pki/ocsp/root-status.ts'
import { type CrlPublisher, startPublisher } from './crl-publisher.ts'
import { type LoadMax, type OcspService, startOcsp } from './ocsp-service.ts'
import { type RootService, rootService } from './root-status.ts'

/** OCSP and CRLs, for http and https alike. */
export type StatusService = {
  readonly ocsp: OcspService
  readonly publisher: CrlPublisher
  readonly root: RootService
  readonly close: () => Promise<void>
}

export type StatusOptions = {
  readonly readRoot: ReadRoot
  /** Whether a responder is made and CRLs are published without a call. */
  readonly automatic: boolean
  /** Limits of the load; tests use lower ones. */
  readonly load?: LoadMax
}

/** PostgreSQL is read over a network, so not before each response. */
const VERSION_AGE_MAX_MS = 1_000
const HOUR_MS = 3_600_000

export function startStatus(
  config: Config,
  authority: Authority,
  log: Logger,
  { readRoot, automatic, load }: StatusOptions,
): StatusService {
  const { statusUrl } = config
  const root = rootService({ read: readRoot, statusUrl, now: authority.now }, log)
  const ocsp = startOcsp(authority, log, {
    settings: {
      goodSeconds: config.ocspGoodSeconds,
      holdSeconds: config.ocspHoldSeconds,
    },
    versionAgeMaxMs: config.database.startsWith('sqlite:') ? 0 : VERSION_AGE_MAX_MS,
    automatic,
    rootAnswer: root.answer,
    ...(load && { load }),
  })
  const publisher = startPublisher(authority, log, {
    settings: {
      fullUrl: `${statusUrl}/crl/full.crl`,
      lifeMs: config.LATCHKEY_CRL_HOURS * HOUR_MS,
      partitionAbove: config.LATCHKEY_CRL_PARTITION_ABOVE,
    },
    refreshMs: config.crlRefreshSeconds * 1000,
    automatic,
  })
  return {
    ocsp,
    publisher,
    root,
    close: async () => {
      ocsp.close()
      await publisher.close()
    },
  }
}
