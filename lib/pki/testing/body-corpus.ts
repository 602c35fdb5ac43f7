import type { CsrCase } from './case.ts'
import { pemOf } from './make-csr.ts'

/** Enrolment bodies that hold an honest CSR in a form that is not accepted: the way in is wrong, not the CSR. */
export type BodyCase = {
  readonly id: string
  readonly title: string
  readonly build: (der: Uint8Array) => Uint8Array
  readonly expect: CsrCase['expect']
}

const MALFORMED = { status: 400, code: 'malformed_request' } as const

const bytes = (text: string) => new TextEncoder().encode(text)
const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64')
const pem = (der: Uint8Array) => pemOf('CERTIFICATE REQUEST', der)

const textCase = (id: string, title: string, write: (der: Uint8Array) => string): BodyCase => ({
  id,
  title,
  build: (der) => bytes(write(der)),
  expect: MALFORMED,
})

/** Base64 whose last group is not full, so that padding and leftover bits can be wrong. */
const padded = (der: Uint8Array): string => {
  const text = base64(der)
  // One octet more makes another group of three; of any three lengths, one ends in "==".
  return text.endsWith('==') ? text : padded(Buffer.concat([der, Uint8Array.of(0)]))
}

const UTF16 = (text: string, mark: readonly number[]) =>
  Buffer.concat([Uint8Array.from(mark), Buffer.from(text, 'utf16le')])

export const BODY_CORPUS: readonly BodyCase[] = [
  { id: 'ENC-01', title: 'no octets', build: () => new Uint8Array(), expect: MALFORMED },
  textCase('ENC-01', 'white space only', () => ' \r\n\t '),
  {
    id: 'ENC-01',
    title: '16,385 octets',
    build: () => new Uint8Array(16_385).fill(0x30),
    expect: { status: 413, code: 'payload_too_large' },
  },
  textCase('ENC-05', 'PEM with 200 header lines that go on and on', (der) =>
    pem(der).replace('\n', `\n${'A: \n '.repeat(200)}\n`),
  ),
  textCase('ENC-06', 'PEM that begins 1,489 times', () => '-----BEGIN '.repeat(1_489)),
  textCase('ENC-06', 'dashes only', () => '-'.repeat(16_000)),
  textCase('ENC-05', 'PEM with a Proc-Type header', (der) =>
    pem(der).replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n'),
  ),
  ...['CERTIFICATE', 'PRIVATE KEY', 'X509 CRL', 'certificate request', 'CERTIFICATE  REQUEST'].map(
    (label) => textCase('ENC-07', `PEM labelled "${label}"`, (der) => pemOf(label, der)),
  ),
  textCase('ENC-07', 'PEM in lower case', (der) =>
    pem(der).replace('BEGIN CERTIFICATE REQUEST', 'begin certificate request'),
  ),
  textCase('ENC-07', 'PEM without its end', (der) => pem(der).split('-----END')[0] ?? ''),
  textCase('ENC-07', 'PEM without its beginning', (der) => pem(der).split('-----\n')[1] ?? ''),
  textCase('ENC-07', 'PEM that begins as one label and ends as another', (der) =>
    pem(der).replace('BEGIN CERT', 'BEGIN NEW CERT'),
  ),
  textCase('ENC-07', 'two PEM blocks', (der) => pem(der) + pem(der)),
  textCase('ENC-07', 'text before the PEM block', (der) => `Here it is:\n${pem(der)}`),
  textCase('ENC-07', 'text after the PEM block', (der) => `${pem(der)}Thank you.`),
  textCase('ENC-07', 'NUL inside the base64', (der) => base64(der).replace('M', 'M\u0000')),
  textCase('ENC-07', 'a byte order mark', (der) => `\ufeff${pem(der)}`),
  {
    id: 'ENC-07',
    title: 'UTF-16 with a mark',
    build: (der) => UTF16(pem(der), [0xff, 0xfe]),
    expect: MALFORMED,
  },
  { id: 'ENC-07', title: 'UTF-16', build: (der) => UTF16(pem(der), []), expect: MALFORMED },
  textCase('ENC-07', 'an empty PEM block', () => pemOf('CERTIFICATE REQUEST', new Uint8Array())),
  textCase('ENC-08', 'base64 without its padding', (der) => padded(der).slice(0, -2)),
  textCase('ENC-08', 'base64 with half of its padding', (der) => padded(der).slice(0, -1)),
  textCase('ENC-08', 'base64 with too much padding', (der) => `${padded(der)}====`),
  textCase('ENC-08', 'base64 with padding in the middle', (der) => padded(der) + padded(der)),
  textCase('ENC-08', 'base64 with bits left over', (der) => {
    const text = padded(der)
    return `${text.slice(0, -3)}${text.at(-3) === 'B' ? 'C' : 'B'}==`
  }),
  textCase('ENC-08', 'base64url', (der) => `${base64(der).slice(0, -4)}-_-_`),
  textCase('ENC-08', 'hex', (der) => Buffer.from(der).toString('hex')),
  textCase('ENC-08', 'base64 with a vertical tab', (der) => base64(der).replace('M', 'M\v')),
  textCase('ENC-08', 'base64 of something else', () => base64(bytes('hello, world'))),
  textCase('ENC-08', 'a form', (der) => `csr=${encodeURIComponent(base64(der))}`),
  textCase('ENC-08', 'JSON', (der) => JSON.stringify({ csr: base64(der) })),
]
