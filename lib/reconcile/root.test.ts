import { beforeAll, expect, test } from 'vitest'
import { type OwnRoot, ownRootOf } from '#lib/pki/certificate/own-root.ts'
import { makeTestCa, NOW } from '#lib/pki/testing/make-ca.ts'
import { reconcileRoot } from './root.ts'

const STATUS_URL = 'http://localhost:8080'
const after = (days: number) => new Date(NOW.getTime() + days * 86_400_000)
let root: OwnRoot | null

beforeAll(async () => {
  root = ownRootOf((await makeTestCa('ec-p256', 'issuing-ca')).issuer.chain)
})

/** Reconciles a root CRL valid for a year, this many days after it was signed. */
function reconcileAfter(days: number) {
  if (root === null) throw new Error('There is no root of our own.')
  const status = {
    ...{ crl: new Uint8Array(), number: 1n, answers: [], revoked: null },
    ...{ thisUpdate: NOW, nextUpdate: after(365) },
  }
  return reconcileRoot({ root, status, problem: null }, STATUS_URL, after(days))
}

const RENEW = 'Sign a new one with the root key: npm run init-ca -- --root-crl.'

test('a root CRL in its time agrees', () => {
  expect(reconcileAfter(1)).toEqual({ findings: [], notes: [], count: 1 })
})

test('one near its end is a note', () => {
  const notes = [`The root CRL ends at 2027-11-22T12:00:00Z. ${RENEW}`]
  expect(reconcileAfter(340)).toEqual({ findings: [], notes, count: 1 })
})

test('one that ran out is a finding', () => {
  const finding = {
    ...{ check: 'crl', serial: null, ledger: 'a root of our own stands above this CA' },
    other: `The root CRL ran out at 2027-11-22T12:00:00Z. ${RENEW}`,
  }
  expect(reconcileAfter(366)).toEqual({ findings: [finding], notes: [], count: 1 })
})

test('the status of another root is not ours to tell', () => {
  expect(reconcileRoot(null, STATUS_URL, NOW)).toEqual({ findings: [], notes: [], count: 0 })
})
