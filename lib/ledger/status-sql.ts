import { nextCrlNumber, publishCrl, publishedCrl, publishedCrlNumber, takeLease } from './crls.ts'
import { boundObjects, type ObjectReader, unsettledObjects } from './directory-objects.ts'
import { applySweep, setBrake, snapshotReader } from './directory-state.ts'
import type { DirectoryWriter } from './directory-store.ts'
import { guarded } from './faults.ts'
import type { Writer } from './group-commit.ts'
import { hot } from './hot.ts'
import { search } from './search.ts'
import type { StatusLedger } from './status-ledger.ts'
import { revocationCandidates, stopped, unexpired } from './status-pages.ts'
import type { Store } from './tables.ts'

/** The part of the ledger that status is made of. */
export function statusLedgerOn(
  store: Store,
  { submit }: Writer,
  readObjects: ObjectReader,
  directory: DirectoryWriter,
): StatusLedger {
  const { read } = store
  const snapshot = snapshotReader(read)
  return {
    snapshot: () => guarded(snapshot),
    directoryObjects: (keys) => guarded(() => readObjects(read, keys)),
    boundObjects: (since, after, limit) => guarded(() => boundObjects(read, since, after, limit)),
    unsettledObjects: () => guarded(() => unsettledObjects(read)),
    observe: (seen, limit) => submit(directory.observe(seen, limit)),
    applySweep: (sweep) => submit(applySweep(directory, sweep)),
    setBrake: async (brake, event) => submit(setBrake(brake, event)),

    statusVersion: versionReader(store),
    unexpired: (page) => guarded(() => unexpired(read, page)),
    revocationCandidates: (page) => guarded(() => revocationCandidates(read, page)),

    stopped: (page) => guarded(() => stopped(read, page)),

    publishedCrl: (key) => guarded(() => publishedCrl(read, key)),
    publishedCrlNumber: (key) => guarded(() => publishedCrlNumber(read, key)),
    nextCrlNumber: (issuerId, atLeast) => submit(nextCrlNumber(issuerId, atLeast)),
    publishCrl: async (crl, event) => submit(publishCrl(crl, event)),

    takeLease: (name, holder, now, until) => submit(takeLease(name, holder, now, until)),
    search: (query) => guarded(() => search(read, query)),
  }
}

function versionReader({ read, statusVersion }: Store): StatusLedger['statusVersion'] {
  if (statusVersion !== null) return () => guarded(async () => statusVersion())
  const select = hot(() => read.selectFrom('status_version').select('version'))
  return () =>
    guarded(async () => {
      const { rows } = await select(read, {})
      const row = rows[0]
      if (!row) throw new Error('The version of all statuses is missing.')
      return row.version
    })
}
