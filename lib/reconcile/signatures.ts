import { LatchkeyError } from '#lib/errors.ts'
import { signedRows } from '#lib/ledger/certificates/signed.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { Store } from '#lib/ledger/schema/tables.ts'
import { type LogPart, readSignatureLog, type SignatureLine } from '#lib/signer/signature-log.ts'
import type { Finding, Part } from './finding.ts'
import type { Trail } from './trail.ts'

export type SignatureLogs = {
  readonly files: readonly string[]
  /** Whether these are the logs of all replicas, so that what is in none of them was never signed. */
  readonly complete: boolean
}

/**
 * Checks that every signature of the CA key has a row in the ledger or an audit record, and that every
 * certificate and CRL has its signature in a log. Pending and void rows without a signature are no findings.
 * Throws when a log cannot be read.
 *
 * The order makes it safe beside a running authority: everything is recorded before it is signed, so the log
 * is read first, and once more for what was issued meanwhile.
 */
export async function reconcileSignatures(
  store: Store,
  ledger: Ledger,
  issuerId: string,
  readTheTrail: () => Promise<Trail>,
  { files, complete }: SignatureLogs,
): Promise<Part & { readonly trail: Trail }> {
  const log = await readLogs(ledger, files)
  const strangers = new Map(log.strangers.map((line) => [line.tbs, line]))
  const missing = new Map<string, string>()
  const otherSerials: Finding[] = []
  for await (const rows of signedRows(store, issuerId)) {
    for (const { serial, state, tbsHash } of rows) {
      if (state === 'issued' && !log.hashes.has(tbsHash)) missing.set(tbsHash, serial)
      const line = strangers.get(tbsHash)
      if (line) otherSerials.push(ofAnother(serial, state, line))
      strangers.delete(tbsHash)
    }
  }
  const trail = await readTheTrail()
  for (const [tbsHash, number] of trail.crls) {
    if (!log.hashes.has(tbsHash)) missing.set(tbsHash, `CRL ${number}`)
  }

  const late = missing.size > 0 ? (await readLogs(ledger, files)).hashes : log.hashes
  const unsigned = [...missing].filter(([tbsHash]) => !late.has(tbsHash))
  const unpublished = log.crls.filter((tbsHash) => !trail.crls.has(tbsHash)).length
  return {
    trail,
    count: log.hashes.size,
    findings: [
      ...otherSerials,
      ...[...strangers.values()].map(withoutRow),
      ...(complete ? unsigned.map(([, what]) => withoutSignature(what)) : []),
    ],
    notes: [
      ...(log.broken > 0 ? [`Lines of the log that are cut off or changed: ${log.broken}.`] : []),
      // Left behind by a process that died, or when another replica published first.
      ...(unpublished > 0 ? [`${unpublished} CRLs were signed and never published.`] : []),
      ...(!complete && unsigned.length > 0
        ? [
            `${unsigned.length} signatures are in no log given; give those of all replicas by --log.`,
          ]
        : []),
    ],
  }
}

async function readLogs(ledger: Ledger, files: readonly string[]) {
  const hashes = new Set<string>()
  const crls: string[] = []
  const strangers: SignatureLine[] = []
  let broken = 0
  for (const file of files) {
    for await (const { lines, unknown } of compareLog(ledger, file)) {
      for (const line of lines) {
        if (line?.what === 'crl' && !hashes.has(line.tbs)) crls.push(line.tbs)
        if (line) hashes.add(line.tbs)
        else broken++
      }
      strangers.push(...unknown, ...lines.filter((line) => line?.what === 'other'))
    }
  }
  return { hashes, crls, strangers, broken }
}

export type ComparedPart = LogPart & {
  /** Certificates in the log that the ledger does not know. */
  readonly unknown: readonly CertificateLine[]
}

export type CertificateLine = Extract<SignatureLine, { what: 'certificate' }>

/**
 * Reads a signature log from `start` on, and gives for each part the certificates that are not in the ledger;
 * all of them when there is no ledger. Throws LatchkeyError('store_unavailable') when the log cannot be read.
 */
export async function* compareLog(
  ledger: Ledger | null,
  file: string,
  start = 0,
): AsyncGenerator<ComparedPart> {
  const parts = readSignatureLog(file, start)
  for (;;) {
    const part = await parts.next().catch((cause: unknown) => {
      throw unreadable(file, cause)
    })
    if (part.done) return
    const certificates = part.value.lines.filter((line) => line?.what === 'certificate')
    const unknown = ledger ? await ledger.unrecorded(certificates) : certificates
    yield { ...part.value, unknown }
  }
}

function unreadable(file: string, cause: unknown): LatchkeyError {
  const message = `The log of signatures ${file} cannot be read.`
  return new LatchkeyError('store_unavailable', message, { cause })
}

function ofAnother(serial: string, state: string, line: SignatureLine): Finding {
  return {
    check: 'signature',
    serial,
    ledger: state,
    other: `its line is one of ${serialOf(line)}`,
  }
}

function withoutRow(line: SignatureLine): Finding {
  const { at, what, tbs } = line
  const thing = what === 'certificate' ? 'a certificate' : 'something that is no certificate'
  return {
    check: 'signature',
    serial: serialOf(line),
    ledger: 'no row and no record',
    other: `${thing} was signed at ${at} (SHA-256 of what was signed: ${tbs})`,
  }
}

function serialOf(line: SignatureLine): string | null {
  return line.what === 'certificate' ? line.serial : null
}

function withoutSignature(what: string): Finding {
  const isCrl = what.startsWith('CRL ')
  return {
    check: 'signature',
    serial: isCrl ? null : what,
    ledger: isCrl ? `${what} was published` : 'issued',
    other: 'there is no line for it',
  }
}
