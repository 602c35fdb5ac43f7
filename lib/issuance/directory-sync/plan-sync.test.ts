import { describe, expect, it } from 'vitest'
import type { BoundCertificate } from '#lib/ledger/directory-ledger.ts'
import { type DirectoryObject, type Observation, unseen } from '#lib/model.ts'
import { alice, laptop, now, policy } from '#lib/policy/testing/context.ts'
import { mergeObservation } from './merge.ts'
import { planSync, type SyncInput } from './plan-sync.ts'

const later = (ms: number) => new Date(now.getTime() + ms)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const bob = 'b0b00000-0000-4000-8000-000000000002'
const userKey = { kind: 'user', id: alice.oid } as const
const entraKey = { kind: 'entra_device', id: laptop.deviceId ?? '' } as const
const intuneKey = { kind: 'intune_device', id: laptop.intuneId ?? '' } as const

const well: readonly Observation[] = [
  { ...userKey, at: later(HOUR), present: true, enabled: true, upn: alice.upn },
  {
    ...entraKey,
    at: later(HOUR),
    present: true,
    objectId: 'object',
    enabled: true,
    compliant: true,
    ownerOids: [alice.oid],
  },
  {
    ...intuneKey,
    at: later(HOUR),
    present: true,
    compliant: true,
    retirement: null,
    ownerOids: [alice.oid],
  },
]
/** Everything as it was stored when the certificates were issued. */
const stored: readonly DirectoryObject[] = well.map((observation) => ({
  ...mergeObservation(unseen(observation), observation, now),
  version: 3,
}))

const deviceCertificate: BoundCertificate = {
  issuerId: 'issuer',
  serial: '01',
  version: 2,
  isMarked: false,
  createdAt: now,
  upn: null,
  holder: { kind: 'device', deviceId: entraKey.id, intuneId: intuneKey.id, ownerOid: alice.oid },
}
const userCertificate: BoundCertificate = {
  issuerId: 'issuer',
  serial: '02',
  version: 5,
  isMarked: false,
  createdAt: now,
  upn: alice.upn,
  holder: { kind: 'user', oid: alice.oid },
}

const plan = (
  observations: readonly Observation[],
  input: Partial<SyncInput> = {},
  at = later(HOUR),
) =>
  planSync(
    policy,
    {
      stored,
      certificates: [deviceCertificate],
      observations,
      due: [],
      names: new Map(),
      isSync: true,
      ...input,
    },
    'directory-sync',
    at,
  )

