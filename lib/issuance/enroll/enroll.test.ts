import { X509Certificate } from 'node:crypto'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type ErrorCode, LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { applySeen } from '#lib/issuance/directory-sync/apply.ts'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import type { Observation } from '#lib/model.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, requester } from '#lib/policy/testing/context.ts'
import { enroll } from './enroll.ts'
import { identify, reenroll } from './reenroll.ts'

const deviceWish = { commonName: laptop.deviceId ?? '' }
const bob = { ...requester, oid: 'b0b00000-0000-4000-8000-000000000002' }

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  opened = null
})

async function open(change: Parameters<typeof testAuthority>[0] = {}) {
  const made = await testAuthority(change)
  opened = made.authority
  const kinds = async () =>
    (await made.authority.ledger.auditTrail(0, 100)).map((record) => record.event.kind)
  const go = (csr: Uint8Array, who = requester) => enroll(made.authority, who, csr, 'api')
  return { ...made, kinds, go }
}

async function refusalOf(promise: Promise<unknown>): Promise<LatchkeyError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof LatchkeyError) return error
  throw new Error('a refusal was expected', { cause: error })
}

describe('a good request', () => {
  test('gets a certificate with the directory’s names and the CSR’s key only', async () => {
    const { go, authority, kinds } = await open()
    const csr = makeCsr({ ...deviceWish, key: 'rsa-2048' })
    const { certificate, serial } = await go(csr.der)
    const read = new X509Certificate(certificate)
    expect(read.subject).toBe(`CN=${laptop.deviceId}`)
    expect(read.subjectAltName).toBe(`URI:IntuneDeviceId://${laptop.intuneId}`)
    expect(read.serialNumber.toLowerCase()).toBe(serial)
    expect(read.checkPrivateKey(csr.privateKey)).toBe(true)
    expect(read.validToDate.toISOString()).toBe('2027-11-22T12:00:00.000Z')
    expect(await authority.ledger.certificate(serial)).toMatchObject({
      state: 'issued',
      holder: { kind: 'device', deviceId: laptop.deviceId, intuneId: laptop.intuneId },
    })
    expect(await kinds()).toEqual(['issuance.intended', 'certificate.issued'])
  })

  test.each([
    ['bob@contoso.example', alice.upn],
    ['Eve\u202e\u0000', alice.upn],
    [' \t ', alice.upn],
    ['Alice '.repeat(40), `${'Alice '.repeat(11).slice(0, 63).trim()}…`],
    [`a${'\u0301'.repeat(200)}`, `a${'\u0301'.repeat(62)}…`],
  ])('whose person the directory calls %j names them safely, at first and renewed', async (displayName, commonName) => {
    const { go, authority, directory } = await open()
    directory.users = [{ ...alice, displayName }]
    const first = await go(makeCsr({ upn: alice.upn, key: 'ec-p256' }).der)
    const presented = await identify(authority, first.certificate)
    const renewed = await reenroll(authority, presented, makeCsr({ key: 'ec-p256' }).der)
    for (const { certificate } of [first, renewed]) {
      expect(new X509Certificate(certificate).subject).toBe(`CN=${commonName}`)
    }
  })

  test('is answered with the same certificate when it is sent again, malleated or not', async () => {
    const { go, signed } = await open()
    const { der } = makeCsr({ upn: alice.upn, key: 'ec-p256' })
    const first = await go(der)
    const second = await go(der)
    expect(second).toEqual({ ...first, repeated: true })
    expect(signed).toHaveLength(1)
  })

  test('that wishes a shorter life gets it; a longer one is cut to the profile', async () => {
    const { go } = await open()
    const week = await go(makeCsr({ ...deviceWish, validity: { period: 'Days', units: 7 } }).der)
    expect(new X509Certificate(week.certificate).validToDate).toEqual(
      new Date('2026-11-29T12:00:00Z'),
    )
    const ages = await go(makeCsr({ ...deviceWish, validity: { period: 'Years', units: 20 } }).der)
    expect(new X509Certificate(ages.certificate).validToDate).toEqual(
      new Date('2027-11-22T12:00:00Z'),
    )
  })

  test('a second key for the same device is a second certificate', async () => {
    const { go } = await open()
    const first = await go(makeCsr(deviceWish).der)
    const second = await go(makeCsr(deviceWish).der)
    expect(second.serial).not.toBe(first.serial)
  })
})

