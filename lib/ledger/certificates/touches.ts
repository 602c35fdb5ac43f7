import type { SyncPlan } from '#lib/ledger/directory-ledger.ts'
import type { Completion, Intent } from '#lib/ledger/ledger.ts'
import { certificateQuotaOf } from '#lib/ledger/quota.ts'
import type { Touches } from '#lib/ledger/writing.ts'
import { type DirectoryKey, textOfKey } from '#lib/model.ts'

/**
 * What the two writes of an issuance read and change, so that those of different holders may run side by side.
 * Blocked keys, reports of lost devices and revocations, which both read, are changed only by operations that
 * run beside no other.
 */

/** Of `begin`: its key, by which a repeated request is found too, its serial, its quota and its confirmation. */
export function touchedByIntent({ serial, keyThumbprint, owner, confirmation }: Intent): Touches {
  return [
    `serial/${serial}`,
    `key/${keyThumbprint}`,
    `quota/${certificateQuotaOf(owner)}`,
    ...(confirmation ? [`confirmation/${confirmation.id}`] : []),
  ]
}

/**
 * Of `complete`: its row, and all objects that its plan compares or writes or that the certificate will depend
 * on. Nothing for a plan that changes other certificates.
 */
export function touchedByCompletion(
  { serial, holder }: Completion,
  { objects, beside, complete, certificates, evaluated }: SyncPlan,
): Touches | undefined {
  if (certificates.length > 0) return undefined
  const keys = [...objects.map(({ to }) => to), ...beside, ...complete, ...keysOfHolder(holder)]
  return [
    `serial/${serial}`,
    ...evaluated.map((one) => `serial/${one.serial}`),
    ...keys.map((key) => `object/${textOfKey(key)}`),
  ]
}

/** Whatever the policy reads of them. */
function keysOfHolder(holder: Completion['holder']): readonly DirectoryKey[] {
  switch (holder.kind) {
    case 'application':
      return []
    case 'user':
      return [{ kind: 'user', id: holder.oid }]
    case 'device': {
      const { deviceId, intuneId, ownerOid } = holder
      return [
        { kind: 'user', id: ownerOid },
        ...(deviceId === null ? [] : [{ kind: 'entra_device', id: deviceId } as const]),
        ...(intuneId === null ? [] : [{ kind: 'intune_device', id: intuneId } as const]),
      ]
    }
  }
}
