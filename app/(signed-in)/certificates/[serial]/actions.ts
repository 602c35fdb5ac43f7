'use server'

import { z } from 'zod'
import { revokeRequestSchema } from '#lib/api/schemas.ts'
import { action } from '#lib/auth/action.ts'
import { authorityOf } from '#lib/auth/authority-client.ts'

const serial = z.string().regex(/^[0-9a-f]{1,40}$/)

/** Revokes one of the reader's own certificates, for good. */
export const revoke = action(
  revokeRequestSchema.extend({ serial }),
  async (session, asked): Promise<null> => {
    await authorityOf(session).revoke(asked.serial, asked.reason)
    return null
  },
)

/** Puts every certificate of the reader's lost device on hold. */
export const stopDevice = action(z.strictObject({ serial }), async (session, asked) => {
  await authorityOf(session).hold(asked.serial)
  return null
})

/** Ends that hold. */
export const releaseDevice = action(z.strictObject({ serial }), async (session, asked) => {
  await authorityOf(session).release(asked.serial)
  return null
})
