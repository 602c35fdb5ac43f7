import type { Logger } from 'pino'
import type { OcspState } from '#lib/issuance/ocsp/ocsp.ts'
import { type RootWarning, rootAnswer, rootWarnings } from '#lib/issuance/ocsp/root-status.ts'
import type { ReadRoot } from '#lib/pki/ocsp/root-status.ts'

/**
 * What the root said of the CA that issues, as it is given on: its key is not here, so nothing of it
 * is made by this program.
 */
export type RootService = {
  readonly read: ReadRoot
  readonly answer: OcspState['rootAnswer']
  /** What an operator must know of it now. */
  readonly warnings: () => readonly RootWarning[]
  /** Says the same in the log. */
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
