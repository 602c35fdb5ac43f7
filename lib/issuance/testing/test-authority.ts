import { randomBytes } from 'node:crypto'
import type {
  ChangeFeed,
  ChangePage,
  Directory,
  LookUp,
  SeenEntraDevice,
  SeenIntuneDevice,
  SeenUser,
} from '#lib/directory/directory.ts'
import { askedTogether } from '#lib/directory/testing/asked-together.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { makeBackfill } from '#lib/issuance/directory-sync/backfill.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { type Device, type DirectoryKey, type DirectoryUser, RETIREMENT_OF } from '#lib/model.ts'
import { readIssuer } from '#lib/pki/certificate/issuer.ts'
import { alice, erin, laptop, now, policy } from '#lib/policy/testing/context.ts'
import { signerOf } from '#lib/signer/key.ts'
import { makeIssuingRoot } from '#lib/signer/testing/ceremony.ts'

/** The content of the test's directory, which tests change at any time. */
export type TestDirectory = {
  users: DirectoryUser[]
  /** People whom only live look-ups know; no certificate is theirs. */
  operators: DirectoryUser[]
  devices: Device[]
  /** When set, every question throws this error. */
  error: Error | null
  /** Called before each question is answered. */
  onAsk: () => void
  /** Object ids of people at risk; null where risk is not read. */
  risky: Set<string> | null
  /** When set, a change feed of this kind gives this in place of everything in the directory. */
  rounds: Partial<{
    users: ChangePage<SeenUser>
    entraDevices: ChangePage<SeenEntraDevice>
    intuneDevices: ChangePage<SeenIntuneDevice>
  }>
  /** Objects in the recycle bin and permanently deleted ones, by id; others are unknown. */
  bin: Map<string, 'restorable' | 'final'>
  /** Roles of people in the directory; while null everyone has every role. */
  roles: Map<string, readonly string[]> | null
  /** The cursors with which change feeds were read, by kind. */
  cursors: { kind: 'users' | 'entraDevices'; cursor: string | null }[]
}

/** A real CA and a real ledger in memory, and a directory that the test controls. */
export async function testAuthority(change: Partial<Authority> = {}) {
  const directory: TestDirectory = {
    users: [alice],
    operators: [erin],
    devices: [laptop],
    error: null,
    onAsk: () => undefined,
    risky: null,
    rounds: {},
    bin: new Map(),
    roles: null,
    cursors: [],
  }
  const clock = { now }
  const ca = await makeIssuingRoot(
    { key: 'ec-p256', name: 'Test CA', organization: 'Contoso', years: 10 },
    { now: new Date(now.getTime() - 86_400_000), randomBytes: (length) => randomBytes(length) },
  )
  const issuer = readIssuer([...ca.chain], {
    caIssuers: 'https://localhost:8443/ca',
    caIssuersHttp: 'http://localhost:8080/ca',
    ocsp: 'http://localhost:8080/ocsp',
    crl: null,
  })
  const ledger = change.ledger ?? (await openLedger('sqlite::memory:'))
  withClock(ledger, clock)
  const signed: Uint8Array[] = []
  const errors: unknown[] = []
  const signer = signerOf(ca.key)
  const authority: Authority = {
    issuer,
    signer: {
      ...signer,
      sign: (tbs) => {
        signed.push(tbs)
        return signer.sign(tbs)
      },
    },
    ledger,
    directory: directoryOf(directory),
    changeFeed: changeFeedOf(directory),
    policy,
    directoryBudgetMs: 300_000,
    riskEveryMs: 0,
    ownersMaxAgeMs: 0,
    circuitBreaker: { shareMax: 0.2, changesMin: 10 },
    backfill: (keys) => backfill.want(keys),
    renewalRoleCheck: false,
    lostDays: 7,
    quota: null,
    now: () => clock.now,
    randomBytes: (length) => randomBytes(length),
    failpoint: () => undefined,
    ...change,
  }
  const backfill = makeBackfill(authority, (error) => errors.push(error))
  const reader = makeReader(authority.changeFeed, authority.now)
  return {
    authority,
    directory,
    clock,
    signed,
    /** Errors of look-ups in the background. */
    errors,
    /** Resolves when no look-up is in progress. */
    refreshed: () => backfill.idle(),
    /** Runs one directory sync. */
    sync: () => syncDirectory(authority, reader),
  }
}

/** Gives a database the test's time too; its own would tell that the test's is wrong. */
export function withClock(ledger: Authority['ledger'], clock: { readonly now: Date }): void {
  Object.assign(ledger, { serverTime: async () => clock.now })
}

