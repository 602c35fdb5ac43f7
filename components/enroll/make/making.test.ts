import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ConfirmReason, Outcome } from '#components/step-up/messages.ts'
import type { IssuedCertificate } from '#lib/actions/enroll.ts'
import type { ActionResult, ErrorCode } from '#lib/errors.ts'
import { createKeyEngine, type NetworkWrapping } from './key-engine.ts'
import { createMaking, type MakingEvent, type MakingOrder } from './making.ts'
import { type MakingState, NOTHING_MADE, nextMaking } from './making-state.ts'

let folder = ''
let caCertificate = new Uint8Array()
const openssl = (...args: string[]) =>
  new Uint8Array(execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }))

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-making-'))
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-noenc',
    '-keyout',
    'ca.key',
  ]
  openssl('req', '-x509', ...key, '-subj', '/CN=Test CA', '-out', 'ca')
  caCertificate = openssl('x509', '-in', 'ca', '-outform', 'DER')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function issue(csr: Uint8Array): IssuedCertificate {
  writeFileSync(path.join(folder, 'csr'), csr)
  const ca = ['-CA', 'ca', '-CAkey', 'ca.key', '-outform', 'DER']
  return {
    serial: '01',
    certificate: openssl('x509', '-req', '-inform', 'DER', '-in', 'csr', ...ca),
    chain: [caCertificate],
    issuerName: 'Test CA',
    notBefore: '2026-11-22T10:00:00.000Z',
    notAfter: '2027-11-22T10:00:00.000Z',
    checkedMs: 40,
    signedMs: 7,
  }
}

const ORDER: MakingOrder = {
  kind: 'key',
  wish: { type: 'ec-p256', names: { commonName: 'alice-ws', upn: null, uri: null } },
  wrapping: { form: 'modern', network: null },
  name: 'alice-ws',
}

const WISH = { type: 'ec-p256', names: { commonName: 'x', upn: null, uri: null } } as const

type Reply =
  | 'issue'
  | 'throw'
  | { readonly code: ErrorCode; readonly rule?: string; readonly retryAfterSeconds?: number }

type Confirm = { readonly must: boolean; readonly outcomes: readonly Outcome[] }

const NOTHING_TO_CONFIRM: Confirm = { must: false, outcomes: [] }

const proof = (idToken: string): Outcome => ({
  kind: 'proof',
  proof: { idToken, accessToken: null },
})

/** A run with a server that gives these replies, one after the other. */
function stage(replies: readonly Reply[], order = ORDER, confirm: Confirm = NOTHING_TO_CONFIRM) {
  const queue = [...replies]
  const sent: Uint8Array[] = []
  const proofs: (string | null)[] = []
  const outcomes = [...confirm.outcomes]
  const events: MakingEvent[] = []
  const pauses: number[] = []
  const keys = createKeyEngine()
  /** Called while it waits for these. */
  const during: { [Wait in 'confirm' | 'send' | 'pause']?: () => void } = {}
  let state: MakingState = NOTHING_MADE
  let now = 0
  let online = true
  let cameBack = () => {}
  const making = createMaking(
    {
      keys: () => keys,
      mustConfirm: () => confirm.must,
      confirm: async () => {
        during.confirm?.()
        const outcome = outcomes.shift()
        if (!outcome) throw new Error('nothing is to be confirmed')
        return outcome
      },
      send: async (csr, proof): Promise<ActionResult<IssuedCertificate>> => {
        during.send?.()
        sent.push(csr)
        proofs.push(proof?.idToken ?? null)
        const reply = queue.shift()
        if (reply === undefined) throw new Error('asked too often')
        if (reply === 'throw') throw new TypeError('Failed to fetch')
        if (reply === 'issue') return { ok: true, value: issue(csr) }
        const { code, rule = null, retryAfterSeconds = null } = reply
        return { ok: false, code, message: 'No.', rule, remedy: 'Mend.', retryAfterSeconds }
      },
      signProfile: async (files) => ({ files, signed: null }),
      clock: () => ++now,
      isOnline: () => online,
      whenOnline: () =>
        new Promise((resolve) => {
          cameBack = resolve
        }),
      pause: async (ms) => {
        during.pause?.()
        pauses.push(ms)
      },
      isStale: (error) => error instanceof Error && error.message === 'stale',
      report: (event) => {
        events.push(event)
        state = nextMaking(state, event)
      },
    },
    order,
  )
  return {
    making,
    during,
    sent,
    proofs,
    events,
    pauses,
    state: () => state,
    setOnline: (value: boolean) => {
      online = value
      if (value) cameBack()
    },
  }
}

