import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CertificateRecord } from '#lib/ledger/ledger.ts'
import type { Device, DirectoryUser, Requester } from '#lib/model.ts'
import type { OcspStatus } from '#lib/pki/ocsp-response.ts'
import { readCrl } from '#lib/pki/read-crl.ts'
import { makeCsr, newKey } from '#lib/pki/testing/make-csr.ts'
import type { CertificateStatus } from '#lib/policy/status-types.ts'
import { alice, laptop, policy, requester } from '#lib/policy/testing/facts.ts'
import { enroll } from './enroll.ts'
import { certificatesOfRequester } from './me.ts'
import { makeResponder } from './ocsp-responder.ts'
import { type KnownCrls, knownCrls, publishCrls } from './publish-crl.ts'
import { holdDevice, releaseDevice, revokeAsOperator, revokeOwn } from './revoke.ts'
import { statusOfRecords } from './status.ts'
import { sweep } from './sweep.ts'
import { deltaFeed } from './testing/delta-feed.ts'
import { openStatus } from './testing/open-status.ts'
import { workshopHere } from './testing/workshop.ts'
import { voidStale } from './void-stale.ts'

/**
 * After 1,000 random events in the directory and the ledger every serial has one status: OCSP with
 * and without nonce, the CRL, the partition, the portal's view and the status function agree. And it
 * is the right one: what the directory and the ledger really say, kept apart from all that is stored.
 *
 * The directory tells each change once, and what it answers may be older than what it told.
 * Certificates expire while changes go on. Two replicas share the ledger, and their clocks differ
 * and step.
 */

const PEOPLE = 8
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

