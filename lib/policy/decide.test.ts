import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '#lib/errors.ts'
import { decide } from './decide.ts'
import type { DecisionContext, Policy } from './policy.ts'
import {
  alice,
  deviceContext,
  laptop,
  now,
  policy,
  requester,
  userContext,
  wiping,
} from './testing/context.ts'

const stranger = 'e4e00000-0000-4000-8000-000000000009'
const other = {
  ...laptop,
  deviceId: 'd0000000-0000-4000-8000-000000000002',
  intuneId: '10000000-0000-4000-8000-000000000002',
}

describe('a device', () => {
  test('is named by the id that was asked for, with the Intune id in the SAN', () => {
    expect(decide(policy, deviceContext)).toMatchObject({
      allow: true,
      content: {
        profile: 'device',
        commonName: laptop.deviceId,
        uri: `IntuneDeviceId://${laptop.intuneId}`,
      },
    })
  })

  test('is named by its Intune id when only the URI names it', () => {
    const requested = { kind: 'device', commonNameId: null, uriId: laptop.intuneId } as const
    expect(decide(policy, { ...deviceContext, requested })).toMatchObject({
      content: { commonName: laptop.intuneId },
    })
  })

  test('that only Entra knows gets no URI when policy lets registered devices in', () => {
    const devices = [{ ...laptop, intuneId: null, primaryUserOids: null, managed: false }]
    const open: Policy = { ...policy, deviceGate: 'registered' }
    expect(decide(open, { ...deviceContext, devices })).toMatchObject({
      allow: true,
      content: { commonName: laptop.deviceId, uri: null },
    })
  })

  test('may be non-compliant inside the grace after enrolment', () => {
    const fresh = { ...laptop, compliant: false, enrolledAt: new Date(now.getTime() - 60_000) }
    const graceful = { ...policy, complianceGraceMinutes: 10 }
    expect(decide(graceful, { ...deviceContext, devices: [fresh] }).allow).toBe(true)
    const late = { ...fresh, enrolledAt: new Date(now.getTime() - 11 * 60_000) }
    expect(decide(graceful, { ...deviceContext, devices: [late] }).allow).toBe(false)
  })

  const refusals: [string, ErrorCode, string, Partial<DecisionContext>][] = [
    ['no role', 'missing_role', 'role', { requester: { ...requester, roles: [] } }],
    ['role in other case', 'missing_role', 'role', withRoles('csr.selfservice')],
    ['a longer role', 'missing_role', 'role', withRoles('CSR.SelfService.Read')],
    [
      'an application',
      'app_only_not_allowed',
      'role',
      { requester: { ...requester, kind: 'app' } },
    ],
    ['no such account', 'principal_disabled', 'account_enabled', { user: null }],
    [
      'account off',
      'principal_disabled',
      'account_enabled',
      { user: { ...alice, enabled: false } },
    ],
    ['a guest', 'guest_not_allowed', 'guest', { user: { ...alice, guest: true } }],
    ['an unknown device', 'not_owner', 'device_owned', { devices: [] }],
    [
      "another's device",
      'not_owner',
      'device_owned',
      withDevice({ entraOwnerOids: [stranger], primaryUserOids: [stranger] }),
    ],
    [
      'a device reported lost',
      'device_lost',
      'device_not_lost',
      { reportedLostAt: new Date('2026-11-20T00:00:00Z') },
    ],
    ['an object id', 'policy_violation', 'device_id', { devices: [], mistakenObjectId: laptop }],
    ['a device switched off', 'device_disabled', 'device_enabled', withDevice({ enabled: false })],
    ['registered only', 'device_not_managed', 'device_managed', withDevice({ managed: false })],
    ['a device being wiped', 'device_not_managed', 'device_managed', withDevice(wiping)],
    ['not compliant', 'device_not_compliant', 'device_compliant', withDevice({ compliant: false })],
    [
      'one id, two devices',
      'ambiguous_device',
      'device_unambiguous',
      { devices: [laptop, { ...other, intuneId: laptop.deviceId }] },
    ],
    [
      'two ids, two devices',
      'policy_violation',
      'device_unambiguous',
      {
        requested: { kind: 'device', commonNameId: laptop.deviceId, uriId: other.intuneId },
        devices: [laptop, other],
      },
    ],
    [
      'an Entra id in the URI',
      'policy_violation',
      'device_unambiguous',
      { requested: { kind: 'device', commonNameId: laptop.deviceId, uriId: laptop.deviceId } },
    ],
  ]

  test.each(refusals)('%s is refused as %s', (_title, code, rule, change) => {
    const decision = decide(policy, { ...deviceContext, ...change })
    expect(decision).toMatchObject({ allow: false, refusal: { code, rule } })
  })

  test('a device that Intune wipes or retires is refused under every gate, an unknown state is not', () => {
    const registered = { ...policy, deviceGate: 'registered' } as const
    const answer = (managementState: string | null) =>
      decide(registered, {
        ...deviceContext,
        devices: [{ ...laptop, managed: false, managementState }],
      })
    expect(answer('retireissued')).toMatchObject({
      allow: false,
      refusal: {
        code: 'device_not_managed',
        message: 'Intune is retiring or wiping this device.',
      },
    })
    for (const state of ['discovered', 'something new', null]) {
      expect(answer(state)).toMatchObject({ allow: true })
      const managed = { ...registered, deviceGate: 'managed' } as const
      const devices = [{ ...laptop, managed: false, managementState: state }]
      expect(decide(managed, { ...deviceContext, devices })).toMatchObject({ allow: false })
    }
  })

  test("an unknown device and somebody else's get the same answer", () => {
    const unknown = decide(policy, { ...deviceContext, devices: [] })
    const others = decide(policy, {
      ...deviceContext,
      ...withDevice({ entraOwnerOids: [stranger], primaryUserOids: null }),
    })
    expect(unknown).toEqual(others)
  })

  test("AUZ-03: one's own device beside another's, or beside none, is refused alike", () => {
    const requested = {
      kind: 'device',
      commonNameId: laptop.deviceId,
      uriId: other.intuneId,
    } as const
    const theirs = { ...other, entraOwnerOids: [stranger], primaryUserOids: [stranger] }
    const victims = decide(policy, { ...deviceContext, requested, devices: [laptop, theirs] })
    expect(victims).toMatchObject({
      allow: false,
      refusal: { code: 'policy_violation', rule: 'device_unambiguous' },
    })
    expect(decide(policy, { ...deviceContext, requested, devices: [laptop] })).toEqual(victims)
  })

  test('rules after the first failure are not looked at', () => {
    const { checks } = decide(policy, { ...deviceContext, devices: [] })
    expect(checks.map((check) => check.passed)).toEqual([
      true,
      true,
      true,
      true,
      false,
      null,
      null,
      null,
      null,
      null,
      null,
    ])
  })

  // Who enrolled it (a staging account, an enrolment manager) owns nothing by that.
  test.each([
    ['her primary user, registered to another', [alice.oid], [stranger], [true, false, true]],
    ['another’s, registered to her', [stranger], [alice.oid], [false, true, true]],
    ['without a primary user, registered to her', [], [alice.oid], [true, true, true]],
    ['not in Intune, registered to her', null, [alice.oid], [true, true, true]],
    ['shared by two, she is one of them', [stranger, alice.oid], [], [true, false, true]],
    ['enrolled by her, and nobody’s', [], [], [false, false, false]],
  ] as const)('ownership of a device that is %s', (_, primaryUserOids, entraOwnerOids, owns) => {
    const device = { primaryUserOids, entraOwnerOids, enrolledByOid: alice.oid }
    const context = { ...deviceContext, ...withDevice(device) }
    const allowed = (['primary', 'registered', 'either'] as const).map((deviceOwnership) => {
      return decide({ ...policy, deviceOwnership }, context).allow
    })
    expect(allowed).toEqual(owns)
  })
})

