import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Harness } from '#authority/testing/harness.ts'

/** The script for Linux and macOS, as people download it. */
export const SCRIPT = fileURLToPath(new URL('../latchkey-enroll.sh', import.meta.url))

export type Ran = { readonly code: number; readonly out: string; readonly err: string }

/**
 * Runs the script against this service, with its files in `home`. Asynchronous, since the service answers in
 * this process.
 */
export function runScript(
  latchkey: Harness,
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  [program = 'sh', ...options]: readonly string[] = ['sh'],
): Promise<Ran> {
  const [command = '', ...rest] = args
  const url = `https://localhost:${latchkey.config.AUTHORITY_TLS_PORT}`
  const ca = path.join(latchkey.config.dataDir, 'tls', 'ca.pem')
  const all = [SCRIPT, command, '--url', url, '--cacert', ca, '--folder', home, ...rest]
  const { PATH = '', SSL_CERT_FILE } = process.env
  const whole = { PATH, SSL_CERT_FILE, HOME: home, NODE_ENV: 'test' as const, ...env }
  return new Promise((resolve) => {
    execFile(program, [...options, ...all], { timeout: 18_000, env: whole }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    )
  })
}
