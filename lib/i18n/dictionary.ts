import { certificate } from './certificate.ts'
import { common } from './common.ts'
import { devices } from './devices.ts'
import { home } from './home.ts'
import type { Language } from './language.ts'
import { manage } from './manage.ts'
import { problems } from './problems.ts'
import { relyingParty } from './relying-party.ts'
import { signin } from './signin.ts'
import { wrong } from './wrong.ts'

/** All texts in one language, except those of `/enroll`, which only that page loads. */
export function dictionary(language: Language) {
  return {
    common: common[language],
    signin: signin[language],
    home: home[language],
    devices: devices[language],
    certificate: certificate[language],
    relyingParty: relyingParty[language],
    problems: problems[language],
    manage: manage[language],
    wrong: wrong[language],
  }
}

export type Dictionary = ReturnType<typeof dictionary>
