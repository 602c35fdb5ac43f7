import { expect, test } from 'vitest'
import { ALL_PLACES, PLACES } from '#components/enroll/places.ts'
import { enrollWords } from '#lib/i18n/dictionary.ts'
import { LANGUAGES, type Language } from '#lib/i18n/languages.ts'
import { picturesOf } from './step-pictures.ts'

const languages = Object.keys(LANGUAGES) as Language[]

test.each(languages)('each line has its drawing, %s', (language) => {
  const { places, networkForms } = enrollWords(language).use
  for (const place of ALL_PLACES) {
    const lines = (texts: object) => ('clicking' in texts ? (texts.clicking as string[]).length : 0)
    const alone = picturesOf(place, null)
    if (alone) expect(alone.steps, place).toHaveLength(lines(places[place]))
    const form = PLACES[place].network
    const withNetwork = form && picturesOf(place, form)
    if (form && withNetwork) expect(withNetwork.steps, form).toHaveLength(lines(networkForms[form]))
  }
})

test('a place that nobody knows, and one without clicking, have none', () => {
  expect(picturesOf('unsure', null)).toBeNull()
  expect(picturesOf('wpa', null)).toBeNull()
  expect(picturesOf('linux', 'network-manager')).toBeNull()
})
