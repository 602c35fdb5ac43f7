import type { DirectoryObject } from '#lib/model.ts'

/** A directory object as it was stored and as it is now. */
export type Change = { readonly before: DirectoryObject; readonly after: DirectoryObject }

/** Whether anything changed that a certificate's status may depend on. */
export function isChange(change: Change): boolean {
  return describeChange(change).length > 0
}

/**
 * Whether something changed that can put a certificate on hold or revoke it. The circuit breaker counts such
 * changes.
 */
export function isWorse({ before, after }: Change): boolean {
  return (
    TRAITS.some(({ is }) => is(after) && !is(before)) ||
    (after.retirement === 'issued' && before.retirement !== 'issued') ||
    (after.deletion === 'final' && before.deletion !== 'final') ||
    lostOwners({ before, after }) > 0
  )
}

/** Gives the differences in the words of the audit trail. */
export function describeChange(change: Change): readonly string[] {
  const { before, after } = change
  const traits = TRAITS.flatMap(({ is, begins, ends }) => {
    if (is(before) === is(after)) return []
    return is(after) ? [begins] : [ends]
  })
  return [
    ...traits,
    ...(before.deletion === after.deletion || after.deletion === null
      ? []
      : [after.deletion === 'final' ? 'deleted for good' : 'in the recycle bin']),
    ...(before.retirement === after.retirement || after.retirement === null
      ? []
      : [after.retirement === 'issued' ? 'told to retire or wipe' : 'about to be retired']),
    // Owners that are read for the first time are not reported as a change.
    ...(before.owners === null || ownersText(before) === ownersText(after) ? [] : ['other owners']),
    ...(before.upn === null || before.upn === after.upn ? [] : ['renamed']),
  ]
}

function lostOwners({ before, after }: Change): number {
  const current = currentOwners(after)
  return currentOwners(before).filter((oid) => !current.includes(oid)).length
}

function currentOwners({ owners }: DirectoryObject): readonly string[] {
  return (owners ?? []).filter(({ goneSince }) => goneSince === null).map(({ oid }) => oid)
}

function ownersText(object: DirectoryObject): string {
  return currentOwners(object).toSorted().join()
}

const TRAITS: readonly {
  readonly is: (object: DirectoryObject) => boolean
  readonly begins: string
  readonly ends: string
}[] = [
  { is: ({ absentSince }) => absentSince !== null, begins: 'gone', ends: 'back' },
  { is: ({ disabledSince }) => disabledSince !== null, begins: 'disabled', ends: 'enabled' },
  {
    is: ({ nonCompliantSince }) => nonCompliantSince !== null,
    begins: 'non-compliant',
    ends: 'compliant',
  },
  {
    is: ({ retirement }) => retirement !== null,
    begins: 'leaving management',
    ends: 'no longer leaving management',
  },
  { is: ({ riskySince }) => riskySince !== null, begins: 'at risk', ends: 'no longer at risk' },
]
