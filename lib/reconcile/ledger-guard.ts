import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { ACCEPT_FLAG } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { replaceFile } from '#lib/folder.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { hasLedger, openLedger, sqliteFile } from '#lib/ledger/open.ts'
import { isEmptySqlite } from '#lib/ledger/sqlite.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { caFolderOf } from '#lib/signer/issuer-files.ts'
import { SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { acceptLoss } from './accept-loss.ts'
import { type Loss, sentenceOf } from './loss.ts'
import { type CertificateLine, compareLog } from './signatures.ts'

/**
 * A ledger that was lost, swapped or set back must not be taken for a new one: it would publish an
 * empty CRL with a higher number, and what was revoked would pass. Three traces outside of it tell:
 * the signer's log, a mark in the data folder (the identity of the ledger, the end of its audit
 * chain, and how far the log was compared with it), and the identity beside the CA's certificate.
 */

const MARK = 'ledger.mark'
/** In the folder of the CA, so that a backup of the key has it too. */
const CA_LEDGER = 'ledger.id'
/** The full CRL as it was published last: what a lost ledger had revoked. */
const PUBLISHED_CRL = 'published.crl'

export type Places = {
  readonly dataDir: string
  /** Address of the ledger. */
  readonly database: string
  readonly issuer: Issuer
}

export type GuardedLedger = {
  /** The ledger; a CRL that is published is also kept beside the log. */
  readonly ledger: Ledger
  /** Compares what happened since the last time. Null, or in a sentence what the ledger lost. */
  readonly check: () => Promise<string | null>
}

/**
 * Opens the ledger when it is the one that it was, and proves that it can be trusted. Throws
 * LatchkeyError('store_unavailable') with a sentence for the operator, and leaves everything as it
 * is, when it is not; with `accept` it goes on without what was lost, see acceptLoss.
 */
export async function openGuardedLedger(
  places: Places,
  { accept, now }: { readonly accept: boolean; readonly now: () => Date },
): Promise<GuardedLedger> {
  // Before the ledger is looked for: another replica may be making both at this moment.
  const traces = readTraces(places)
  if (!accept && !(await hasLedger(places.database))) {
    const { loss } = await compare(places, traces, null)
    if (loss) throw refusal(places, loss)
  }
  const ledger = await openLedger(places.database)
  try {
    await ledger.selfTest()
    await settle(places, traces, ledger, { accept, now })
    return { ledger: keepingCrl(places, ledger), check: checker(places, ledger, now) }
  } catch (error) {
    await ledger.close()
    throw error
  }
}

async function settle(
  places: Places,
  traces: Traces,
  ledger: Ledger,
  { accept, now }: { readonly accept: boolean; readonly now: () => Date },
): Promise<void> {
  const { loss, end } = await compare(places, traces, ledger)
  if (loss && !accept) throw refusal(places, loss)
  if (!loss && accept) throw nothingToAccept()
  if (loss) {
    const files = { log: logOf(places), publishedCrl: fileIn(places, PUBLISHED_CRL) }
    await acceptLoss(ledger, places.issuer, loss, files, now())
  }
  await remember(places, ledger, end, now())
}

function checker(places: Places, ledger: Ledger, now: () => Date): GuardedLedger['check'] {
  const checkOnce = async () => {
    const { loss, end } = await compare(
      places,
      readTraces(places),
      isRemoved(places) ? null : ledger,
    )
    if (loss) return sentenceOf(places.database, logOf(places), loss)
    await remember(places, ledger, end, now())
    return null
  }
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const next = last.then(checkOnce)
    last = next.catch(() => undefined)
    return next
  }
}

/** A file that was removed while it is open goes on working, and is gone with the process. */
function isRemoved({ database }: Places): boolean {
  const file = sqliteFile(database)
  return file !== null && isEmptySqlite(file)
}

function keepingCrl(places: Places, ledger: Ledger): Ledger {
  return {
    ...ledger,
    publishCrl: async (crl, event) => {
      const isPublished = await ledger.publishCrl(crl, event)
      const isFull = crl.partition === null && !crl.delta
      if (isPublished && isFull) await replaceFile(fileIn(places, PUBLISHED_CRL), crl.der)
      return isPublished
    },
  }
}

const markSchema = z.object({
  /** Identity of the ledger. */
  ledger: z.string(),
  /** The end of its audit chain. */
  sequence: z.number(),
  hash: z.string(),
  at: z.string(),
  /** Up to here every certificate of the log was in the ledger. */
  logEnd: z.number(),
})

type Mark = z.infer<typeof markSchema>

type Traces = {
  readonly mark: Mark | null
  /** As the folder of the CA has it. */
  readonly caLedger: string | null
  /** Octets; null when there is none. */
  readonly logSize: number | null
}

function readTraces(places: Places): Traces {
  const logSize = statSync(logOf(places), { throwIfNoEntry: false })?.size ?? null
  return { mark: readMark(places), caLedger: readCaLedger(places), logSize }
}

