import { z } from 'zod'

/**
 * The codes of a refusal by Graph or Entra, which tell apart a missing permission, consent, licence and
 * secret, and the ids by which Microsoft's support finds the call. Its sentences name people and devices, so
 * only numbers and codes are kept of them.
 */
export type Refusal = {
  /** `error.code` of Graph, `error` of Entra (RFC 6749 section 5.2). */
  readonly code: string | null
  /**
   * Graph's `error.innerError`; for Intune, which writes its error as JSON into Graph's message, its
   * `ErrorCode`.
   */
  readonly innerCode: string | null
  /** Entra's error number, such as `AADSTS7000215`. */
  readonly aadsts: string | null
  /** Ids for Microsoft's support, for Entra with its trace id, for Intune with its activity id. */
  readonly ids: Readonly<Record<string, string>>
}

const OCTETS_MAX = 16 * 1024

/** Gives the codes of body and headers; empty for those that cannot be read. */
export function refusalOf(body: unknown, header: (name: string) => string | null): Refusal {
  const said = refusalSchema.safeParse(body).data ?? {}
  const graph = typeof said.error === 'object' ? said.error : null
  const sentence = `${graph?.message ?? ''} ${said.error_description ?? ''}`
  const inner = graph?.innerError ?? graph?.innererror
  return {
    code: word(typeof said.error === 'string' ? said.error : graph?.code),
    innerCode: word(inner?.code) ?? word(/ErrorCode\W{1,8}(\w+)/.exec(sentence)?.[1]),
    aadsts: /AADSTS\d{4,9}/.exec(sentence)?.[0] ?? null,
    ids: withoutNull({
      'request-id': word(header('request-id') ?? inner?.['request-id']),
      'trace-id': word(said.trace_id),
      'correlation-id': word(said.correlation_id),
      'activity-id': word(/Activity ID: ([\w-]{36})/.exec(sentence)?.[1]),
      date: moment(header('date') ?? inner?.date ?? said.timestamp),
      'x-ms-ags-diagnostic': diagnostic(header('x-ms-ags-diagnostic')),
    }),
  }
}

/** One line for the log: ` Authorization_RequestDenied (request-id …, date …)`. */
export function describeRefusal(refusal: Refusal): string {
  const codes = [refusal.code, refusal.innerCode, refusal.aadsts].filter((code) => code !== null)
  const ids = Object.entries(refusal.ids).map(([name, value]) => `${name} ${value}`)
  return `${codes.map((code) => ` ${code}`).join('')}${ids.length > 0 ? ` (${ids.join(', ')})` : ''}`
}

const text = z.string().nullish().catch(null)
const innerSchema = z.object({ code: text, date: text, 'request-id': text }).nullish().catch(null)

const refusalSchema = z.object({
  error: z
    .union([
      z.string(),
      z.object({ code: text, message: text, innerError: innerSchema, innererror: innerSchema }),
    ])
    .optional()
    .catch(undefined),
  error_description: text,
  trace_id: text,
  correlation_id: text,
  timestamp: text,
})

/** Gives the JSON of a refusal of limited length; null for any other. Never throws. */
export async function readRefusal(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of body) {
      length += chunk.byteLength
      // Leaving the loop closes the connection as well.
      if (length > OCTETS_MAX) return null
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return null
  }
}

/** Accepts short codes and ids only, into which no name, address or token fits. */
function word(value: string | null | undefined): string | null {
  return value && /^[\w.:-]{1,80}$/.test(value) ? value : null
}

function moment(value: string | null | undefined): string | null {
  return value && /^[\w:.,+ -]{1,40}$/.test(value) ? value : null
}

/** Which of Microsoft's servers answered, as JSON in a header. */
function diagnostic(value: string | null): string | null {
  return value && /^[\w"':,.{} -]{1,300}$/.test(value) ? value.replaceAll('"', '') : null
}

function withoutNull(ids: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ids).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  )
}
