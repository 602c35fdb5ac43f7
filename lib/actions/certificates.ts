'use server'

import { z } from 'zod'
import { labelSchema, revokeRequestSchema } from '#lib/api/schemas.ts'
import { action } from '#lib/auth/action.ts'
import { authorityFor, authorityOf, proofSchema } from '#lib/auth/authority-client.ts'
import { serialSchema } from './serial-schema.ts'

const serial = serialSchema
const deviceId = z.guid()

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

/** Sets what the signed-in person calls one of their own certificates; an empty text takes it away. */
export const setLabel = action(
  z.strictObject({ serial, label: z.literal('').or(labelSchema) }),
  async (session, asked) => {
    await authorityOf(session).setLabel(asked.serial, asked.label || null)
    return null
  },
)

/** What is reported lost: a device by an id of it, or whatever a certificate names. */
const lostSchema = z.strictObject({ serial }).or(z.strictObject({ deviceId }))

/**
 * Reports a device of the signed-in person as lost: all certificates of the device go on hold, whoever
 * enrolled them, and nothing is issued for it.
 */
export const stopDevice = action(lostSchema, async (session, asked) => {
  const authority = authorityOf(session)
  await ('serial' in asked ? authority.hold(asked.serial) : authority.holdDevice(asked.deviceId))
  return null
})

/** Withdraws the report of a lost device. */
export const releaseDevice = action(
  z.strictObject({ lost: lostSchema, proof: proofSchema.nullable() }),
  async (session, { lost, proof }) => {
    const authority = authorityFor(session, proof)
    const idToken = proof?.idToken ?? null
    await ('serial' in lost
      ? authority.release(lost.serial, idToken)
      : authority.releaseDevice(lost.deviceId, idToken))
    return null
  },
)
