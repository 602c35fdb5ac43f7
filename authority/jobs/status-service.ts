import type { Logger } from 'pino'
import type { Config } from '#lib/config.ts'
import type { Authority, StatusAuthority } from '#lib/issuance/authority.ts'
import { makeResponder, type Responder } from '#lib/issuance/ocsp/ocsp-responder.ts'
import type { ReadRoot } from '#lib/pki/ocsp/root-status.ts'
import { type CrlPublisher, openCrls, type ServedCrls, startPublisher } from './crl-publisher.ts'
import { type LoadMax, type OcspService, startOcsp } from './ocsp-service.ts'
import { askForResponder } from './responder-files.ts'
import { type RootService, rootService } from './root-status.ts'

/** OCSP and CRLs, for http and https alike. */
export type StatusService = {
  readonly ocsp: OcspService
  readonly publisher: ServedCrls
  readonly root: RootService
  readonly close: () => Promise<void>
}

export type StatusOptions = {
  readonly readRoot: ReadRoot
  /** What is done without a call: making a responder, and publishing CRLs. */
  readonly automatic: { readonly responder: boolean; readonly crls: boolean }
  /** By what the lease of publishing is held. */
  readonly holder?: string
  /** Limits of the load; tests use lower ones. */
  readonly load?: LoadMax
}

/** PostgreSQL is read over a network, so not before each response. */
const VERSION_AGE_MAX_MS = 1_000
const HOUR_MS = 3_600_000

/** Starts both where the CA key is. */
export function startStatus(
  config: Config,
  authority: Authority,
  log: Logger,
  { readRoot, automatic, holder, load }: StatusOptions,
): StatusService & { readonly publisher: CrlPublisher } {
  const publisher = startPublisher(authority, log, {
    settings: {
      fullUrl: `${config.statusUrl}/crl/full.crl`,
      lifeMs: config.LATCHKEY_CRL_HOURS * HOUR_MS,
      partitionAbove: config.LATCHKEY_CRL_PARTITION_ABOVE,
    },
    refreshMs: config.crlRefreshSeconds * 1000,
    automatic: automatic.crls,
    ...(holder !== undefined && { holder }),
  })
  const answering = startAnswering(config, authority, log, {
    ...{ readRoot, publisher, isAutomatic: automatic.responder },
    makeResponder: () => makeResponder(authority),
    ...(load && { load }),
  })
  return { ...answering, publisher }
}

/** Starts both where the CA key is not: others publish, and certify the responder. */
export function startStatusAlone(
  config: Config,
  authority: StatusAuthority,
  log: Logger,
  readRoot: ReadRoot,
): StatusService {
  return startAnswering(config, authority, log, {
    ...{ readRoot, isAutomatic: true },
    publisher: openCrls(authority, config.LATCHKEY_CRL_PARTITION_ABOVE),
    makeResponder: () => askForResponder(authority, config.respondersDir),
  })
}

type AnsweringOptions = {
  readonly readRoot: ReadRoot
  readonly publisher: ServedCrls
  readonly isAutomatic: boolean
  readonly makeResponder: () => Promise<Responder>
  readonly load?: LoadMax
}

function startAnswering(
  config: Config,
  authority: StatusAuthority,
  log: Logger,
  { readRoot, publisher, isAutomatic, makeResponder, load }: AnsweringOptions,
): StatusService {
  const root = rootService({ read: readRoot, statusUrl: config.statusUrl, now: authority.now }, log)
  const ocsp = startOcsp(authority, log, {
    settings: {
      goodSeconds: config.ocspGoodSeconds,
      holdSeconds: config.ocspHoldSeconds,
    },
    versionAgeMaxMs: config.database.startsWith('sqlite:') ? 0 : VERSION_AGE_MAX_MS,
    automatic: isAutomatic,
    rootAnswer: root.answer,
    makeResponder,
    ...(load && { load }),
  })
  return {
    ...{ ocsp, publisher, root },
    close: async () => {
      ocsp.close()
      await publisher.close()
    },
  }
}
