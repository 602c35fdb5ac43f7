import { sql } from 'kysely'
import { readTrail } from './audit/chain.ts'
import { begin } from './certificates/begin.ts'
import { blockKey } from './certificates/block-key.ts'
import { complete } from './certificates/complete.ts'
import { takeConfirmation } from './certificates/confirmation.ts'
import { derOf, keyIsBlocked, keyOwner, ownersReader } from './certificates/find.ts'
import { certificatesOfHolder } from './certificates/holder.ts'
import { setLabel } from './certificates/label.ts'
import { holdPerson, reportLost, revokeLost, withdrawReport } from './certificates/lost-device.ts'
import { lostReportReader } from './certificates/reports.ts'
import { release, revoke } from './certificates/revoke.ts'
import { recordOfRow } from './certificates/rows.ts'
import { search } from './certificates/search.ts'
import { issuanceStatements } from './certificates/statements.ts'
import {
  certificatesBySerial,
  revocationCandidates,
  revokedOrHeld,
  unexpired,
} from './certificates/status-pages.ts'
import { touchedByCompletion, touchedByIntent } from './certificates/touches.ts'
import { expireOldest, voidCertificate } from './certificates/void.ts'
import {
  nextCrlNumber,
  publishCrl,
  publishedCrl,
  publishedCrlNumber,
  takeLease,
} from './crls/crls.ts'
import { guarded } from './database-errors.ts'
import { absentSeenBeforeQuery, devicesWithObjectIds } from './directory/absent.ts'
import { planWriter } from './directory/apply-plan.ts'
import {
  type BoundRows,
  boundCertificates,
  boundObjects,
  boundRows,
  namesReader,
} from './directory/bound.ts'
import type { ObjectRows } from './directory/object-row.ts'
import {
  directoryObjects,
  dueQuery,
  objectRows,
  ownersReadBeforeQuery,
  recheckQuery,
  seenBeforeQuery,
} from './directory/objects.ts'
import type { PlanWriter } from './directory/plan.ts'
import { setCircuitBreaker, stateReader } from './directory/state.ts'
import type { DirectoryLedger } from './directory-ledger.ts'
import { openWriter, type Writer } from './group-commit.ts'
import type { Ledger } from './ledger.ts'
import { prepared } from './prepared.ts'
import { takeQuota } from './quota.ts'
import type { ReminderLedger } from './reminder-ledger.ts'
import { calendarAt, calendarOf, closeCalendar, openCalendar } from './reminders/calendars.ts'
import {
  endingCertificates,
  forgetReminders,
  mailOf,
  recordReminder,
  remindersOf,
  retryReminder,
  stopReminders,
} from './reminders/reminders.ts'
import type { Store } from './schema/tables.ts'
import { selfTest } from './self-test.ts'
import type { StatusLedger } from './status-ledger.ts'
import {
  auditHeadOf,
  enterLost,
  holdsRecord,
  identityOf,
  lastCrlNumber,
  unrecorded,
} from './traces.ts'

/** The ledger on an open and migrated database: one set of queries for both engines. */
export function ledgerOn(store: Store, writer = openWriter(store)): Ledger {
  const { compiler, read, reader } = store
  const statements = issuanceStatements(compiler, store.engine)
  const readOwners = ownersReader(compiler)
  const readLostReport = lostReportReader(compiler)
  const directory = directoryReading(store)
  const { plans } = directory
  const { submit } = writer

  return {
    ...statusLedgerOn(store, writer),
    ...directoryLedgerOn(store, writer, directory),
    ...reminderLedgerOn(store, writer),
    begin: async (intent, event) =>
      submit(begin(statements, intent, event), touchedByIntent(intent)),
    complete: async (done, event, plan) => {
      const completion = complete(statements, plans, done, event, plan)
      return submit(completion, touchedByCompletion(done, plan))
    },
    void: async (serial, at, event) =>
      submit(voidCertificate(statements, ['pending', 'issued'], serial, at, event)),
    voidPending: async (serial, at, event) =>
      submit(voidCertificate(statements, ['pending'], serial, at, event)),
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
        const [row] = await statements.bySerial(reader, { serial })
        return row ? recordOfRow(row) : null
      }),
    certificatesBySerial: (serials) => guarded(() => certificatesBySerial(read, serials)),
    certificatesOf: (owner, after) => guarded(() => readOwners(reader, owner, after)),
    certificatesOfHolder: (holder) => guarded(() => certificatesOfHolder(read, holder)),
    der: (serial) => guarded(() => derOf(read, serial)),

    revoke: async (wanted, options, event) => submit(revoke(statements, wanted, options, event)),
    release: async (serial, causes, event) => submit(release(statements, serial, causes, event)),
    reportLost: async (report, event) => submit(reportLost(report, event)),
    withdrawReport: async (device, event) => submit(withdrawReport(device, event)),
    lostReport: (device) => guarded(() => readLostReport(reader, device)),
    revokeLost: async (before, now) => submit(revokeLost(before, now)),
    setLabel: async (serial, owner, label, event) =>
      submit(setLabel(statements, serial, owner, label, event)),
    holdPerson: async (hold, event) => submit(holdPerson(hold, event)),
    blockKey: async (block, event) => submit(blockKey(block, event)),
    keyIsBlocked: (keyThumbprint) => guarded(() => keyIsBlocked(read, keyThumbprint)),
    keyOwner: (keyThumbprint) => guarded(() => keyOwner(read, keyThumbprint)),

    takeQuota: (principal, windowStart, max) =>
      submit(takeQuota(statements, principal, windowStart, max), [`quota/${principal}`]),

    takeConfirmation: (confirmation, now) =>
      submit(takeConfirmation(statements, confirmation, now)),

    audit: (event) => submit(async ({ append }) => append(event), []),
    auditTrail: (afterSequence, limit) => guarded(() => readTrail(read, afterSequence, limit)),

    identity: () => guarded(() => identityOf(read)),
    auditHead: () => guarded(() => auditHeadOf(read)),
    holdsRecord: (head) => guarded(() => holdsRecord(read, head)),
    lastCrlNumber: (issuerId) => guarded(() => lastCrlNumber(read, issuerId)),
    unrecorded: (signed) => guarded(() => unrecorded(read, signed)),
    enterLost: (lost, now) => submit(enterLost(lost, now)),

    selfTest: () => selfTest(store, writer),
    close: async () => {
      await writer.close()
      await guarded(() => store.close())
    },
  }
}

