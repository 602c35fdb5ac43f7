import type { AuditEvent } from '#lib/audit.ts'
import type { Owner } from '#lib/ledger/records.ts'
import { storable } from '#lib/ledger/storable.ts'
import type { Operation } from '#lib/ledger/writing.ts'
import { appendAbout, requireEvent } from './change.ts'
import type { Statements } from './statements.ts'

/** Changes what a certificate's owner calls it. No status depends on it, so no cached one is dropped. */
export function setLabel(
  statements: Statements,
  serial: string,
  owner: Owner,
  label: string | null,
  event: AuditEvent,
): Operation<boolean> {
  requireEvent(event, ['certificate.labelled'], serial)
  return async (writing) => {
    const [row] = await statements.bySerial(writing, { serial })
    if (row?.state !== 'issued') return false
    if (row.owner_tid !== owner.tid || row.owner_oid !== owner.oid) return false
    const changes = { label: label === null ? null : storable(label) }
    await writing.db
      .updateTable('certificate')
      .set((eb) => ({ ...changes, version: eb('version', '+', 1) }))
      .where('id', '=', row.id)
      .execute()
    await appendAbout(writing, { ...row, ...changes }, event)
    return true
  }
}
