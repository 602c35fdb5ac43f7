import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyLedger } from './audit/verify.ts'
import type { Ledger } from './ledger.ts'
import { apply, object, planWith } from './testing/directory.ts'
import { openTestLedger, testEngines } from './testing/engines.ts'
import {
  after,
  completeSample,
  EVE,
  intended,
  issued,
  issueSample,
  NOW,
  sampleCompletion,
  sampleEvent,
  sampleIntent,
} from './testing/samples.ts'

const WORKER = fileURLToPath(new URL('testing/worker.ts', import.meta.url))
const KILLS = 3
const STARTS = 2
const ACKNOWLEDGED_MIN = 40

const shared = testEngines().filter((engine) => engine.shared)

describe.each(shared)('several processes on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  test('three that start at once on an empty database all open it', async () => {
    for (let round = 0; round < STARTS; round++) {
      const url = await engine.newDatabase()
      const outputs = await Promise.all([1, 2, 3].map(() => outputOf(worker('open', url))))
      expect(outputs).toEqual(['opened\n', 'opened\n', 'opened\n'])
    }
  })

  test(`kill -9, ${KILLS} times: no acknowledged certificate is lost`, async () => {
    const url = await engine.newDatabase()
    const acknowledged: string[] = []
    for (let round = 0; round < KILLS; round++) {
      const serials = await killedInTheMiddle(worker('write', url, `c${round}`))
      expect(serials.length).toBeGreaterThanOrEqual(ACKNOWLEDGED_MIN)
      acknowledged.push(...serials)
    }

    const { store, ledger } = await openTestLedger(url)
    await ledger.selfTest()
    for (const serial of acknowledged) {
      expect((await ledger.certificate(serial))?.state).toBe('issued')
      expect(await ledger.der(serial)).toStrictEqual(sampleCompletion(serial).der)
    }
    expect(await verifyLedger(store)).toMatchObject({ ok: true, findings: [] })
    // The intent of the killed process is voided.
    await ledger.expirePending(after(1), after(2))
    expect(await verifyLedger(store)).toMatchObject({ ok: true, findings: [] })
    await ledger.close()
  })

  test('two that write at once keep one chain', async () => {
    const url = await engine.newDatabase()
    const writers = [worker('write', url, 'aa'), worker('write', url, 'bb')]
    const serials = (await Promise.all(writers.map(killedInTheMiddle))).flat()
    const { store, ledger } = await openTestLedger(url)
    const verified = await verifyLedger(store)
    expect(verified).toMatchObject({ ok: true, findings: [] })
    expect(verified.certificates).toBeGreaterThanOrEqual(serials.length)
    await ledger.close()
  })
})

