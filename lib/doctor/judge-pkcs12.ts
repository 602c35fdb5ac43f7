import type { Draft, Grade } from './findings.ts'
import { judge } from './judge.ts'
import { type Pkcs12Reading, readAnyPkcs12, UnknownLock } from './pkcs12.ts'

/** Judges a PKCS#12 file, also one inside of a profile. */
export async function judgePkcs12(
  draft: Draft,
  file: Uint8Array,
  password: string | null,
  now: Date,
): Promise<void> {
  const reading = await readAnyPkcs12(file, password).catch((error: unknown) => {
    if (error instanceof UnknownLock) draft.add('unknownLock', { lock: error.message })
    else draft.add('damaged')
    return null
  })
  if (!reading) return
  draft.grade = gradeOf(reading)
  checkLocks(draft, reading)
  switch (reading.state) {
    case 'signed':
      draft.add('signedLock')
      return
    case 'tooMuchWork':
      draft.add('tooMuchWork')
      return
    case 'unknownLock':
      draft.add('unknownLock', { lock: reading.name })
      return
    case 'locked':
      draft.needsPassword = true
      draft.add(password ? 'wrongPassword' : 'passwordNeeded')
      return
    case 'open': {
      if (reading.password === 'none' && (reading.mac ?? reading.locks[0])) {
        draft.add('emptyPassword')
      }
      if (reading.password === 'spaces') draft.add('passwordSpaces')
      if (reading.password === 'case') draft.add('passwordCase')
      if (reading.hasOpenKey) draft.add('keyOpen')
      const { keys, certificates } = reading
      await judge(draft, { keys, certificates, lockedKeys: 0, isForImport: true }, now)
    }
  }
}

/** A file is as old as its oldest part, and as new as its newest for those that know only older ones. */
function gradeOf({ locks, mac }: Pkcs12Reading): Grade {
  if (locks.some(({ grade }) => grade === 'oldest')) return 'oldest'
  const hasNewMac = mac !== null && mac !== 'SHA-1'
  return hasNewMac || locks.some(({ grade }) => grade === 'modern') ? 'modern' : 'older'
}

function checkLocks(draft: Draft, { locks, mac, state }: Pkcs12Reading): void {
  if (mac === null && state !== 'signed') draft.add('noMac')
  const oldest = locks.find(({ grade, open }) => grade === 'oldest' && open)
  if (oldest) draft.add('oldestLock', { lock: oldest.name })
  if (draft.grade === 'modern') draft.add('modernLock')
}