describe('a refusal', () => {
  test('is audited and nothing is signed', async () => {
    const { go, signed, kinds } = await open()
    const error = await refusalOf(go(makeCsr({ upn: 'bob@contoso.example' }).der))
    expect(error).toMatchObject({ code: 'policy_violation', rule: 'upn_match' })
    expect(signed).toHaveLength(0)
    expect(await kinds()).toEqual(['request.refused'])
  })

  test('a key belongs to one person', async () => {
    const { go, directory, signed } = await open()
    directory.users.push({ ...alice, oid: bob.oid, upn: 'bob@contoso.example' })
    const { privateKey, der } = makeCsr({ upn: alice.upn })
    await go(der)
    const stolen = makeCsr({ key: privateKey, upn: 'bob@contoso.example' })
    expect(await refusalOf(go(stolen.der, bob))).toMatchObject({ code: 'key_already_bound' })
    expect(signed).toHaveLength(1)
  })

  test('a blocked key is refused for ever, to its owner too', async () => {
    const { go, authority, clock } = await open()
    const { privateKey, der } = makeCsr({ upn: alice.upn })
    const { serial } = await go(der)
    const record = await authority.ledger.certificate(serial)
    const event = { kind: 'key.blocked', at: clock.now, actor: 'test', serial, facts: {} } as const
    const block = {
      keyThumbprint: record?.keyThumbprint ?? '',
      at: clock.now,
      by: 'test',
    }
    expect(await authority.ledger.blockKey(block, event)).toEqual([serial])
    const again = makeCsr({ key: privateKey, commonName: laptop.intuneId ?? '' })
    expect(await refusalOf(go(again.der))).toMatchObject({ code: 'weak_key' })
  })

  test('CON-08: the eleventh certificate of an hour waits for the next one', async () => {
    const { go, clock } = await open({ quota: { certificatesPerHourMax: 2 } })
    const one = makeCsr(deviceWish)
    await go(one.der)
    await go(makeCsr(deviceWish).der)
    const error = await refusalOf(go(makeCsr(deviceWish).der))
    expect(error).toMatchObject({ code: 'quota_exceeded', retryAfterSeconds: 3600 })
    // The same request a second time gets the same certificate.
    expect(await go(one.der)).toMatchObject({ repeated: true })
    clock.now = new Date(clock.now.getTime() + 3_600_000)
    await go(makeCsr(deviceWish).der)
  })
})