describe.each(testEngines())('many at once on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  /** Three replicas where the engine allows it. */
  async function openReplicas() {
    const url = await engine.newDatabase()
    const first = await openTestLedger(url)
    if (!engine.shared) return { ...first, ledgers: [first.ledger] }
    const others = await Promise.all([openTestLedger(url), openTestLedger(url)])
    return { ...first, ledgers: [first.ledger, ...others.map(({ ledger }) => ledger)] }
  }

  function spread<Item>(items: readonly Item[], index: number): Item {
    const item = items[index % items.length]
    if (item === undefined) throw new Error('There are no replicas.')
    return item
  }

  const hundred = Array.from({ length: 100 }, (_, index) => index)
  const serialOf = (index: number) => (0x1000 + index).toString(16)

  test('CON-01: a hundred identical requests give one certificate', async () => {
    const { store, ledgers } = await openReplicas()
    const same = { requestKey: 'same', keyThumbprint: 'k' }
    const kinds = await Promise.all(
      hundred.map(async (index) => {
        const serial = serialOf(index)
        const ledger = spread(ledgers, index)
        const begun = await ledger.begin(sampleIntent(serial, same), intended(serial))
        if (begun.kind === 'reserved') {
          await completeSample(ledger, serial)
        }
        return begun.kind
      }),
    )
    expect(kinds.filter((kind) => kind === 'reserved')).toHaveLength(1)
    expect(new Set(kinds)).toEqual(
      new Set([
        'reserved',
        ...kinds.filter((kind) => kind === 'in_progress' || kind === 'answered'),
      ]),
    )
    expect(await verifyLedger(store)).toMatchObject({ ok: true, certificates: 1 })
    await Promise.all(ledgers.map((ledger) => ledger.close()))
  })

  test('CON-04: one key, two people: one wins', async () => {
    const { ledgers } = await openReplicas()
    for (const round of hundred.slice(0, 20)) {
      const keyThumbprint = `key ${round}`
      const begun = await Promise.all(
        [0, 1].map((who) => {
          const serial = serialOf(2 * round + who)
          const changes = who === 0 ? { keyThumbprint } : { keyThumbprint, owner: EVE }
          return spread(ledgers, who).begin(sampleIntent(serial, changes), intended(serial))
        }),
      )
      expect(begun.map(({ kind }) => kind).sort()).toEqual(['key_bound', 'reserved'])
    }
    await Promise.all(ledgers.map((ledger) => ledger.close()))
  })

  test('CON-05: issuing while the key is blocked never leaves a live certificate', async () => {
    const { store, ledgers } = await openReplicas()
    for (const round of hundred.slice(0, 30)) {
      const keyThumbprint = `key ${round}`
      const serial = serialOf(round)
      await Promise.allSettled([
        issueSample(spread(ledgers, round), serial, { keyThumbprint }),
        spread(ledgers, round + 1).blockKey(
          { keyThumbprint, at: NOW, by: 'ops' },
          sampleEvent('key.blocked', null),
        ),
      ])
      const record = await spread(ledgers, 0).certificate(serial)
      if (record) expect(record.revocation?.reason).toBe('keyCompromise')
    }
    expect(await verifyLedger(store)).toMatchObject({ ok: true })
    await Promise.all(ledgers.map((ledger) => ledger.close()))
  })

  const stopped: [string, (ledger: Ledger, round: string) => Promise<unknown>][] = [
    [
      'a report of the lost device',
      (ledger, round) =>
        ledger.reportLost(
          { deviceId: `d${round}`, intuneId: null, at: NOW, reporterOid: 'ada', by: 'ada' },
          sampleEvent('device.reported_lost', null),
        ),
    ],
    [
      'a hold of what is renewed and its descendants',
      (ledger, round) =>
        ledger.revoke(
          { serial: `${round}a`, reason: 'certificateHold', at: NOW, by: 'ops', cause: null },
          { withDescendants: true },
          sampleEvent('certificate.held', `${round}a`),
        ),
    ],
    [
      'a report of the key of what is renewed',
      (ledger, round) =>
        ledger.blockKey(
          { keyThumbprint: `key of ${round}a`, at: NOW, by: 'ops' },
          sampleEvent('key.blocked', null),
        ),
    ],
  ]
  test.each(stopped)('no renewal under way escapes %s', async (_, stop) => {
    const { store, ledgers } = await openReplicas()
    for (const index of hundred.slice(0, 20)) {
      const round = serialOf(index)
      const holder = {
        kind: 'device',
        deviceId: `d${round}`,
        intuneId: null,
        ownerOid: 'ada',
      } as const
      await issueSample(spread(ledgers, 0), `${round}a`, { holder })
      const renewal = { holder, replaces: `${round}a`, enrollment: `${round}a` }
      const renew = async (ledger: Ledger) => {
        const begun = await ledger.begin(sampleIntent(`${round}b`, renewal), intended(`${round}b`))
        if (begun.kind !== 'reserved') return begun.kind
        // A random delay, as for a signature or a look-up in the directory, or none.
        for (let turn = index % 5; turn > 0; turn--) await ledger.lostReport(holder)
        return completeSample(ledger, `${round}b`)
      }
      await Promise.all([renew(spread(ledgers, index)), stop(spread(ledgers, index + 1), round)])
      const records = await spread(ledgers, 2).certificatesBySerial([`${round}a`, `${round}b`])
      const isGood = records.map(({ state, revocation }) => state === 'issued' && !revocation)
      expect(isGood).not.toContain(true)
    }
    expect(await verifyLedger(store)).toMatchObject({ ok: true })
    await Promise.all(ledgers.map((ledger) => ledger.close()))
  })

  test('no certificate is made beside a plan that marks all of its device', async () => {
    const { store, ledgers } = await openReplicas()
    const again = async (attempt: () => Promise<boolean>) => {
      while (!(await attempt()));
    }
    for (const index of hundred.slice(0, 20)) {
      const serial = serialOf(index)
      const device = { kind: 'entra_device', id: `d${serial}` } as const
      const holder = {
        kind: 'device',
        deviceId: device.id,
        intuneId: null,
        ownerOid: 'ada',
      } as const
      await spread(ledgers, 0).begin(sampleIntent(serial, { holder }), intended(serial))
      await Promise.all([
        again(async () => {
          const ledger = spread(ledgers, index)
          const [known] = await ledger.directoryObjects([device])
          const isMarked = known?.disabledSince != null
          const seen = known ?? object(device)
          // Made from what was read above, as a merge is: a version that was read later would hide what came since.
          const from = known?.version ?? 0
          const objects = [{ from, to: { ...seen, version: from + 1 } }]
          const plan = { ...(await planWith(ledger, [seen])), objects }
          const done = { ...sampleCompletion(serial), isMarked }
          return (await ledger.complete(done, issued(serial), plan)) === 'completed'
        }),
        again(() =>
          apply(spread(ledgers, index + 1), [object(device, { disabledSince: NOW })], 'mark'),
        ),
      ])
      const [bound] = await spread(ledgers, 2).boundCertificates([device])
      expect(bound).toMatchObject({ serial, isMarked: true })
    }
    expect(await verifyLedger(store)).toMatchObject({ ok: true })
    await Promise.all(ledgers.map((ledger) => ledger.close()))
  })

  test('CON-08: the replicas share a quota', async () => {
    const { ledgers } = await openReplicas()
    const quota = { windowStart: NOW, max: 10 }
    const begun = await Promise.all(
      hundred.slice(0, 30).map((index) => {
        const serial = serialOf(index)
        return spread(ledgers, index).begin(sampleIntent(serial, { quota }), intended(serial))
      }),
    )
    expect(begun.filter(({ kind }) => kind === 'reserved')).toHaveLength(10)
    expect(begun.filter(({ kind }) => kind === 'quota_exceeded')).toHaveLength(20)
    const taken = await Promise.all(
      hundred.slice(0, 30).map((index) => spread(ledgers, index).takeQuota('p', NOW, 10)),
    )
    expect(taken.filter(Boolean)).toHaveLength(10)
    await Promise.all(ledgers.map((ledger) => ledger.close()))
  })
})

type Worker = ChildProcessByStdio<null, Readable, Readable>

function worker(...args: readonly string[]): Worker {
  return spawn(process.execPath, [WORKER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function outputOf(child: Worker): Promise<string> {
  const [output, errors] = [text(child.stdout), text(child.stderr)]
  await new Promise((resolve) => child.once('exit', resolve))
  return (await output) + (await errors)
}

async function text(stream: Readable): Promise<string> {
  let all = ''
  for await (const chunk of stream) all += String(chunk)
  return all
}

/**
 * Kills a writer with SIGKILL after it has committed enough; gives all serials that it printed completely.
 */
async function killedInTheMiddle(child: Worker): Promise<readonly string[]> {
  let output = ''
  const errors = text(child.stderr)
  for await (const chunk of child.stdout) {
    output += String(chunk)
    if (output.split('\n').length > ACKNOWLEDGED_MIN) child.kill('SIGKILL')
  }
  expect(await errors).toBe('')
  return output.split('\n').slice(0, -1)
}