describe('a plan of what was seen', () => {
  it('writes the object with the version that it was planned from, and marks what it may stop', () => {
    const found = plan([{ ...entraKey, at: later(HOUR), present: true, enabled: false }])
    expect(found.objects).toHaveLength(1)
    expect(found.objects[0]).toMatchObject({
      from: 3,
      to: { ...entraKey, version: 4, disabledSince: later(HOUR), seenAt: later(HOUR) },
    })
    expect(found.certificates).toEqual([
      { issuerId: 'issuer', serial: '01', version: 2, isMarked: true, revocation: null },
    ])
    expect(found.complete).toEqual([entraKey])
    expect(found.evaluated).toEqual([{ issuerId: 'issuer', serial: '01', version: 2 }])
    expect(found.worse).toBe(1)
    expect(found.events.map(({ kind, facts }) => [kind, facts.change])).toEqual([
      ['directory.changed', 'disabled'],
    ])
  })

  it('takes the mark away when all is well again', () => {
    const disabled = stored.map((object) => ({
      ...object,
      disabledSince: object.kind === 'entra_device' ? now : null,
    }))
    const marked = { ...deviceCertificate, isMarked: true }
    const found = plan([{ ...entraKey, at: later(HOUR), present: true, enabled: true }], {
      stored: disabled,
      certificates: [marked],
    })
    expect(found.certificates).toMatchObject([{ isMarked: false, revocation: null }])
    expect(found.worse).toBe(0)
  })

  it('writes no event and changes no certificate when nothing is new', () => {
    const found = plan(well)
    expect(found.objects).toHaveLength(3)
    expect([found.events, found.certificates, found.changed, found.worse]).toEqual([[], [], 0, 0])
  })

  it('holds at the first observation of an absence, and says when it becomes final', () => {
    const found = plan([{ ...entraKey, at: later(HOUR), present: false, deletion: 'restorable' }])
    expect(found.certificates).toMatchObject([{ isMarked: true, revocation: null }])
    expect(found.objects[0]?.to).toMatchObject({
      absentSince: later(HOUR),
      deletion: 'restorable',
      dueAt: later(HOUR + 30 * 24 * HOUR),
    })
  })

  it('revokes what is deleted for good, in the words of the cause, with its event', () => {
    const found = plan([{ ...entraKey, at: later(HOUR), present: false, deletion: 'final' }])
    expect(found.certificates).toEqual([
      {
        issuerId: 'issuer',
        serial: '01',
        version: 2,
        isMarked: true,
        revocation: {
          at: later(HOUR),
          reason: 'cessationOfOperation',
          by: 'directory',
          cause: 'device_deleted',
        },
      },
    ])
    expect(found.events.map(({ kind, serial }) => [kind, serial])).toEqual([
      ['directory.changed', null],
      ['certificate.revoked', '01'],
    ])
  })

  it('revokes by the time alone when an object is due', () => {
    const moved = plan([{ ...intuneKey, at: later(HOUR), present: true, ownerOids: [bob] }])
    const after = stored.map((object) =>
      object.kind === 'intune_device' ? (moved.objects[0]?.to ?? object) : object,
    )
    expect(moved.certificates).toMatchObject([{ isMarked: true, revocation: null }])
    const marked = { ...deviceCertificate, isMarked: true }
    const input = { stored: after, certificates: [marked], due: [intuneKey] }
    const early = plan([], input, later(24 * HOUR))
    expect(early.certificates).toEqual([])
    const late = plan([], input, later(26 * HOUR))
    expect(late.certificates).toMatchObject([
      { revocation: { cause: 'owner_changed', at: later(HOUR) } },
    ])
    expect(late.objects[0]?.to.dueAt).toBeNull()
  })

  it('lets a certificate come back with its owner', () => {
    const moved = plan([{ ...intuneKey, at: later(HOUR), present: true, ownerOids: [bob] }])
    const after = stored.map((object) =>
      object.kind === 'intune_device' ? (moved.objects[0]?.to ?? object) : object,
    )
    const back = plan(
      [{ ...intuneKey, at: later(HOUR), present: true, ownerOids: [alice.oid] }],
      { stored: after, certificates: [{ ...deviceCertificate, isMarked: true }] },
      later(2 * HOUR),
    )
    expect(back.certificates).toMatchObject([{ isMarked: false, revocation: null }])
    expect(back.objects[0]?.to.dueAt).toBeNull()
  })

  it('stops the certificates of a device with its owner, and the owner’s own', () => {
    const found = plan([{ ...userKey, at: later(HOUR), present: true, enabled: false }], {
      certificates: [deviceCertificate, userCertificate],
    })
    expect(found.certificates.map(({ serial, isMarked }) => [serial, isMarked])).toEqual([
      ['01', true],
      ['02', true],
    ])
  })

  it('revokes a certificate whose name belongs to somebody else now', () => {
    const names = new Map([[alice.upn, bob]])
    const renamed = {
      ...userKey,
      at: later(HOUR),
      present: true,
      upn: 'a2@contoso.example',
    } as const
    const found = plan([renamed], { certificates: [userCertificate], names })
    expect(found.certificates).toMatchObject([{ revocation: { cause: 'name_reused' } }])
    const gone = { ...userKey, at: later(HOUR), present: false, deletion: 'restorable' } as const
    expect(plan([gone], { certificates: [userCertificate], names }).certificates).toMatchObject([
      { revocation: { cause: 'name_reused' } },
    ])
    // Two people cannot have the same name: one of the two answers is outdated.
    expect(plan([], { certificates: [userCertificate], names }).certificates).toEqual([])
    const own = plan([], {
      certificates: [userCertificate],
      names: new Map([[alice.upn, alice.oid]]),
    })
    expect(own.certificates).toEqual([])
  })

  it('says what else a certificate depends on that it changes', () => {
    const disabled = { ...entraKey, at: later(HOUR), present: true, enabled: false } as const
    const others = stored.filter(({ kind }) => kind !== 'entra_device')
    const found = plan([disabled], { certificates: [deviceCertificate, userCertificate] })
    expect(found.beside.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual(
      others
        .map(({ kind, id, version }) => ({ kind, id, version }))
        .toSorted((a, b) => (a.kind < b.kind ? -1 : 1)),
    )
    const same = plan([{ ...disabled, enabled: true }], { certificates: [deviceCertificate] })
    expect(same.beside).toEqual([])
  })

  it('leaves a certificate good whose holder was only renamed, and writes the new name down', () => {
    const found = plan(
      [{ ...userKey, at: later(HOUR), present: true, upn: 'a2@contoso.example' }],
      {
        certificates: [userCertificate],
      },
    )
    expect(found.certificates).toEqual([])
    expect(found.events.map(({ facts }) => facts.change)).toEqual(['renamed'])
  })

  it('marks what depends on an object that was never read', () => {
    const found = plan([{ ...entraKey, at: later(HOUR), present: true, enabled: true }], {
      stored: stored.filter(({ kind }) => kind !== 'user'),
    })
    expect(found.certificates).toMatchObject([{ isMarked: true, revocation: null }])
  })

  it('leaves alone what was seen later, and asks for it again', () => {
    const disabled: Observation = { ...entraKey, at: now, present: true, enabled: false }
    const newer = stored.map((object) => ({ ...object, seenAt: later(MINUTE) }))
    const found = plan([disabled], { stored: newer })
    expect(found.objects[0]?.to).toMatchObject({ disabledSince: null, needsRecheck: true })
    expect(found.certificates).toEqual([])
    // A time that was stored by a clock running ahead does not make an observation outdated.
    const ahead = stored.map((object) => ({ ...object, seenAt: later(2 * HOUR) }))
    expect(plan([disabled], { stored: ahead }).worse).toBe(1)
  })

  it('asks again for what issuance stored, for what contradicts itself, and not for what the sync read', () => {
    const flag = (
      input: Partial<SyncInput>,
      observation: Observation = { ...entraKey, at: later(HOUR), present: true },
    ) => plan([observation], input).objects[0]?.to.needsRecheck
    expect(flag({ isSync: false, stored: [] })).toBe(true)
    expect(flag({ isSync: false })).toBe(false)
    // A lagging replica may have reported this. The sync has read the change already, and the change feed
    // does not repeat it.
    expect(
      flag({ isSync: false }, { ...entraKey, at: later(HOUR), present: true, enabled: false }),
    ).toBe(true)
    expect(flag({ isSync: true, stored: [] })).toBe(false)
    expect(flag({}, { ...entraKey, at: later(HOUR), present: 'untold', contradicted: true })).toBe(
      true,
    )
  })
})

describe('what was seen of an object', () => {
  const seenAt = later(HOUR)
  const [user, entra, intune] = stored as [DirectoryObject, DirectoryObject, DirectoryObject]

  it('keeps what was not told', () => {
    expect(mergeObservation(user, { ...userKey, at: later(HOUR), present: true }, seenAt)).toEqual({
      ...user,
      seenAt,
    })
  })

  it('keeps since when something is so', () => {
    const first = mergeObservation(
      entra,
      { ...entraKey, at: later(HOUR), present: true, compliant: false },
      seenAt,
    )
    const again = mergeObservation(
      first,
      { ...entraKey, at: later(HOUR), present: true, compliant: false },
      later(2 * HOUR),
    )
    expect(again.nonCompliantSince).toEqual(seenAt)
  })

  it('does not take a word from elsewhere for the presence of the object', () => {
    const gone = mergeObservation(
      entra,
      { ...entraKey, at: later(HOUR), present: false, deletion: 'restorable' },
      seenAt,
    )
    const told = mergeObservation(
      gone,
      { ...entraKey, at: later(HOUR), present: 'untold', retirement: 'issued' },
      later(2 * HOUR),
    )
    expect(told).toMatchObject({
      absentSince: seenAt,
      deletion: 'restorable',
      seenAt,
      retirement: 'issued',
    })
  })

  it('takes null for no word on compliance', () => {
    const bad = { ...intune, nonCompliantSince: now }
    expect(
      mergeObservation(
        bad,
        { ...intuneKey, at: later(HOUR), present: true, compliant: null },
        seenAt,
      ).nonCompliantSince,
    ).toBeNull()
  })

  it('remembers former owners, and counts one who comes back anew', () => {
    const moved = mergeObservation(
      intune,
      { ...intuneKey, at: later(HOUR), present: true, ownerOids: [bob] },
      seenAt,
    )
    expect(moved.owners).toEqual([
      { oid: bob, since: seenAt, goneSince: null },
      { oid: alice.oid, since: now, goneSince: seenAt },
    ])
    const at = later(3 * HOUR)
    const back = mergeObservation(
      moved,
      { ...intuneKey, at: later(HOUR), present: true, ownerOids: [alice.oid] },
      at,
    )
    expect(back.owners).toEqual([
      { oid: alice.oid, since: at, goneSince: null },
      { oid: bob, since: seenAt, goneSince: at },
    ])
  })

  it('believes that what left the recycle bin is deleted only when it is seen twice, a minute apart', () => {
    const gone = (before: DirectoryObject, deletion: 'restorable' | 'unknown', at: Date) =>
      mergeObservation(before, { ...entraKey, at, present: false, deletion }, at)
    const inBin = gone(entra, 'restorable', seenAt)
    const once = gone(inBin, 'unknown', later(2 * HOUR))
    expect(once.deletion).toBe('restorable')
    expect(gone(once, 'unknown', later(2 * HOUR + MINUTE - 1)).deletion).toBe('restorable')
    expect(gone(once, 'unknown', later(2 * HOUR + MINUTE)).deletion).toBe('final')
    expect(gone(once, 'restorable', later(3 * HOUR)).unlistedSince).toBeNull()
  })

  it('concludes nothing from a recycle bin that could not be asked', () => {
    const gone = (before: DirectoryObject, deletion: 'restorable' | 'untold', at: Date) =>
      mergeObservation(before, { ...entraKey, at, present: false, deletion }, at)
    const inBin = gone(entra, 'restorable', seenAt)
    const once = gone(inBin, 'untold', later(2 * HOUR))
    const twice = gone(once, 'untold', later(2 * HOUR + MINUTE))
    expect([twice.deletion, twice.unlistedSince]).toEqual(['restorable', null])
    const first = gone(entra, 'untold', later(HOUR))
    expect([first.deletion, first.absentSince]).toEqual([null, later(HOUR)])
  })

  it('never takes an object that was in no recycle bin for deleted', () => {
    const at = (hours: number) => later(hours * HOUR)
    let object = entra
    for (const hours of [1, 2, 3]) {
      object = mergeObservation(
        object,
        { ...entraKey, at: later(HOUR), present: false, deletion: 'unknown' },
        at(hours),
      )
    }
    expect([object.deletion, object.absentSince]).toEqual([null, at(1)])
    const back = mergeObservation(object, { ...entraKey, at: later(HOUR), present: true }, at(4))
    expect([back.deletion, back.absentSince]).toEqual([null, null])
  })

  it('keeps final what the directory called final, until the object is there again', () => {
    const final = mergeObservation(
      entra,
      { ...entraKey, at: later(HOUR), present: false, deletion: 'final' },
      seenAt,
    )
    expect(
      mergeObservation(
        final,
        { ...entraKey, at: later(HOUR), present: false, deletion: 'restorable' },
        later(2 * HOUR),
      ).deletion,
    ).toBe('final')
  })
})