/** What the transaction of an issuance needs as well. */
type DirectoryReading = {
  readonly readObjects: ObjectRows
  readonly readBound: BoundRows
  readonly plans: PlanWriter
}

function directoryReading({ compiler, engine }: Store): DirectoryReading {
  const readObjects = objectRows(compiler)
  const readBound = boundRows(compiler)
  return { readObjects, readBound, plans: planWriter(compiler, engine, readObjects, readBound) }
}

function directoryLedgerOn(
  { compiler, read, reader }: Store,
  { submit }: Writer,
  { readObjects, readBound, plans }: DirectoryReading,
): DirectoryLedger {
  const readState = stateReader(compiler)
  const readNames = namesReader(compiler)
  return {
    directoryState: () => guarded(() => readState(reader)),
    directoryObjects: (keys) => guarded(() => directoryObjects(readObjects, reader, keys)),
    boundObjects: (since, after, limit) => guarded(() => boundObjects(read, since, after, limit)),
    boundCertificates: (keys) => guarded(() => boundCertificates(readBound, reader, keys)),
    certificatesOfNames: (names) => guarded(() => readNames(reader, names)),
    dueObjects: (now, limit) => guarded(() => dueQuery(read, now, limit).execute()),
    devicesWithObjectIds: (ids) => guarded(() => devicesWithObjectIds(read, ids)),
    absentSeenBefore: (before, limit) =>
      guarded(() => absentSeenBeforeQuery(read, before, limit).execute()),
    objectsToRecheck: (limit) => guarded(() => recheckQuery(read, limit).execute()),
    ownersReadBefore: (before, limit) =>
      guarded(() => ownersReadBeforeQuery(read, before, limit).execute()),
    objectsSeenBefore: (kind, before, afterId, limit) =>
      guarded(() => seenBeforeQuery(read, { kind, before, afterId, limit }).execute()),
    applyPlan: async (plan, state) => submit(plans.apply(plan, state)),
    setCircuitBreaker: async (change, event) => submit(setCircuitBreaker(change, event)),
  }
}

/** The part of the ledger for CRLs and OCSP responses. */
function statusLedgerOn(store: Store, { submit }: Writer): StatusLedger {
  const { read } = store
  return {
    statusVersion: versionReader(store),
    serverTime: () => guarded(() => serverTime(store)),
    unexpired: (page) => guarded(() => unexpired(read, page)),
    revocationCandidates: (page) => guarded(() => revocationCandidates(read, page)),
    revokedOrHeld: (page) => guarded(() => revokedOrHeld(read, page)),

    publishedCrl: (key) => guarded(() => publishedCrl(read, key)),
    publishedCrlNumber: (key) => guarded(() => publishedCrlNumber(read, key)),
    nextCrlNumber: (issuerId, atLeast) => submit(nextCrlNumber(issuerId, atLeast)),
    publishCrl: async (crl, event) => submit(publishCrl(crl, event)),

    takeLease: (name, holder, now, until) => submit(takeLease(name, holder, now, until)),
    search: (query) => guarded(() => search(read, query)),
  }
}

/** The part of the ledger for reminders. */
function reminderLedgerOn({ read }: Store, { submit }: Writer): ReminderLedger {
  return {
    endingCertificates: (page) => guarded(() => endingCertificates(read, page)),
    remindersOf: (serials) => guarded(() => remindersOf(read, serials)),
    recordReminder: async (mail, event) => submit(recordReminder(mail, event)),
    retryReminder: (token, retryAt) => submit(retryReminder(token, retryAt)),
    forgetReminders: (page) => submit(forgetReminders(page)),
    mailOf: (token) => guarded(() => mailOf(read, token)),
    stopReminders: async (token, stoppedAt, event) =>
      submit(stopReminders(token, stoppedAt, event)),

    openCalendar: async (calendar, event) => submit(openCalendar(calendar, event)),
    closeCalendar: async (owner, event) => submit(closeCalendar(owner, event)),
    calendarOf: (owner) => guarded(() => calendarOf(read, owner)),
    calendarAt: (secret) => guarded(() => calendarAt(read, secret)),
  }
}

async function serverTime({ engine, read }: Store): Promise<Date | null> {
  if (engine === 'sqlite') return null
  const ms = sql<string>`extract(epoch from clock_timestamp()) * 1000`
  const { at } = await read.selectNoFrom(ms.as('at')).executeTakeFirstOrThrow()
  return new Date(Number(at))
}

/** Read before every OCSP response, so without a promise on SQLite. */
function versionReader({ compiler, reader }: Store): StatusLedger['statusVersion'] {
  const select = prepared(() => compiler.selectFrom('status_version').select('version'))
  return () =>
    guarded(async () => {
      const [row] = await select(reader, {})
      if (!row) throw new Error('The version of all statuses is missing.')
      return row.version
    })
}
