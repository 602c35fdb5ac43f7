import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { type OwnRoot, ownRootOf } from '#lib/pki/certificate/own-root.ts'
import { certIdsOf } from '#lib/pki/ocsp/ocsp.ts'
import type { RootReading, RootStatus } from '#lib/pki/ocsp/root-status.ts'
import { NOW } from '#lib/pki/testing/make-ca.ts'
import { signerOf } from '#lib/signer/key.ts'
import { signRootStatus } from '#lib/signer/root-status.ts'
import { makeRootAndIssuingCa } from '#lib/signer/testing/ceremony.ts'
import { rootAnswer, rootWarnings } from './root-status.ts'

const URL = 'http://pki.contoso.example'
const DAY_MS = 86_400_000
const after = (days: number) => new Date(NOW.getTime() + days * DAY_MS)

let root: OwnRoot
let year: RootStatus
let month: RootStatus
let revoked: RootStatus

beforeAll(async () => {
  const options = {
    ...({ key: 'ec-p256', name: 'Test', organization: 'Contoso', years: 5 } as const),
    ...{ statusUrl: URL, crlDays: 365 },
  }
  const random = (length: number) => randomBytes(length)
  const made = await makeRootAndIssuingCa(options, { now: NOW, randomBytes: random })
  const found = ownRootOf(made.chain)
  if (!found || !made.root) throw new Error('There is no root of our own.')
  root = found
  year = made.root.status
  const signer = signerOf(made.root.key)
  month = await signRootStatus(root, signer, { number: 2n, now: NOW, days: 30, revoked: null })
  revoked = await signRootStatus(root, signer, {
    ...{ number: 3n, now: NOW, days: 365 },
    revoked: { at: NOW, reason: 'cACompromise' },
  })
})

const reading = (status: RootStatus | null, problem: string | null = null): RootReading => ({
  ...{ root, status, problem },
})

const RENEW = 'Sign a new one with the root key: npm run init-ca -- --root-crl.'

describe('an operator is told', () => {
  const at = (status: RootStatus, days: number) => rootWarnings(reading(status), URL, after(days))

  test('nothing while there is time, and nothing of a root that is not ours', () => {
    expect([at(year, 0), at(year, 334), at(month, 19)]).toEqual([[], [], []])
    expect(rootWarnings(null, URL, NOW)).toEqual([])
  })

  test('thirty days before the end, and of a short list in its last third', () => {
    const ending = (until: string) => [
      { state: 'ending', sentence: `The root CRL ends at ${until}. ${RENEW}` },
    ]
    expect(at(year, 336)).toEqual(ending('2027-11-22T12:00:00Z'))
    expect(at(month, 21)).toEqual(ending('2026-12-22T12:00:00Z'))
  })

  test('that it is over', () => {
    const sentence = `The root CRL ran out at 2026-12-22T12:00:00Z. ${RENEW}`
    expect(at(month, 30)).toEqual([{ state: 'down', sentence }])
  })

  test('that it was signed by a clock that was ahead', () => {
    const sentence = `The root CRL is from the future, 2026-11-22T12:00:00Z: a clock is wrong. ${RENEW}`
    expect(at(month, -1)).toEqual([{ state: 'down', sentence }])
    expect(at(month, -0.001)).toEqual([])
  })

  test('that the file is missing or of no use, and what still counts', () => {
    const problem = 'The root CRL in x cannot be used. It is missing or cannot be read.'
    expect(rootWarnings(reading(null, problem), URL, NOW)).toEqual([
      { state: 'down', sentence: `${problem} ${RENEW}` },
    ])
    expect(rootWarnings(reading(month, problem), URL, after(21))).toHaveLength(2)
  })

  test('that relying parties are sent elsewhere', () => {
    const sentence =
      `Relying parties ask for the root CRL at ${URL}/crl/root.crl, which stands in the CA’s ` +
      'certificate, and LATCHKEY_STATUS_URL is http://new.contoso.example now: set it back.'
    expect(rootWarnings(reading(year), 'http://new.contoso.example', NOW)).toEqual([
      { state: 'down', sentence },
    ])
  })

  test('that the root revoked this CA', () => {
    const sentence = `The root revoked this CA at 2026-11-22T12:00:00Z (cACompromise): make a new CA.`
    expect(at(revoked, 0)).toEqual([{ state: 'down', sentence }])
  })
})

describe('OCSP about the issuing CA', () => {
  const ids = () => certIdsOf(root, root.issuingSerial)

  test('is answered by what the root signed, for the hash that was asked by', () => {
    for (const [at, id] of ids().entries()) {
      expect(rootAnswer(reading(year), [id], NOW)).toMatchObject({
        ...{ kind: 'response', der: year.answers[at]?.der },
        // Otherwise an http cache would keep the response for up to a year.
        isCacheable: false,
      })
    }
  })

  test('is not ours to answer about another serial, two at once, or without such a root', () => {
    const other = certIdsOf(root, '77')[0]
    const [id] = ids()
    if (!id || !other) throw new Error('There is no CertID.')
    expect(rootAnswer(reading(year), [other], NOW)).toBeNull()
    expect(rootAnswer(reading(year), [id, id], NOW)).toBeNull()
    expect(rootAnswer(null, [id], NOW)).toBeNull()
  })

  test.each([
    ['there is none', () => reading(null, 'missing'), 0],
    ['it is over', () => reading(month), 30],
  ])('is tryLater when %s', (_, read, days) => {
    const answer = rootAnswer(read(), ids().slice(0, 1), after(days))
    expect(answer).toMatchObject({ kind: 'error', error: 'tryLater' })
  })
})
