import type { ComplianceState, RiskLevel, RiskState } from '@microsoft/microsoft-graph-types-beta'

/**
 * The people of the invented tenant and their devices. Every id is fixed, so that certificates of an earlier
 * start still name the same person and device.
 */

export type Person = {
  readonly oid: string
  readonly upn: string
  readonly displayName: string
  readonly roles: readonly string[]
  readonly enabled: boolean
  readonly guest: boolean
  readonly risk: RiskLevel
  /** Null: `atRisk` where there is a risk, else `none`. */
  readonly riskState: RiskState | null
  readonly onPremisesSecurityIdentifier: string | null
}

export type Machine = {
  /** Graph's object `id`, which is in no certificate. */
  readonly objectId: string
  /** Null for a device that only Intune knows. */
  readonly deviceId: string | null
  /** False when Entra has deleted the device while Intune still has its record. */
  readonly inEntra: boolean
  /** Null while Intune does not manage it. */
  readonly intuneId: string | null
  readonly displayName: string
  readonly os: string
  readonly osVersion: string
  readonly manufacturer: string
  readonly model: string
  /** How the device is connected to Entra; null: joined where Intune manages it, else registered only. */
  readonly trustType: string | null
  readonly entraOwnerOid: string | null
  /** Intune's primary user, given by `managedDevices/{id}/users`. */
  readonly primaryUserOid: string | null
  /** Who enrolled the device, given by `managedDevice.userId` even after the primary user changes. */
  readonly enrolledByOid: string | null
  /** Somebody who is listed as a user of the device and does not own it. */
  readonly entraUserOid: string | null
  readonly managementState: string
  /** Intune's `complianceState`; null: derived from `compliant`. */
  readonly complianceState: ComplianceState | null
  readonly compliant: boolean
  /** Entra's value where it differs from `compliant`; null: derived from it. */
  readonly entraCompliant: boolean | null
  /** Whether a management ever reported compliance to Entra; before, the property was never set. */
  readonly complianceTold: boolean
  readonly enabled: boolean
  readonly registeredAt: string
  readonly enrolledAt: string | null
  readonly onPremisesSecurityIdentifier: string | null
}

export type Application = {
  /** Object id of the service principal, which is `oid` in its tokens. */
  readonly oid: string
  readonly appId: string
  readonly name: string
  readonly secret: string
  readonly roles: readonly string[]
}

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'

export const PEOPLE: readonly Person[] = [
  person(ALICE, 'alice', 'Alice Adler', ['CSR.SelfService'], true),
  person(BOB, 'bob', 'Bob Brandt', ['CSR.SelfService'], true),
  person('ca401003-92e6-4f0b-a3d7-58b1c6e4f203', 'carol', 'Carol Chen', [], true),
  person('da7e0004-3b8d-4c61-b2f9-7e5a0d1c6b04', 'dave', 'Dave Duarte', ['CSR.SelfService'], false),
  person('e4140005-6a7c-4d93-8e20-c9f3b5a71d05', 'erin', 'Erin Eriksen', ['Manage.All'], true),
]

export const APPLICATIONS: readonly Application[] = [
  {
    oid: 'f1ee7006-58d1-4a3e-9b47-20c6e8f5a906',
    appId: 'f1ee7007-c3a5-4f92-8d16-b7e04a9c2d07',
    name: 'linux-fleet',
    secret: 'sandbox-linux-fleet-secret',
    roles: ['CSR.Request.Db'],
  },
]

