import { describe, expect, test } from 'vitest'
import { BODY_CORPUS } from '#lib/pki/testing/body-corpus.ts'
import { makeCsr, pemOf } from '#lib/pki/testing/make-csr.ts'
import { PROBLEMS } from '#lib/problem.ts'
import { decodeRequest } from './request-body.ts'

const { der } = makeCsr({ commonName: 'Alice Adler' })
const base64 = Buffer.from(der).toString('base64')
const folded = (width: number, end: string) =>
  base64.match(new RegExp(`.{1,${width}}`, 'g'))?.join(end) ?? ''
const pem = pemOf('CERTIFICATE REQUEST', der)

describe('takes what clients send', () => {
  const bodies: [string, string | Uint8Array][] = [
    ['DER', der],
    ['PEM', pem],
    ['PEM with the older label', pemOf('NEW CERTIFICATE REQUEST', der)],
    ['PEM with CRLF', pem.replaceAll('\n', '\r\n')],
    ['PEM with CR', pem.replaceAll('\n', '\r')],
    ['PEM without a newline at its end', pem.trimEnd()],
    ['PEM without any line end, as curl --data sends it', pem.replaceAll('\n', '')],
    ['base64 on one line', base64],
    ['base64 with a newline at its end', `${base64}\r\n`],
    ['base64 folded at 64 with LF', folded(64, '\n')],
    ['base64 folded at 76 with CRLF', folded(76, '\r\n')],
    ['base64 with spaces and tabs', folded(10, ' \t')],
  ]
  test.each(bodies)('%s', (_, body) => {
    expect(decodeRequest(typeof body === 'string' ? Buffer.from(body) : body)).toEqual(der)
  })
})

test.each(BODY_CORPUS)('$id: $title is refused', ({ build, expect: answer }) => {
  expect(() => decodeRequest(build(der))).toThrowError(
    expect.objectContaining({ code: answer.code, message: expect.stringMatching(/^[A-Z].*\.$/) }),
  )
  expect(PROBLEMS[answer.code].status).toBe(answer.status)
})

describe('says what is wrong', () => {
  const certificate = pemOf('CERTIFICATE', der)
  const mistakes: [string, string][] = [
    ['', 'The request is empty.'],
    [certificate, 'This is a certificate and not a certification request.'],
    [
      pemOf('PRIVATE KEY', der),
      'This is a private key. Never send it: make a new one, and send its request only.',
    ],
    [`${pem}${pem}`, 'There is something after the PEM block. Send one request at a time.'],
    // As certtool and certutil -R -a write it.
    [
      `PKCS #10 Certificate Request Information:\n\tVersion: 1\n\n${pem}`,
      'There is text before the PEM block. Send from its BEGIN line to its END line.',
    ],
    // As openssl pkcs12 writes it.
    [
      `Bag Attributes\n    localKeyID: 01\n${pemOf('PRIVATE KEY', der)}`,
      'This is a private key. Never send it: make a new one, and send its request only.',
    ],
    [`\ufeff${pem}`, 'The request begins with a byte order mark. Save it as ASCII.'],
    [
      pem.replace('M', '-'),
      'The PEM block does not end with the line that belongs to its beginning.',
    ],
    [base64.slice(0, -3), 'This is not base64: its end or its padding is missing.'],
    [Buffer.from('hello').toString('base64'), 'The base64 does not hold a certification request.'],
  ]
  test.each(mistakes)('%#', (body, message) => {
    expect(() => decodeRequest(Buffer.from(body))).toThrowError(message)
  })
})

test('16 KiB of the worst text take less than 5 ms', () => {
  const texts = [
    '-----BEGIN '.repeat(1_489),
    '-'.repeat(16_384),
    ' '.repeat(16_384),
    'A'.repeat(16_381),
  ]
  for (const text of texts) {
    const times = [1, 2, 3, 4, 5].map(() => {
      const started = performance.now()
      expect(() => decodeRequest(Buffer.from(text))).toThrowError(/\.$/)
      return performance.now() - started
    })
    expect(Math.min(...times)).toBeLessThan(5)
  }
})
