import { setImmediate } from 'node:timers/promises'
import { type DirectoryObject, textOfKey } from '#lib/model.ts'
import { endingWriter } from './directory-endings.ts'
import { markBound } from './directory-mark.ts'
import { type ObjectReader, objectWriter, storeRead } from './directory-objects.ts'
import type { Operation, Writing } from './group-commit.ts'
import { countUse } from './quota.ts'
import type { Statements } from './statements.ts'
import type { Observation, Sweep, WorseLimit } from './status-ledger.ts'
import type { Database } from './tables.ts'

/**
 * How the snapshot is written: the objects, the marks of the certificates that are bound to them,
 * and the end of those that the directory ended.
 */
export type DirectoryWriter = ReturnType<typeof directoryWriter>

const CHUNK = 500
/** Under which what became worse by look-ups is counted. */
const WORSE = 'directory:worse'

export function directoryWriter(
  compiler: Database,
  statements: Statements,
  readObjects: ObjectReader,
) {
  const storeOne = objectWriter(compiler)
  const endCertificates = endingWriter(compiler, readObjects)

  /** What issuance or a live look-up saw; false, and nothing is stored, when the limit is reached. */
  const see = async (
    writing: Writing,
    seen: Observation,
    limit: WorseLimit | null,
  ): Promise<boolean> => {
    const { db, append, statusChanged } = writing
    const { objects, events, worse } = seen.merge(await readObjects(db, seen.keys))
    for (let count = 0; limit !== null && count < worse; count++) {
      const use = { principal: WORSE, windowStart: limit.window.getTime(), max: limit.max }
      if (!(await countUse(statements, db, use))) return false
    }
    for (const object of objects) await storeOne(db, object)
    if (events.length === 0) return true
    await append(...events)
    await markBound(db, objects)
    await endCertificates(writing, objects.filter(isOver), seen.ending)
    statusChanged()
    return true
  }

  /** What a sweep read. The event loop has its turn in between: there may be thousands. */
  const store = async (writing: Writing, { keys, merge, ending }: Sweep): Promise<void> => {
    const stored: DirectoryObject[] = []
    for (let start = 0; start < keys.length; start += CHUNK) {
      stored.push(...(await readObjects(writing.db, keys.slice(start, start + CHUNK))))
      await setImmediate()
    }
    const { objects, events } = merge(stored)
    for (let start = 0; start < events.length; start += CHUNK) {
      await writing.append(...events.slice(start, start + CHUNK))
      await setImmediate()
    }
    const before = new Map(stored.map((object) => [textOfKey(object), object]))
    const isNews = (object: DirectoryObject) => {
      const known = before.get(textOfKey(object))
      return known === undefined || conditionOf(known) !== conditionOf(object)
    }
    for (let start = 0; start < objects.length; start += CHUNK) {
      const some = objects.slice(start, start + CHUNK)
      await storeRead(writing.db, some)
      await markBound(writing.db, some.filter(isNews))
      await setImmediate()
    }
    // When all are stored: a certificate may be bound to two of them.
    const over = objects.filter((object) => {
      const known = before.get(textOfKey(object))
      return isOver(object) || known?.deletedAt || known?.retiredAt
    })
    await endCertificates(writing, over, ending)
    // Not for what was only heard of again, as after each hour of issuance: see certificates.ts.
    if (events.length > 0) writing.statusChanged()
  }

  return {
    see,
    store,
    observe:
      (seen: Observation, limit: WorseLimit): Operation<readonly DirectoryObject[] | null> =>
      async (writing) =>
        (await see(writing, seen, limit)) ? readObjects(writing.db, seen.keys) : null,
  }
}

function isOver({ present, retired }: DirectoryObject): boolean {
  return !present || retired
}

/** All that the marks of certificates depend on, and once did. */
function conditionOf(object: DirectoryObject): string {
  const { present, deletedAt, disabledSince, nonCompliantSince } = object
  const { retired, retiredAt, riskySince } = object
  const times = [deletedAt, disabledSince, nonCompliantSince, retiredAt, riskySince]
  return [present, retired, ...times.map((at) => at?.getTime())].join()
}