describe('a person', () => {
  const names: [string | null, string][] = [
    ['Alice Adler', 'Alice Adler'],
    ['ALICE@contoso.example', 'alice@contoso.example'],
    ['Some other text', 'Alice Adler'],
    [null, 'Alice Adler'],
  ]
  test.each(names)('who asks as %s is named %s', (commonName, expected) => {
    const requested = { kind: 'user', upn: 'Alice@Contoso.example', commonName } as const
    expect(decide(policy, { ...userContext, requested })).toMatchObject({
      allow: true,
      content: { profile: 'user', commonName: expected, upn: alice.upn },
    })
  })

  const confusables = [
    'bob@contoso.example',
    'аlice@contoso.example',
    'alice＠contoso.example',
    'aliſe@contoso.example',
    'alıce@contoso.example',
    'ali\u200dce@contoso.example',
    'alice@contoso.example\u00a0',
    'alice@contoso.example.',
    'al\u0069\u0301ce@contoso.example',
  ]
  test.each(confusables)('%s is not alice', (upn) => {
    const requested = { kind: 'user', upn, commonName: null } as const
    expect(decide(policy, { ...userContext, requested })).toMatchObject({
      refusal: { code: 'policy_violation', rule: 'upn_match' },
    })
  })

  test.each([laptop.deviceId ?? '', 'bob@contoso.example'])('cannot be called %s', (commonName) => {
    const requested = { kind: 'user', upn: alice.upn, commonName } as const
    expect(decide(policy, { ...userContext, requested })).toMatchObject({
      refusal: { code: 'policy_violation', rule: 'common_name' },
    })
  })
})

