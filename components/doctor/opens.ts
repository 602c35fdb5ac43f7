import { ALL_PLACES, PLACES, type Place } from '#components/enroll/places.ts'
import type { Diagnosis } from '#lib/doctor/findings.ts'

/** Whether a place opens a file: yes, in its newer versions only, or not at all. */
export type Opening = 'yes' | 'newer' | 'no'

/** Apple's newer systems open the newer format too; which one it is cannot be told from here. */
const HAS_NEWER_VERSIONS: readonly Place[] = ['macos', 'ios']

/** They read PKCS#12 by OpenSSL, whose version 3 leaves RC2 and RC4 to a part that few have. */
const BY_OPENSSL: readonly Place[] = ['linux', 'wpa']

const PROFILE_PLACES: Readonly<Record<string, readonly Place[]>> = {
  mobileconfig: ['macos', 'ios'],
  'eap-config': ['android', 'androidOld'],
}

/** Says where a file for import opens, by the same table as the files that are made here; null for other files. */
export function openingsOf(
  diagnosis: Pick<Diagnosis, 'form' | 'grade'>,
): ReadonlyMap<Place, Opening> | null {
  const { form, grade } = diagnosis
  const places = form === 'pkcs12' ? ALL_PLACES : PROFILE_PLACES[form]
  if (!places || grade === null) return null
  return new Map(
    places
      .filter((place) => place !== 'unsure')
      .map((place) => [place, openingAt(place, grade)] as const),
  )
}

function openingAt(place: Place, grade: NonNullable<Diagnosis['grade']>): Opening {
  if (grade === 'oldest') return BY_OPENSSL.includes(place) ? 'no' : 'yes'
  if (grade === 'older' || PLACES[place].pkcs12 === 'modern') return 'yes'
  return HAS_NEWER_VERSIONS.includes(place) ? 'newer' : 'no'
}
