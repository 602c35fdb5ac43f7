import { z } from 'zod'

const kindSchema = z.enum(['wifi', 'wired', 'vpn'])

/** The kinds of these networks, each once, for the words of pages that anybody sees. */
export const networkKindsSchema = z.object({ kinds: z.array(kindSchema) })

/** The networks that certificates are for; `roots` are DER in base64. See lib/network/network.ts. */
export const networksSchema = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      kind: kindSchema,
      ssid: z.string().nullable(),
      servers: z.array(z.string()),
      roots: z.array(z.base64()),
    }),
  ),
})

/** The signer's parts of CMS SignedData, DER in base64. */
export const profileSignatureSchema = z.object({
  certificates: z.array(z.base64()),
  signerInfo: z.base64(),
})

export type NetworkView = z.infer<typeof networksSchema>['items'][number]
export type ProfileSignatureView = z.infer<typeof profileSignatureSchema>