describe('an application', () => {
  const profile = {
    name: 'servers',
    applications: [requester.oid],
    extendedKeyUsages: ['serverAuth', 'clientAuth'],
    dnsSuffixes: ['contoso.example'],
    validityDays: 90,
  } as const
  const configured: Policy = { ...policy, applicationProfiles: [profile] }
  const context: DecisionContext = {
    ...deviceContext,
    user: null,
    requester: { ...requester, kind: 'app', roles: ['CSR.Request.Db'] },
    requested: {
      kind: 'application',
      commonName: 'web.contoso.example',
      dnsNames: ['web.contoso.example'],
      extendedKeyUsages: ['serverAuth'],
    },
  }

  test('gets what its profile allows', () => {
    expect(decide(configured, context)).toMatchObject({
      allow: true,
      content: { profile: 'application', dnsNames: ['web.contoso.example'], validityDays: 90 },
    })
  })

  test('gets nothing by default', () => {
    expect(decide(policy, context)).toMatchObject({ refusal: { rule: 'application_profile' } })
  })

  test('gets what the first of its profiles allows that fits', () => {
    const other = { ...profile, dnsSuffixes: ['fabrikam.example'], validityDays: 7 }
    const theirs = { ...profile, applications: [], validityDays: 1 }
    const applicationProfiles = [theirs, other, profile]
    expect(decide({ ...policy, applicationProfiles }, context)).toMatchObject({
      allow: true,
      content: { validityDays: 90 },
    })
    const mixed = ['web.contoso.example', 'web.fabrikam.example']
    const requested = { ...context.requested, dnsNames: mixed } as DecisionContext['requested']
    expect(decide({ ...policy, applicationProfiles }, { ...context, requested })).toMatchObject({
      refusal: { code: 'policy_violation', rule: 'application_profile' },
    })
  })

  test.each([
    'badcontoso.example',
    'contoso.example.evil',
    '*.contoso.example',
    'a b.contoso.example',
    '-.contoso.example',
  ])('may not be called %s', (commonName) => {
    const requested = {
      ...context.requested,
      commonName,
      dnsNames: [],
    } as DecisionContext['requested']
    expect(decide(configured, { ...context, requested })).toMatchObject({
      refusal: { code: 'policy_violation', rule: 'application_profile' },
    })
  })

  test('a person with the role of an application is still a person', () => {
    const person = { ...requester, roles: ['CSR.Request.Db'] }
    expect(decide(configured, { ...context, requester: person })).toMatchObject({
      refusal: { code: 'missing_role' },
    })
  })
})

function withRoles(...roles: string[]): Partial<DecisionContext> {
  return { requester: { ...requester, roles } }
}

function withDevice(change: Partial<typeof laptop>): Partial<DecisionContext> {
  return { devices: [{ ...laptop, ...change }] }
}
