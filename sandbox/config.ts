import { z } from 'zod'

/**
 * The sandbox's own configuration. It imitates Microsoft and imports nothing of Latchkey, so the ids of the
 * invented tenant are repeated here and in `lib/config.ts`; `config.test.ts` compares them.
 */

/** Claims that a token has only where an app registration asks for them. */
export const OPTIONAL_CLAIMS = ['auth_time', 'acrs', 'idtyp', 'xms_cc'] as const

/** Ids and secrets of the invented tenant's app registrations. */
export const TENANT = {
  tenantId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001',
  tenantName: 'Contoso',
  apiClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500002',
  portalClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500003',
  portalClientSecret: 'sandbox-portal-secret',
  graphClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500004',
  graphClientSecret: 'sandbox-graph-secret',
  spaClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500005',
  scope: 'Cert.Enroll',
} as const

export type SandboxConfig = {
  /** False with a real tenant, when the sandbox must not start. */
  readonly sandbox: boolean
  readonly SANDBOX_PORT: number
  /** Where to listen in place of loopback, for a container that publishes its ports to one machine. */
  readonly listenOn?: string
  /** Name of the API's delegated permission. */
  readonly LATCHKEY_API_SCOPE: string
  readonly tenantId: string
  readonly tenantName: string
  /** `iss` of version 2 tokens. */
  readonly issuerV2: string
  readonly apiClientId: string
  readonly portalClientId: string
  readonly graphClientId: string
  readonly spaClientId: string
  readonly portalUrl: string
  /** Optional claims that the registrations ask for after each reset. */
  readonly optionalClaims?: readonly (typeof OPTIONAL_CLAIMS)[number][]
}

/** An invalid configuration, as one sentence for the person who starts the sandbox. */
export class SandboxConfigError extends Error {
  override readonly name = 'SandboxConfigError'
}

const port = z.coerce.number().int().min(1).max(65_535)

const environmentSchema = z.object({
  SANDBOX_PORT: port.default(4000),
  SANDBOX_HOST: z.string().min(1).optional(),
  PORTAL_PORT: port.default(3000),
  SANDBOX_OPTIONAL_CLAIMS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.enum(OPTIONAL_CLAIMS))),
  LATCHKEY_PORTAL_URL: z.url().optional(),
  LATCHKEY_API_SCOPE: z.string().min(1).default(TENANT.scope),
  LATCHKEY_TENANT_NAME: z.string().min(1).default(TENANT.tenantName),
  LATCHKEY_TENANT_ID: z.string().optional(),
})

/** Reads the environment. Throws SandboxConfigError naming every wrong variable. */
export function readSandboxConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): SandboxConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new SandboxConfigError(`The sandbox cannot start. ${fields.join('; ')}`)
  }
  const values = parsed.data
  return {
    sandbox: values.LATCHKEY_TENANT_ID === undefined,
    SANDBOX_PORT: values.SANDBOX_PORT,
    ...(values.SANDBOX_HOST && { listenOn: values.SANDBOX_HOST }),
    LATCHKEY_API_SCOPE: values.LATCHKEY_API_SCOPE,
    tenantId: TENANT.tenantId,
    tenantName: values.LATCHKEY_TENANT_NAME,
    issuerV2: `http://localhost:${values.SANDBOX_PORT}/${TENANT.tenantId}/v2.0`,
    apiClientId: TENANT.apiClientId,
    portalClientId: TENANT.portalClientId,
    graphClientId: TENANT.graphClientId,
    spaClientId: TENANT.spaClientId,
    portalUrl: values.LATCHKEY_PORTAL_URL ?? `http://localhost:${values.PORTAL_PORT}`,
    optionalClaims: values.SANDBOX_OPTIONAL_CLAIMS,
  }
}
