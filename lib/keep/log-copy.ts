import { open, truncate } from 'node:fs/promises'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { compareLog } from '#lib/reconcile/signatures.ts'
import type { SignatureLine } from '#lib/signer/signature-log.ts'
import { copyFile, syncPath } from './files.ts'

const LINE_END = 0x0a

/**
 * Copies the log of signatures up to the moment at which the ledger was saved; `before` is an offset that it had
 * reached earlier. A line is written after its intent, or its CRL number, is committed, and before the certificate
 * is: so what the ledger has as issued comes before the first line that it does not know, and there the copy ends.
 */
export async function copyLog(
  log: string,
  to: string,
  saved: Ledger,
  before: number,
): Promise<void> {
  await copyFile(log, to)
  const later = await firstUnknown(saved, to, before)
  await truncate(to, await lineStart(to, before, later))
  syncPath(to)
}

async function firstUnknown(
  saved: Ledger,
  file: string,
  start: number,
): Promise<SignatureLine | null> {
  for await (const { lines, unknown } of compareLog(saved, file, start)) {
    const unrecorded = new Set<SignatureLine>(unknown)
    for (const line of lines) {
      if (line && (unrecorded.has(line) || (await isLaterCrl(saved, line)))) return line
    }
  }
  return null
}

async function isLaterCrl(saved: Ledger, line: SignatureLine): Promise<boolean> {
  if (line.what !== 'crl' || line.number === null) return false
  return line.number > (await saved.lastCrlNumber(line.issuer))
}

/** Where a line begins that stands behind `start`; without one, behind the last line that is whole. */
async function lineStart(file: string, start: number, line: SignatureLine | null): Promise<number> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    // What was signed while the ledger was saved.
    const tail = Buffer.alloc(size - start)
    await handle.read(tail, 0, tail.length, start)
    const end = line ? tail.indexOf(line.tbs) : tail.length
    const lastWhole = tail.lastIndexOf(LINE_END, end)
    return lastWhole < 0 ? start : start + lastWhole + 1
  } finally {
    await handle.close()
  }
}
