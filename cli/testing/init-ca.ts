import { spawnSync } from 'node:child_process'
import path from 'node:path'

/** Runs the real `npm run init-ca` as an operator does, with this data folder and no other environment. */
export function initCa(data: string, args: readonly string[], env: Record<string, string> = {}) {
  const program = path.join(import.meta.dirname, '..', 'init-ca.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: {
      PATH: '/usr/bin:/bin',
      NODE_ENV: 'test',
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      LATCHKEY_DATA: data,
      ...env,
    },
  })
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
