import { LatchkeyError } from '#lib/errors.ts'
import { fromBase64, isSpace } from '#lib/pki/asn1/base64.ts'

/** As large as a body may be; the CSR inside is then smaller still. */
const BODY_BYTES_MAX = 16_384

/**
 * Gives the DER of a CSR from the body of an enrolment request, in any of the encodings that
 * clients send whatever Content-Type they name: DER; base64 on one line or folded (RFC 8951); PEM;
 * PEM whose line ends were all stripped, as `curl --data @file` does. Reads every octet once.
 * Throws LatchkeyError: 'malformed_request' with what is wrong, or 'payload_too_large'.
 */
export function decodeRequest(body: Uint8Array): Uint8Array {
  if (body.length > BODY_BYTES_MAX) {
    throw new LatchkeyError('payload_too_large', 'The request is larger than 16 KiB.')
  }
  // A CSR is a SEQUENCE. Its tag is also the digit "0", with which no base64 of a CSR begins.
  if (body[0] === SEQUENCE) return body
  const text = trim(body)
  if (text.length === 0) throw malformed('The request is empty.')
  checkIsText(text)
  const der = fromBase64(startsWith(text, 0, DASHES) ? armoured(text) : text)
  if (der[0] !== SEQUENCE) throw malformed('The base64 does not hold a certification request.')
  return der
}

const SEQUENCE = 0x30

/** Gives what stands between the lines of dashes of the one PEM block (RFC 7468, both CSR labels). */
function armoured(text: Uint8Array): Uint8Array {
  const label = LABELS.find((one) => startsWith(text, 0, one.begin))
  if (!label) throw malformed(describeLabel(text))
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

/** What people send by mistake. */
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

function describeLabel(text: Uint8Array): string {
  const mistake = MISTAKES.find(({ begin }) => startsWith(text, 0, begin))
  return (
    mistake?.message ??
    'The PEM block does not begin with "-----BEGIN CERTIFICATE REQUEST-----" exactly.'
  )
}

/** Says plainly what an editor or a shell did to the text; the base64 reader would only see a bad sign. */
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
