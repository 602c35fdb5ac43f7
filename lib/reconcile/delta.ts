import { entryInWords, equalEntries } from './entry.ts'
import { timeInWords } from './expected.ts'
import type { Finding } from './finding.ts'
import { aboutLists, type CrlRules, type List, type Lists } from './published.ts'

/**
 * Compares the delta with the full CRL. RFC 5280 section 5.2.4: the full CRL is equal to the base with the
 * delta applied, when both have the same number. While they are being published they may differ for a moment.
 */
export function reconcileDelta(lists: Lists, rules: CrlRules, now: Date): readonly Finding[] {
  const { full, delta, base } = lists
  if (full === null) return []
  const isLate = now.getTime() - full.crl.thisUpdate.getTime() > rules.lateAfterMs
  if (delta === null) {
    const isNamed = full.crl.freshestUrl !== null && lists.findings.length === 0
    return isNamed && isLate ? [aboutLists(`${full.name} names a delta`, 'there is none')] : []
  }
  if (delta.crl.number !== full.crl.number) {
    const isNext = delta.crl.number < full.crl.number
    if (isNext && !isLate) return []
    const of = `it is of ${timeInWords(delta.crl.thisUpdate)}`
    return [
      aboutLists(delta.name, `${of}, and ${full.name} of ${timeInWords(full.crl.thisUpdate)}`),
    ]
  }
  if (base === null) return []
  // A delta may be applied to any full CRL whose number is not below its base.
  if (base.crl.number < (delta.crl.baseNumber ?? 0n)) {
    return [aboutLists(delta.name, `it builds on number ${delta.crl.baseNumber}, not ${base.name}`)]
  }
  return differences(full, delta, base)
}

function differences(full: List, delta: List, base: List): readonly Finding[] {
  const said = bySerial(base)
  for (const entry of delta.crl.entries) {
    if (entry.reason === 'removeFromCRL') said.delete(entry.serial)
    else said.set(entry.serial, entry)
  }
  const right = bySerial(full)
  const serials = new Set([...right.keys(), ...said.keys()])
  return [...serials].flatMap((serial) => {
    const [here, there] = [right.get(serial) ?? null, said.get(serial) ?? null]
    if (equalEntries(here, there)) return []
    const ledger = `${full.name}: ${entryInWords(here)}`
    const other = `${delta.name}, applied to its base: ${entryInWords(there)}`
    return [{ check: 'crl', serial, ledger, other } as const]
  })
}

function bySerial({ crl }: List) {
  return new Map(crl.entries.map((entry) => [entry.serial, entry]))
}