function askerOf(held: TestDirectory) {
  return <T>(answer: () => T) => {
    held.onAsk()
    return held.error ? Promise.reject(held.error) : Promise.resolve(answer())
  }
}

/** One page that reports everything. */
export function everything<T>(items: readonly T[], cursor: string | null): ChangePage<T> {
  return { isFull: true, isFirst: true, isLast: true, items, removed: [], cursor }
}

/** One page that reports only these changes. */
export function changes<T>(
  items: readonly T[],
  removed: ChangePage<T>['removed'] = [],
  cursor = 'changes',
): ChangePage<T> {
  return { isFull: false, isFirst: true, isLast: true, items, removed, cursor }
}

/** Reports everything each time, unless the test says otherwise. */
function changeFeedOf(held: TestDirectory): ChangeFeed {
  const ask = askerOf(held)
  return {
    users: (cursor) => {
      held.cursors.push({ kind: 'users', cursor })
      const users = held.users.map(({ oid, enabled, upn }) => ({ oid, enabled, upn }))
      return ask(() => held.rounds.users ?? everything(users, 'users'))
    },
    entraDevices: (cursor) => {
      held.cursors.push({ kind: 'entraDevices', cursor })
      const devices = held.devices.flatMap(seenInEntra)
      return ask(() => held.rounds.entraDevices ?? everything(devices, 'devices'))
    },
    intuneDevices: () => {
      const devices = held.devices.flatMap(seenInIntune)
      return ask(() => held.rounds.intuneDevices ?? everything(devices, null))
    },
    riskyUsers: () => ask(() => held.risky),
    lookUp: (key) => ask(() => lookUpIn(held, key)),
  }
}

/** What the change feed reports of this device in Entra. */
function seenInEntra(device: Device): SeenEntraDevice[] {
  const { deviceId, objectId, enabled, entraCompliant } = device
  if (!deviceId || !objectId) return []
  return [{ deviceId, objectId, enabled, compliant: entraCompliant === true }]
}

/** What the change feed reports of this device in Intune. */
export function seenInIntune(device: Device): SeenIntuneDevice[] {
  const { deviceId, intuneId, intuneCompliant: compliant, enrolledAt, enrolledByOid } = device
  if (!intuneId) return []
  const retirement = RETIREMENT_OF.get(device.managementState ?? '') ?? null
  return [{ intuneId, deviceId, compliant, retirement, enrolledAt, enrolledByOid }]
}

/** What a live look-up says of an object in the test's directory. */
export function lookUpIn(held: TestDirectory, { kind, id }: DirectoryKey): LookUp {
  const gone = { present: false, deletion: held.bin.get(id) ?? 'unknown' } as const
  switch (kind) {
    case 'user': {
      const user = held.users.find(({ oid }) => oid === id)
      return user ? { present: true, kind, enabled: user.enabled, upn: user.upn } : gone
    }
    case 'entra_device': {
      const device = held.devices.find(({ deviceId }) => deviceId === id)
      const [seen] = device ? seenInEntra(device) : []
      if (!device || !seen) return gone
      const { objectId, enabled = false, compliant = false } = seen
      return { present: true, kind, objectId, enabled, compliant, ownerOids: device.entraOwnerOids }
    }
    case 'intune_device': {
      const device = held.devices.find(({ intuneId }) => intuneId === id)
      const [seen] = device ? seenInIntune(device) : []
      if (!device || !seen) return { present: false, deletion: 'unknown' }
      const { deviceId, compliant, retirement, enrolledAt } = seen
      const primaryUserOids = device.primaryUserOids ?? []
      return { present: true, kind, deviceId, compliant, retirement, enrolledAt, primaryUserOids }
    }
  }
}

function directoryOf(held: TestDirectory): Directory {
  const ask = askerOf(held)
  const user: Directory['user'] = (oid) =>
    ask(() => [...held.users, ...held.operators].find((user) => user.oid === oid) ?? null)
  const devicesWithId: Directory['devicesWithId'] = (id) =>
    ask(() => held.devices.filter((device) => device.deviceId === id || device.intuneId === id))
  return {
    user,
    devicesOf: (oid) => ask(() => held.devices.filter((device) => isOwner(device, oid))),
    devicesWithId,
    personAndDevices: askedTogether({ user, devicesWithId }),
    hasRole: (oid, role) => ask(() => held.roles?.get(oid)?.includes(role) ?? held.roles === null),
  }
}

function isOwner(device: Device, oid: string): boolean {
  return device.entraOwnerOids.includes(oid) || (device.primaryUserOids ?? []).includes(oid)
}