export const MACHINES: readonly Machine[] = [
  machine({
    objectId: '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801',
    deviceId: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
    intuneId: '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01',
    displayName: 'ALICE-LT-042',
    os: 'Windows',
    osVersion: '10.0.26200.6901',
    manufacturer: 'LENOVO',
    model: 'ThinkPad X1 Carbon Gen 13',
    owner: ALICE,
    compliant: true,
    registeredAt: '2026-02-03T08:12:44Z',
    enrolledAt: '2026-02-03T08:14:09Z',
  }),
  machine({
    objectId: '0b1ec702-7a31-4c5f-86e0-4d9b2f1c7a02',
    deviceId: 'de71ce02-1d4e-4a97-b8c3-5f60e2d7a902',
    intuneId: '14704e02-b3a8-4d1f-9c76-08e5f4b2d702',
    displayName: 'alice-ws',
    os: 'Linux',
    osVersion: 'Ubuntu 26.04',
    manufacturer: 'Dell Inc.',
    model: 'Precision 3680',
    owner: ALICE,
    compliant: true,
    registeredAt: '2026-05-19T13:40:02Z',
    enrolledAt: '2026-05-19T13:42:37Z',
  }),
  machine({
    objectId: '0b1ec703-e5c8-49d2-a714-8b3f6d0e9c03',
    deviceId: 'de71ce03-60fb-4e28-8a5d-d2c79e1b4f03',
    intuneId: null,
    displayName: 'Alice’s iPhone',
    os: 'iOS',
    osVersion: '26.1',
    manufacturer: 'Apple',
    model: 'iPhone 17',
    owner: ALICE,
    compliant: false,
    registeredAt: '2026-09-28T17:05:51Z',
    enrolledAt: null,
  }),
  machine({
    objectId: '0b1ec704-94d6-4b03-b2e8-1c7a5f9d3e04',
    deviceId: 'de71ce04-a7c5-4316-9e8f-3b1d60f2c804',
    intuneId: '14704e04-0f6c-4e59-b7d3-92a8c1e5f404',
    displayName: 'bob-mbp',
    os: 'macOS',
    osVersion: '26.1 (25B78)',
    manufacturer: 'Apple',
    model: 'MacBook Pro (14-inch, M5)',
    owner: BOB,
    compliant: true,
    registeredAt: '2026-01-12T09:30:18Z',
    enrolledAt: '2026-01-12T09:33:50Z',
  }),
  machine({
    objectId: '0b1ec705-3ea9-4f7d-81b4-f60c2d8e5b05',
    deviceId: 'de71ce05-f218-4d6b-a03c-8e5d97b1c405',
    intuneId: '14704e05-c7e2-4a80-95f1-6b3d4e9a0c05',
    displayName: 'BOB-PC-017',
    os: 'Windows',
    osVersion: '10.0.22631.4602',
    manufacturer: 'HP',
    model: 'EliteDesk 800 G9',
    owner: BOB,
    compliant: false,
    registeredAt: '2025-11-04T10:21:33Z',
    enrolledAt: '2025-11-04T10:24:15Z',
  }),
]

type Seed = Pick<
  Machine,
  | 'objectId'
  | 'deviceId'
  | 'intuneId'
  | 'displayName'
  | 'os'
  | 'osVersion'
  | 'manufacturer'
  | 'model'
  | 'compliant'
  | 'registeredAt'
  | 'enrolledAt'
> & { readonly owner: string | null }

/** Makes a new device, whose owner has enrolled it and is its primary user. */
export function machine({ owner, ...seed }: Seed): Machine {
  const managed = seed.intuneId !== null
  return {
    ...seed,
    inEntra: true,
    trustType: null,
    entraOwnerOid: owner,
    primaryUserOid: managed ? owner : null,
    enrolledByOid: managed ? owner : null,
    entraUserOid: null,
    managementState: 'managed',
    complianceState: null,
    entraCompliant: null,
    complianceTold: managed,
    enabled: true,
    onPremisesSecurityIdentifier: null,
  }
}

function person(
  oid: string,
  name: string,
  displayName: string,
  roles: readonly string[],
  enabled: boolean,
): Person {
  return {
    oid,
    upn: `${name}@contoso.example`,
    displayName,
    roles,
    enabled,
    guest: false,
    risk: 'none',
    riskState: null,
    onPremisesSecurityIdentifier: null,
  }
}
