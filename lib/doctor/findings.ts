/** What kind of file it is, whatever its name says. */
export type Form =
  | 'pkcs12'
  | 'certificate'
  | 'request'
  | 'key'
  | 'keyAndCertificate'
  | 'certificates'
  | 'mobileconfig'
  | 'eap-config'
  | 'unknown'

/** How old an encryption is: the newer one, triple DES, or what new systems do not open any more. */
export type Grade = 'modern' | 'older' | 'oldest'

/** bad: it cannot work · hold: it may fail · info: worth knowing · ok: is as it should be. */
export type Tone = 'bad' | 'hold' | 'info' | 'ok'

/** Every finding with its weight. Its words have the same name. */
export const FINDINGS = {
  empty: 'bad',
  tooLarge: 'bad',
  tooLong: 'bad',
  html: 'bad',
  otherKind: 'bad',
  unknown: 'bad',
  truncated: 'bad',
  damaged: 'bad',
  pemUnended: 'bad',
  pemBroken: 'bad',
  wrongPassword: 'bad',
  unknownLock: 'bad',
  signedLock: 'bad',
  tooMuchWork: 'bad',
  noKey: 'bad',
  noCertificate: 'bad',
  keyMismatch: 'bad',
  expired: 'bad',
  notYet: 'bad',
  chainBroken: 'bad',
  readersDiffer: 'bad',
  requestBroken: 'bad',
  notProfile: 'bad',
  noIdentity: 'bad',
  profileChanged: 'bad',
  profileEnded: 'bad',
  danglingReference: 'bad',
  twiceUuid: 'bad',
  trailing: 'hold',
  utf16: 'hold',
  misnamed: 'hold',
  noMac: 'hold',
  emptyPassword: 'hold',
  passwordSpaces: 'hold',
  passwordCase: 'hold',
  oldestLock: 'hold',
  keyOpen: 'hold',
  keyOnly: 'hold',
  manyKeys: 'hold',
  noPairing: 'hold',
  weakSignature: 'hold',
  notForClients: 'hold',
  oneReader: 'hold',
  serverUnpinned: 'hold',
  modernLock: 'info',
  passwordNeeded: 'info',
  request: 'info',
  certificateOnly: 'info',
  keyUnknown: 'info',
  keyLocked: 'info',
  issuerElsewhere: 'info',
  byteOrderMark: 'info',
  textAround: 'info',
  profileUnsigned: 'info',
  fine: 'ok',
  keyMatches: 'ok',
  chainWhole: 'ok',
  profileSigned: 'ok',
} as const satisfies Record<string, Tone>

export type FindingCode = keyof typeof FINDINGS

export type Finding = {
  readonly code: FindingCode
  /** What the words have gaps for. Dates are in `date`. */
  readonly values: Readonly<Record<string, string>>
  readonly date: Date | null
}

export type CertificateFacts = {
  readonly kind: 'certificate'
  readonly name: string
  readonly issuer: string
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly key: string
  readonly isCa: boolean
}

export type Content =
  | CertificateFacts
  | { readonly kind: 'request'; readonly name: string; readonly key: string }
  | { readonly kind: 'key'; readonly key: string; readonly locked: boolean }
  | { readonly kind: 'network'; readonly name: string }

export type Diagnosis = {
  readonly form: Form
  /** The file is read no further until a password is given. */
  readonly needsPassword: boolean
  readonly contents: readonly Content[]
  /** The gravest first. */
  readonly findings: readonly Finding[]
  /** How old the encryption of its PKCS#12 is; null where there is none. */
  readonly grade: Grade | null
}

const TONES: readonly Tone[] = ['bad', 'hold', 'info', 'ok']

/** Collects what is found, and gives it in order. */
export class Draft {
  form: Form = 'unknown'
  needsPassword = false
  grade: Grade | null = null
  readonly contents: Content[] = []
  readonly #findings: Finding[] = []

  /** The same finding with the same values is told once. */
  add(code: FindingCode, values: Finding['values'] = {}, date: Date | null = null): void {
    const key = JSON.stringify([code, values, date])
    const known = this.#findings.some((one) => JSON.stringify(Object.values(one)) === key)
    if (!known) this.#findings.push({ code, values, date })
  }

  has(tone: Tone): boolean {
    return this.#findings.some(({ code }) => FINDINGS[code] === tone)
  }

  finish(): Diagnosis {
    if (this.form === 'unknown' && !this.has('bad')) this.add('unknown')
    if (!this.has('bad') && !this.has('hold') && !this.needsPassword) this.add('fine')
    const weight = ({ code }: Finding) => TONES.indexOf(FINDINGS[code])
    const findings = this.#findings.toSorted((a, b) => weight(a) - weight(b))
    const { form, needsPassword, contents, grade } = this
    return { form, needsPassword, contents, findings, grade }
  }
}
