import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { callMicrosoft, MicrosoftError } from '#cli/tenant/microsoft.ts'

/** How an administrator signs in for Graph: by Azure CLI, or by a code on another page. */

/** Microsoft Graph Command Line Tools, a public client of Microsoft's that may ask for any permission. */
const CLIENT_ID = '14d82eec-204b-4c2f-b7e8-296a70dab67e'

/** The least that the registrations need; consent needs a privileged role administrator. */
const SCOPES = [
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'User.Read.All',
]

export type SignIn = {
  readonly loginUrl: string
  readonly graphUrl: string
  readonly tenantId: string
}

const run = promisify(execFile)

/** Gives the token of who is signed in to Azure CLI. Throws with the command's own sentence. */
export async function tokenOfAzureCli({ graphUrl, tenantId }: SignIn): Promise<string> {
  const args = ['account', 'get-access-token', '--tenant', tenantId, '--resource', graphUrl]
  try {
    const { stdout } = await run('az', [...args, '--output', 'json'], { timeout: 60_000 })
    return z.object({ accessToken: z.string() }).parse(JSON.parse(stdout)).accessToken
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : ''
    throw new Error(
      `Azure CLI gave no token. ${said || 'Is it installed?'} Sign in first: az login --tenant ${tenantId}`,
      { cause },
    )
  }
}

const codeSchema = z.object({
  device_code: z.string(),
  message: z.string(),
  interval: z.number().default(5),
  expires_in: z.number(),
})

/** RFC 8628. `show` gets the sentence with page and code; `wait` takes milliseconds. */
export async function tokenByDeviceCode(
  { loginUrl, graphUrl, tenantId }: SignIn,
  show: (sentence: string) => void,
  wait: (milliseconds: number) => Promise<void>,
): Promise<string> {
  const base = `${loginUrl}/${tenantId}/oauth2/v2.0`
  // The permissions of Graph are named by its audience; the sandbox's address is none.
  const resource = graphUrl.startsWith('https:') ? graphUrl : 'https://graph.microsoft.com'
  const scope = ['openid', ...SCOPES.map((name) => `${resource}/${name}`)].join(' ')
  const begun = await callMicrosoft(`${base}/devicecode`, {
    method: 'POST',
    form: { client_id: CLIENT_ID, scope },
  })
  const code = codeSchema.parse(begun.body)
  show(code.message)
  const tries = Math.ceil(code.expires_in / code.interval)
  for (let round = 0; round < tries; round += 1) {
    await wait(code.interval * 1000)
    try {
      const form = {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: CLIENT_ID,
        device_code: code.device_code,
      }
      const { body } = await callMicrosoft(`${base}/token`, { method: 'POST', form })
      return z.object({ access_token: z.string() }).parse(body).access_token
    } catch (error) {
      if (!isPending(error)) throw error
    }
  }
  throw new Error('Nobody signed in in time. Start again, or sign in by Azure CLI and add --az.')
}

function isPending(error: unknown): boolean {
  if (!(error instanceof MicrosoftError)) return false
  return ['authorization_pending', 'slow_down'].includes(error.refusal.code ?? '')
}
