import { expect } from 'vitest'
import type { KnownCrls } from '#lib/issuance/crl/publish-crl.ts'
import { certificatesOfRequester } from '#lib/issuance/status/me.ts'
import { statusOfRecords } from '#lib/issuance/status/status.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { Requester } from '#lib/model.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import type { OcspStatus } from '#lib/pki/ocsp/ocsp-response.ts'
import type { CertificateStatus } from '#lib/policy/status-types.ts'
import { requester } from '#lib/policy/testing/context.ts'
import { staysFinal } from './look-at.ts'
import { effectOf, MINUTE_MS } from './promise.ts'
import type { World } from './world.ts'

const HOUR_MS = 3_600_000

/**
 * Checks after a complete sync that each certificate has the promised status, and that OCSP with and without
 * a nonce, the full CRL, the partition, the base with its delta, the portal's view and statusOf all agree.
 */
export async function compare(world: World): Promise<void> {
  const { authority, known, clock } = world
  // Long enough that times stored by a replica with a wrong clock are in the past.
  await world.pass(Math.max(0, world.behindMs()) + MINUTE_MS)
  const report = await world.sync(authority)
  expect(report).toMatchObject({ error: null, isHeldBack: false, waiting: 0 })
  await world.publish()
  expect(world.errors).toEqual([])
  const page = { since: new Date(clock.now.getTime() - HOUR_MS), after: null, limit: 10_000 }
  const all = await authority.ledger.unexpired(page)
  const lists = await listsOf(world, known.crls)
  const views = await viewsOf(world)
  const statuses = await statusOfRecords(authority, all)
  for (const [index, record] of all.entries()) {
    const said = statuses[index]
    if (!said) throw new Error('A status is missing.')
    world.seen.add(said.state)
    isPromised(world, record, said)
    await isSaidEverywhere(world, record.serial, said, lists)
    const view = views.get(record.serial)
    if (world.people.given.has(record.serial))
      expect([record.serial, view]).toEqual([record.serial, viewOf(said)])
  }
}

function isPromised(
  world: World,
  { serial, notAfter }: CertificateRecord,
  said: CertificateStatus,
) {
  const { people, finality, graph, clock } = world
  const isFinal = said.state === 'revoked'
  staysFinal(world, serial, isFinal ? said.code : said.state === 'hold' ? said.code : 'good')
  const one = people.given.get(serial)
  const insist = (isSo: boolean, should: string) => {
    if (isSo) return
    const facts = JSON.stringify({ one, said, tenant: graph.tenant() })
    throw new Error(`${serial} is ${said.state} and should be ${should}: ${facts}`)
  }
  if (!one) return insist(isFinal, 'revoked, since it was never given out')
  if (notAfter <= clock.now) return
  const isEnded = people.ended.has(serial)
  if (isEnded || finality.mustBe(graph.tenant(), one, clock.now.getTime())) {
    return insist(isFinal, 'revoked')
  }
  if (isFinal) return insist(finality.mayBe(serial), 'able to come back')
  const isHeld = people.isRevokedOrHeld(serial) || effectOf(graph.tenant(), one) !== 'none'
  if (isHeld) return insist(said.state === 'hold', 'on hold')
  return insist(said.state === 'good' || finality.mayBeHeld(serial), 'good')
}

type Lists = {
  readonly full: ReadonlyMap<string, string>
  readonly partitions: ReadonlyMap<string, string>
  readonly delta: ReadonlyMap<string, string>
}

async function isSaidEverywhere(
  { ask }: World,
  serial: string,
  said: CertificateStatus,
  { full, partitions, delta }: Lists,
): Promise<void> {
  const wanted = inOcsp(said)
  expect([serial, await ask(serial)]).toEqual([serial, wanted])
  expect(await ask(serial, { hash: 'sha256', nonce: Uint8Array.of(7) })).toEqual(wanted)
  const listed = wanted.kind === 'revoked' ? shown(wanted.at, wanted.reason) : undefined
  expect([serial, full.get(serial)]).toEqual([serial, listed])
  expect([serial, partitions.get(serial)]).toEqual([serial, listed])
  expect([serial, delta.get(serial)]).toEqual([serial, listed])
}

function inOcsp(said: CertificateStatus): OcspStatus {
  if (said.state === 'good' || said.state === 'expired') return { kind: 'good' }
  const at = new Date(Math.floor((said.since ?? said.asOf).getTime() / 1000) * 1000)
  return { kind: 'revoked', at, reason: said.code === 'unspecified' ? null : said.code }
}

/** Combines delta and base as a relying party does. */
async function listsOf(
  { authority }: World,
  { full, base, delta, partitions }: KnownCrls,
): Promise<Lists> {
  const parted = new Map<string, string>()
  for (const name of partitions.keys()) {
    const key = { issuerId: authority.issuer.id, partition: name, delta: false }
    const crl = await authority.ledger.publishedCrl(key)
    if (crl) for (const [serial, entry] of entriesOf(crl.der)) parted.set(serial, entry)
  }
  const changed = new Map(base ? entriesOf(base.der) : [])
  for (const [serial, entry] of delta ? entriesOf(delta.der) : []) {
    if (entry.startsWith('removeFromCRL')) changed.delete(serial)
    else changed.set(serial, entry)
  }
  return { full: full ? entriesOf(full.der) : new Map(), partitions: parted, delta: changed }
}

function entriesOf(der: Uint8Array): ReadonlyMap<string, string> {
  return new Map(readCrl(der).entries.map(({ serial, at, reason }) => [serial, shown(at, reason)]))
}

function shown(at: Date, reason: string | null): string {
  return `${reason} at ${at.toISOString()}`
}

/** What portal and API show to each person, by serial. */
async function viewsOf({ authority, graph }: World): Promise<ReadonlyMap<string, unknown>> {
  const views = new Map<string, unknown>()
  for (const { oid } of graph.tenant().people) {
    const me: Requester = { ...requester, oid }
    for (let after: string | null = null; ; ) {
      const page: Awaited<ReturnType<typeof certificatesOfRequester>> =
        await certificatesOfRequester(authority, me, after)
      for (const { serial, status } of page.items) {
        views.set(serial, [status.state, status.revocationReason, status.since])
      }
      after = page.next
      if (after === null) break
    }
  }
  return views
}

function viewOf({ state, code, since }: CertificateStatus) {
  return [state, code, since?.toISOString() ?? null]
}
