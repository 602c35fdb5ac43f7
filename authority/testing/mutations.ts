import fc from 'fast-check'

/** Valid octets or known attacks, with random damage. */
export function mutated(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const seed = fc.constantFrom(...seeds)
  return fc
    .tuple(seed, fc.array(change(seed), { minLength: 1, maxLength: 6 }))
    .map(([start, changes]) => changes.reduce((octets, apply) => apply(octets), start))
}

type Change = (octets: Uint8Array) => Uint8Array

/** Octets with a meaning in DER, base64, PEM, JSON or UTF-8. */
const TELLING = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x0d, 0x0a, 0x13, 0x16, 0x1e, 0x1f, 0x20, 0x22,
  0x2b, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x3d, 0x41, 0x4d, 0x5b, 0x7b, 0x7f, 0x80, 0x81, 0x82, 0x84,
  0xa0, 0xa1, 0xc0, 0xe2, 0xef, 0xf0, 0xfe, 0xff,
]

function change(seed: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Change> {
  // A share of the length, so that a place has a meaning for inputs of any length.
  const place = fc.double({ min: 0, max: 1, noNaN: true })
  const octet = fc.oneof(fc.constantFrom(...TELLING), fc.nat(255))
  const few = fc.uint8Array({ minLength: 1, maxLength: 8 })
  return fc.oneof(
    fc.tuple(place, octet).map(
      ([at, value]): Change =>
        (from) =>
          put(from, at, value),
    ),
    fc.tuple(place, fc.nat(7)).map(
      ([at, bit]): Change =>
        (from) =>
          flip(from, at, bit),
    ),
    fc.tuple(place, few).map(
      ([at, more]): Change =>
        (from) =>
          splice(from, at, 0, more),
    ),
    fc.tuple(place, fc.nat(40)).map(
      ([at, n]): Change =>
        (from) =>
          splice(from, at, n, NOTHING),
    ),
    fc.tuple(place, place, seed).map(
      ([at, other, donor]): Change =>
        (from) => {
          const start = index(donor, other)
          return splice(from, at, 24, donor.subarray(start, start + 32))
        },
    ),
    place.map(
      (at): Change =>
        (from) =>
          from.subarray(0, index(from, at)),
    ),
    fc.tuple(place, fc.nat(64)).map(
      ([at, n]): Change =>
        (from) => {
          const start = index(from, at)
          return splice(from, at, 0, from.subarray(start, start + n))
        },
    ),
  )
}

const NOTHING = new Uint8Array()

function index(octets: Uint8Array, share: number): number {
  return Math.floor(share * octets.length)
}

function put(octets: Uint8Array, at: number, value: number): Uint8Array {
  const copy = octets.slice()
  if (copy.length > 0) copy[Math.min(index(copy, at), copy.length - 1)] = value
  return copy
}

function flip(octets: Uint8Array, at: number, bit: number): Uint8Array {
  const where = Math.min(index(octets, at), octets.length - 1)
  return put(octets, at, (octets[where] ?? 0) ^ (1 << bit))
}

function splice(octets: Uint8Array, at: number, remove: number, add: Uint8Array): Uint8Array {
  const start = index(octets, at)
  return new Uint8Array(
    Buffer.concat([octets.subarray(0, start), add, octets.subarray(start + remove)]),
  )
}