describe('an error', () => {
  test('in the directory refuses and signs nothing', async () => {
    const { go, directory, signed } = await open()
    directory.error = new LatchkeyError('directory_unavailable', 'The directory is not answering.')
    expect(await refusalOf(go(makeCsr(deviceWish).der))).toMatchObject({
      code: 'directory_unavailable',
    })
    expect(signed).toHaveLength(0)
  })

  test('an ownership that changes after signing voids the certificate', async () => {
    const { authority, directory, go, kinds } = await open()
    const strangers = { ...laptop, entraOwnerOids: [bob.oid], primaryUserOids: [bob.oid] }
    const changing: Authority = {
      ...authority,
      failpoint: (name) => {
        if (name === 'after-check') directory.devices = [strangers]
      },
    }
    const { der } = makeCsr(deviceWish)
    const error = await refusalOf(enroll(changing, requester, der, 'api'))
    expect(error).toMatchObject({ code: 'ownership_changed', rule: 'device_owned' })
    expect(await kinds()).toEqual(['issuance.intended', 'certificate.voided'])
    const trail = await authority.ledger.auditTrail(0, 1)
    const serial = trail[0]?.event.serial ?? ''
    expect(await authority.ledger.certificate(serial)).toMatchObject({ state: 'void' })
    // The device comes back: the holder gets a new certificate, never the voided one.
    directory.devices = [laptop]
    expect((await go(der)).serial).not.toBe(serial)
  })

  describe('while the directory is asked for the last time', () => {
    /** Does this then, after the ledger was read. */
    async function during(what: (authority: Authority) => Promise<unknown>) {
      const made = await open()
      const authority = {
        ...made.authority,
        policy: { ...made.authority.policy, holdRiskyUsers: true },
      }
      const { personAndDevices } = authority.directory
      let asked = 0
      const asking: typeof personAndDevices = async (...given) => {
        const answer = await personAndDevices(...given)
        if (++asked === 2) await what(authority)
        return answer
      }
      const directory = { ...authority.directory, personAndDevices: asking }
      const go = (csr: Uint8Array) => enroll({ ...authority, directory }, requester, csr, 'api')
      return { ...made, go, times: () => asked }
    }

    const told = (seen: Partial<Observation>) => async (authority: Authority) => {
      const observed = { kind: 'user', id: alice.oid, at: authority.now(), present: true, ...seen }
      const observations = [observed as Observation]
      return applySeen(
        authority,
        { observations, due: [], names: new Map(), isSync: true },
        'directory-sync',
      )
    }

    test('a holder who comes to be at risk gets nothing', async () => {
      const { go, kinds } = await during(told({ risky: true }))
      const error = await refusalOf(go(makeCsr({ upn: alice.upn }).der))
      expect(error).toMatchObject({ code: 'ownership_changed', rule: 'holder' })
      expect(await kinds()).toEqual([
        'issuance.intended',
        'directory.changed',
        'certificate.voided',
      ])
    })

    test('a holder whose name somebody else gets a certificate with gets nothing', async () => {
      const csr = makeCsr({ upn: alice.upn }).der
      const { go, kinds, directory } = await during(async (authority) => {
        directory.users = [{ ...alice, oid: bob.oid }]
        await enroll(authority, bob, makeCsr({ upn: alice.upn }).der, 'api')
        directory.users = [alice]
      })
      expect(await refusalOf(go(csr))).toMatchObject({ code: 'ownership_changed', rule: 'holder' })
      expect((await kinds()).slice(-2)).toEqual(['certificate.issued', 'certificate.voided'])
    })

    test('what a sync stores of the holder is kept', async () => {
      const { go, authority, times } = await during(told({ upn: alice.upn }))
      await go(makeCsr({ upn: alice.upn }).der)
      const stored = await authority.ledger.directoryObjects([{ kind: 'user', id: alice.oid }])
      expect(stored).toMatchObject([{ upn: alice.upn, riskySince: null }])
      expect([times(), stored[0]?.version]).toEqual([2, 1])
    })

    test('a device that is reported lost gets nothing', async () => {
      const report = { deviceId: laptop.deviceId, intuneId: null, reporterOid: alice.oid, by: 'x' }
      const { go, kinds } = await during(({ ledger, now }) =>
        ledger.reportLost(
          { ...report, at: now() },
          {
            kind: 'device.reported_lost',
            at: now(),
            actor: alice.oid,
            serial: null,
            facts: {},
          },
        ),
      )
      expect(await refusalOf(go(makeCsr(deviceWish).der))).toMatchObject({ code: 'device_lost' })
      expect(await kinds()).toEqual([
        'issuance.intended',
        'device.reported_lost',
        'certificate.voided',
      ])
    })
  })

  describe('a device that Intune does not know any more when it is asked for the last time', () => {
    const { deviceId, intuneId } = laptop
    const gone = { ...laptop, intuneId: null, primaryUserOids: null }

    /** Forgets it there in the middle of the request. */
    function forgetting({ authority, directory }: Awaited<ReturnType<typeof open>>): Authority {
      const failpoint: Authority['failpoint'] = (name) => {
        if (name === 'after-check') directory.devices = [gone]
      }
      return { ...authority, failpoint }
    }

    test('gets nothing by what is stored of it', async () => {
      const made = await open()
      const { authority, kinds } = made
      const at = authority.now()
      const good = { at, present: true, compliant: true, ownerOids: [alice.oid] } as const
      const told = { ...good, kind: 'intune_device', id: intuneId ?? '' } as const
      const seen = { observations: [told], due: [], names: new Map(), isSync: true }
      await applySeen(authority, seen, 'directory-sync')
      const go = enroll(forgetting(made), requester, makeCsr(deviceWish).der, 'api')
      expect(await refusalOf(go)).toMatchObject({ code: 'ownership_changed', rule: 'holder' })
      expect((await kinds()).at(-1)).toBe('certificate.voided')
    })

    test('gets nothing by what an earlier certificate depends on', async () => {
      const made = await open()
      const { serial } = await made.go(makeCsr(deviceWish).der)
      const go = enroll(forgetting(made), requester, makeCsr(deviceWish).der, 'api')
      expect(await refusalOf(go)).toMatchObject({ code: 'ownership_changed', rule: 'holder' })
      const bound = await made.authority.ledger.boundCertificates([
        { kind: 'entra_device', id: deviceId ?? '' },
      ])
      expect(bound.map((one) => one.serial)).toEqual([serial])
    })
  })

  describe('a ledger that is gone when the certificate is to be recorded', () => {
    const lost = new LatchkeyError('store_unavailable', 'The ledger is not answering.')
    const gone = async () => {
      throw lost
    }

    test('the row waits, says how long, and is void once the ledger is back', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      const { authority, clock, go } = await open()
      const { der } = makeCsr(deviceWish)
      const { ledger } = authority
      let isBack = false
      const voidPending: typeof ledger.voidPending = (...given) =>
        isBack ? ledger.voidPending(...given) : gone()
      const cut = { ...authority, ledger: { ...ledger, complete: gone, void: gone, voidPending } }
      await expect(enroll(cut, requester, der, 'api')).rejects.toBe(lost)
      const begun = clock.now.getTime()
      for (const [age, seconds] of [
        [0, 1],
        [12_000, 12],
        [600_000, 30],
      ] as const) {
        clock.now = new Date(begun + age)
        const told = { code: 'in_progress', retryAfterSeconds: seconds }
        await expect(go(der)).rejects.toMatchObject(told)
      }
      await vi.advanceTimersByTimeAsync(5000)
      await expect(go(der)).rejects.toMatchObject({ code: 'in_progress' })
      isBack = true
      await vi.advanceTimersByTimeAsync(5000)
      const [first] = await authority.ledger.auditTrail(0, 1)
      const serial = first?.event.serial ?? ''
      await vi.waitFor(async () =>
        expect(await ledger.certificate(serial)).toMatchObject({ state: 'void' }),
      )
      expect((await go(der)).serial).not.toBe(serial)
    })

    test('what was committed unseen is not void later: the next try gets it', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      const { authority, go } = await open()
      const { der } = makeCsr(deviceWish)
      const complete: Authority['ledger']['complete'] = async (...given) => {
        await authority.ledger.complete(...given)
        throw lost
      }
      const cut = { ...authority, ledger: { ...authority.ledger, complete, void: gone } }
      await expect(enroll(cut, requester, der, 'api')).rejects.toBe(lost)
      await vi.advanceTimersByTimeAsync(5000)
      // Behind whatever the late try wrote.
      const { serial, repeated } = await go(der)
      const [first] = await authority.ledger.auditTrail(0, 1)
      expect([serial, repeated]).toEqual([first?.event.serial, true])
    })
  })

  const liars: [string, (signature: Uint8Array) => Uint8Array][] = [
    ['a flipped bit', (signature) => signature.map((octet, at) => (at === 20 ? octet ^ 1 : octet))],
    ['no signature', () => new Uint8Array(0)],
  ]
  test.each(
    liars,
  )('a signer that gives %s is found out and the serial voided', async (_title, lie) => {
    const { authority, kinds } = await open()
    const signer = {
      ...authority.signer,
      sign: async (tbs: Uint8Array) => lie(await authority.signer.sign(tbs)),
    }
    const attempt = enroll({ ...authority, signer }, requester, makeCsr(deviceWish).der, 'api')
    await expect(attempt).rejects.toThrow()
    expect(await kinds()).toEqual(['issuance.intended', 'certificate.voided'])
  })

  const codes: [string, ErrorCode][] = [['signer', 'signer_unavailable']]
  test.each(codes)('a %s that cannot be reached is said so', async (_title, code) => {
    const { authority, kinds } = await open()
    const signer = {
      ...authority.signer,
      sign: () => Promise.reject(new LatchkeyError('signer_unavailable', 'The vault is away.')),
    }
    const attempt = enroll({ ...authority, signer }, requester, makeCsr(deviceWish).der, 'api')
    expect(await refusalOf(attempt)).toMatchObject({ code })
    expect(await kinds()).toEqual(['issuance.intended', 'certificate.voided'])
  })
})

test('CON-01: a hundred times the same request at once is one certificate', async () => {
  const { go, signed } = await open()
  const { der } = makeCsr(deviceWish)
  const answers = await Promise.allSettled(Array.from({ length: 100 }, () => go(der)))
  const serials = answers.flatMap((answer) =>
    answer.status === 'fulfilled' ? [answer.value.serial] : [],
  )
  const codes = answers.flatMap((answer) =>
    answer.status === 'rejected' ? [(answer.reason as LatchkeyError).code] : [],
  )
  expect(new Set(serials).size).toBe(1)
  expect(new Set(codes)).toEqual(new Set(codes.length > 0 ? ['in_progress'] : []))
  expect(signed).toHaveLength(1)
})
