import { hash } from 'node:crypto'
import { closeSync, createReadStream, fdatasync, fsyncSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'
import { toHex } from '#lib/pki/asn1/bytes.ts'
import { eachElement, parseDer, readPositiveInteger, TAG } from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readTime } from '#lib/pki/asn1/time.ts'
import { readExtensions } from '#lib/pki/certificate/tbs.ts'
import type { Signer } from './signer.ts'

/**
 * The signer's own record of what it signed: one line of JSON for each signature, with the time, what the
 * bytes are by their own form, and their SHA-256, in an append-only file. It is written independently of the
 * ledger, so that a signature without a row, and a ledger that lost rows, can be detected.
 *
 * A signature is made only after its line is on disk. The lines of one turn of the event loop share one sync,
 * so many signatures at once cost no more than one.
 */

/** In the data folder, not beside the CA key, whose folder may be mounted read-only. */
export const SIGNATURE_LOG = 'signatures.log'

export type LoggedSigner = { readonly signer: Signer; readonly close: () => void }

/**
 * Wraps a signer. Its sign() throws LatchkeyError('signer_unavailable') when the log cannot be written, and
 * signs nothing then. Throws the same when the file cannot be opened.
 */
export function logSignatures(signer: Signer, file: string, now: () => Date): LoggedSigner {
  const log = openLog(file)
  const issuer = hash('sha256', signer.spki, 'hex')
  return {
    signer: {
      ...signer,
      sign: async (tbs) => {
        const digest = await sha256Hex(tbs)
        const at = now().toISOString()
        const line: SignatureLine = { at, issuer, ...describe(tbs), tbs: digest }
        await log.append(`${JSON.stringify(line)}\n`)
        return signer.sign(tbs)
      },
    },
    close: log.close,
  }
}

export type SignatureLine = z.infer<typeof lineSchema>

const common = {
  at: z.string(),
  /** Hex SHA-256 of the signing key's SubjectPublicKeyInfo, which the ledger uses as issuer id. */
  issuer: z.string(),
  /** Hex SHA-256 of the signed bytes. */
  tbs: z.string(),
}

const lineSchema = z.discriminatedUnion('what', [
  // ISO 8601; null where the signed bytes have no such time.
  z.object({
    ...common,
    what: z.literal('certificate'),
    serial: z.string(),
    notAfter: z.string().nullable(),
  }),
  z.object({ ...common, what: z.literal('crl'), number: z.number().nullable() }),
  z.object({ ...common, what: z.literal('other') }),
])

export type LogPart = {
  /** In order; null for an incomplete line, cut off by a loss of power or changed by somebody. */
  readonly lines: readonly (SignatureLine | null)[]
  /** Offset in octets from which reading can continue later: behind the last complete line. */
  readonly end: number
}

const PART_OCTETS = 131_072
const LINE_END = 0x0a

/** Reads a log from `start` on in parts of some hundred lines, so that its size does not matter. */
export async function* readSignatureLog(file: string, start = 0): AsyncGenerator<LogPart> {
  let end = start
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(file, { start, highWaterMark: PART_OCTETS })) {
    const read = Buffer.concat([rest, chunk])
    const whole = read.subarray(0, read.lastIndexOf(LINE_END) + 1)
    rest = read.subarray(whole.length)
    end += whole.length
    yield { lines: linesOf(whole), end }
  }
  if (rest.length > 0) yield { lines: linesOf(rest), end }
}

function linesOf(octets: Buffer): readonly (SignatureLine | null)[] {
  // Each group of lines begins with a line end, so there are empty lines.
  const texts = octets
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
  return texts.map((text) => lineSchema.safeParse(parseJson(text)).data ?? null)
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

type Description =
  | { readonly what: 'certificate'; readonly serial: string; readonly notAfter: string | null }
  | { readonly what: 'crl'; readonly number: number | null }
  | { readonly what: 'other' }

function describe(tbs: Uint8Array): Description {
  try {
    return readBeginning(tbs)
  } catch {
    return { what: 'other' }
  }
}

/** A TBSCertificate begins with [0] version and the serial, a TBSCertList with an INTEGER. */
function readBeginning(tbs: Uint8Array): Description {
  const [outer] = [...eachElement(tbs)]
  const parts = outer ? [...eachElement(outer.value)] : []
  const [first, second] = parts
  if (first?.tag === 0xa0 && second?.tag === TAG.integer) {
    const { value } = second
    const serial = toHex(value[0] === 0 ? value.subarray(1) : value)
    return { what: 'certificate', serial, notAfter: orNull(() => readNotAfter(parts[4])) }
  }
  if (first?.tag !== TAG.integer) return { what: 'other' }
  return { what: 'crl', number: orNull(() => readCrlNumber(parts.at(-1))) }
}

type Element = { readonly bytes: Uint8Array } | undefined

/** RFC 5280 section 4.1.2.5. */
function readNotAfter(validity: Element): string | null {
  return validity ? readTime(parseDer(validity.bytes).children[1]).toISOString() : null
}

/** RFC 5280 section 5.2.3; the extensions of a CRL are its last part. */
function readCrlNumber(extensions: Element): number | null {
  const known = extensions ? readExtensions(parseDer(extensions.bytes), 0xa0) : []
  const value = known.find(({ id }) => id === OID.crlNumber)?.value
  const number = value ? Number(`0x${toHex(readPositiveInteger(parseDer(value)))}`) : null
  return Number.isSafeInteger(number) ? number : null
}

/** Parts that cannot be read are left out of the line, since no signature may be without a line. */
function orNull<T>(read: () => T | null): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

/** Octets. Hashing longer content, such as CRLs of some megabytes, would block the event loop. */
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
 * Each group begins with a line end, so that a line that was cut off by a full disk or a loss of power does
 * not damage the next one. It is written by one call, since other processes append to the same file: what the
 * disk did not take whole counts as not written.
 */
function writeAll(fd: number, lines: string): void {
  const octets = Buffer.from(`\n${lines}`)
  if (writeSync(fd, octets) < octets.length)
    throw new Error('The disk did not take the whole line.')
}

function openOrThrow(file: string): number {
  try {
    const fd = openSync(file, 'a', 0o600)
    // A new file survives a loss of power only when its folder is synced too.
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
