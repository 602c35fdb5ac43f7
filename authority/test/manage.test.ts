import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** SCEPman's management API, and what people may do with their own certificates. */

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const ALICE = 'alice@contoso.example'
const JSON_TYPE = [['content-type', 'application/json']] as const

let latchkey: Harness
let alice: string
let bob: string
let erin: string

beforeAll(async () => {
  latchkey = await startHarness()
  alice = await latchkey.token('alice')
  bob = await latchkey.token('bob')
  erin = await latchkey.token('erin')
})

afterAll(() => latchkey.close())

async function issue(wish: Parameters<typeof makeCsr>[0], token = alice): Promise<string> {
  const body = makeCsr(wish).der
  const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token, body })
  expect(answer.status, answer.body.toString()).toBe(200)
  return new X509Certificate(answer.body).serialNumber.toLowerCase()
}

const get = (path: string, token = erin) => latchkey.send({ path, token })

function post(path: string, json: object | null, token = alice, method = 'POST'): Promise<Answer> {
  if (json === null) return latchkey.send({ method, path, token })
  return latchkey.send({ method, path, token, headers: JSON_TYPE, body: JSON.stringify(json) })
}

const patch = (serial: string, json: object, token = erin) =>
  post(`/api/manage/revoke/${serial}`, json, token, 'PATCH')

const said = (answer: Answer) => [answer.status, answer.json.code]
type Item = Record<string, unknown>
const itemsOf = (answer: Answer) => answer.json.items as Item[]

describe('search', () => {
  test('gives the fields of SCEPman', async () => {
    const serial = await issue({ upn: ALICE, commonName: ALICE })
    const answer = await get(`/api/manage/search?searchText=${serial}`)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json).toEqual({
      items: [
        {
          serialNumber: serial.toUpperCase(),
          subject: `CN=${ALICE}`,
          sans: `UPN:${ALICE}`,
          upn: ALICE,
          issuanceDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          expirationDate: expect.stringMatching(/Z$/),
          revocationDate: null,
          revocationReason: null,
          revokedBy: null,
          requester: 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01',
          source: 7,
          certificateType: 'User',
        },
      ],
      continuationToken: null,
    })
  })

  test('finds a serial as the portal and as OpenSSL show it', async () => {
    const serial = await issue({ upn: ALICE, commonName: ALICE })
    for (const [size, gap] of [
      [4, ' '],
      [2, ':'],
    ] as const) {
      const shown = serial.match(new RegExp(`.{${size}}`, 'g'))?.join(gap) ?? ''
      const answer = await get(`/api/manage/search?searchText=${encodeURIComponent(shown)}`)
      expect(itemsOf(answer).map((one) => one.serialNumber)).toEqual([serial.toUpperCase()])
    }
  })

  test('goes on where the page before ended', async () => {
    const made = [await issue({ upn: ALICE }), await issue({ upn: ALICE })]
    made.push(await issue({ commonName: LAPTOP }))
    const seen: string[] = []
    let next: unknown = ''
    while (next !== null) {
      const page = await get(`/api/manage/search?pageSize=1&continuationToken=${next}`)
      expect(itemsOf(page).length).toBeLessThanOrEqual(1)
      seen.push(...itemsOf(page).map(({ serialNumber }) => String(serialNumber).toLowerCase()))
      next = page.json.continuationToken
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(made))
  })

  test('names and values count in any case, as in SCEPman', async () => {
    const serial = await issue({ commonName: LAPTOP })
    const query = `SEARCHTEXT=${serial.toUpperCase()}&certvalidity=ACTIVE&CertType=device&sources=7`
    const found = itemsOf(await get(`/api/manage/search?${query}`))
    expect(found.map(({ certificateType }) => certificateType)).toEqual(['Device'])
  })

  test.each([
    ['Sources=0', 0],
    ['Sources=1&Sources=9', 0],
    ['Sources=1&Sources=7', 1],
    ['certType=DC', 0],
    ['certType=User', 0],
    ['certType=Static', 0],
    ['certType=Any&certValidity=Any&pageSize=50&continuationToken=&searchText=', 1],
    ['certValidity=Expired', 0],
    ['certValidity=Revoked', 0],
    ['certValidity=Active', 1],
  ])('%s', async (query, count) => {
    const serial = await issue({ commonName: LAPTOP })
    const text = query.includes('searchText') ? '' : `&searchText=${serial}`
    const found = itemsOf(await get(`/api/manage/search?${query}${text}`))
    expect(found.filter((one) => one.serialNumber === serial.toUpperCase())).toHaveLength(count)
  })

  test.each([
    ['pageSize=0'],
    ['pageSize=-1'],
    ['pageSize=x'],
    ['certValidity=Sometimes'],
    ['certType=7'],
    ['Sources=x'],
    ['continuationToken=%27%20OR%201=1'],
    [`searchText=${'x'.repeat(300)}`],
    ['searchText=a&searchText=b'],
  ])('%s is not understood', async (query) => {
    const answer = await get(`/api/manage/search?${query}`)
    expect(said(answer)).toEqual([400, 'malformed_request'])
    expect([answer.json.errorMessage, answer.json.errorCode]).toEqual([answer.json.detail, 4000])
  })

  test.each([['%25'], ['_'], ["'"], ['%00'], ['\\'], ['*']])('%s is a letter', async (text) => {
    expect((await get(`/api/manage/search?searchText=${encodeURIComponent(text)}`)).json).toEqual({
      items: [],
      continuationToken: null,
    })
  })
})

