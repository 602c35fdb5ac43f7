import { randomBytes } from 'node:crypto'
import type {
  Directory,
  DirectoryFeed,
  Reading,
  SeenEntraDevice,
  SeenIntuneDevice,
  SeenUser,
} from '#lib/directory/directory.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { type Device, type DirectoryKey, type DirectoryUser, RETIRING_STATES } from '#lib/model.ts'
import { readIssuer } from '#lib/pki/issuer.ts'
import { alice, laptop, now, policy } from '#lib/policy/testing/facts.ts'
import { makeIssuingRoot } from '#lib/signer/ceremony.ts'
import { signerOf } from '#lib/signer/key.ts'

/** What the directory of the test holds; change it in the middle of a test. */
export type TestDirectory = {
  users: DirectoryUser[]
  devices: Device[]
  /** When set, every question throws it. */
  trouble: Error | null
  /** Called before each question is answered. */
  onAsk: () => void
  /** Object ids of people at risk; null where risk is not asked. */
  risky: Set<string> | null
  /** When set, a reading of this kind tells this instead of everything that the directory holds. */
  readings: Partial<{
    users: Reading<SeenUser>
    entraDevices: Reading<SeenEntraDevice>
    intuneDevices: Reading<SeenIntuneDevice>
  }>
  /** The cursors that readings were asked for, by kind. */
  cursors: { kind: 'users' | 'entraDevices'; cursor: string | null }[]
}

/** A real CA and a real ledger in memory, and a directory that the test holds in its hand. */
export async function testAuthority(change: Partial<Authority> = {}) {
  const directory: TestDirectory = {
    users: [alice],
    devices: [laptop],
    trouble: null,
    onAsk: () => undefined,
    risky: null,
    readings: {},
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
  const ledger = await openLedger('sqlite::memory:')
  const signed: Uint8Array[] = []
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
    feed: feedOf(directory),
    policy,
    directoryBudgetMs: 300_000,
    brake: { shareMax: 0.2, changesMin: 10 },
    quota: null,
    now: () => clock.now,
    randomBytes: (length) => randomBytes(length),
    failpoint: () => undefined,
    ...change,
  }
  return { authority, directory, clock, signed }
}

function askerOf(held: TestDirectory) {
  return <T>(answer: () => T) => {
    held.onAsk()
    return held.trouble ? Promise.reject(held.trouble) : Promise.resolve(answer())
  }
}

/** Tells everything each time, unless the test says otherwise. */
function feedOf(held: TestDirectory): DirectoryFeed {
  const ask = askerOf(held)
  const full = <T>(items: readonly T[], cursor: string | null): Reading<T> => {
    return { full: true, items, removedObjectIds: [], cursor }
  }
  return {
    users: (cursor) => {
      held.cursors.push({ kind: 'users', cursor })
      const users = held.users.map(({ oid, enabled }) => ({ oid, enabled }))
      return ask(() => held.readings.users ?? full(users, 'users'))
    },
    entraDevices: (cursor) => {
      held.cursors.push({ kind: 'entraDevices', cursor })
      const devices = held.devices.flatMap(seenInEntra)
      return ask(() => held.readings.entraDevices ?? full(devices, 'devices'))
    },
    intuneDevices: () => {
      const devices = held.devices.flatMap(seenInIntune)
      return ask(() => held.readings.intuneDevices ?? full(devices, null))
    },
    riskyUsers: () => ask(() => held.risky),
    exists: (key) => ask(() => isHeld(held, key)),
  }
}

/** What the feed tells of this device in Entra. */
export function seenInEntra(device: Device): SeenEntraDevice[] {
  const { deviceId, objectId, enabled, entraCompliant } = device
  if (!deviceId || !objectId) return []
  return [{ deviceId, objectId, enabled, compliant: entraCompliant === true }]
}

/** What the feed tells of this device in Intune. */
export function seenInIntune(device: Device): SeenIntuneDevice[] {
  const { deviceId, intuneId, intuneCompliant, managementState, enrolledAt } = device
  if (!intuneId) return []
  const retired = RETIRING_STATES.has(managementState ?? '')
  return [{ intuneId, deviceId, compliant: intuneCompliant === true, retired, enrolledAt }]
}

function isHeld(held: TestDirectory, { kind, id }: DirectoryKey): boolean {
  switch (kind) {
    case 'user':
      return held.users.some(({ oid }) => oid === id)
    case 'entra_device':
      return held.devices.some(({ deviceId }) => deviceId === id)
    case 'intune_device':
      return held.devices.some(({ intuneId }) => intuneId === id)
  }
}

function directoryOf(held: TestDirectory): Directory {
  const ask = askerOf(held)
  return {
    user: (oid) => ask(() => held.users.find((user) => user.oid === oid) ?? null),
    devicesOf: (oid) => ask(() => held.devices.filter((device) => isOwner(device, oid))),
    devicesWithId: (id) =>
      ask(() => held.devices.filter((device) => device.deviceId === id || device.intuneId === id)),
  }
}

function isOwner(device: Device, oid: string): boolean {
  return device.entraOwnerOids.includes(oid) || device.intuneOwnerOid === oid
}
