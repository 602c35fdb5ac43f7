import type { Authority } from '#lib/issuance/authority.ts'
import {
  type DirectoryState,
  type DirectoryStateChange,
  NO_PLAN,
} from '#lib/ledger/directory-ledger.ts'
import type { Observation } from '#lib/model.ts'
import { applySeen } from './apply.ts'

/**
 * Stores what one sync saw, unless another sync has stored anything since this one began. An older state
 * would otherwise replace a newer one, and the change feed reports each change only once.
 */
export type Storing = {
  readonly apply: (
    observations: readonly Observation[],
    names: ReadonlyMap<string, string>,
  ) => Promise<void>
  /** Stores the cursors and times up to which the directory was read. False when another sync came first. */
  readonly end: (to: DirectoryStateChange['to']) => Promise<boolean>
  readonly counts: () => { readonly changed: number }
}

export function openStoring(authority: Authority, state: DirectoryState): Storing {
  const { ledger } = authority
  const { streams, riskReadAt, policyHash } = state
  const same = { streams, riskReadAt, policyHash }
  let version = state.version
  let isOver = false
  let changed = 0
  return {
    apply: async (observations, names) => {
      if (isOver) return
      const seen = { observations, due: [], names, isSync: true }
      // Each step increments the version of the state, so that of two concurrent syncs only one continues.
      const step = { from: version, to: same }
      const applied = await applySeen(authority, seen, 'directory-sync', step)
      if (applied === null) {
        isOver = true
        return
      }
      version += 1
      changed += applied.changed
    },
    end: async (to) => !isOver && (await ledger.applyPlan(NO_PLAN, { from: version, to })),
    counts: () => ({ changed }),
  }
}