describe('revoke', () => {
  test('revokes, and says who did it', async () => {
    const serial = await issue({ commonName: LAPTOP })
    const answer = await patch(serial.toUpperCase(), { revocationReason: 4, revoker: 'Helpdesk' })
    expect(answer.status).toBe(200)
    const found = itemsOf(await get(`/api/manage/search?searchText=${serial}&certValidity=Revoked`))
    expect(found).toEqual([answer.json])
    expect(found[0]).toMatchObject({
      revocationReason: 4,
      revokedBy: expect.stringMatching(/^Helpdesk through API user .*erin/i),
      revocationDate: expect.stringMatching(/Z$/),
    })
    const mine = await get(`/api/me/certificates/${serial}`, alice)
    expect(mine.json.status).toMatchObject({ state: 'revoked', revocationReason: 'superseded' })
  })

  test('answers an unknown serial and a second time as SCEPman does', async () => {
    const serial = await issue({ commonName: LAPTOP })
    expect((await patch(serial, { revocationReason: 5 })).status).toBe(200)
    const again = await patch(serial, { revocationReason: 5 })
    expect([again.status, again.json.errorMessage, again.json.errorCode]).toEqual([
      409,
      'The certificate is already revoked.',
      5013,
    ])
    for (const unknown of ['40'.repeat(20), 'nonsense', '%00', "'--", 'a'.repeat(99)]) {
      const answer = await patch(encodeURIComponent(unknown), { revocationReason: 5 })
      expect([400, 404]).toContain(answer.status)
      if (unknown.length === 40) {
        expect(answer.json).toMatchObject({
          status: 404,
          errorMessage: 'Certificate not found.',
          errorCode: 7012,
        })
      }
    }
  })

  test('takes that the key is known to others at any time, once', async () => {
    const serial = await issue({ commonName: LAPTOP })
    const before = await patch(serial, { revocationReason: 4 })
    const after = await patch(serial, { revocationReason: 1 })
    expect(after.status).toBe(200)
    expect(after.json).toEqual({ ...before.json, revocationReason: 1 })
    expect(said(await patch(serial, { revocationReason: 1 }))).toEqual([409, 'already_revoked'])
  })

  test('holds with 6 and lets go with 8', async () => {
    const serial = await issue({ commonName: LAPTOP })
    expect((await patch(serial, { revocationReason: 6 })).json.revocationReason).toBe(6)
    expect((await patch(serial, { revocationReason: 8 })).json.revocationDate).toBeNull()
    expect(said(await patch(serial, { revocationReason: 8 }))).toEqual([409, 'not_on_hold'])
  })

  test.each([
    ['no reason', {}],
    ['a reason that is no number', { revocationReason: '4' }],
    ['reason 7, which is unused', { revocationReason: 7 }],
    ['reason 11', { revocationReason: 11 }],
    ['reason 1.5', { revocationReason: 1.5 }],
    ['a CA’s reason', { revocationReason: 2 }],
    ['another member', { revocationReason: 4, serial: 'x' }],
    ['a revoker that steers a terminal', { revocationReason: 4, revoker: 'a\u001b[2J' }],
    ['a list', [4]],
  ])('%s is refused', async (_, body) => {
    const serial = await issue({ commonName: LAPTOP })
    expect(said(await patch(serial, body))).toEqual([400, 'malformed_request'])
    const state = (await get(`/api/me/certificates/${serial}`, alice)).json.status
    expect(state).toMatchObject({ state: 'good' })
  })

  test.each([
    ['{', 'application/json', 400],
    ['', 'application/json', 400],
    ['revocationReason=4', 'application/x-www-form-urlencoded', 415],
    [`{"revocationReason":4}${' '.repeat(20_000)}`, 'application/json', 413],
  ])('the body %.20j as %s', async (body, type, status) => {
    const path = `/api/manage/revoke/${'40'.repeat(20)}`
    const headers = [['content-type', type]] as const
    const answer = await latchkey.send({ method: 'PATCH', path, token: erin, headers, body })
    expect(answer.status).toBe(status)
  })
})

