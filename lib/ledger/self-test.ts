import { CompiledQuery } from 'kysely'
import { asSentence } from './as-sentence.ts'
import { AUDIT_COLUMNS, chainHash, recordOf } from './audit/chain.ts'
import { rowOfIntent, searchColumns } from './certificates/intent-row.ts'
import { isUniqueViolation, unusable } from './database-errors.ts'
import type { Writer } from './group-commit.ts'
import type { Database, Store } from './schema/tables.ts'
import type { Writing } from './writing.ts'

/**
 * Checks at start what the ledger relies on: that nobody has removed the unique index or changed durability
 * settings. Throws a sentence for the operator.
 */
export async function selfTest(store: Store, writer: Writer): Promise<void> {
  try {
    await store.checkDurability()
    await writer.submit(proveUniqueSerials)
    // One snapshot for head and records: within a batch of the writer the head is not yet up to date.
    await store.read.transaction().setIsolationLevel('repeatable read').execute(proveHead)
  } catch (error) {
    throw asSentence(error)
  }
}

const SAVEPOINT = CompiledQuery.raw('savepoint probe')
const UNDO = CompiledQuery.raw('rollback to savepoint probe')
const RELEASE = CompiledQuery.raw('release savepoint probe')

/**
 * As EJBCA does: inserts the same serial twice in a transaction that is rolled back. The second insert must
 * fail.
 */
async function proveUniqueSerials({ db }: Writing): Promise<void> {
  const row = probeRow()
  await db.executeQuery(SAVEPOINT)
  let refused = false
  try {
    await db.insertInto('certificate').values(row).execute()
    await db.insertInto('certificate').values(row).execute()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    refused = true
  }
  await db.executeQuery(UNDO)
  await db.executeQuery(RELEASE)
  if (!refused) {
    throw unusable(
      'The ledger would store a serial number twice: the index certificate_serial is missing. ' +
        'Restore it before you start again.',
    )
  }
}

async function proveHead(db: Database): Promise<void> {
  const head = await db
    .selectFrom('audit_head')
    .select(['sequence', 'hash'])
    .where('id', '=', 1)
    .executeTakeFirstOrThrow()
  const last = await db
    .selectFrom('audit')
    .select(AUDIT_COLUMNS)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last === undefined) {
    if (head.sequence === 0) return
  } else if (last.sequence === head.sequence && last.hash === head.hash) {
    const { event } = recordOf(last)
    if (chainHash(last.previous_hash, last.sequence, event) === last.hash) return
  }
  throw unusable(
    'The audit log does not end where its head says: records were changed or removed. ' +
      'Run `npm run verify-audit`.',
  )
}

function probeRow() {
  const epoch = new Date(0)
  const row = rowOfIntent({
    issuerId: 'self-test',
    serial: 'self-test',
    profile: 'user',
    source: 'api',
    owner: { tid: 'self-test', oid: 'self-test' },
    holder: { kind: 'user', oid: 'self-test' },
    displayName: '',
    subject: '',
    subjectAltName: '',
    requestKey: 'self-test',
    keyThumbprint: 'self-test',
    tbs: new Uint8Array(),
    tbsHash: '',
    notBefore: epoch,
    notAfter: epoch,
    createdAt: epoch,
    directorySnapshot: '',
    replaces: null,
    enrollment: 'self-test',
    signedInAt: epoch,
    upn: null,
    label: null,
    repeatAfter: epoch,
    quota: null,
    confirmation: null,
  })
  return { ...row, ...searchColumns(row) }
}
