import { enrollDe } from './enroll-de.ts'
import { enrollEn } from './enroll-en.ts'

/** The enrol flow: choose, make, use. */
export const enroll = { en: enrollEn, de: enrollDe }

export type EnrollWords = typeof enrollEn
