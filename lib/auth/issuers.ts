import { z } from 'zod'
import { boundedFetch, signInUnavailable } from './sign-in-service.ts'

/**
 * The issuers of this tenant's tokens, from its discovery documents (OpenID Connect Discovery 1.0 section 4).
 * Their hosts differ from cloud to cloud: version 1 of the public cloud and of the US government's is
 * `https://sts.windows.net/{tenant}/`, of 21Vianet's `https://sts.chinacloudapi.cn/{tenant}/`. The address of
 * the documents is configured; nothing in a token can change it.
 */
export type Issuer = {
  /**
   * Gives the exact `iss` of a token. Read at the first call and kept, since a tenant's issuer does not
   * change. Throws LatchkeyError('directory_unavailable') while it cannot be read.
   */
  readonly name: () => Promise<string>
}

const OCTETS_MAX = 64 * 1024
const AGAIN_MS = 5000

/** Opens the issuer in the discovery document at this address. Reads it at the first token. */
export function openIssuer(metadataUrl: string, tenantId: string, now: () => Date): Issuer {
  let known: string | null = null
  let reading: Promise<string> | null = null
  let failed: { readonly at: number; readonly cause: unknown } | null = null

  async function read(): Promise<string> {
    try {
      known = await readIssuer(metadataUrl, tenantId)
      return known
    } catch (cause) {
      failed = { at: now().getTime(), cause }
      throw signInUnavailable(cause)
    } finally {
      reading = null
    }
  }

  return {
    name: async () => {
      if (known !== null) return known
      // Concurrent callers share one request, and callers soon after a failure get the same error.
      if (reading === null && failed !== null && now().getTime() - failed.at < AGAIN_MS) {
        throw signInUnavailable(failed.cause)
      }
      reading ??= read()
      return reading
    },
  }
}

async function readIssuer(metadataUrl: string, tenantId: string): Promise<string> {
  const response = await boundedFetch(metadataUrl, OCTETS_MAX)
  const { issuer } = z.object({ issuer: z.url() }).parse(await response.json())
  // The document of "common" has a template as issuer, and one of another tenant has that tenant's issuer.
  if (!new URL(issuer).pathname.split('/').includes(tenantId)) {
    throw new Error('The discovery document is not of this tenant.')
  }
  return issuer
}
