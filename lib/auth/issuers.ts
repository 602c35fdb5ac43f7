import { z } from 'zod'
import { boundedFetch, signInUnavailable } from './sign-in-service.ts'

/**
 * Who issues this tenant's tokens, as its discovery documents say (OpenID Connect Discovery 1.0
 * section 4). Their hosts differ from cloud to cloud: version 1 of the public cloud and of the US
 * government's is `https://sts.windows.net/{tenant}/`, of 21Vianet's `https://sts.chinacloudapi.cn/{tenant}/`.
 * The documents come from the configured sign-in address alone; nothing in a token leads there.
 */
export type Issuer = {
  /**
   * The exact `iss` of a token. Read when first asked and kept: a tenant's issuer does not change.
   * Throws LatchkeyError('directory_unavailable') while it cannot be read.
   */
  readonly name: () => Promise<string>
}

const OCTETS_MAX = 64 * 1024
const AGAIN_MS = 5000

/** Opens the issuer that the discovery document at this address names. */
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
      // All who ask meanwhile share one request, and who comes soon after its failure too.
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
  // The document of "common" names a template, and one of another tenant a foreign issuer.
  if (!new URL(issuer).pathname.split('/').includes(tenantId)) {
    throw new Error('The discovery document is not of this tenant.')
  }
  return issuer
}
