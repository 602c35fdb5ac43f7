import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { has } from '#lib/testing/judge.ts'

/**
 * Opens PKCS#12 files with the readers of others, each of which stands for systems: OpenSSL for Linux and Android, also
 * with its older algorithms; NSS for Firefox and ChromeOS; GnuTLS; Java and Bouncy Castle.
 */

const BOUNCY_CASTLE = '/usr/share/java/bcprov.jar'
const PROVIDERS = ['SunJSSE', 'org.bouncycastle.jce.provider.BouncyCastleProvider']
const KEY_STORES = path.join(import.meta.dirname, 'open-key-stores.java')
/** A compiler for programs that run long would take longer than the program. */
const QUICK_START = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
const run = promisify(execFile)

type Locked = {
  readonly file: string
  readonly password: string
  /** How many certificates it has besides that of the key. */
  readonly issuers: number
}

/**
 * Opens every file with every reader that is installed; a missing one is told.
 * @throws {Error} of the first reader that does not open one, with what it said.
 */
export async function openPkcs12(
  files: readonly Locked[],
  tell?: (line: string) => void,
): Promise<void> {
  const readers = [
    byOpenssl,
    ...(has('pk12util', tell) ? [byNss] : []),
    ...(has('certtool', tell) ? [byGnutls] : []),
  ]
  for (const reader of readers) await Promise.all(files.map(reader))
  const bouncyCastle = has(BOUNCY_CASTLE, tell)
  if (has('javac', tell)) await byJava(PROVIDERS.slice(0, bouncyCastle ? 2 : 1), files)
}

async function byOpenssl({ file, password, issuers }: Locked): Promise<void> {
  const open = ['pkcs12', '-in', file, '-passin', `pass:${password}`, '-noenc']
  for (const more of [[], ['-legacy']]) {
    const { stdout } = await run('openssl', [...open, ...more])
    expectIn(stdout, 'BEGIN PRIVATE KEY', `openssl ${more}`, file)
    const all = new RegExp(`(?:BEGIN CERTIFICATE[\\s\\S]*){${issuers + 1}}`)
    expectIn(stdout, all, `openssl ${more}`, file)
  }
}

/** Into a new store, as Firefox and ChromeOS do; then the store has the key. */
async function byNss({ file, password }: Locked): Promise<void> {
  const store = mkdtempSync(path.join(tmpdir(), 'latchkey-nss-'))
  const database = ['-d', `sql:${store}`]
  try {
    await run('certutil', ['-N', '--empty-password', ...database])
    await run('pk12util', ['-i', file, '-W', password, ...database])
    const { stdout } = await run('certutil', ['-K', ...database])
    expectIn(stdout, /^< ?0> (?:rsa|ec) /m, 'pk12util', file)
  } finally {
    rmSync(store, { recursive: true })
  }
}

async function byGnutls({ file, password }: Locked): Promise<void> {
  const info = ['--p12-info', '--inder', '--infile', file, '--password', password]
  const { stdout } = await run('certtool', info)
  for (const part of ['BEGIN CERTIFICATE', 'BEGIN ENCRYPTED PRIVATE KEY']) {
    expectIn(stdout, part, 'certtool', file)
  }
}

async function byJava(providers: readonly string[], files: readonly Locked[]): Promise<void> {
  const program = [...QUICK_START, '-cp', BOUNCY_CASTLE, KEY_STORES, providers.join()]
  const locked = files.flatMap(({ file, password }) => [file, password])
  const { stdout } = await run('java', [...program, ...locked])
  for (const provider of providers) {
    for (const { file, issuers } of files) {
      const wanted = `${provider} ${file}: chain of ${issuers + 1}, key fits`
      expectIn(stdout, wanted, provider, file)
    }
  }
}

function expectIn(said: string, wanted: string | RegExp, reader: string, file: string): void {
  const found = typeof wanted === 'string' ? said.includes(wanted) : wanted.test(said)
  if (!found)
    throw new Error(`${reader} on ${path.basename(file)} does not say ${wanted}:\n${said}`)
}
