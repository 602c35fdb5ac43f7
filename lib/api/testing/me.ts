import type { MeView } from '#lib/api/schemas.ts'

/** What the authority says to Alice, who may have a certificate. Tests change one value at a time. */
export const me: MeView = {
  tid: 't',
  oid: 'alice',
  roles: ['CSR.SelfService'],
  user: {
    oid: 'alice',
    upn: 'alice@contoso.example',
    displayName: 'Alice Adler',
    enabled: true,
    guest: false,
  },
  possible: true,
  refusal: null,
  policy: {
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
    keys: ['ec-p256', 'rsa-2048'],
    validityDays: 365,
    backdateMinutes: 60,
    complianceGraceMinutes: 0,
    holdNonCompliant: true,
    holdRiskyUsers: false,
    holdRenamed: false,
  },
  issuer: {
    name: 'Test CA',
    notAfter: '2036-11-22T10:00:00.000Z',
    fingerprint: 'f',
    chain: ['MA=='],
  },
  stepUp: { kind: 'off', goodUntil: null },
  directoryReadAt: '2026-11-22T10:00:00.000Z',
}
