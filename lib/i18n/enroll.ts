import { choose } from './enroll-choose.ts'
import { make } from './enroll-make.ts'
import { trouble } from './enroll-trouble.ts'
import { use } from './enroll-use.ts'
import type { Language } from './language.ts'

/** The texts of the enrol flow, in one language: choose, make, use. */
export function enrollWords(language: Language) {
  return {
    choose: choose[language],
    make: make[language],
    trouble: trouble[language],
    use: use[language],
  }
}

export type EnrollWords = ReturnType<typeof enrollWords>
