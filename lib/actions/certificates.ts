'use server'

import { z } from 'zod'
import { revokeRequestSchema } from '#lib/api/schemas.ts'
import { action } from '#lib/auth/action.ts'
import { authorityFor, authorityOf, proofSchema } from '#lib/auth/authority-client.ts'

const serial = z.string().regex(/^[0-9a-f]{1,40}$/)

/** Revokes one of the signed-in person's certificates, permanently. */
export const revoke = action(
  revokeRequestSchema.extend({ serial, proof: proofSchema.nullable().default(null) }),
  async (session, asked): Promise<null> => {
    const { reason, withDescendants, proof } = asked
    const authority = authorityFor(session, proof)
    await authority.revoke(asked.serial, reason, withDescendants, proof?.idToken ?? null)
    return null
  },
)

/**
 * Reports a device of the signed-in person as lost: all certificates of the device go on hold, whoever
 * enrolled them.
 */
export const stopDevice = action(z.strictObject({ serial }), async (session, asked) => {
  await authorityOf(session).hold(asked.serial)
  return null
})

/** Withdraws the report of a lost device. */
export const releaseDevice = action(z.strictObject({ serial }), async (session, asked) => {
  await authorityOf(session).release(asked.serial)
  return null
})
