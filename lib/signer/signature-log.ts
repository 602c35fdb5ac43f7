import { hash } from 'node:crypto'
import { closeSync, createReadStream, fdatasync, fsyncSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'
import { toHex } from '#lib/pki/bytes.ts'
import { eachElement, TAG } from '#lib/pki/der.ts'
import type { Signer } from './signer.ts'

/**
 * The signer's own account of what it signed: one line of JSON for each signature, with the time,
 * what the bytes are by their own form, and their SHA-256, in a file that is only ever added to. It
 * is written beside the ledger and not from it, so that a signature without a row can be found.
 *
 * A signature is made only after its line is on disk. The lines of one turn of the event loop
 * share one sync, so that many at once cost no more than one.
 */

/** In the data folder, not beside the CA key: that folder may be mounted read-only. */
export const SIGNATURE_LOG = 'signatures.log'

export type LoggedSigner = { readonly signer: Signer; readonly close: () => void }

/**
 * Wraps a signer. Its `sign` throws LatchkeyError('signer_unavailable') when the log cannot be
 * written, and then nothing is signed. Throws the same when the file cannot be opened.
 */
export function logSignatures(signer: Signer, file: string, now: () => Date): LoggedSigner {
  const log = openLog(file)
  return {
    signer: {
      ...signer,
      sign: async (tbs) => {
        const digest = await sha256Hex(tbs)
        const line: SignatureLine = { at: now().toISOString(), ...describe(tbs), tbs: digest }
        await log.append(`${JSON.stringify(line)}\n`)
        return signer.sign(tbs)
      },
    },
    close: log.close,
  }
}

export type SignatureLine = z.infer<typeof lineSchema>

const lineSchema = z.object({
  at: z.string(),
  what: z.enum(['certificate', 'crl', 'other']),
  /** Of a certificate. */
  serial: z.string().nullable(),
  /** Hex SHA-256 of what was signed. */
  tbs: z.string(),
})

/**
 * Gives the lines of a log in order, and null for what is no whole line: a loss of power cut it off
 * before its signature was made, or somebody changed it.
 */
export async function* readSignatureLog(file: string): AsyncGenerator<SignatureLine | null> {
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    // Each start of the signer begins a new line.
    if (line !== '') yield lineSchema.safeParse(parseJson(line)).data ?? null
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

type Description = Pick<SignatureLine, 'what' | 'serial'>

function describe(tbs: Uint8Array): Description {
  try {
    return readBeginning(tbs)
  } catch {
    return { what: 'other', serial: null }
  }
}

/** A TBSCertificate begins with [0] version and its serial, a TBSCertList with an INTEGER. */
function readBeginning(tbs: Uint8Array): Description {
  const [outer] = [...eachElement(tbs)]
  const [first, second] = outer ? [...eachElement(outer.value)] : []
  if (first?.tag === 0xa0 && second?.tag === TAG.integer) {
    const { value } = second
    return { what: 'certificate', serial: toHex(value[0] === 0 ? value.subarray(1) : value) }
  }
  return { what: first?.tag === TAG.integer ? 'crl' : 'other', serial: null }
}

/** Longer ones, CRLs of some megabytes, would block the event loop. */
const HERE_OCTETS_MAX = 65_536

async function sha256Hex(tbs: Uint8Array): Promise<string> {
  if (tbs.length <= HERE_OCTETS_MAX) return hash('sha256', tbs, 'hex')
  const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(tbs))
  return Buffer.from(digest).toString('hex')
}

type Waiting = {
  readonly line: string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

function openLog(file: string) {
  const fd = openOrThrow(file)
  let waiting: Waiting[] = []
  let running = false

  const flush = async () => {
    const batch = waiting
    waiting = []
    try {
      writeAll(fd, batch.map(({ line }) => line).join(''))
      await sync(fd)
      for (const { resolve } of batch) resolve()
    } catch (cause) {
      const error = unavailable('The log of signatures cannot be written.', cause)
      for (const { reject } of batch) reject(error)
    }
    if (waiting.length > 0) setImmediate(() => void flush())
    else running = false
  }

  return {
    append: (line: string) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ line, resolve, reject })
        if (running) return
        running = true
        setImmediate(() => void flush())
      }),
    close: () => closeSync(fd),
  }
}

const sync = promisify(fdatasync)

/**
 * Each group begins with a line end, so that a line which was cut off, by a full disk or a loss of
 * power, spoils no other.
 */
function writeAll(fd: number, lines: string): void {
  let rest = Buffer.from(`\n${lines}`)
  while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest))
}

function openOrThrow(file: string): number {
  try {
    const fd = openSync(file, 'a', 0o600)
    // A new file is there after a loss of power only when its folder is synced too.
    const folder = openSync(path.dirname(file), 'r')
    fsyncSync(folder)
    closeSync(folder)
    return fd
  } catch (cause) {
    throw unavailable(`The log of signatures ${file} cannot be opened.`, cause)
  }
}

function unavailable(message: string, cause: unknown): LatchkeyError {
  return new LatchkeyError('signer_unavailable', message, { cause })
}
