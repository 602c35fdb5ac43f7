import { randomBytes } from 'node:crypto'
import { constants, statSync } from 'node:fs'
import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { ConfigError } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { ensureFolder } from '#lib/folder.ts'
import type { Authority, StatusAuthority } from '#lib/issuance/authority.ts'
import { type Responder, responderBy } from '#lib/issuance/ocsp/ocsp-responder.ts'
import { certifyRequest, makeResponderRequest } from '#lib/issuance/ocsp/responder-request.ts'

/**
 * The folder by which processes without the CA key get their OCSP responders. `NAME.csr` asks, `NAME.cer` is
 * the answer, and both are gone when it was read; no private key is ever in it. Who may write into the folder
 * may have a responder certified, so it is for the accounts of the authority alone.
 */

const NAME = /^[0-9a-f]{32}\.csr$/
const OCTETS_MAX = 2048
const POLL_MS = 250
const DESK_POLL_MS = 500
const WAIT_MAX_MS = 30_000
/** What nobody fetched, or whoever took it did not finish. */
const OLD_MS = 10 * 60_000
/** So that an account that was taken over cannot fill the audit chain. */
const PER_MINUTE_MAX = 60

/**
 * Makes a key, asks for its certificate and waits for it. Throws LatchkeyError('signer_unavailable') when
 * nobody answered in time.
 */
export async function askForResponder(
  authority: Pick<StatusAuthority, 'issuer' | 'now'>,
  folder: string,
): Promise<Responder> {
  const { privateKey, csr } = await makeResponderRequest()
  const name = randomBytes(16).toString('hex')
  const place = (end: string) => path.join(folder, `${name}.${end}`)
  try {
    ensureFolder(folder)
    await writeWhole(place('csr'), csr)
    const deadline = performance.now() + WAIT_MAX_MS
    for (;;) {
      const der = await readSmall(place('cer'))
      if (der !== null) return responderBy(authority, privateKey, der)
      if (performance.now() > deadline) throw new Error('No answer in time.')
      await delay(POLL_MS, undefined, { ref: false })
    }
  } catch (cause) {
    if (cause instanceof LatchkeyError) throw cause
    throw new LatchkeyError(
      'signer_unavailable',
      `No responder was certified in ${folder}: the part of the authority that holds the CA key has to ` +
        'run, with the same LATCHKEY_RESPONDERS.',
      { cause },
    )
  } finally {
    for (const end of ['csr', 'cer']) await rm(place(end), { force: true })
  }
}

export type ResponderDesk = { readonly stop: () => Promise<void> }

/**
 * Certifies what others ask for in the folder, until it is stopped. Throws ConfigError when every account may
 * write there.
 */
export function startResponderDesk(
  authority: Authority,
  folder: string,
  log: Logger,
): ResponderDesk {
  const recent: number[] = []
  let stopped = false
  const turn = async () => {
    for (const file of await requestsIn(folder)) {
      const now = performance.now()
      while (recent[0] !== undefined && now - recent[0] > 60_000) recent.shift()
      if (stopped || recent.length >= PER_MINUTE_MAX) return
      recent.push(now)
      await answer(authority, path.join(folder, file), log)
    }
  }
  const run = async () => {
    while (!stopped) {
      await turn().catch((error: unknown) => log.error({ error }, 'no responder can be certified'))
      await delay(DESK_POLL_MS, undefined, { ref: false })
    }
  }
  requirePrivate(folder)
  const running = run()
  return {
    stop: async () => {
      stopped = true
      await Promise.race([running, delay(2 * DESK_POLL_MS)])
    },
  }
}

const WRITABLE_BY_ALL = 0o002

function requirePrivate(folder: string): void {
  ensureFolder(folder)
  if (process.platform === 'win32' || (statSync(folder).mode & WRITABLE_BY_ALL) === 0) return
  throw new ConfigError(
    `Every account may write into ${folder}, and who may do so gets OCSP responders from the CA. ` +
      'Leave it to the accounts of the authority: chmod o-w',
  )
}

/** Gives the requests, and removes what is old. */
async function requestsIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder)
  const others = files.filter((file) => /\.(?:cer|taken|making)$/.test(file))
  for (const file of others) {
    const { mtimeMs } = await stat(path.join(folder, file)).catch(() => ({ mtimeMs: Date.now() }))
    if (Date.now() - mtimeMs > OLD_MS) await rm(path.join(folder, file), { force: true })
  }
  return files.filter((file) => NAME.test(file))
}

async function answer(authority: Authority, file: string, log: Logger): Promise<void> {
  const base = file.slice(0, -'.csr'.length)
  const taken = `${base}.taken`
  // Of several processes only one succeeds, so that nothing is signed twice.
  const isMine = await rename(file, taken).then(
    () => true,
    () => false,
  )
  if (!isMine) return
  try {
    const csr = await readSmall(taken)
    if (csr !== null) await writeWhole(`${base}.cer`, await certifyRequest(authority, csr))
  } catch (error) {
    log.warn({ error, file }, 'a responder was not certified')
  } finally {
    await rm(taken, { force: true })
  }
}

/** Readable for other accounts: a request and a certificate are no secrets. */
async function writeWhole(file: string, octets: Uint8Array): Promise<void> {
  const making = `${file}.making`
  await writeFile(making, octets, { mode: 0o644 })
  await rename(making, file)
}

/** Null for a file that is not there. A symbolic link is not followed. */
async function readSmall(file: string): Promise<Uint8Array | null> {
  // Windows has neither flag. O_NONBLOCK: opening a pipe must not wait for its writer.
  const flags = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const handle = await open(file, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (handle === null) return null
  try {
    const file = await handle.stat()
    if (!file.isFile() || file.size > OCTETS_MAX) {
      throw new LatchkeyError('malformed_request', 'This is no file of a few hundred octets.')
    }
    return new Uint8Array(await handle.readFile())
  } finally {
    await handle.close()
  }
}
