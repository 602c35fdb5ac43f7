import { LatchkeyError } from '#lib/errors.ts'
import { toHex } from '#lib/pki/asn1/bytes.ts'

const EPOCH_MS = Date.UTC(2024, 0, 1)
const RANDOM_OCTETS = 16
const SECONDS_MAX = 2 ** 30

/**
 * Makes a serial number: 20 octets as 40 lower-case hex digits. The first four hold the time, so
 * that the ledger's index grows at its end; the other sixteen are random, so that nobody guesses
 * the next one (128 bits, twice what the baseline requirements ask).
 *
 * The two high bits are 01: the number is positive, never zero and never takes a 21st octet
 * (RFC 5280 section 4.1.2.2). Throws LatchkeyError('internal') when the generator of random
 * octets is broken, or outside of the years 2024 to 2057.
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

/** The second in which `makeSerial` made this serial number; null for one that it did not make. */
export function serialMadeAt(serial: string): Date | null {
  const prefix = Number.parseInt(serial.slice(0, 8), 16)
  if (serial.length !== 40 || !(prefix >= 0x40000000 && prefix < 0x80000000)) return null
  return new Date(EPOCH_MS + (prefix - 0x40000000) * 1000)
}
