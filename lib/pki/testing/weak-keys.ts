import { bitString, integer, nullValue, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'

/** RSA keys with known faults, made for these tests: 2048 bits, both primes, so that the fault can be shown. */

type Factors = { readonly p: bigint; readonly q: bigint }

/** Both primes are k·M + (65537^a mod M), M the product of the first 126 primes, as Infineon's library made them. */
export const ROCA: Factors = {
  p: BigInt(
    '0x' +
      'cc65eb51d23275e1f97089bddf112a22b9fea3ebc3d8e070f2eae13ea31206663f623cc54d71c6d94216a3f1' +
      '5064d48842991f64c22751a58739c11709449415f0ba5b2ac08579fa5ecbed2fd728257fd35b722d7ea82e9c' +
      'f68e1fda787e73748c58df07865a9947b4e6ee0750037f69ea086ceec50626c00c21bb79ee08472b',
  ),
  q: BigInt(
    '0x' +
      'd0f82e19fc59c9467bc21c34348ab16cf8f3e6dfd67fdc6a98409a282cc21658172bdead283fabc66516564b' +
      'c608179be07609d04863042f84ebbc5876125c155a0965f9bbf0d42694070a46e9306da02e37da96c688ce3e' +
      '6f484af89b0fd9ef589f1eae1588225223c7990bb7bba61c0281fb0af282345b2364de1bbb404ee7',
  ),
}

/** The second prime is the next one after the first. */
export const CLOSE_PRIMES: Factors = {
  p: BigInt(
    '0x' +
      'c030f29a0f68f0cf953758e8681209ba033debecc4dd951142413b6bb8728f13380b2db205898a5dc9da6019' +
      'be986738bdea33853453766035a8741a287ebd168d1d720fc4e553a3307a5132b086d720f0023c493fc4123e' +
      '8a7756f3299f121258524cddbb06af4848e344f739d981f563916e42ffc84c30cc7b2c2297b36459',
  ),
  q: BigInt(
    '0x' +
      'c030f29a0f68f0cf953758e8681209ba033debecc4dd951142413b6bb8728f13380b2db205898a5dc9da6019' +
      'be986738bdea33853453766035a8741a287ebd168d1d720fc4e553a3307a5132b086d720f0023c493fc4123e' +
      '8a7756f3299f121258524cddbb06af4848e344f739d981f563916e42ffc84c30cc7b2c2297b36639',
  ),
}

/** SubjectPublicKeyInfo of any RSA key, good or not. */
export function rsaSpki(modulus: bigint, exponent: bigint = 65537n): Uint8Array<ArrayBuffer> {
  const key = sequence(integer(magnitude(modulus)), integer(magnitude(exponent)))
  return sequence(sequence(oid(OID.rsaEncryption), nullValue()), bitString(key))
}

/** SubjectPublicKeyInfo of an EC key, with any point and any parameters. */
export function ecSpki(
  point: Uint8Array,
  curve: Uint8Array = oid(OID.p256),
): Uint8Array<ArrayBuffer> {
  return sequence(sequence(oid(OID.ecPublicKey), curve), bitString(point))
}

function magnitude(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return new Uint8Array(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'))
}
