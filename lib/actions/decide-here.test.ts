import { describe, expect, test } from 'vitest'
import type { DevicesView, MeView } from '#lib/api/schemas.ts'
import { me as alice } from '#lib/api/testing/me.ts'
import { parseCsr } from '#lib/pki/csr/csr.ts'
import { writeCsr } from '#lib/pki/csr/csr-write.ts'
import { makeKeyPair } from '#lib/pki/keys/key-pair.ts'
import { readRequestedIdentity } from '#lib/policy/requested-identity.ts'
import { decideHere } from './decide-here.ts'

const now = new Date('2026-11-22T10:00:00Z')
const ENTRA = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'
const OBJECT = '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801'
const FOREIGN = 'de71ce04-a7c5-4316-9e8f-3b1d60f2c804'
const LOST = { at: '2026-11-21T10:00:00Z', by: 'alice', revokedAt: '2026-11-28T10:00:00Z' }
const requester = { kind: 'user', tid: 't', oid: 'alice', name: null, roles: [] } as const

const me: MeView = { ...alice, policy: { ...alice.policy, keys: ['ec-p256'] } }

const laptop: DevicesView['items'][number] = {
  deviceId: ENTRA,
  objectId: OBJECT,
  intuneId: INTUNE,
  displayName: 'ALICE-LT-042',
  os: 'Windows',
  osVersion: null,
  model: null,
  managed: true,
  compliant: true,
  enabled: true,
  managementState: 'managed',
  entraOwnerOids: ['alice'],
  primaryUserOids: ['alice'],
  enrolledByOid: 'alice',
  enrolledAt: '2026-02-03T08:14:09.000Z',
  registeredAt: '2026-02-03T08:12:44.000Z',
  reportedLost: null,
  othersCertificates: [],
  possible: true,
  refusal: null,
}

const keys = await makeKeyPair('ec-p256', false)

type Wish = { commonName: string; upn?: string | null; uri?: string | null }

async function decide(
  wish: Wish,
  change: { me?: Partial<MeView>; laptop?: Partial<typeof laptop> } = {},
) {
  const csr = parseCsr(await writeCsr(keys, { upn: null, uri: null, ...wish }))
  const items = [{ ...laptop, ...change.laptop }]
  const devices = { items, readAt: now.toISOString() }
  decideHere(
    requester,
    csr,
    readRequestedIdentity(csr, requester),
    { ...me, ...change.me },
    devices,
    now,
  )
}

test.each([
  ['the Entra device id', { commonName: ENTRA }],
  ['the Intune id, and the URI', { commonName: INTUNE, uri: `IntuneDeviceId://${INTUNE}` }],
  ['the reader’s own UPN', { commonName: 'Alice Adler', upn: 'alice@contoso.example' }],
])('what may be issued passes: %s', async (_name, wish) => {
  await expect(decide(wish)).resolves.toBeUndefined()
})

describe('what policy refuses never leaves the portal', () => {
  const device = { commonName: ENTRA }
  const self = { commonName: 'Alice Adler', upn: 'alice@contoso.example' }
  test.each([
    ['missing_role', device, { me: { roles: [] } }],
    ['principal_disabled', self, { me: { user: null } }],
    ['not_owner', { commonName: FOREIGN }, {}],
    ['not_owner', device, { laptop: { entraOwnerOids: ['bob'], primaryUserOids: ['bob'] } }],
    // Intune's primary user counts before Entra's registered owner.
    ['not_owner', device, { laptop: { entraOwnerOids: ['alice'], primaryUserOids: ['bob'] } }],
    ['device_lost', device, { laptop: { reportedLost: LOST } }],
    ['device_disabled', device, { laptop: { enabled: false } }],
    ['device_not_managed', device, { laptop: { managed: false } }],
    ['device_not_compliant', device, { laptop: { compliant: false } }],
    [
      'device_too_new',
      device,
      {
        me: { policy: { ...me.policy, deviceMinAgeMinutes: 10 } },
        laptop: { registeredAt: new Date(now.getTime() - 30_000).toISOString() },
      },
    ],
    ['policy_violation', { ...self, upn: 'bob@contoso.example' }, {}],
    ['weak_key', device, { me: { policy: { ...me.policy, keys: ['rsa-3072' as const] } } }],
  ])('%s', async (code, wish, change) => {
    await expect(decide(wish, change)).rejects.toMatchObject({ code })
  })

  test('a primary user gets one for a device that somebody else registered', async () => {
    const change = { laptop: { entraOwnerOids: ['bob'], primaryUserOids: ['alice'] } }
    await expect(decide(device, change)).resolves.toBeUndefined()
  })

  test('an object id in place of a device id is told apart', async () => {
    await expect(decide({ commonName: OBJECT })).rejects.toMatchObject({
      code: 'policy_violation',
      rule: 'device_id',
      message: 'This is the object id of your device, not its device id.',
    })
  })
})