describe('AUZ-16: only operators', () => {
  const asks: [string, (token: string) => Promise<Answer>][] = [
    ['find', (token) => get('/api/manage/search', token)],
    ['find badly', (token) => get('/api/manage/search?pageSize=x', token)],
    ['revoke', (token) => patch('40'.repeat(20), { revocationReason: 4 }, token)],
    ['see the brake', (token) => get('/api/manage/brake', token)],
    ['release the brake', (token) => post('/api/manage/brake', null, token)],
  ]

  test.each(asks)('%s', async (_, ask) => {
    expect(said(await ask(alice))).toEqual([403, 'missing_role'])
    for (const roles of [['Manage.all'], ['Manage.All.Read'], 'Manage.All', []]) {
      expect(said(await ask(await latchkey.token('alice', { roles })))).toEqual([
        403,
        'missing_role',
      ])
    }
    const application = await latchkey.appToken('linux-fleet')
    expect(said(await ask(application))).toEqual([403, 'missing_role'])
    const operator = await latchkey.appToken('linux-fleet', { roles: ['Manage.All'] })
    expect([200, 400, 404]).toContain((await ask(operator)).status)
    expect((await ask('x.y.z')).status).toBe(401)
  })

  test('an operator is not thereby somebody who gets certificates', async () => {
    const body = makeCsr({ upn: 'erin@contoso.example' }).der
    const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token: erin, body })
    expect(said(answer)).toEqual([403, 'missing_role'])
  })
})

test('the circuit breaker is shown, released once, and the release is on record', async () => {
  expect((await get('/api/manage/brake')).json).toEqual({ brake: null })
  expect(said(await post('/api/manage/brake', null, erin))).toEqual([404, 'not_found'])
  const { ledger } = latchkey.authority
  const engagedAt = new Date('2026-11-22T12:00:00Z')
  const event = {
    kind: 'circuit_breaker.engaged',
    at: engagedAt,
    actor: 'sync',
    serial: null,
  } as const
  const brake = { engagedAt, changes: 70, bound: 100, releasedAt: null }
  const change = { from: null, to: brake }
  await ledger.setCircuitBreaker(change, { ...event, facts: { changes: 70 } })
  const shown = { ...brake, engagedAt: engagedAt.toISOString() }
  expect((await get('/api/manage/brake')).json).toEqual({ brake: shown })
  const released = await post('/api/manage/brake', null, erin)
  expect(released.json).toEqual({
    brake: { ...shown, releasedAt: expect.stringMatching(/Z$/) },
  })
  expect((await post('/api/manage/brake', null, erin)).json).toEqual(released.json)
  const trail = await ledger.auditTrail(0, 1000)
  const releases = trail.filter(({ event: { kind } }) => kind === 'circuit_breaker.released')
  expect(releases.map(({ event: { actor } }) => actor)).toEqual([
    'e4140005-6a7c-4d93-8e20-c9f3b5a71d05',
  ])
})

