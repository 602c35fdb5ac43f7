import { z } from 'zod'

/** The serial of a certificate, as our pages send it. */
export const serialSchema = z.string().regex(/^[0-9a-f]{1,40}$/)
