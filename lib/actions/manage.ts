'use server'

import { z } from 'zod'
import { action } from '#lib/auth/action.ts'
import { authorityOf } from '#lib/auth/authority-client.ts'

const stopSchema = z.strictObject({
  serial: z.string().regex(/^[0-9A-Fa-f]{1,40}$/),
  /** RFC 5280 section 5.3.1; 6 is a hold, and 8 ends one. */
  reason: z.union([1, 3, 4, 5, 6, 8, 9].map((reason) => z.literal(reason))),
  /** Whether what was renewed from it is revoked or held too. */
  withDescendants: z.boolean(),
})

/** Revokes, holds or releases anyone's certificate; the authority checks the operator's role. */
export const stopAny = action(stopSchema, async (session, asked): Promise<null> => {
  await authorityOf(session).revokeAny(asked.serial, asked.reason, asked.withDescendants)
  return null
})

/** Lets the next directory sync apply its changes, however many they are. */
export const releaseCircuitBreaker = action(z.null(), async (session): Promise<null> => {
  await authorityOf(session).releaseCircuitBreaker()
  return null
})
