import { context, propagation } from '@opentelemetry/api'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { type Client, createClient } from '#lib/api/client.ts'
import { REQUEST_ID_HEADER } from '#lib/api/request-id.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { portal } from './portal.ts'
import type { Session } from './session.ts'

const compact = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)

/** What a sign-in in the small window gave to confirm one request. The authority verifies it. */
export const proofSchema = z.strictObject({
  idToken: compact(8192),
  /** Has an authentication context that the session's token does not have; null where none is asked for. */
  accessToken: compact(16_384).nullable(),
})

/** Gives a client with the access token of the sign-in that confirms a request, if that has one. */
export function authorityFor(session: Session, proof: z.infer<typeof proofSchema> | null): Client {
  const token = proof?.accessToken ?? null
  if (token === null) return authorityOf(session)
  const claims = z.object({ tid: z.string(), oid: z.string() }).safeParse(decodeJwt(token))
  const { tid, oid } = session.requester
  // Who is signed in here confirms, and nobody else, whatever that person may do.
  if (!claims.success || claims.data.tid !== tid || claims.data.oid.toLowerCase() !== oid) {
    throw new LatchkeyError('step_up_required', 'The sign-in is of another account.', {
      rule: 'step_up_account',
    })
  }
  return clientOf(session, token)
}

/** Gives a client for what needs no sign-in: a secret in an address says enough. */
export function authorityForAnyone(): Client {
  return createClient({ baseUrl: portal().config.authorityInternalUrl, token: null })
}

/** Gives a client of the authority's API with the access token of the person who is signed in. */
export function authorityOf(session: Session): Client {
  return clientOf(session, session.accessToken)
}

function clientOf({ requestId }: Session, token: string): Client {
  const headers: Record<string, string> = requestId ? { [REQUEST_ID_HEADER]: requestId } : {}
  // Adds nothing unless OpenTelemetry runs.
  propagation.inject(context.active(), headers)
  return createClient({ baseUrl: portal().config.authorityInternalUrl, token, headers })
}
