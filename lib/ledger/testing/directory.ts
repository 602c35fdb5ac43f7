import type { AuditEvent } from '#lib/audit.ts'
import type {
  BoundCertificate,
  DirectoryState,
  DirectoryStateChange,
  SyncPlan,
} from '#lib/ledger/directory-ledger.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { type DirectoryKey, type DirectoryObject, textOfKey, unseen } from '#lib/model.ts'
import { ADA, after, NOW, sampleEvent } from './samples.ts'

/** Directory objects and plans as the directory sync makes them. */

export const ada = { kind: 'user', id: ADA.oid } as const
export const d1 = { kind: 'entra_device', id: 'd1' } as const
export const i1 = { kind: 'intune_device', id: 'i1' } as const

/** An object that stops no certificate. */
export function object(key: DirectoryKey, changes: Partial<DirectoryObject> = {}): DirectoryObject {
  return { ...unseen(key), seenAt: NOW, ...changes }
}

type Effect = 'mark' | 'unmark' | 'revoke' | 'none'

/** Makes a plan with these objects, which does the same to every certificate that depends on them. */
export async function planWith(
  ledger: Ledger,
  objects: readonly DirectoryObject[],
  effect: Effect = 'none',
): Promise<SyncPlan> {
  const stored = await ledger.directoryObjects(objects)
  const versions = new Map(stored.map((one) => [textOfKey(one), one.version]))
  const bound = await ledger.boundCertificates(objects)
  const certificates = bound.flatMap((one) => changeBy(one, effect))
  const changed = objects.map(({ id }): AuditEvent => {
    return sampleEvent('directory.changed', null, { id })
  })
  return {
    objects: objects.map((one) => {
      const from = versions.get(textOfKey(one)) ?? 0
      return { from, to: { ...one, version: from + 1 } }
    }),
    certificates,
    complete: objects.map(({ kind, id }) => ({ kind, id })),
    evaluated: bound.map(({ issuerId, serial, version }) => ({ issuerId, serial, version })),
    beside: [],
    events: [
      ...changed,
      ...certificates.flatMap(({ serial, revocation }) =>
        revocation === null ? [] : [sampleEvent('certificate.revoked', serial)],
      ),
    ],
    changed: objects.length,
    worse: 0,
  }
}

function changeBy(
  { issuerId, serial, version, isMarked }: BoundCertificate,
  effect: Effect,
): SyncPlan['certificates'] {
  if (effect === 'none' || (effect === 'mark' && isMarked)) return []
  const change = { issuerId, serial, version, isMarked: effect !== 'unmark' }
  if (effect !== 'revoke') return [{ ...change, revocation: null }]
  const reason = 'cessationOfOperation'
  const revocation = { at: after(5), reason, by: 'directory', cause: 'device_deleted' } as const
  return [{ ...change, revocation }]
}

/** Makes a plan of what is stored now and applies it. */
export async function apply(
  ledger: Ledger,
  objects: readonly DirectoryObject[],
  effect: Effect = 'none',
): Promise<boolean> {
  return ledger.applyPlan(await planWith(ledger, objects, effect), null)
}

/** The state after one stream was read to its end. */
export function stateAfter(
  { version, streams }: DirectoryState,
  cursor: string,
): DirectoryStateChange {
  const users = { cursor, readAt: after(1), fullAt: after(2) }
  return {
    from: version,
    to: { streams: { ...streams, users }, riskReadAt: after(3), policyHash: 'p' },
  }
}
