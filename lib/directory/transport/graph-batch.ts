import { z } from 'zod'
import { type Address, addressBelow } from './exchange.ts'
import { DirectoryError, errorOutcome, type Outcome, outcomeOf } from './graph-answer.ts'

/**
 * Several questions in one call of Graph (learn.microsoft.com, graph/json-batching): all of one version, each
 * answered with a status, headers and a body of its own, in any order. The status 200 of the whole says
 * nothing about them, and each counts on its own against Graph's limits.
 */

export const BATCH_MAX = 20

/** One question of a batch. */
export type Batched = {
  readonly url: Address
  readonly headers: Readonly<Record<string, string>>
}

/** Gives the version of Graph that is asked. */
export function versionOf({ href }: Address, base: Address): string {
  return href.slice(base.href.length, href.indexOf('/', base.href.length))
}

/** Gives the address of the batch that may contain this question, beside others of the same version. */
export function batchUrlOf(url: Address, base: Address): Address {
  return addressBelow(base, `${versionOf(url, base)}/$batch`)
}

/** Gives the body of a batch of GETs for this address. */
export function batchBody(questions: readonly Batched[], { href }: Address): string {
  const root = href.slice(0, href.lastIndexOf('/'))
  const requests = questions.map(({ url, headers }, at) => {
    return { id: idOf(at), method: 'GET', url: url.href.slice(root.length), headers }
  })
  return JSON.stringify({ requests })
}

/**
 * Gives the outcome of each question, in the order of their names, which are for the log. A question without
 * an answer is an error that a retry may resolve. Throws DirectoryTrouble for answers that do not match the
 * questions.
 */
export function batchOutcomes(body: unknown, names: readonly string[]): readonly Outcome[] {
  const { data } = batchSchema.safeParse(body)
  if (data === undefined) throw new DirectoryError('a batch cannot be read')
  const answers = new Map(data.responses.map((answer) => [answer.id, answer]))
  if (answers.size < data.responses.length) {
    throw new DirectoryError('a batch answers a question twice')
  }
  const outcomes = names.map((name, at) => {
    const answer = answers.get(idOf(at))
    answers.delete(idOf(at))
    if (answer === undefined) return errorOutcome(`${name} is not answered`, {}, true)
    const { status, headers, body } = answer
    return outcomeOf(() => name, { status, header: (wanted) => headerOf(headers, wanted), body })
  })
  if (answers.size > 0) throw new DirectoryError('a batch answers what was not asked')
  return outcomes
}

const batchSchema = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.int(),
      headers: z.looseObject({}).nullish(),
      body: z.unknown().optional(),
    }),
  ),
})

function idOf(at: number): string {
  return String(at + 1)
}

/** Graph writes names of headers within a batch in any case. */
function headerOf(headers: Record<string, unknown> | null | undefined, wanted: string) {
  const [, value] =
    Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted) ?? []
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}
