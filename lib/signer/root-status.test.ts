import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { type OwnRoot, ownRootOf } from '#lib/pki/certificate/own-root.ts'
import { assembleCrl, buildCrlTbs, type CrlWish, encodeEntry } from '#lib/pki/crl/crl.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import type { RootStatus } from '#lib/pki/ocsp/root-status.ts'
import { NOW } from '#lib/pki/testing/make-ca.ts'
import { type CaKeyType, signerOf } from './key.ts'
import { readRootStatus, signRootStatus } from './root-status.ts'
import type { Signer } from './signer.ts'
import { makeIssuingRoot, makeRootAndIssuingCa } from './testing/ceremony.ts'

type Made = { readonly root: OwnRoot; readonly signer: Signer; readonly first: RootStatus }

const surroundings = { now: NOW, randomBytes: (length: number) => randomBytes(length) }
const options = {
  ...{ key: 'ec-p256' as CaKeyType, name: 'Test', organization: 'Contoso', years: 5 },
  ...{ statusUrl: 'http://pki.contoso.example', crlDays: 365 },
}

async function make(key: CaKeyType = 'ec-p256'): Promise<Made> {
  const made = await makeRootAndIssuingCa({ ...options, key }, surroundings)
  const root = ownRootOf(made.chain)
  if (!root || !made.root) throw new Error('There is no root of our own.')
  return { root, signer: signerOf(made.root.key), first: made.root.status }
}

let ours: Made
let theirs: Made

beforeAll(async () => {
  ours = await make()
  theirs = await make()
})

const GOOD = { number: 7n, now: NOW, days: 30, revoked: null }
const AT = new Date('2026-11-21T08:09:10Z')

test.each([
  'ec-p256',
  'ec-p384',
  'rsa-3072',
] as const)('the ceremony with %s keys makes number 1, good for a year, which names nothing', async (key) => {
  const { root, first } = await make(key)
  const crl = readCrl(first.crl)
  expect(crl).toMatchObject({
    ...{ issuer: root.name, authorityKeyId: root.subjectKeyId, number: 1n, entries: [] },
    ...{ thisUpdate: NOW, nextUpdate: new Date('2027-11-22T12:00:00Z') },
    // RFC 5280 section 5.2.5: without an issuing distribution point the CRL covers all certificates.
    ...{ partitionUrl: null, baseNumber: null, freshestUrl: null },
  })
  expect(first.answers.map(({ certId }) => certId.hash)).toEqual([
    ...['sha1', 'sha256', 'sha384', 'sha512'],
  ])
  for (const { der } of first.answers) {
    expect(readOcspResponse(der)).toMatchObject({
      responderKeyHash: root.subjectKeyId,
      producedAt: NOW,
      responses: [{ status: { kind: 'good' }, thisUpdate: NOW, nextUpdate: crl.nextUpdate }],
      nonce: null,
    })
  }
})

test('list and answers say when and why the issuing CA was revoked', async () => {
  const { root, signer } = ours
  const revoked = { at: AT, reason: 'cACompromise' } as const
  const status = await signRootStatus(root, signer, { ...GOOD, revoked })
  expect(status.revoked).toEqual(revoked)
  expect(readCrl(status.crl).entries).toEqual([{ serial: root.issuingSerial, ...revoked }])
  for (const { der } of status.answers) {
    const answer = readOcspResponse(der)
    expect(answer).toMatchObject({ responses: [{ status: { kind: 'revoked', ...revoked } }] })
  }
})

test('a reason that is not told is left out of both', async () => {
  const revoked = { at: AT, reason: null }
  const status = await signRootStatus(ours.root, ours.signer, { ...GOOD, revoked })
  expect(status.revoked).toEqual(revoked)
})

test('none is good for longer than the root', async () => {
  const soon = new Date('2036-11-20T00:00:00Z')
  const status = await signRootStatus(ours.root, ours.signer, { ...GOOD, now: soon })
  expect(status.nextUpdate).toEqual(ours.root.notAfter)
  const after = signRootStatus(ours.root, ours.signer, { ...GOOD, now: ours.root.notAfter })
  await expect(after).rejects.toThrow('The root CA is no longer valid.')
})

describe('a root is ours', () => {
  test('when the issuing CA names the addresses of the ceremony', () => {
    expect(ours.root.urls).toEqual({
      caIssuers: 'http://pki.contoso.example/ca/root.cer',
      ocsp: 'http://pki.contoso.example/ocsp',
      crl: 'http://pki.contoso.example/crl/root.crl',
    })
  })

  test('and not when the root itself issues', async () => {
    expect(ownRootOf((await makeIssuingRoot(options, surroundings)).chain)).toBeNull()
  })
})

describe('what is read is refused', () => {
  const list = async (change: Partial<CrlWish>, { root, signer }: Made = ours) => {
    const wish = {
      ...{ number: 3n, thisUpdate: NOW, nextUpdate: new Date(NOW.getTime() + 1000) },
      ...{ entries: [], partitionUrl: null, baseNumber: null, freshestUrl: null },
    }
    const tbs = buildCrlTbs(root, { ...wish, ...change })
    return assembleCrl(tbs, signer.algorithm, await signer.sign(tbs))
  }
  const answersOf = ({ answers }: RootStatus) => answers.map(({ der }) => der)
  const NO_STATUS = 'This is no status of the root: '

  const cases: [string, () => Promise<[Uint8Array, readonly Uint8Array[]]>, string][] = [
    [
      'from another root of the same name',
      async () => [theirs.first.crl, []],
      `${NO_STATUS}its CRL is not signed by the root of this CA.`,
    ],
    [
      'when one octet of the list is another',
      async () => {
        const crl = ours.first.crl.slice()
        crl[crl.length - 1] = (crl.at(-1) ?? 0) ^ 1
        return [crl, []]
      },
      `${NO_STATUS}its CRL is not signed by the root of this CA.`,
    ],
    [
      'when the list is a delta',
      async () => [await list({ baseNumber: 1n }), []],
      `${NO_STATUS}its CRL is only a part.`,
    ],
    [
      'when the list has a scope',
      async () => [await list({ partitionUrl: ours.root.urls.crl }), []],
      `${NO_STATUS}its CRL is only a part.`,
    ],
    [
      'when the list names a stranger',
      async () => [await list({ entries: [encodeEntry('77', AT, null)] }), []],
      `${NO_STATUS}its CRL names a certificate that this root never signed.`,
    ],
    [
      'when an answer is from another root',
      async () => [ours.first.crl, answersOf(theirs.first)],
      `${NO_STATUS}an OCSP answer in it is not signed by the root of this CA.`,
    ],
    [
      'when an answer is of another time than the list',
      async () => [await list({}), answersOf(ours.first)],
      `${NO_STATUS}an OCSP answer in it says something else than its CRL.`,
    ],
    [
      'when an answer says good of what the list revokes',
      async () => {
        const entries = [encodeEntry(ours.root.issuingSerial, AT, 'superseded')]
        const { thisUpdate, nextUpdate } = ours.first
        return [await list({ entries, thisUpdate, nextUpdate }), answersOf(ours.first)]
      },
      `${NO_STATUS}an OCSP answer in it says something else than its CRL.`,
    ],
  ]
  test.each(cases)('%s', async (_, make, message) => {
    const [crl, answers] = await make()
    try {
      readRootStatus(ours.root, crl, answers)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(LatchkeyError)
      expect(error).toMatchObject({ code: 'policy_violation', message })
    }
  })
})
