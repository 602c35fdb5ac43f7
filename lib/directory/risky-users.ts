import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'
import { filterFor } from './graph-questions.ts'
import { guid } from './graph-schemas.ts'
import { DirectoryError } from './transport/graph-answer.ts'
import type { GraphClient } from './transport/graph-client.ts'
import { BUDGETS, type Budget } from './transport/graph-http.ts'

/**
 * Reads the people that Microsoft Entra ID Protection calls at risk. It answers one request a second for the
 * whole tenant, over all applications together, and sends no Retry-After with a refusal.
 */
export type RiskOptions = {
  readonly levels: readonly string[]
  readonly report: (sentence: string, error: unknown) => void
  /** Called before each request, to keep requests apart. */
  readonly inTurn: () => Promise<void>
  readonly budget?: Budget | undefined
}

const riskyUserSchema = z.object({
  id: guid,
  riskLevel: z.string().nullish(),
  riskState: z.string().nullish(),
})

type RiskyUser = z.infer<typeof riskyUserSchema>

/** The largest page that Graph gives. */
const PAGE_SIZE = 500
const BETWEEN_MS = 1_200
const WAIT_SECONDS = 60
const STATES = ['atRisk', 'confirmedCompromised'] as const
const SELECT = Object.keys(riskyUserSchema.shape).join(',')

/** Makes each caller wait until 1.2 seconds after the previous one. */
export function riskTurns(
  now: () => Date = () => new Date(),
  wait: (ms: number) => Promise<unknown> = delay,
): () => Promise<void> {
  let notBefore = 0
  return async () => {
    const at = now().getTime()
    // At most one interval, also when the clock was set back.
    const waitMs = Math.min(notBefore - at, BETWEEN_MS)
    notBefore = at + Math.max(waitMs, 0) + BETWEEN_MS
    if (waitMs > 0) await wait(waitMs)
  }
}

/**
 * Gives object ids of people whose risk is at one of these levels. Throws
 * LatchkeyError('directory_unavailable'), with a time to wait even where Graph names none.
 */
export async function readRiskyUsers(
  client: GraphClient,
  { levels, report, inTurn, budget = BUDGETS.risk }: RiskOptions,
): Promise<ReadonlySet<string>> {
  const found: RiskyUser[] = []
  try {
    // One request after the other, since they share one limit; several clauses in one filter may be ignored.
    for (const state of STATES) {
      const path = `v1.0/identityProtection/riskyUsers?${filterFor('riskState', state)}`
      const select = `$select=${SELECT}&$top=${PAGE_SIZE}`
      const asked = client.ask((calls) => {
        return calls.collection(`${path}&${select}`, riskyUserSchema, { before: inTurn })
      }, budget)
      found.push(...(await asked))
    }
  } catch (error) {
    throw explained(error)
  }
  if (found.some(({ riskLevel }) => riskLevel?.toLowerCase() === 'hidden')) report(HIDDEN, null)
  return new Set(found.filter((user) => isRisky(user, levels)).map((user) => user.id))
}

const HIDDEN =
  'Identity Protection hides the level of risk, which it does without Microsoft Entra ID P2: ' +
  'everyone whose level is hidden counts as at risk'

const TOLERATED_STATES = new Set(['none', 'confirmedsafe', 'remediated', 'dismissed'])
const LEVELS = new Set(['none', 'low', 'medium', 'high'])

/**
 * Whether this risk puts certificates on hold. A level that Graph hides or that is unknown counts as risk.
 */
function isRisky(user: RiskyUser, levels: readonly string[]): boolean {
  const state = user.riskState?.toLowerCase() ?? ''
  const level = user.riskLevel?.toLowerCase() ?? ''
  if (TOLERATED_STATES.has(state)) return false
  return state === 'confirmedcompromised' || levels.includes(level) || !LEVELS.has(level)
}

/** Gives the same error with a time to wait that fits this limit, and with the meaning of a refusal here. */
function explained(error: unknown): unknown {
  const cause = error instanceof LatchkeyError ? error.cause : null
  if (!(error instanceof LatchkeyError && cause instanceof DirectoryError)) return error
  const { status, retryAfter } = cause
  const isRefused = status === 403
  const isBusy = status === 429 && retryAfter === null
  if (!isRefused && !isBusy) return error
  return new LatchkeyError('directory_unavailable', error.message, {
    ...(error.remedy !== null && { remedy: error.remedy }),
    retryAfterSeconds: WAIT_SECONDS,
    cause: isRefused ? new DirectoryError(REFUSED, { status, cause }) : cause,
  })
}

const REFUSED =
  'users at risk cannot be read: that needs the permission IdentityRiskyUser.Read.All with consent, ' +
  'and Microsoft Entra ID P2'
