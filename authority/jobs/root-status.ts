import type { Logger } from 'pino'
import type { OcspState } from '#lib/issuance/ocsp/ocsp.ts'
import { type RootWarning, rootAnswer, rootWarnings } from '#lib/issuance/ocsp/root-status.ts'
import type { ReadRoot } from '#lib/pki/ocsp/root-status.ts'

/** The root's CRL and OCSP responses. The root's key is not here, so they are only passed on. */
export type RootService = {
  readonly read: ReadRoot
  readonly answer: OcspState['rootAnswer']
  /** Problems with the root's CRL, for operators. */
  readonly warnings: () => readonly RootWarning[]
  /** Writes the same problems to the log. */
  readonly warn: () => void
}

export type RootDeps = {
  readonly read: ReadRoot
  readonly statusUrl: string
  readonly now: () => Date
}

export function rootService({ read, statusUrl, now }: RootDeps, log: Logger): RootService {
  const warnings = () => rootWarnings(read(), statusUrl, now())
  return {
    read,
    answer: (certIds) => rootAnswer(read(), certIds, now()),
    warnings,
    warn: () => {
      for (const { state, sentence } of warnings()) {
        if (state === 'down') log.error(sentence)
        else log.warn(sentence)
      }
    },
  }
}
