import { concat, fromHex, toHex } from '#lib/pki/asn1/bytes.ts'

/** Points of the NIST curves, SEC 1 section 2.3, FIPS 186-5: y² = x³ − 3x + b over a prime field. */

export type CurveName = 'P-256' | 'P-384' | 'P-521'

type Curve = {
  /** Octets of a coordinate. */
  readonly size: number
  readonly p: bigint
  readonly b: bigint
  /** The order of the group; every curve here has cofactor 1. */
  readonly n: bigint
}

export const CURVES = {
  'P-256': {
    size: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  'P-384': {
    size: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: BigInt(
      '0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef',
    ),
    n: BigInt(
      '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    ),
  },
  'P-521': {
    size: 66,
    p: 2n ** 521n - 1n,
    b: BigInt(
      '0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00',
    ),
    n: BigInt(
      '0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    ),
  },
} as const satisfies Record<CurveName, Curve>

export type Point = { readonly x: Uint8Array; readonly y: Uint8Array }

/**
 * Reads a point, uncompressed or compressed. Null for anything that is no point of the curve:
 * infinity, the hybrid form, a coordinate outside the field, a point beside the curve.
 */
export function readPoint(name: CurveName, octets: Uint8Array): Point | null {
  const { size, p } = CURVES[name]
  const form = octets[0]
  const x = octets.subarray(1, 1 + size)
  const xValue = toBigInt(x)
  if (xValue >= p) return null
  if (form === 0x04 && octets.length === 1 + 2 * size) {
    const y = octets.subarray(1 + size)
    const yValue = toBigInt(y)
    return yValue < p && (yValue * yValue) % p === rightSide(name, xValue) ? { x, y } : null
  }
  if ((form !== 0x02 && form !== 0x03) || octets.length !== 1 + size) return null
  const square = rightSide(name, xValue)
  // p ≡ 3 (mod 4) on all three curves, so a root is a power.
  const root = power(square, (p + 1n) / 4n, p)
  if ((root * root) % p !== square) return null
  const isOdd = (root & 1n) === 1n
  const y = isOdd === (form === 0x03) ? root : p - root
  return y < p ? { x, y: fromBigInt(y, size) } : null
}

/** The uncompressed form, which every relying party reads. */
export function uncompressed(point: Point): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(0x04), point.x, point.y)
}

export function toBigInt(octets: Uint8Array): bigint {
  return octets.length === 0 ? 0n : BigInt(`0x${toHex(octets)}`)
}

function fromBigInt(value: bigint, size: number): Uint8Array<ArrayBuffer> {
  return fromHex(value.toString(16).padStart(2 * size, '0'))
}

function rightSide(name: CurveName, x: bigint): bigint {
  const { p, b } = CURVES[name]
  const value = (x * x * x - 3n * x + b) % p
  return value < 0n ? value + p : value
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
