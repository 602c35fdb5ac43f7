import { readTrail } from './audit-chain.ts'
import { begin, complete, voidCertificate } from './certificates.ts'
import { objectReader } from './directory-objects.ts'
import { directoryWriter } from './directory-store.ts'
import { guarded } from './faults.ts'
import { certificatesOf, derOf, keyIsBlocked, keyOwner } from './find.ts'
import { openWriter } from './group-commit.ts'
import type { Ledger } from './ledger.ts'
import { takeQuota } from './quota.ts'
import { blockKey, expireOldest, release, revoke } from './revocation.ts'
import { recordOfRow } from './rows.ts'
import { selfTest } from './self-test.ts'
import { issuanceStatements } from './statements.ts'
import { certificatesBySerial } from './status-pages.ts'
import { statusLedgerOn } from './status-sql.ts'
import type { Store } from './tables.ts'
import {
  auditHeadOf,
  enterLost,
  holdsRecord,
  identityOf,
  lastCrlNumber,
  unrecorded,
} from './traces.ts'

/** The ledger on an open, migrated database: one set of queries for both engines. */
export function ledgerOn(store: Store): Ledger {
  const { read } = store
  const statements = issuanceStatements(store)
  const readObjects = objectReader(read)
  const directory = directoryWriter(store.write, statements, readObjects)
  const writer = openWriter(store)
  const { submit } = writer

  return {
    ...statusLedgerOn(store, writer, readObjects, directory),
    begin: async (intent, event) => submit(begin(statements, intent, event)),
    complete: async (done, event, seen) =>
      submit(complete(statements, directory, done, event, seen)),
    void: async (serial, at, event) => submit(voidCertificate(statements, serial, at, event)),
    expirePending: async (before, now) => {
      const serials: string[] = []
      for (;;) {
        const expired = await submit(expireOldest(before, now))
        if (expired.length === 0) return serials
        serials.push(...expired)
      }
    },

    certificate: (serial) =>
      guarded(async () => {
        const { rows } = await statements.bySerial(read, { serial })
        return rows[0] ? recordOfRow(rows[0]) : null
      }),
    certificatesBySerial: (serials) => guarded(() => certificatesBySerial(read, serials)),
    certificatesOf: (owner, after) => guarded(() => certificatesOf(read, owner, after)),
    der: (serial) => guarded(() => derOf(read, serial)),

    revoke: async (wanted, event) => submit(revoke(statements, wanted, event)),
    release: async (serial, _at, event) => submit(release(statements, serial, event)),
    blockKey: async (block, event) => submit(blockKey(block, event)),
    keyIsBlocked: (keyThumbprint) => guarded(() => keyIsBlocked(read, keyThumbprint)),
    keyOwner: (keyThumbprint) => guarded(() => keyOwner(read, keyThumbprint)),

    takeQuota: (principal, windowStart, max) =>
      submit(takeQuota(statements, principal, windowStart, max)),

    audit: (event) => submit(({ append }) => append(event)),
    auditTrail: (afterSequence, limit) => guarded(() => readTrail(read, afterSequence, limit)),

    identity: () => guarded(() => identityOf(read)),
    auditHead: () => guarded(() => auditHeadOf(read)),
    holdsRecord: (head) => guarded(() => holdsRecord(read, head)),
    lastCrlNumber: (issuerId) => guarded(() => lastCrlNumber(read, issuerId)),
    unrecorded: (signed) => guarded(() => unrecorded(read, signed)),
    enterLost: (lost, now) => submit(enterLost(lost, now)),

    selfTest: () => guarded(() => selfTest(store, writer)),
    close: async () => {
      await writer.close()
      await guarded(() => store.close())
    },
  }
}