const stateNames = ({ steps }: MakingState) =>
  [steps.key, steps.check, steps.sign, steps.wrap].map((step) => step.state).join(' ')

test('four steps in their order end in a file that OpenSSL opens with the password', async () => {
  const run = stage(['issue'])
  await run.making.go()
  expect(run.events.map((it) => ('step' in it ? `${it.kind} ${it.step}` : it.kind))).toEqual([
    'started key',
    'finished key',
    'started check',
    'finished check',
    'finished sign',
    'issued',
    'started wrap',
    'finished wrap',
    'wrapped',
  ])
  const { steps, wrapped } = run.state()
  expect(steps.check.ms).toBe(40)
  expect(steps.sign.ms).toBe(7)
  expect(wrapped?.chainHolds).toBe(true)
  expect(wrapped?.password).toHaveLength(20)
  expect(wrapped?.files.map((file) => file.kind)).toEqual(['p12'])
  writeFileSync(path.join(folder, 'p12'), wrapped?.files[0]?.octets ?? new Uint8Array())
  openssl('pkcs12', '-in', 'p12', '-passin', `pass:${wrapped?.password}`, '-noout')
})

test('separate files: a locked key, the certificate and its chain', async () => {
  const run = stage(['issue'], { ...ORDER, wrapping: { form: 'pem', network: null } })
  await run.making.go()
  const files = run.state().wrapped?.files ?? []
  expect(files.map((file) => file.kind)).toEqual(['key', 'certificate', 'chain'])
  for (const file of files) writeFileSync(path.join(folder, file.kind), file.octets)
  const password = `pass:${run.state().wrapped?.password}`
  const ofKey = openssl('pkey', '-in', 'key', '-passin', password, '-pubout')
  expect(openssl('x509', '-in', 'certificate', '-noout', '-pubkey')).toEqual(ofKey)
  openssl('verify', '-CAfile', 'chain', 'certificate')
})

test('the same key is wrapped for another place, with the same password and without asking again', async () => {
  const run = stage(['issue'])
  await run.making.go()
  const password = run.state().wrapped?.password
  await run.making.wrapAs({ form: 'older', network: null })
  expect(run.sent).toHaveLength(1)
  const { wrapped } = run.state()
  expect(wrapped?.wrapping.form).toBe('older')
  expect(wrapped?.password).toBe(password)
  writeFileSync(path.join(folder, 'older'), wrapped?.files[0]?.octets ?? new Uint8Array())
  const info = ['-info', '-noout', '-passin', `pass:${password}`]
  const judge = spawnSync('openssl', ['pkcs12', '-in', 'older', ...info], { cwd: folder })
  expect(judge.stderr.toString()).toMatch(/MAC: sha1[\s\S]*pbeWithSHA1And3-KeyTripleDES-CBC/)
})

test('a profile has the leaf alone in its locked part, the settings of networks go beside a file', async () => {
  const network: NetworkWrapping = {
    form: 'mobileconfig',
    networks: [
      { name: 'Office', kind: 'wifi', ssid: 'Office', servers: ['radius.example'], roots: [] },
    ],
    ...{ identity: 'alice', organization: 'Contoso', title: 'alice', fileBase: 'alice' },
  }
  const run = stage(['issue'], { ...ORDER, wrapping: { form: 'older', network } })
  await run.making.go()
  const [profile, ...more] = run.state().wrapped?.files ?? []
  expect(more).toEqual([])
  const text = new TextDecoder().decode(profile?.octets)
  const inside = /pkcs12<\/string>[\s\S]*?<data>([^<]+)/.exec(text)?.[1] ?? ''
  writeFileSync(path.join(folder, 'inside'), Buffer.from(inside, 'base64'))
  const password = `pass:${run.state().wrapped?.password}`
  const opened = openssl('pkcs12', '-in', 'inside', '-passin', password, '-noenc')
  expect(
    Buffer.from(opened)
      .toString()
      .match(/BEGIN CERTIFICATE/g),
  ).toHaveLength(1)

  await run.making.wrapAs({ form: 'modern', network: { ...network, form: 'network-manager' } })
  const endings = run.state().wrapped?.files.map(({ ending }) => ending)
  expect(endings).toEqual(['.p12', '.nmconnection', '.roots.pem'])
})

test('a request that the reader brought ends with its certificate', async () => {
  const csr = Uint8Array.of(1, 2, 3)
  const run = stage([{ code: 'malformed_csr' }], { kind: 'own', csr })
  await run.making.go()
  expect(run.sent).toEqual([csr])
  expect(stateNames(run.state())).toBe('done fail wait wait')
})

