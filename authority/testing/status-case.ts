import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { type Harness, type HarnessOptions, startHarness } from './harness.ts'

export type StatusCase = {
  readonly harness: Harness
  readonly folder: string
  /** Runs a program in the folder; gives its output, standard error too. */
  readonly run: (tool: string, ...args: string[]) => Promise<{ status: number; out: string }>
  /** Issues for a person of the sandbox and writes `{name}.pem`; gives the serial. */
  readonly issue: (name: string, user: string, wish: object) => Promise<string>
  readonly sync: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts a harness that answers OCSP, with a folder that has `ca.pem` for other people's programs. */
export async function startStatusCase(options: HarnessOptions = {}): Promise<StatusCase> {
  const harness = await startHarness(options)
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-status-'))
  const { authority, status } = harness
  await status.ocsp.renew()
  const reader = makeReader(authority.changeFeed, authority.now)
  const chain = authority.issuer.chain.map((der) => toPem('CERTIFICATE', der)).join('')
  writeFileSync(path.join(folder, 'ca.pem'), chain)
  return {
    harness,
    folder,
    run: (tool, ...args) =>
      // Asynchronous, since the responder that is asked runs in this process.
      new Promise((resolve) => {
        execFile(tool, args, { cwd: folder, timeout: 45_000 }, (error, stdout, stderr) => {
          const code = error && 'code' in error ? Number(error.code) : 0
          resolve({ status: code, out: stdout + stderr })
        })
      }),
    issue: async (name, user, wish) => {
      const token = await harness.token(user)
      const body = Buffer.from(makeCsr(wish).der)
      const answer = await harness.send({ method: 'POST', path: '/api/csr', token, body })
      if (answer.status !== 200) throw new Error(`Not issued: ${answer.body}`)
      writeFileSync(path.join(folder, `${name}.pem`), toPem('CERTIFICATE', answer.body))
      return new X509Certificate(answer.body).serialNumber.toLowerCase()
    },
    sync: async () => {
      await syncDirectory(authority, reader)
    },
    close: async () => {
      await harness.close()
      rmSync(folder, { recursive: true })
    },
  }
}
