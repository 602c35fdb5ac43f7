import type { Device, DirectoryUser, Requester } from '#lib/model.ts'
import type { DecisionContext, Policy } from '#lib/policy/policy.ts'

/** A good case, of which tests change one thing at a time. */

export const now = new Date('2026-11-22T12:00:00Z')

export const alice: DirectoryUser = {
  oid: 'a11ce000-0000-4000-8000-000000000001',
  upn: 'alice@contoso.example',
  displayName: 'Alice Adler',
  enabled: true,
  guest: false,
}

export const requester: Requester = {
  kind: 'user',
  tid: '7e4a4700-0000-4000-8000-000000000001',
  oid: alice.oid,
  name: alice.upn,
  roles: ['CSR.SelfService'],
}

/** An operator, and her account. */
export const erin: DirectoryUser = {
  oid: 'e2140000-0000-4000-8000-000000000005',
  upn: 'erin@contoso.example',
  displayName: 'Erin Engel',
  enabled: true,
  guest: false,
}

export const operator: Requester = {
  ...requester,
  oid: erin.oid,
  name: erin.upn,
  roles: ['Manage.All'],
}

export const laptop: Device = {
  deviceId: 'd0000000-0000-4000-8000-000000000001',
  objectId: '0b000000-0000-4000-8000-000000000001',
  intuneId: '10000000-0000-4000-8000-000000000001',
  displayName: 'ALICE-LT-042',
  os: 'Windows',
  osVersion: '10.0.26100',
  model: 'ThinkPad X1',
  entraOwnerOids: [alice.oid],
  primaryUserOids: [alice.oid],
  enrolledByOid: alice.oid,
  managed: true,
  managementState: 'managed',
  compliant: true,
  entraCompliant: true,
  intuneCompliant: true,
  enabled: true,
  enrolledAt: new Date('2026-01-01T00:00:00Z'),
  registeredAt: new Date('2026-01-01T00:00:00Z'),
}

/** What Entra and Intune say together of a device that is not compliant. */
export const nonCompliant = { compliant: false, entraCompliant: false, intuneCompliant: false }

/** What Intune says of a device that is being wiped. */
export const wiping = { managed: false, managementState: 'wipeissued' }

export const policy: Policy = {
  deviceGate: 'compliant',
  deviceDirectory: 'both',
  deviceOwnership: 'primary',
  deviceFollowsOwner: true,
  deviceMinAgeMinutes: 0,
  transferDays: 1,
  restoreDays: 30,
  renewalMaxDays: 730,
  renewalWindowDays: null,
  guestsAllowed: false,
  keys: ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384'],
  validityDays: 365,
  backdateMinutes: 60,
  complianceGraceMinutes: 0,
  holdNonCompliant: true,
  holdRiskyUsers: false,
  holdRenamed: false,
  applicationProfiles: [],
}

export const deviceContext: DecisionContext = {
  requester,
  user: alice,
  requested: { kind: 'device', commonNameId: laptop.deviceId, uriId: null },
  devices: [laptop],
  reportedLostAt: null,
  mistakenObjectId: null,
  now,
}

export const userContext: DecisionContext = {
  ...deviceContext,
  requested: { kind: 'user', upn: alice.upn, commonName: alice.displayName },
  devices: [],
}