test('pressed twice, it sends one request', async () => {
  const run = stage(['issue'])
  await Promise.all([run.making.go(), run.making.go(), run.making.go()])
  expect(run.sent).toHaveLength(1)
})

describe.each([
  ['device_not_compliant', 'refused', 'check'],
  ['not_owner', 'refused', 'check'],
  ['weak_key', 'refused', 'check'],
  ['directory_unavailable', 'later', 'check'],
  ['rate_limited', 'later', 'check'],
  ['signer_unavailable', 'later', 'sign'],
  ['store_unavailable', 'later', 'sign'],
  ['session_required', 'signed_out', 'check'],
  ['internal', 'broken', 'sign'],
] as const)('stopped by %s', (code, kind, step) => {
  test(`it says "${kind}" at "${step}", and going on sends the very same request`, async () => {
    const run = stage([{ code, retryAfterSeconds: 5 }, 'issue'])
    await run.making.go()
    expect(run.state().stopped).toMatchObject({ step, trouble: { kind } })
    expect(stateNames(run.state())).toBe(
      step === 'check' ? 'done fail wait wait' : 'done done fail wait',
    )
    await run.making.go()
    expect(run.sent).toHaveLength(2)
    expect(run.sent[1]).toEqual(run.sent[0])
    expect(run.state().stopped).toBeNull()
    expect(stateNames(run.state())).toBe('done done done done')
  })
})

test('a lost answer is asked for again by itself, with the same request', async () => {
  const run = stage(['throw', { code: 'in_progress' }, 'issue'])
  await run.making.go()
  expect(run.pauses).toEqual([1_000, 2_000])
  expect(new Set(run.sent.map((csr) => csr.join())).size).toBe(1)
  expect(stateNames(run.state())).toBe('done done done done')
})

test('after three tries it stops and says so', async () => {
  const run = stage(['throw', 'throw', 'throw', 'throw'])
  await run.making.go()
  expect(run.pauses).toEqual([1_000, 2_000, 4_000])
  expect(run.state().stopped).toEqual({ step: 'check', trouble: { kind: 'lost' } })
})

test('offline it waits and goes on by itself', async () => {
  const run = stage(['issue'])
  run.setOnline(false)
  const done = run.making.go()
  await expect.poll(() => run.state().stopped?.trouble.kind).toBe('offline')
  expect(run.sent).toHaveLength(0)
  run.setOnline(true)
  await done
  expect(stateNames(run.state())).toBe('done done done done')
})

describe('cancelled, it sends nothing any more', () => {
  test('while the key is made', async () => {
    const { making, sent } = stage(['issue'])
    const done = making.go()
    making.cancel()
    await done
    expect(sent).toEqual([])
  })

  test('while it is offline', async () => {
    const { making, sent, state, setOnline } = stage(['issue'])
    setOnline(false)
    const done = making.go()
    await expect.poll(() => state().stopped?.trouble.kind).toBe('offline')
    making.cancel()
    setOnline(true)
    await done
    expect(sent).toEqual([])
  })

  test.each([
    ['confirm', 0],
    ['send', 1],
    ['pause', 1],
  ] as const)('during %s; it was sent %i times, and is not wrapped', async (wait, times) => {
    const replies = wait === 'pause' ? (['throw', 'issue'] as const) : (['issue'] as const)
    const confirm = { must: true, outcomes: [proof('a')] }
    const { making, during, sent, state } = stage(replies, ORDER, confirm)
    during[wait] = () => making.cancel()
    await making.go()
    expect(sent).toHaveLength(times)
    expect(state().wrapped).toBeNull()
  })
})

test('what is there already is sent before the call returns, and before anything is drawn', async () => {
  const csr = await createKeyEngine().makeRequest(WISH)
  const run = stage(['issue'], { kind: 'own', csr })
  const done = run.making.go()
  expect(run.sent).toEqual([csr])
  await done
})

describe('a request made while the reader still chooses', () => {
  const other = { ...WISH, names: { ...WISH.names, commonName: 'y' } }
  const keyOf = (csr: Uint8Array | null) => {
    writeFileSync(path.join(folder, 'early'), csr ?? new Uint8Array())
    return String(openssl('req', '-inform', 'DER', '-in', 'early', '-noout', '-pubkey'))
  }

  test('is the one that is given', async () => {
    const engine = createKeyEngine()
    const early = await engine.prepareRequest(WISH)
    expect(await engine.makeRequest(WISH)).toBe(early)
  })

  test('keeps its key for the last wish', async () => {
    const engine = createKeyEngine()
    const early = await engine.prepareRequest(WISH)
    await engine.prepareRequest(other)
    const csr = await engine.makeRequest(WISH)
    expect(csr).not.toEqual(early)
    expect(keyOf(csr)).toBe(keyOf(early))
  })

  test('does not take the place of one that was given', async () => {
    const engine = createKeyEngine()
    const given = await engine.makeRequest(WISH)
    expect(await engine.prepareRequest(other)).toBeNull()
    expect(await engine.makeRequest(WISH)).toBe(given)
    expect(keyOf(await engine.makeRequest(other))).not.toBe(keyOf(given))
  })
})

