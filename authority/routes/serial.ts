import { z } from 'zod'

/** A serial number in a path: hex in any case, as CRLs and other tools write it. */
export const serialSchema = z
  .string()
  .max(64)
  .transform((text) => text.toLowerCase())

export type Serial = z.output<typeof serialSchema>
