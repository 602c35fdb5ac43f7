import { concat, fromHex, toHex } from '#lib/pki/asn1/bytes.ts'

/**
 * Points of the NIST curves, SP 800-186 section 3.2.1: y² = x³ − 3x + b over a prime field. Their encoding is
 * that of SEC 1 section 2.3.
 */

export type CurveName = 'P-256' | 'P-384' | 'P-521'

type Curve = {
  /** Octets of one coordinate. */
  readonly size: number
  readonly p: bigint
  readonly b: bigint
  /** The order of the group. The cofactor is 1 on these curves, so each point but infinity has this order. */
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

/** A point in affine coordinates, each big-endian and as long as the field. */
export type Point = { readonly x: Uint8Array; readonly y: Uint8Array }

/**
 * Reads an ECPoint, uncompressed (04) or compressed (02, 03), SEC 1 section 2.3.4. RFC 5480 section 2.2: any
 * other first octet, such as that of the hybrid form, is refused. Checks what the full public-key validation
 * of SP 800-56A Rev. 3, section 5.6.2.3.3, asks for: not infinity, coordinates within the field, a point of
 * the curve; with cofactor 1 the order follows. Gives null when a check fails.
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
  // p ≡ 3 (mod 4) on all three curves, so the square root of s, where it exists, is s^((p+1)/4).
  const root = power(square, (p + 1n) / 4n, p)
  if ((root * root) % p !== square) return null
  const isOdd = (root & 1n) === 1n
  const y = isOdd === (form === 0x03) ? root : p - root
  return y < p ? { x, y: fromBigInt(y, size) } : null
}

/** Gives the uncompressed form (SEC 1 section 2.3.3). RFC 5480 section 2.2: every implementation supports it. */
export function uncompressed(point: Point): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(0x04), point.x, point.y)
}

/** Gives an unsigned big-endian number. */
export function toBigInt(octets: Uint8Array): bigint {
  return octets.length === 0 ? 0n : BigInt(`0x${toHex(octets)}`)
}

function fromBigInt(value: bigint, size: number): Uint8Array<ArrayBuffer> {
  return fromHex(value.toString(16).padStart(2 * size, '0'))
}

/** x³ − 3x + b in the field. */
function rightSide(name: CurveName, x: bigint): bigint {
  const { p, b } = CURVES[name]
  const value = (x * x * x - 3n * x + b) % p
  return value < 0n ? value + p : value
}

/** Square and multiply. The time depends on the exponent, which is public here. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
