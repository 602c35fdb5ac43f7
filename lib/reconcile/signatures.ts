import { LatchkeyError } from '#lib/errors.ts'
import { signedRows } from '#lib/ledger/signed.ts'
import type { Store } from '#lib/ledger/tables.ts'
import { readSignatureLog, type SignatureLine } from '#lib/signer/signature-log.ts'
import type { Finding, Part } from './finding.ts'
import type { Trail } from './trail.ts'

export type SignatureLogs = {
  readonly files: readonly string[]
  /** Whether these are the logs of all replicas, so that what they lack was never signed. */
  readonly complete: boolean
}

/**
 * Every signature of the CA key stands for a row of the ledger or a record of the audit chain, and
 * every certificate, responder and CRL has its signature in a log. A row that was never signed is
 * no fault: it is pending or void. Throws when a log cannot be read.
 *
 * Its order makes it safe beside a working authority: what is signed was recorded before, so the
 * log is read first, and read again for what only then was issued.
 */
export async function reconcileSignatures(
  store: Store,
  issuerId: string,
  readTheTrail: () => Promise<Trail>,
  { files, complete }: SignatureLogs,
): Promise<Part & { readonly trail: Trail }> {
  const { lines, broken } = await readLogs(files)
  const unmatched = new Map(lines)
  const missing = new Map<string, string>()
  const see = (tbsHash: string, what: string, mustBeSigned: boolean) => {
    if (!unmatched.delete(tbsHash) && mustBeSigned && !lines.has(tbsHash))
      missing.set(tbsHash, what)
  }
  const otherSerials: Finding[] = []
  for await (const rows of signedRows(store, issuerId)) {
    for (const { serial, state, tbsHash } of rows) {
      see(tbsHash, serial, state === 'issued')
      const line = lines.get(tbsHash)
      if (line && line.serial !== serial) otherSerials.push(ofAnother(serial, state, line))
    }
  }
  const trail = await readTheTrail()
  for (const [tbsHash, serial] of trail.responders) see(tbsHash, serial, false)
  for (const [tbsHash, number] of trail.crls) see(tbsHash, `CRL ${number}`, true)

  const late = missing.size > 0 ? (await readLogs(files)).lines : lines
  const unsigned = [...missing].filter(([tbsHash]) => !late.has(tbsHash))
  const strangers = [...unmatched.values()]
  const unpublished = strangers.filter(({ what }) => what === 'crl').length
  return {
    trail,
    count: lines.size,
    findings: [
      ...otherSerials,
      ...strangers.filter(({ what }) => what !== 'crl').map(withoutRow),
      ...(complete ? unsigned.map(([, what]) => withoutSignature(what)) : []),
    ],
    notes: [
      ...(broken > 0 ? [`Lines of the log that are cut off or changed: ${broken}.`] : []),
      // A process that died, or another replica that was faster, leaves one behind.
      ...(unpublished > 0 ? [`${unpublished} CRLs were signed and never published.`] : []),
      ...(!complete && unsigned.length > 0
        ? [
            `${unsigned.length} signatures are in no log given; give those of all replicas by --log.`,
          ]
        : []),
    ],
  }
}

async function readLogs(files: readonly string[]) {
  const lines = new Map<string, SignatureLine>()
  let broken = 0
  for (const file of files) {
    try {
      for await (const line of readSignatureLog(file)) {
        if (line) lines.set(line.tbs, line)
        else broken++
      }
    } catch (cause) {
      throw new LatchkeyError(
        'store_unavailable',
        `The log of signatures ${file} cannot be read.`,
        {
          cause,
        },
      )
    }
  }
  return { lines, broken }
}

function ofAnother(serial: string, state: string, { serial: other }: SignatureLine): Finding {
  return { check: 'signature', serial, ledger: state, other: `its line is one of ${other}` }
}

function withoutRow({ at, what, serial, tbs }: SignatureLine): Finding {
  const thing = what === 'certificate' ? 'a certificate' : 'something that is no certificate'
  return {
    check: 'signature',
    serial,
    ledger: 'no row and no record',
    other: `${thing} was signed at ${at} (SHA-256 of what was signed: ${tbs})`,
  }
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
