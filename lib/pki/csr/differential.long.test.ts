import 'reflect-metadata'
import { execFileSync } from 'node:child_process'
import { Pkcs10CertificateRequest } from '@peculiar/x509'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CsrWish, makeCsr, newKey } from '#lib/pki/testing/make-csr.ts'
import { has } from '#lib/testing/judge.ts'
import { tries } from '#lib/testing/tries.ts'
import { type Csr, parseCsr } from './csr.ts'

/**
 * ENC-28: whatever our reader accepts, others must read the same: two readings of one request are
 * how a name gets past a check. The requests are honest ones, and those with each octet changed.
 */

const ALICE = 'alice@contoso.example'
const DEVICE = 'IntuneDeviceId://14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'
const keys = [newKey('ec-p256'), newKey('rsa-2048')]

const wishes: readonly CsrWish[] = [
  { commonName: 'Alice Ädler', upn: ALICE },
  { commonName: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601', uri: DEVICE },
  { commonName: 'a', upn: ALICE, uri: DEVICE, dns: ['a.example', 'b.example'] },
  { commonName: null, upn: ALICE, extendedKeyUsages: ['1.3.6.1.5.5.7.3.2'] },
  { commonName: ALICE, validity: { period: 'Days', units: 3 }, challengePassword: 'x' },
]

type Names = { readonly cn: string | null; readonly san: readonly string[]; readonly spki: string }

function ours(csr: Csr): Names {
  return {
    cn: csr.commonName,
    san: csr.subjectAltName.map(({ kind, value }) => `${kind}:${value}`),
    spki: csr.key.thumbprint,
  }
}

const accepted = (der: Uint8Array) => refusing(() => parseCsr(der))

function refusing<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

/** Each octet of an honest request with one of these bits changed; what is still read is kept. */
const BITS = [0x01, 0x20, 0x80, 0x02, 0x40, 0x04, 0x10, 0x08]
const flips = BITS.slice(0, tries({ short: 4, long: BITS.length }))

const changed = wishes.flatMap((wish) => {
  const { der } = makeCsr({ ...wish, key: keys[0] as CsrWish['key'] & object })
  return Array.from(der).flatMap((octet, at) =>
    flips.flatMap((bit) => {
      const copy = der.slice()
      copy[at] = octet ^ bit
      const csr = accepted(copy)
      return csr ? [{ der: copy, csr }] : []
    }),
  )
})
const honest = wishes.flatMap((wish) =>
  keys.map((key) => {
    const { der } = makeCsr({ ...wish, key })
    return { der, csr: parseCsr(der) }
  }),
)
const samples = [...honest, ...changed]

test('enough of what was changed is still read, so that there is something to compare', () => {
  expect(changed.length).toBeGreaterThan(500)
})

const PYTHON = `
import sys, json, base64
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
UPN = "1.3.6.1.4.1.311.20.2.3"
def name(n):
    if isinstance(n, x509.DNSName): return "dns:" + n.value
    if isinstance(n, x509.UniformResourceIdentifier): return "uri:" + n.value
    if isinstance(n, x509.OtherName) and n.type_id.dotted_string == UPN:
        v = n.value
        assert v[0] == 0x0c and v[1] == len(v) - 2, "not one UTF8String"
        return "upn:" + v[2:].decode()
    return "other"
for line in sys.stdin:
    try:
        csr = x509.load_der_x509_csr(base64.b64decode(line))
        cns = [a.value for a in csr.subject]
        assert len(cns) <= 1
        try: san = [name(n) for n in csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value]
        except x509.ExtensionNotFound: san = []
        csr.public_key()
        print(json.dumps({"cn": cns[0] if cns else None, "san": san}))
    except Exception as e:
        print(json.dumps({"error": repr(e)[:200]}))
`

describe('an accepted request reads the same', () => {
  test.skipIf(!has('python3:cryptography'))('in python-cryptography', () => {
    const input = samples.map(({ der }) => Buffer.from(der).toString('base64')).join('\n')
    const said = execFileSync('python3', ['-c', PYTHON], { input, encoding: 'utf8' })
    const theirs = said.trim().split('\n')
    expect(theirs).toHaveLength(samples.length)
    const differing = samples.flatMap(({ der, csr }, i) => {
      const { cn, san } = ours(csr)
      const same = theirs[i] !== undefined && sameJson(JSON.parse(theirs[i]), { cn, san })
      return same ? [] : [{ theirs: theirs[i], cn, san, der: Buffer.from(der).toString('hex') }]
    })
    expect(differing).toEqual([])
  })

  test('in @peculiar/x509', () => {
    let read = 0
    for (const { der, csr } of samples) {
      const other = refusing(() => peculiarNames(der))
      // Refusing is no other reading; it looks into what we read over, as a challenge password.
      if (!other) continue
      read += 1
      expect(other.cn).toEqual(csr.commonName === null ? [] : [csr.commonName])
      for (const { value } of csr.subjectAltName) {
        expect(other.san.includes(Buffer.from(value))).toBe(true)
      }
    }
    expect(read).toBeGreaterThan(samples.length * 0.9)
  })

  test('in OpenSSL, whatever the names are', () => {
    const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(text, text, (commonName, upn) => {
        const { der } = makeCsr({ commonName, upn, key: keys[0] as CsrWish['key'] & object })
        const csr = accepted(der)
        if (!csr) return
        const args = ['asn1parse', '-inform', 'DER', '-strparse', String(subjectAt(der))]
        const said = execFileSync('openssl', args, { input: der, encoding: 'utf8' })
        const [, printed] = /UTF8STRING +:(.*)\n/.exec(said) ?? []
        expect(printed).toBe(csr.commonName)
        expect(csr.subjectAltName).toEqual([{ kind: 'upn', value: upn }])
      }),
      { numRuns: tries({ short: 100, long: 400 }) },
    )
  })
})

function peculiarNames(der: Uint8Array) {
  const read = new Pkcs10CertificateRequest(new Uint8Array(der))
  const san = read.getExtension('2.5.29.17')
  return { cn: read.subjectName.getField('CN'), san: Buffer.from(san?.value ?? new ArrayBuffer(0)) }
}

/** Where the value of the common name begins. */
function subjectAt(der: Uint8Array): number {
  return Buffer.from(der).indexOf(Buffer.from('0603550403', 'hex')) - 2
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