const idOf = (kind: string, n: number) =>
  `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const person = (n: number): DirectoryUser => {
  return { ...alice, oid: idOf('a', n), upn: `p${n}@contoso.example`, displayName: `Person ${n}` }
}
const deviceOf = (n: number): Device => ({
  ...laptop,
  deviceId: idOf('d', n),
  objectId: idOf('b', n),
  intuneId: n % 3 === 0 ? null : idOf('1', n),
  managed: n % 3 !== 0,
  intuneCompliant: n % 3 === 0 ? null : true,
  entraOwnerOids: [person(n).oid],
  intuneOwnerOid: n % 3 === 0 ? null : person(n).oid,
})
const requesterOf = (n: number): Requester => ({ ...requester, oid: person(n).oid })
const operator = { ...requester, oid: 'operator', roles: ['Manage.All'] }

const KINDS = [
  ...['issue user', 'issue device', 'issue device', 'issue same key', 'issue late', 'issue late'],
  ...['lose', 'disable user', 'enable user', 'delete user', 'restore user'],
  ...['non-compliant', 'compliant', 'disable device', 'enable device', 'delete device'],
  ...['restore device', 'retire', 'manage', 'leave Intune', 'sweep', 'sweep', 'publish'],
  ...['non-compliant in Intune', 'non-compliant in Entra', 'forget', 'step', 'step', 'other'],
  ...['revoke', 'compromise', 'operator revoke', 'operator hold', 'operator release'],
  ...['hold', 'release', 'void', 'hours', 'minute', 'look'],
] as const

const event = fc.record({
  kind: fc.constantFrom(...KINDS),
  who: fc.nat(PEOPLE - 1),
  which: fc.nat(1000),
  reason: fc.constantFrom(0, 3, 4, 5, 9),
})
type Event = typeof event extends fc.Arbitrary<infer One> ? One : never

test('I8: OCSP, CRL, portal and the status function agree after each 1,000 random events', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1000, maxLength: 1000 }), async (events) => {
      const world = await openWorld()
      try {
        for (const [index, one] of events.entries()) {
          await world.apply(one)
          if (index % 100 === 99) await world.compare()
        }
        expect(world.seen()).toEqual(new Set(['good', 'hold', 'revoked', 'expired']))
      } finally {
        await world.close()
      }
    }),
    { seed: 20_261_122, numRuns: 4, endOnFailure: true },
  )
}, 120_000)

async function openWorld() {
  const status = await openStatus({
    policy: { ...policy, validityDays: 2, deviceGate: 'registered', complianceGraceMinutes: 0 },
    brake: { shareMax: 1, changesMin: 1_000_000 },
  })
  const { authority, directory, clock, held, ask } = status
  const feed = deltaFeed(directory, authority.feed)
  Object.assign(authority, { feed })
  // Another replica, whose clock goes some seconds wrong.
  let skewMs = 0
  const other = { ...authority, now: () => new Date(clock.now.getTime() + skewMs) }
  let replica = authority
  /** What the directory ended, as far as a sweep or a look-up could see it. */
  const ended = new Set<string>()
  const workshop = workshopHere(authority)
  const key = newKey('ec-p256')
  const seen = new Set<string>()
  let known: KnownCrls = await knownCrls(authority, workshop)
  let isStopping = false
  Object.assign(authority, {
    failpoint: (name: string) => {
      if (isStopping && name === 'after-intent') throw new Error('the power went')
    },
  })
  directory.users = Array.from({ length: PEOPLE }, (_, n) => person(n))
  directory.devices = Array.from({ length: PEOPLE }, (_, n) => deviceOf(n))

  const records = async (): Promise<readonly CertificateRecord[]> => {
    const page = { since: new Date(0), after: null, limit: 10_000 }
    return authority.ledger.unexpired(page)
  }
  const refusable = async (action: Promise<unknown>) => {
    // Most random events are not possible now; whether they are is not what this test asks.
    await action.catch(() => undefined)
  }
  const publish = async () => {
    const settings = {
      fullUrl: 'http://localhost/crl/full.crl',
      lifeMs: 24 * HOUR_MS,
      partitionAbove: 0,
    }
    const publication = await publishCrls(authority, settings, workshop, known)
    if (publication) known = publication.known
  }
  const truthOf = ({ holder }: CertificateRecord): 'good' | 'hold' | 'revoked' => {
    if (holder.kind === 'user') {
      const user = directory.users.find(({ oid }) => oid === holder.oid)
      if (!user) return 'revoked'
      return user.enabled ? 'good' : 'hold'
    }
    if (holder.kind !== 'device') return 'good'
    const device = directory.devices.find(({ deviceId }) => deviceId === holder.deviceId)
    if (!device || device.managementState === 'wipepending') return 'revoked'
    const isLeft = holder.intuneId !== device.intuneId && holder.intuneId !== null
    const isCompliant =
      device.entraCompliant && (holder.intuneId === null || device.intuneCompliant === true)
    return device.enabled && isCompliant && !isLeft ? 'good' : 'hold'
  }
  const noteEnded = async (isSeen: (record: CertificateRecord) => boolean) => {
    for (const record of await records()) {
      const isBound = record.state === 'issued' && record.notAfter >= replica.now()
      if (isBound && isSeen(record) && truthOf(record) === 'revoked') ended.add(record.serial)
    }
  }
  const sweepNow = async () => {
    await sweep(replica)
    await noteEnded(() => true)
  }
  const look = async (serial: string, which: number) => {
    const { readAt } = await authority.ledger.snapshot()
    const record = await authority.ledger.certificate(serial)
    await ask(serial, which % 2 ? { nonce: Uint8Array.of(which % 256) } : {}).catch(() => null)
    const ageMs = clock.now.getTime() - (readAt?.getTime() ?? 0)
    const holder = JSON.stringify(record?.holder)
    // The directory is not asked about what is revoked for good.
    const isOver = record?.revocation && record.revocation.reason !== 'certificateHold'
    if (ageMs > authority.directoryBudgetMs && !isOver) {
      await noteEnded((record) => JSON.stringify(record.holder) === holder)
    }
  }
  /** What issuance asks is answered as it was before the last change. */
  const late = { users: directory.users, devices: directory.devices }
  const setLate = () => {
    late.users = directory.users
    late.devices = directory.devices
  }
  const answerLate = async (action: () => Promise<unknown>) => {
    const { users, devices } = directory
    directory.users = late.users
    directory.devices = late.devices
    await action()
    directory.users = users
    directory.devices = devices
  }
  const setUser = (n: number, change: Partial<DirectoryUser> | null) => {
    setLate()
    const others = directory.users.filter(({ oid }) => oid !== person(n).oid)
    directory.users = change ? [...others, { ...person(n), ...change }] : others
  }
  const setDevice = (n: number, change: Partial<Device> | null) => {
    setLate()
    const others = directory.devices.filter(({ deviceId }) => deviceId !== deviceOf(n).deviceId)
    directory.devices = change ? [...others, { ...deviceOf(n), ...change }] : others
  }
  const go = async (ms: number) => {
    clock.now = new Date(clock.now.getTime() + ms)
    if (held.responder && held.responder.renewAt <= clock.now) {
      held.responder = await makeResponder(authority)
    }
  }
  const csr = (wish: object) => makeCsr(wish).der

  const apply = async ({ kind, who, which, reason }: Event): Promise<void> => {
    const me = requesterOf(who)
    const all = await records()
    const { serial = '00' } = all[which % Math.max(1, all.length)] ?? {}
    const mine = all.filter(({ owner }) => owner.oid === me.oid)
    const own = mine[which % Math.max(1, mine.length)]?.serial ?? '00'
    const device = { commonName: deviceOf(who).deviceId }
    const wish = which % 2 ? device : { upn: person(who).upn }
    await go(1000)
    switch (kind) {
      case 'issue user':
        return refusable(enroll(replica, me, csr({ upn: person(who).upn }), 'api'))
      case 'issue device':
        return refusable(enroll(replica, me, csr(device), 'api'))
      case 'issue late':
        return answerLate(() => refusable(enroll(replica, me, csr(wish), 'api')))
      case 'issue same key':
        return refusable(enroll(authority, me, csr({ ...device, key }), 'api'))
      case 'lose':
        isStopping = true
        await refusable(enroll(authority, me, csr(device), 'api'))
        isStopping = false
        return
      case 'disable user':
        return setUser(who, { enabled: false })
      case 'enable user':
      case 'restore user':
        return setUser(who, {})
      case 'delete user':
        return setUser(who, which % 4 === 0 ? null : {})
      case 'non-compliant':
        return setDevice(who, { ...deviceOf(who), compliant: false, entraCompliant: false })
      case 'non-compliant in Entra':
        return setDevice(who, { compliant: false, entraCompliant: false })
      case 'non-compliant in Intune':
        if (who % 3 === 0) return
        return setDevice(who, { compliant: false, intuneCompliant: false })
      case 'leave Intune':
        return setDevice(who, { intuneId: null, intuneCompliant: null, managed: false })
      case 'disable device':
        return setDevice(who, { enabled: false })
      case 'retire':
        if (who % 3 === 0) return
        return setDevice(
          who,
          which % 4 === 0 ? { managed: false, managementState: 'wipepending' } : {},
        )
      case 'delete device':
        return setDevice(who, which % 4 === 0 ? null : {})
      case 'compliant':
      case 'enable device':
      case 'restore device':
      case 'manage':
        return setDevice(who, {})
      case 'sweep':
        return sweepNow()
      case 'forget':
        return feed.forget()
      case 'step':
        clock.now = new Date(clock.now.getTime() + (which % 41) * 1000 - 20_000)
        return
      case 'other':
        replica = replica === authority ? other : authority
        skewMs = (which % 41) * 1000 - 20_000
        return
      case 'publish':
        return publish()
      case 'revoke':
        return refusable(revokeOwn(authority, me, own, 'superseded'))
      case 'compromise':
        return which % 5 === 0
          ? refusable(revokeOwn(authority, me, own, 'keyCompromise'))
          : undefined
      case 'operator revoke':
        return refusable(revokeAsOperator(authority, operator, serial, reason, null))
      case 'operator hold':
        return refusable(revokeAsOperator(authority, operator, serial, 6, null))
      case 'operator release':
        return refusable(revokeAsOperator(authority, operator, serial, 8, null))
      case 'hold':
        return refusable(holdDevice(authority, me, own))
      case 'release':
        return refusable(releaseDevice(authority, me, own))
      case 'void':
        await voidStale(authority, 0)
        return
      case 'hours':
        return go(9 * HOUR_MS)
      case 'minute':
        return go(60_000)
      case 'look':
        return look(serial, which)
    }
  }

  const rightOf = (record: CertificateRecord): string => {
    const { revocation, state, serial } = record
    const truth = truthOf(record)
    const isHeld = revocation?.reason === 'certificateHold'
    if (state === 'void' || ended.has(serial) || truth === 'revoked') return 'revoked'
    if (revocation === null) return truth
    return isHeld ? 'hold' : 'revoked'
  }

  const compare = async () => {
    await sweepNow()
    await publish()
    const all = await records()
    const listed = listOf(known)
    const parted = new Map<string, string>()
    for (const name of known.partitions.keys()) {
      const key = { issuerId: authority.issuer.id, partition: name, delta: false }
      const crl = await authority.ledger.publishedCrl(key)
      if (crl) for (const [serial, entry] of entriesOf(crl.der)) parted.set(serial, entry)
    }
    expect(parted).toEqual(listed)
    const statuses = await statusOfRecords(authority, all)
    const views = await viewsOf(all)
    for (const [index, record] of all.entries()) {
      const said = statuses[index]
      if (!said) throw new Error('A status is missing.')
      const { serial, notAfter } = record
      seen.add(said.state)
      if (notAfter > clock.now)
        expect([serial, said]).toMatchObject([serial, { state: rightOf(record) }])
      const wanted = wantedFor(said)
      expect([serial, said, await ask(serial)]).toEqual([serial, said, wanted])
      expect(await ask(serial, { hash: 'sha256', nonce: Uint8Array.of(7) })).toEqual(wanted)
      const onCrl = wanted.kind === 'revoked' ? shown(wanted.at, wanted.reason) : undefined
      const isLong = notAfter.getTime() < clock.now.getTime() - 24 * HOUR_MS + MINUTE_MS
      if (!isLong) expect([serial, said, listed.get(serial)]).toEqual([serial, said, onCrl])
      const view = views.get(serial)
      if (view) expect(view).toEqual([said.state, said.code, said.since?.toISOString() ?? null])
    }
    for (const serial of listed.keys()) expect(all.map((one) => one.serial)).toContain(serial)
  }

  const viewsOf = async (all: readonly CertificateRecord[]) => {
    const views = new Map<string, unknown>()
    for (const oid of new Set(all.map(({ owner }) => owner.oid))) {
      let after: string | null = null
      do {
        const me: Requester = { ...requester, oid }
        const page: Awaited<ReturnType<typeof certificatesOfRequester>> =
          await certificatesOfRequester(authority, me, after)
        for (const { serial, status: seen } of page.items) {
          views.set(serial, [seen.state, seen.revocationReason, seen.since])
        }
        after = page.next
      } while (after !== null)
    }
    return views
  }
  return { apply, compare, seen: () => seen, close: () => authority.ledger.close() }
}

function wantedFor(said: CertificateStatus): OcspStatus {
  if (said.state === 'good' || said.state === 'expired') return { kind: 'good' }
  const at = new Date(Math.floor((said.since ?? said.asOf).getTime() / 1000) * 1000)
  return { kind: 'revoked', at, reason: said.code === 'unspecified' ? null : said.code }
}

function listOf({ full }: KnownCrls): ReadonlyMap<string, string> {
  return full ? entriesOf(full.der) : new Map()
}

function entriesOf(der: Uint8Array): ReadonlyMap<string, string> {
  return new Map(readCrl(der).entries.map(({ serial, at, reason }) => [serial, shown(at, reason)]))
}

function shown(at: Date, reason: string | null): string {
  return `${reason} at ${at.toISOString()}`
}
