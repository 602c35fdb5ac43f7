import { LatchkeyError } from '#lib/errors.ts'
import { fromBase64, isSpace } from '#lib/pki/asn1/base64.ts'

/** Octets. A CSR with an RSA key of 4096 bits takes less than 2,000 in PEM. */
const BODY_BYTES_MAX = 16_384

/**
 * Gives the DER of a CSR from the body of an enrolment request. Clients send several encodings, whatever
 * Content-Type they name: DER; base64 on one line or folded (RFC 7030 section 4.2.1, RFC 8951 section 3.1);
 * PEM (RFC 7468); PEM whose line ends `curl --data @file` removed. The time is linear in the body. Throws
 * LatchkeyError: 'malformed_request' with the reason in its message, or 'payload_too_large'.
 */
export function decodeRequest(body: Uint8Array): Uint8Array {
  if (body.length > BODY_BYTES_MAX) {
    throw new LatchkeyError('payload_too_large', 'The request is larger than 16 KiB.')
  }
  // DER of a CSR begins with 30, the tag of SEQUENCE, which is "0" in ASCII. Base64 of a CSR begins with "M".
  if (body[0] === SEQUENCE) return body
  const text = trim(body)
  if (text.length === 0) throw malformed('The request is empty.')
  checkIsText(text)
  const isArmoured = startsWith(text, 0, DASHES)
  const begin = isArmoured ? -1 : new TextDecoder('latin1').decode(text).indexOf('-----BEGIN ')
  if (begin > 0) throw malformed(mistakeIn(text.subarray(begin)) ?? TEXT_BEFORE)
  const der = fromBase64(isArmoured ? armoured(text) : text)
  if (der[0] !== SEQUENCE) throw malformed('The base64 does not hold a certification request.')
  return der
}

const SEQUENCE = 0x30
const TEXT_BEFORE = 'There is text before the PEM block. Send from its BEGIN line to its END line.'
const OTHER_LABEL =
  'The PEM block does not begin with "-----BEGIN CERTIFICATE REQUEST-----" exactly.'

/** Gives the base64 inside the one PEM block. RFC 7468 section 7 knows two labels of a CSR, the older with NEW. */
function armoured(text: Uint8Array): Uint8Array {
  const label = LABELS.find((one) => startsWith(text, 0, one.begin))
  if (!label) throw malformed(mistakeIn(text) ?? OTHER_LABEL)
  const start = label.begin.length
  let end = start
  while (end < text.length && text[end] !== DASH) end++
  if (!startsWith(text, end, label.end)) {
    throw malformed('The PEM block does not end with the line that belongs to its beginning.')
  }
  if (end + label.end.length !== text.length) {
    throw malformed('There is something after the PEM block. Send one request at a time.')
  }
  return text.subarray(start, end)
}

const DASH = 0x2d
const DASHES = ascii('-----')

const LABELS = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'].map((label) => ({
  begin: ascii(`-----BEGIN ${label}-----`),
  end: ascii(`-----END ${label}-----`),
}))

/** PEM of other kinds that people send by mistake, with a message for each. */
const MISTAKES = [
  {
    begin: ascii('-----BEGIN CERTIFICATE-----'),
    message: 'This is a certificate and not a certification request.',
  },
  ...['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'].map((label) => ({
    begin: ascii(`-----BEGIN ${label}-----`),
    message: 'This is a private key. Never send it: make a new one, and send its request only.',
  })),
]

function mistakeIn(pem: Uint8Array): string | undefined {
  return MISTAKES.find(({ begin }) => startsWith(pem, 0, begin))?.message
}

/** Refuses UTF-16, a byte order mark and NUL with a message that names the cause, which the base64 reader cannot. */
function checkIsText(text: Uint8Array): void {
  const [first = 0, second = 0] = text
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw malformed('The request is UTF-16 text. Save it as ASCII.')
  }
  if (first === 0xef)
    throw malformed('The request begins with a byte order mark. Save it as ASCII.')
  if (text.includes(0))
    throw malformed('The request has NUL octets. Save it as ASCII, or send DER.')
}

function trim(text: Uint8Array): Uint8Array {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text[start])) start++
  while (end > start && isSpace(text[end - 1])) end--
  return text.subarray(start, end)
}

function startsWith(text: Uint8Array, at: number, wanted: Uint8Array): boolean {
  return at + wanted.length <= text.length && wanted.every((octet, i) => text[at + i] === octet)
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function malformed(message: string): LatchkeyError {
  return new LatchkeyError('malformed_request', message)
}
