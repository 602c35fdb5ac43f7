import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Directory } from '#lib/directory/directory.ts'
import { askedTogether } from '#lib/directory/testing/asked-together.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { reportLost } from '#lib/issuance/revoke/lost-device.ts'
import { revokeAsOperator, revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { statusOfRecords } from '#lib/issuance/status/status.ts'
import { testAuthority, withClock } from '#lib/issuance/testing/test-authority.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import type { Device, Requester } from '#lib/model.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, operator, requester } from '#lib/policy/testing/context.ts'
import { tries } from '#lib/testing/tries.ts'
import { enroll } from './enroll.ts'
import type { Issued } from './issuance-request.ts'
import { identify, reenroll } from './reenroll.ts'

/**
 * A thief renews with somebody's certificate at one replica while the certificate is revoked or held at
 * another, and the directory takes 0 to 200 ms for each answer. Once a revocation was confirmed, no
 * certificate that was renewed from the revoked one is good, whichever operation came first.
 */

/** Each stop at each moment, at least once. */
const TRIES = tries({ short: 60, long: 200 })
const AT_ONCE = 20
const REPLICAS = 3
const LATENCY_MAX_MS = 200
/**
 * A renewal asks the directory four times. The revocation comes at one of these questions or after the
 * renewal.
 */
const MOMENTS = 6

type Stop = (authority: Authority, owner: Requester, serial: string) => Promise<unknown>
const asOperator =
  (code: 1 | 4 | 6, withDescendants: boolean): Stop =>
  (authority, _, serial) =>
    revokeAsOperator(authority, operator, serial, { code, revoker: null, withDescendants })

/** `isDeep`: what was renewed from the certificate is revoked with it. */
const STOPS: readonly { readonly isDeep: boolean; readonly stop: Stop }[] = [
  { isDeep: true, stop: reportLost },
  { isDeep: true, stop: (at, who, serial) => revokeOwn(at, who, serial, 'superseded', true) },
  { isDeep: true, stop: (at, who, serial) => revokeOwn(at, who, serial, 'keyCompromise', false) },
  { isDeep: true, stop: asOperator(6, true) },
  { isDeep: true, stop: asOperator(1, false) },
  { isDeep: false, stop: asOperator(6, false) },
  { isDeep: false, stop: asOperator(4, false) },
]

const shared = testEngines().filter((engine) => engine.shared)

describe.each(shared)('renewal against a stop on $name', (engine) => {
  const ledgers: Ledger[] = []
  let authority: Authority

  beforeAll(async () => {
    await engine.start()
    const url = await engine.newDatabase()
    for (let n = 0; n < REPLICAS; n++) ledgers.push(await openLedger(url))
    const made = await testAuthority({ ledger: nth(ledgers, 0) })
    authority = made.authority
    for (const ledger of ledgers) withClock(ledger, made.clock)
    const numbers = Array.from({ length: TRIES }, (_, n) => n)
    made.directory.users = numbers.map((n) => ({ ...alice, oid: ownerOf(n).oid }))
    made.directory.devices = numbers.map(deviceOf)
  })
  afterAll(async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()))
    await engine.stop()
  })

  const replica = (n: number, directory = authority.directory): Authority => {
    return { ...authority, ledger: nth(ledgers, n % REPLICAS), directory }
  }

  async function raceOf(n: number) {
    const owner = ownerOf(n)
    const { isDeep, stop } = nth(STOPS, n % STOPS.length)
    const commonName = deviceOf(n).deviceId
    const first = await enroll(replica(n), owner, makeCsr({ commonName }).der, 'api')
    const moment = Promise.withResolvers<void>()
    const asked = (count: number) => {
      if (count >= n % MOMENTS) moment.resolve()
    }
    const slow = replica(n + 1, slowly(authority.directory, n, asked))
    const renew = async () => {
      const shown = await identify(slow, first.certificate)
      asked(0)
      return reenroll(slow, shown, makeCsr({ commonName: null }).der)
    }
    const [renewed] = await Promise.all([
      renew()
        .then(() => 'renewed', codeOf)
        .finally(() => moment.resolve()),
      moment.promise
        .then(() => delay((n * 61) % LATENCY_MAX_MS))
        .then(() => stop(replica(n + 2), owner, first.serial)),
    ])
    return { first, renewed, isDeep }
  }

  /** Serials of good certificates that descend from the revoked one, or were issued after the revocation. */
  async function escapes(first: Issued, isDeep: boolean): Promise<readonly string[]> {
    const [ledger] = ledgers
    const root = await ledger?.certificate(first.serial)
    if (!ledger || !root) throw new Error('The first certificate is gone.')
    const family = await ledger.certificatesOfHolder(root.holder)
    const statuses = await statusOfRecords(authority, family)
    const good = family.filter((_, index) => statuses[index]?.state === 'good')
    if (isDeep) return good.map(({ serial }) => serial)
    const trail = (await ledger.auditTrail(0, 100_000)).map(({ event }) => event)
    const when = (serial: string, kind: RegExp) =>
      trail.findIndex((event) => event.serial === serial && kind.test(event.kind))
    const stopped = when(first.serial, /held|revoked/)
    return good
      .map(({ serial }) => serial)
      .filter((serial) => serial === first.serial || when(serial, /issued/) > stopped)
  }

  test(`none of ${TRIES} renewals escapes`, { timeout: 180_000 }, async () => {
    const answers: string[] = []
    for (let start = 0; start < TRIES; start += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, TRIES - start) }, (_, n) => start + n)
      for (const { first, renewed, isDeep } of await Promise.all(numbers.map(raceOf))) {
        expect(await escapes(first, isDeep)).toEqual([])
        answers.push(renewed)
      }
    }
    // Both orders must have occurred, or the test would show no race.
    for (const answer of ['renewed', 'client_cert_invalid', 'ownership_changed', 'device_lost']) {
      expect(answers).toContain(answer)
    }
    expect(new Set(answers).size).toBe(4)
  })
})

function ownerOf(n: number): Requester {
  return { ...requester, oid: `a0000000-0000-4000-8000-${String(n).padStart(12, '0')}` }
}

function deviceOf(n: number): Device {
  const tail = String(n).padStart(12, '0')
  const { oid } = ownerOf(n)
  return {
    ...laptop,
    deviceId: `d0000000-0000-4000-8000-${tail}`,
    objectId: `b0000000-0000-4000-8000-${tail}`,
    intuneId: `10000000-0000-4000-8000-${tail}`,
    entraOwnerOids: [oid],
    primaryUserOids: [oid],
  }
}

function codeOf(error: unknown): string {
  if (error instanceof LatchkeyError) return error.code
  throw error
}

/** Each answer has a delay of its own, the same in every run. */
function slowly(
  { user, devicesOf, devicesWithId, hasRole }: Directory,
  n: number,
  asked: (count: number) => void,
): Directory {
  let count = 0
  const late = async <T>(answer: Promise<T>): Promise<T> => {
    count += 1
    asked(count)
    await delay((n * 37 + count * 83) % (LATENCY_MAX_MS + 1))
    return answer
  }
  const single = {
    user: (oid: string) => late(user(oid)),
    devicesWithId: (id: string) => late(devicesWithId(id)),
  }
  return {
    ...single,
    personAndDevices: askedTogether(single),
    devicesOf: (oid) => late(devicesOf(oid)),
    hasRole: (oid, role) => late(hasRole(oid, role)),
  }
}

function nth<Item>(items: readonly Item[], n: number): Item {
  const item = items[n]
  if (item === undefined) throw new Error(`There is no item ${n}.`)
  return item
}
