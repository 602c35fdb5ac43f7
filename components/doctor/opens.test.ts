import { expect, test } from 'vitest'
import { ALL_PLACES } from '#components/enroll/places.ts'
import { type Opening, openingsOf } from './opens.ts'

const places = (
  form: 'pkcs12' | 'mobileconfig' | 'eap-config',
  grade: 'modern' | 'older' | 'oldest',
) => openingsOf({ form, grade }) ?? new Map()

const those = (openings: ReadonlyMap<string, Opening>, wanted: Opening) =>
  [...openings].filter(([, opening]) => opening === wanted).map(([place]) => place)

test('the newer format: not on old systems, and on newer ones of Apple', () => {
  const openings = places('pkcs12', 'modern')
  expect(those(openings, 'no')).toEqual(['windowsOld', 'androidOld'])
  expect(those(openings, 'newer')).toEqual(['macos', 'ios'])
  expect(openings.size).toBe(ALL_PLACES.length - 1)
})

test('the older format: everywhere; a very old one: not where OpenSSL reads it', () => {
  expect(those(places('pkcs12', 'older'), 'yes')).toHaveLength(ALL_PLACES.length - 1)
  expect(those(places('pkcs12', 'oldest'), 'no')).toEqual(['linux', 'wpa'])
})

test('a profile: where such profiles are taken', () => {
  expect([...places('mobileconfig', 'older')]).toEqual([
    ['macos', 'yes'],
    ['ios', 'yes'],
  ])
  expect([...places('eap-config', 'modern')]).toEqual([
    ['android', 'yes'],
    ['androidOld', 'no'],
  ])
})

test('separate files and what was not opened: nothing is said', () => {
  expect(openingsOf({ form: 'certificate', grade: null })).toBeNull()
  expect(openingsOf({ form: 'mobileconfig', grade: null })).toBeNull()
})
