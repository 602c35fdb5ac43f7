import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { ACCEPT_FLAG } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { replaceFile } from '#lib/folder.ts'
import { sqliteFile } from '#lib/ledger/address.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { hasLedger, openLedger } from '#lib/ledger/open.ts'
import { isEmptySqlite } from '#lib/ledger/sqlite.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { caFolderOf } from '#lib/signer/issuer-files.ts'
import { SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { acceptLoss } from './accept-loss.ts'
import { type Loss, sentenceOf } from './loss.ts'
import { type CertificateLine, compareLog } from './signatures.ts'

/**
 * Detects a ledger that was lost, swapped or restored from a backup. Such a ledger, accepted as it is, would
 * publish an empty CRL with a higher number, and revoked certificates would become good. Three traces outside
 * of the ledger show it: the signer's log, a mark in the data folder (the identity of the ledger, the end of
 * its audit chain, and how far the log was compared), and the identity beside the CA's certificate.
 */

export const MARK = 'ledger.mark'
/** In the CA's folder, so that a backup of the key contains it. */
export const CA_LEDGER = 'ledger.id'
/** The last published full CRL: what a lost ledger had revoked. */
export const PUBLISHED_CRL = 'published.crl'

export type Places = {
  readonly dataDir: string
  /** Address of the ledger, as configured. */
  readonly database: string
  readonly issuer: Issuer
  /** How many connections to PostgreSQL this process may open. */
  readonly connections?: number
}

type Folder = Pick<Places, 'dataDir'>

export type GuardedLedger = {
  /** The ledger. Each CRL that is published through it is also stored beside the log. */
  readonly ledger: Ledger
  /** Compares what happened since the last call. Gives null, or one sentence on what the ledger lost. */
  readonly check: () => Promise<string | null>
}

/**
 * Opens the ledger if it is the same as before. Otherwise throws LatchkeyError('store_unavailable') with a
 * sentence for the operator and changes nothing; with `accept` it goes on without what was lost, see
 * acceptLoss.
 */
export async function openGuardedLedger(
  places: Places,
  { accept, now }: { readonly accept: boolean; readonly now: () => Date },
): Promise<GuardedLedger> {
  // Read before the ledger is opened: another replica may be creating both at this moment.
  const traces = readTraces(places)
  if (!accept && !(await hasLedger(places.database))) {
    const { loss } = await compare(places, traces, null)
    if (loss) throw refusal(places, loss)
  }
  const { connections } = places
  const ledger = await openLedger(places.database, connections ? { connections } : {})
  try {
    await ledger.selfTest()
    await settle(places, traces, ledger, { accept, now })
    return { ledger: keepingCrl(places, ledger), check: checker(places, ledger, now) }
  } catch (error) {
    await ledger.close()
    throw error
  }
}

/** Gives what the traces in a data folder, or in a copy of one, know and this ledger does not. Only reads. */
export async function lossIn(folder: Folder, ledger: Ledger): Promise<Loss | null> {
  return (await compare(folder, readTraces(folder), ledger)).loss
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
  const opened = fileNow(places)
  const checkOnce = async () => {
    const file = fileNow(places)
    // A database file that was deleted or replaced while open keeps working and disappears with the process.
    const known = file === opened ? ledger : null
    const { loss, end } = await compare(places, readTraces(places), known)
    if (loss) {
      const isOther = loss.kind === 'missing' && file !== 'none'
      // What another file has of the log is said by the next start.
      const said: Loss = isOther ? { ...loss, kind: 'other', first: null } : loss
      return sentenceOf(places.database, logOf(places), said)
    }
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

/** Which file the ledger's name leads to now: 'none' where it is gone, null for a ledger without one. */
function fileNow({ database }: Places): string | null {
  const file = sqliteFile(database)
  if (file === null) return null
  if (isEmptySqlite(file)) return 'none'
  const { dev, ino } = statSync(file)
  return `${dev}:${ino}`
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
  /** Sequence of the last record of the audit chain. */
  sequence: z.number(),
  hash: z.string(),
  at: z.string(),
  /** Every certificate in the log up to here was in the ledger. */
  logEnd: z.number(),
})

type Mark = z.infer<typeof markSchema>

type Traces = {
  readonly mark: Mark | null
  /** The identity in the CA's folder. */
  readonly caLedger: string | null
  /** Octets; null when there is no log. */
  readonly logSize: number | null
}

function readTraces(places: Folder): Traces {
  const logSize = statSync(logOf(places), { throwIfNoEntry: false })?.size ?? null
  return { mark: readMark(places), caLedger: readCaLedger(places), logSize }
}

/**
 * Gives null as loss when the ledger knows everything that the traces know; `ledger` is null when there is
 * none. While the audit chain contains the record of the mark, everything up to `logEnd` is in the ledger.
 */
async function compare(
  places: Folder,
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

/** A CRL number is committed before a CRL with it is signed, so the ledger is never behind the log. */
async function isNumberBehind(
  ledger: Ledger | null,
  signed: ReadonlyMap<string, number>,
): Promise<boolean> {
  for (const [issuerId, number] of signed) {
    if (number > ((await ledger?.lastCrlNumber(issuerId)) ?? 0)) return true
  }
  return false
}

/** The head is read after the log, so everything in the log is before it in the chain. */
async function remember(places: Places, ledger: Ledger, logEnd: number, now: Date): Promise<void> {
  const [identity, { sequence, hash }] = [await ledger.identity(), await ledger.auditHead()]
  const mark: Mark = { ledger: identity, sequence, hash, at: now.toISOString(), logEnd }
  const before = readMark(places)
  if (before?.hash !== hash || before.logEnd !== logEnd) {
    await replaceFile(fileIn(places, MARK), `${JSON.stringify(mark)}\n`)
  }
  await writeCaLedger(places, identity)
}

/** Null when there is no readable mark; the whole log is compared then. */
function readMark(places: Folder): Mark | null {
  try {
    return markSchema.parse(JSON.parse(readFileSync(fileIn(places, MARK), 'utf8')))
  } catch {
    return null
  }
}

function readCaLedger(places: Folder): string | null {
  const file = caLedgerOf(places)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null
}

/** The folder may be mounted read-only. It then has no identity, and must not keep a wrong one. */
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

function logOf(places: Folder): string {
  return fileIn(places, SIGNATURE_LOG)
}

function fileIn({ dataDir }: Folder, name: string): string {
  return path.join(dataDir, name)
}

function caLedgerOf({ dataDir }: Folder): string {
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
