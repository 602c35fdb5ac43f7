import { LatchkeyError } from '#lib/errors.ts'
import { toHex } from '#lib/pki/asn1/bytes.ts'

/** Start of the count of seconds in a serial; 2^30 seconds later, in January 2058, the count is full. */
const EPOCH_MS = Date.UTC(2024, 0, 1)
const RANDOM_OCTETS = 16
const SECONDS_MAX = 2 ** 30

/**
 * Makes a serial number: 20 octets as 40 lower-case hex digits. The first four octets hold the time, so
 * that the ledger's index grows at its end. The other sixteen are random, 128 bits: the CA/Browser Forum's
 * Baseline Requirements, section 7.1, ask for 64 bits of a CSPRNG, so that nobody predicts a serial.
 *
 * RFC 5280 section 4.1.2.2: positive, unique for the CA, at most 20 octets. The two high bits are 01, so
 * the number is never negative, never zero, and its DER never takes a 21st octet. `randomBytes` must be
 * cryptographically secure. Throws LatchkeyError('internal') when it gives too few or all equal octets,
 * or when `now` is outside of the years 2024 to 2057.
 */
export function makeSerial(now: Date, randomBytes: (length: number) => Uint8Array): string {
  const seconds = Math.floor((now.getTime() - EPOCH_MS) / 1000)
  if (!(seconds >= 0 && seconds < SECONDS_MAX)) {
    throw new LatchkeyError('internal', 'The clock is outside of the years 2024 to 2057.')
  }
  const random = randomBytes(RANDOM_OCTETS)
  if (random.length !== RANDOM_OCTETS || random.every((octet) => octet === random[0])) {
    throw new LatchkeyError('internal', 'The generator of random octets is broken.')
  }
  const prefix = (0x40000000 | seconds).toString(16)
  return prefix + toHex(random)
}

/** Gives the second in which makeSerial made this serial (hex); null when another generator made it. */
export function serialMadeAt(serial: string): Date | null {
  const prefix = Number.parseInt(serial.slice(0, 8), 16)
  if (serial.length !== 40 || !(prefix >= 0x40000000 && prefix < 0x80000000)) return null
  return new Date(EPOCH_MS + (prefix - 0x40000000) * 1000)
}
