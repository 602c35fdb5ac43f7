import type { Draft, Form } from './findings.ts'

/** What a file with this ending is taken for. */
const ENDINGS: Readonly<Record<string, { forms: readonly Form[]; text?: boolean }>> = {
  p12: { forms: ['pkcs12'] },
  pfx: { forms: ['pkcs12'] },
  pem: {
    forms: ['certificate', 'certificates', 'key', 'keyAndCertificate', 'request'],
    text: true,
  },
  crt: { forms: ['certificate', 'certificates'] },
  cer: { forms: ['certificate', 'certificates'] },
  der: { forms: ['certificate', 'request', 'key'], text: false },
  p7b: { forms: ['certificates', 'certificate'] },
  csr: { forms: ['request'] },
  req: { forms: ['request'] },
  key: { forms: ['key'] },
  mobileconfig: { forms: ['mobileconfig'] },
  'eap-config': { forms: ['eap-config'] },
}

const BETTER: Readonly<Record<Exclude<Form, 'unknown'>, readonly [text: string, binary: string]>> =
  {
    pkcs12: ['.p12', '.p12'],
    certificate: ['.pem', '.cer'],
    certificates: ['.pem', '.p7b'],
    keyAndCertificate: ['.pem', '.pem'],
    key: ['.pem', '.key'],
    request: ['.csr', '.csr'],
    mobileconfig: ['.mobileconfig', '.mobileconfig'],
    'eap-config': ['.eap-config', '.eap-config'],
  }

/** Says when a file's name promises another kind: most systems go by the ending. */
export function checkName(draft: Draft, name: string, isText: boolean): void {
  const { form } = draft
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  const known = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined
  if (form === 'unknown' || !known) return
  const fits = known.forms.includes(form) && (known.text === undefined || known.text === isText)
  if (fits) return
  draft.add('misnamed', { ending: `.${ending}`, better: BETTER[form][isText ? 0 : 1] })
}