describe('one’s own certificates', () => {
  const of = (serial: string) => `/api/me/certificates/${serial}`

  test('as a file, DER or PEM', async () => {
    const serial = await issue({ commonName: LAPTOP })
    const der = await get(`${of(serial)}/certificate`, alice)
    expect(der.headers['content-type']).toBe('application/pkix-cert')
    expect(der.headers['content-disposition']).toBe(`attachment; filename="${serial}.cer"`)
    const certificate = new X509Certificate(der.body)
    expect(certificate.raw.equals(der.body)).toBe(true)
    const accept = [['accept', 'application/x-pem-file']] as const
    const pems = [
      await get(`${of(serial)}/certificate?format=pem`, alice),
      await latchkey.send({ path: `${of(serial)}/certificate`, token: alice, headers: accept }),
    ]
    for (const pem of pems) {
      expect(pem.headers['content-type']).toBe('application/x-pem-file')
      expect(pem.body.toString()).toBe(certificate.toString())
    }
    expect(said(await get(`${of(serial)}/certificate?format=p12`, alice))).toEqual([
      400,
      'malformed_request',
    ])
  })

  test('are revoked for good by their owner', async () => {
    const serial = await issue({ commonName: LAPTOP })
    const answer = await post(`${of(serial)}/revoke`, { reason: 'cessationOfOperation' })
    expect(answer.json).toMatchObject({
      serial,
      status: { state: 'revoked', reason: 'by_owner', revocationReason: 'cessationOfOperation' },
    })
    expect(said(await post(`${of(serial)}/revoke`, { reason: 'superseded' }))).toEqual([
      409,
      'already_revoked',
    ])
    expect(said(await post(`${of(serial)}/release`, null))).toEqual([409, 'not_on_hold'])
  })

  test('of a lost device go on hold together, and come back together', async () => {
    const device = 'de71ce02-1d4e-4a97-b8c3-5f60e2d7a902'
    const serials = [await issue({ commonName: device }), await issue({ commonName: device })]
    const other = await issue({ upn: ALICE })
    const held = await post(`${of(serials[0] ?? '')}/hold`, null)
    expect(held.json.serials).toEqual(expect.arrayContaining(serials))
    expect(held.json.serials).not.toContain(other)
    for (const serial of serials) {
      expect((await get(of(serial), alice)).json.status).toMatchObject({ state: 'hold' })
    }
    expect(said(await post(`${of(serials[0] ?? '')}/hold`, null))).toEqual([409, 'already_revoked'])
    const released = await post(`${of(serials[1] ?? '')}/release`, null)
    expect(released.json.serials).toEqual(expect.arrayContaining(serials))
    expect((await get(of(serials[0] ?? ''), alice)).json.status).toMatchObject({ state: 'good' })
  })

  test('of a device are stopped by its id as well, and nothing is issued for it', async () => {
    const device = 'de71ce02-1d4e-4a97-b8c3-5f60e2d7a902'
    const serial = await issue({ commonName: device })
    const client = makeCsr({ commonName: device })
    const held = await post(`/api/me/devices/${device.toUpperCase()}/hold`, null)
    expect(held.json.serials).toContain(serial)
    const again = { method: 'POST', path: '/api/csr', token: alice, body: client.der }
    expect(said(await latchkey.send(again))).toEqual([403, 'device_lost'])
    const [shown] = itemsOf(await get('/api/me/devices', alice)).filter(
      ({ deviceId }) => deviceId === device,
    )
    const { at, revokedAt } = shown?.reportedLost as { at: string; revokedAt: string }
    expect(Date.parse(revokedAt) - Date.parse(at)).toBe(7 * 86_400_000)
    for (const id of [device, 'x'.repeat(36)]) {
      expect((await post(`/api/me/devices/${id}/release`, null, bob)).status).not.toBe(200)
    }
    const released = await post(`/api/me/devices/${device}/release`, null)
    expect(released.json.serials).toContain(serial)
    expect((await latchkey.send(again)).status).toBe(200)
  })

  test('take the place of an older one, which stays good', async () => {
    const older = await issue({ upn: ALICE })
    const renew = (token: string, wish: Parameters<typeof makeCsr>[0]) =>
      latchkey.send({
        ...{ method: 'POST', token, body: makeCsr(wish).der },
        path: `/api/csr?replaces=${older.toUpperCase()}`,
      })
    const answer = await renew(alice, { upn: ALICE })
    const newer = new X509Certificate(answer.body).serialNumber.toLowerCase()
    expect((await get(of(newer), alice)).json).toMatchObject({ replaces: older, source: 'api' })
    expect((await get(of(older), alice)).json.status).toMatchObject({ state: 'good' })
    expect(said(await renew(bob, { upn: 'bob@contoso.example' }))).toEqual([404, 'not_found'])
    expect(said(await renew(alice, { commonName: LAPTOP }))).toEqual([409, 'not_renewable'])
  })

  test('that name a person are called what their owner calls them', async () => {
    const serial = await issue({ upn: ALICE })
    const name = (label: unknown, whose = serial, token = alice) =>
      post(of(whose), { label }, token, 'PATCH')
    expect((await name('  my phone \u{1F4F1} ')).json).toMatchObject({
      label: 'my phone \u{1F4F1}',
    })
    const [found] = itemsOf(await get(`/api/manage/search?searchText=${serial}&names=true`))
    expect(found).toMatchObject({ names: { label: 'my phone \u{1F4F1}' } })
    for (const label of ['', ' ', 'x'.repeat(41), 'a\u202Eb', 'a\nb', '\uD800', 7]) {
      expect(said(await name(label))).toEqual([400, 'malformed_request'])
    }
    expect(said(await name('x', await issue({ commonName: LAPTOP })))).toEqual([
      422,
      'policy_violation',
    ])
    expect(said(await name('x', serial, bob))).toEqual([404, 'not_found'])
    expect((await get(`${of(serial)}/certificate`, alice)).body.includes('phone')).toBe(false)
    expect((await name(null)).json).toMatchObject({ label: null })
  })

  test.each([
    ['', 'GET'],
    ['/certificate', 'GET'],
    ['/revoke', 'POST'],
    ['/hold', 'POST'],
    ['/release', 'POST'],
  ])('%s of somebody else’s and of no certificate are answered alike', async (verb, method) => {
    const mine = await issue({ commonName: LAPTOP })
    const ask = async (serial: string) => {
      const path = of(serial) + verb
      if (method === 'GET') return get(path, bob)
      return post(path, verb === '/revoke' ? { reason: 'superseded' } : null, bob)
    }
    const [theirs, nobodys] = [await ask(mine), await ask('40'.repeat(20))]
    expect(said(theirs)).toEqual([404, 'not_found'])
    expect(theirs.body.toString()).toBe(nobodys.body.toString())
    expect((await get(of(mine), alice)).json.status).toMatchObject({ state: 'good' })
  })

  test.each([
    ['no reason', {}],
    ['an operator’s reason', { reason: 'privilegeWithdrawn' }],
    ['a hold', { reason: 'certificateHold' }],
    ['a number', { reason: 4 }],
    ['another member', { reason: 'superseded', oid: 'x' }],
  ])('are not revoked with %s', async (_, body) => {
    const serial = await issue({ commonName: LAPTOP })
    const answer = await post(`${of(serial)}/revoke`, body)
    expect(said(answer)).toEqual([400, 'malformed_request'])
    expect(answer.json.detail).toMatch(/^[^\n]+\.$/)
  })
})
