import { main } from '#cli/init-ca.ts'
import { type Ran, runCommand, startCommand } from './run-command.ts'

/** `npm run init-ca` as an operator runs it, with this data folder and no other environment. */
export async function initCa(
  data: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return trimmed(await runCommand(main, args, { LATCHKEY_DATA: data, ...env }))
}

/** The same as a program of its own. */
export async function startInitCa(data: string, args: readonly string[]): Promise<Ran> {
  return trimmed(await startCommand('init-ca', args, { LATCHKEY_DATA: data }))
}

function trimmed({ status, stdout, stderr }: Ran): Ran {
  return { status, stdout, stderr: stderr.trim() }
}

/** A configuration of a tenant other than the sandbox's. */
export const REAL_TENANT = {
  LATCHKEY_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  LATCHKEY_TENANT_NAME: 'Fabrikam',
  LATCHKEY_API_CLIENT_ID: '11111111-2222-4333-8444-555555555556',
  LATCHKEY_PORTAL_CLIENT_ID: '11111111-2222-4333-8444-555555555557',
  LATCHKEY_GRAPH_CLIENT_ID: '11111111-2222-4333-8444-555555555558',
}