test('a key that could not be made is made by the next try', async () => {
  const engine = createKeyEngine()
  vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValueOnce(new Error('no entropy'))
  await expect(engine.makeRequest(WISH)).rejects.toMatchObject({ code: 'weak_key' })
  expect(await engine.makeRequest(WISH)).toBeInstanceOf(Uint8Array)
  vi.restoreAllMocks()
})

test('a certificate of another key is not wrapped', async () => {
  const certificateOfOther = issue(await createKeyEngine().makeRequest(WISH))
  const engine = createKeyEngine()
  await engine.makeRequest(WISH)
  const order = { friendlyName: 'x', network: null, ...certificateOfOther, notAfter: new Date() }
  await expect(engine.wrap({ ...order, form: 'modern' })).rejects.toMatchObject({
    message: 'Key and certificate in the file do not belong together.',
  })
  await expect(engine.wrap({ ...order, form: 'pem' })).rejects.toMatchObject({
    message: 'Key and certificate do not belong together.',
  })
})

test('the password stays the same when the same key is wrapped again', async () => {
  const engine = createKeyEngine()
  const issued = issue(await engine.makeRequest(WISH))
  const order = { friendlyName: 'x', network: null, ...issued, notAfter: new Date() }
  const first = await engine.wrap({ ...order, form: 'modern' })
  expect((await engine.wrap({ ...order, form: 'pem' })).password).toBe(first.password)
  await engine.forget()
  await expect(engine.wrap({ ...order, form: 'modern' })).rejects.toMatchObject({
    message: 'There is no key to wrap.',
  })
})

describe('confirming', () => {
  const none = (reason: ConfirmReason): Outcome => ({ kind: 'none', reason, name: null })

  test('is a step of its own before the request is sent', async () => {
    const { making, proofs, state } = stage(['issue'], ORDER, {
      must: true,
      outcomes: [proof('a')],
    })
    await making.go()
    expect(proofs).toEqual(['a'])
    expect(state().steps.confirm.state).toBe('done')
    expect(state().wrapped).not.toBeNull()
  })

  test.each([
    'blocked',
    'late',
    'account',
    'cancelled',
    'failed',
  ] as const)('%s: nothing is sent, and the same request goes on with the next try', async (reason) => {
    const outcomes = [none(reason), proof('b')]
    const { making, sent, proofs, state } = stage(['issue'], ORDER, { must: true, outcomes })
    await making.go()
    expect(sent).toEqual([])
    expect(state().stopped).toEqual({
      step: 'confirm',
      trouble: { kind: 'confirm', reason, name: null },
    })
    await making.go()
    expect(proofs).toEqual(['b'])
  })

  test('is asked for by the authority, and again when it does not take what it got', async () => {
    const asked = { code: 'step_up_required' } as const
    const outcomes = [proof('old'), proof('new')]
    const { making, sent, proofs, state } = stage([asked, asked, 'issue'], ORDER, {
      must: false,
      outcomes,
    })
    await making.go()
    expect(state().steps).toMatchObject({ confirm: { state: 'fail' }, check: { state: 'wait' } })
    expect(state().stopped?.trouble).toEqual({ kind: 'confirm', reason: 'asked', name: null })
    await making.go()
    await making.go()
    expect(proofs).toEqual([null, 'old', 'new'])
    expect(new Set(sent).size).toBe(1)
  })

  test.each([
    'step_up_setup',
    'step_up_context',
  ])('%s: what the registrations lack is not asked for again', async (rule) => {
    const confirm = { must: true, outcomes: [proof('a')] }
    const { making, state } = stage([{ code: 'step_up_required', rule }], ORDER, confirm)
    await making.go()
    expect(state().stopped?.trouble).toMatchObject({ kind: 'refused', message: 'No.' })
  })

  test('what is no request is sent as it is', async () => {
    const confirm = { must: true, outcomes: [{ kind: 'unneeded' }] } as const
    const { making, proofs } = stage([{ code: 'malformed_request' }], ORDER, confirm)
    await making.go()
    expect(proofs).toEqual([null])
  })
})