/**
 * Null for the loss when the ledger knows all that the traces know; `ledger` is null when there is
 * none. While the chain holds the record of the mark, all that the log had then is there.
 */
async function compare(
  places: Places,
  { mark, caLedger, logSize }: Traces,
  ledger: Ledger | null,
): Promise<{ readonly loss: Loss | null; readonly end: number }> {
  const traced = [mark?.ledger, caLedger].filter((id) => typeof id === 'string')
  const fault = ledger ? await faultOf(ledger, traced, mark) : null
  const isContinued = ledger && fault === null && mark && mark.logEnd <= (logSize ?? 0)
  const from = isContinued ? mark.logEnd : 0
  const { end, ...log } = await readLog(logSize === null ? null : logOf(places), ledger, from)
  const isBehind = log.certificates > 0 || (await isNumberBehind(ledger, log.crlNumbers))
  const isGone = ledger === null && (traced.length > 0 || isBehind)
  const kind = fault ?? (isGone ? 'missing' : isBehind ? 'behind' : null)
  return { loss: kind && { kind, from, before: mark, ...log }, end }
}

async function faultOf(
  ledger: Ledger,
  traced: readonly string[],
  mark: Mark | null,
): Promise<'other' | 'cut' | null> {
  const identity = await ledger.identity()
  if (traced.some((one) => one !== identity)) return 'other'
  return mark && !(await ledger.holdsRecord(mark)) ? 'cut' : null
}

async function readLog(file: string | null, ledger: Ledger | null, from: number) {
  let certificates = 0
  let first: CertificateLine | null = null
  let last: CertificateLine | null = null
  let end = from
  const crlNumbers = new Map<string, number>()
  for await (const part of file === null ? [] : compareLog(ledger, file, from)) {
    end = part.end
    certificates += part.unknown.length
    first ??= part.unknown[0] ?? null
    last = part.unknown.at(-1) ?? last
    for (const line of part.lines) {
      if (line?.what !== 'crl' || line.number === null) continue
      crlNumbers.set(line.issuer, Math.max(line.number, crlNumbers.get(line.issuer) ?? 0))
    }
  }
  return { certificates, first, last, crlNumbers, end }
}

/** A number is committed before a CRL is signed with it, so the ledger never lags behind the log. */
async function isNumberBehind(
  ledger: Ledger | null,
  signed: ReadonlyMap<string, number>,
): Promise<boolean> {
  for (const [issuerId, number] of signed) {
    if (number > ((await ledger?.lastCrlNumber(issuerId)) ?? 0)) return true
  }
  return false
}

/** The head is read after the log: whatever that had is before it in the chain. */
async function remember(places: Places, ledger: Ledger, logEnd: number, now: Date): Promise<void> {
  const [identity, { sequence, hash }] = [await ledger.identity(), await ledger.auditHead()]
  const mark: Mark = { ledger: identity, sequence, hash, at: now.toISOString(), logEnd }
  const before = readMark(places)
  if (before?.hash !== hash || before.logEnd !== logEnd) {
    await replaceFile(fileIn(places, MARK), `${JSON.stringify(mark)}\n`)
  }
  await writeCaLedger(places, identity)
}

/** Null when there is none that can be read: then the whole log is compared. */
function readMark(places: Places): Mark | null {
  try {
    return markSchema.parse(JSON.parse(readFileSync(fileIn(places, MARK), 'utf8')))
  } catch {
    return null
  }
}

function readCaLedger(places: Places): string | null {
  const file = caLedgerOf(places)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null
}

/** The folder may be mounted read-only. Then it has no identity, and must not keep one that is wrong. */
async function writeCaLedger(places: Places, identity: string): Promise<void> {
  const before = readCaLedger(places)
  if (before === identity) return
  try {
    await replaceFile(caLedgerOf(places), `${identity}\n`)
  } catch (cause) {
    if (before === null) return
    throw new LatchkeyError(
      'store_unavailable',
      `The file ${caLedgerOf(places)} names the ledger that was lost and cannot be written. ` +
        'Remove it, and start again.',
      { cause },
    )
  }
}

function logOf(places: Places): string {
  return fileIn(places, SIGNATURE_LOG)
}

function fileIn({ dataDir }: Places, name: string): string {
  return path.join(dataDir, name)
}

function caLedgerOf({ dataDir }: Places): string {
  return path.join(caFolderOf(dataDir), CA_LEDGER)
}

function refusal(places: Places, loss: Loss): LatchkeyError {
  return new LatchkeyError('store_unavailable', sentenceOf(places.database, logOf(places), loss))
}

function nothingToAccept(): LatchkeyError {
  return new LatchkeyError(
    'store_unavailable',
    `The ledger is the one that it was, and nothing is lost. Start without ${ACCEPT_FLAG}.`,
  )
}
