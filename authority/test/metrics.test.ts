import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Endpoint, openEndpoint } from '#authority/observe/endpoint.ts'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { has } from '#lib/testing/judge.ts'

/** What operators see from outside: /metrics and the probes. */

const ALICE = 'alice@contoso.example'
const promtool = has('promtool')
/** Bob's. */
const OTHER = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c603'

let latchkey: Harness
let endpoint: Endpoint
let url: string
let ledgerIsDown = false

beforeAll(async () => {
  const down = () => Promise.reject(new LatchkeyError('store_unavailable', 'The disk is gone.'))
  latchkey = await startHarness({
    observed: {},
    change: (authority) => ({
      ...authority,
      ledger: {
        ...authority.ledger,
        auditTrail: (...args) => (ledgerIsDown ? down() : authority.ledger.auditTrail(...args)),
        directoryState: () => (ledgerIsDown ? down() : authority.ledger.directoryState()),
      },
    }),
  })
  const { observer, config } = latchkey
  if (!observer) throw new Error('There is no observer.')
  const port = await freePort()
  endpoint = await openEndpoint({ ...config, LATCHKEY_METRICS_PORT: port }, observer)
  url = `http://127.0.0.1:${port}`
})

afterAll(async () => {
  await endpoint.close()
  await latchkey.close()
})

const scrape = async () => (await fetch(`${url}/metrics`)).text()

/** Gives the value of one line; null when it is not there. */
async function measured(name: string): Promise<number | null> {
  const lines = (await scrape()).split('\n').map((line) => line.split(/ (?=\S+$)/))
  const found = lines.find(([before]) => before === name)
  return found ? Number(found[1]) : null
}

/** By how much these change while `work` is done. */
async function change(work: () => Promise<unknown>, names: readonly string[]) {
  const before = await Promise.all(names.map(measured))
  await work()
  const after = await Promise.all(names.map(measured))
  return after.map((value, at) => (value ?? 0) - (before[at] ?? 0))
}

const enroll = async (user: string, body: Uint8Array) =>
  latchkey.send({ method: 'POST', path: '/api/csr', token: await latchkey.token(user), body })

const askOcsp = (body: Uint8Array) =>
  latchkey.send({
    ...{ method: 'POST', path: '/ocsp', body },
    headers: [['content-type', 'application/ocsp-request']],
  })

async function sync(): Promise<void> {
  const { authority } = latchkey
  await syncDirectory(authority, makeReader(authority.changeFeed, authority.now))
}

describe('/metrics', () => {
  test('counts an issuance once, by profile and by how it was asked for', async () => {
    const issue = async () => {
      const { status } = await enroll('alice', makeCsr({ upn: ALICE }).der)
      expect(status).toBe(200)
    }
    const names = [
      'latchkey_certificates_issued_total{profile="user",source="api"}',
      'latchkey_audit_events_total{kind="issuance.intended"}',
      'latchkey_audit_events_total{kind="certificate.issued"}',
      'latchkey_step_duration_seconds_count{step="ca_signature"}',
      'latchkey_step_duration_seconds_count{step="ledger_commit"}',
      'latchkey_http_requests_total{route="/api/csr",method="POST",status="200"}',
      'latchkey_http_request_duration_seconds_count{route="/api/csr"}',
    ]
    await sync()
    expect(await change(issue, names)).toEqual([1, 1, 1, 1, 2, 1, 1])
    expect(
      await measured('latchkey_step_duration_seconds_count{step="graph_call"}'),
    ).toBeGreaterThan(1)
    expect(await measured('latchkey_step_failures_total{step="graph_call"}')).toBe(0)
  })

  test('counts a refusal by its rule', async () => {
    const ask = async () => {
      const { json } = await enroll('alice', makeCsr({ commonName: OTHER }).der)
      expect(json).toMatchObject({ code: 'not_owner', rule: 'device_owned' })
    }
    const names = [
      'latchkey_requests_refused_total{source="api",code="not_owner",rule="device_owned"}',
      'latchkey_problems_total{code="not_owner"}',
      'latchkey_certificates_issued_total{profile="user",source="api"}',
    ]
    expect(await change(ask, names)).toEqual([1, 1, 0])
  })

  test('counts OCSP by what was said, and what came from the cache is not signed again', async () => {
    const { authority, status } = latchkey
    await status.ocsp.renew()
    await sync()
    const { body } = await enroll('alice', makeCsr({ upn: ALICE }).der)
    const serial = new X509Certificate(body).serialNumber.toLowerCase()
    const said = (what: string) => `latchkey_ocsp_responses_total{said="${what}"}`
    const names = [
      ...['good', 'unknown', 'malformedRequest', 'refused'].map(said),
      'latchkey_ocsp_signatures_total',
      'latchkey_ocsp_response_duration_seconds_count',
    ]
    const ask = async () => {
      for (let time = 0; time < 3; time += 1) await askOcsp(ocspRequest(authority.issuer, [serial]))
      await askOcsp(ocspRequest(authority.issuer, ['77']))
      await askOcsp(new Uint8Array([1, 2, 3]))
      await latchkey.send({ method: 'DELETE', path: '/ocsp' })
    }
    expect(await change(ask, names)).toEqual([3, 1, 1, 1, 2, 6])
  })

  test('says how old the CRL and the directory are, and when what signs ends', async () => {
    await sync()
    await latchkey.status.publisher.publish()
    const now = Date.now() / 1000
    const near = async (name: string, at: number) => {
      expect(Math.abs(((await measured(name)) ?? 0) - at), name).toBeLessThan(120)
    }
    await near('latchkey_crl_this_update_timestamp_seconds', now)
    await near('latchkey_crl_next_update_timestamp_seconds', now + 24 * 3600)
    for (const stream of ['users', 'entraDevices', 'intuneDevices']) {
      await near(`latchkey_directory_read_timestamp_seconds{stream="${stream}"}`, now)
    }
    const { issuer } = latchkey.authority
    await near('latchkey_ca_not_after_timestamp_seconds', issuer.notAfter.getTime() / 1000)
    expect(await measured('latchkey_tls_not_after_timestamp_seconds')).toBeGreaterThan(now)
    expect(await measured('latchkey_ocsp_responder_not_after_timestamp_seconds')).toBeGreaterThan(
      now,
    )
    expect(await measured('latchkey_circuit_breaker_engaged')).toBe(0)
    // There is no root of our own above this CA.
    expect(await measured('latchkey_root_crl_next_update_timestamp_seconds')).toBeNull()
  })

  test('a path that strangers make up has no line of its own', async () => {
    const name = 'latchkey_http_requests_total{route="none",method="any",status="404"}'
    const asked = () => latchkey.send({ path: '/alice@contoso.example' })
    expect(await change(asked, [name])).toEqual([1])
    expect(await scrape()).not.toContain('contoso')
  })

  test.skipIf(!promtool)('is what Prometheus reads, and promtool has nothing to say', async () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await scrape(),
      encoding: 'utf8',
    })
    const ours = `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('latchkey_'))
    expect([ours, [0, 3]]).toEqual([[], expect.arrayContaining([status])])
  })
})

describe('the probes', () => {
  const probe = async (path: string) => {
    const response = await fetch(`${url}${path}`)
    return [response.status, (await response.text()).trim()]
  }

  test('all say yes while it serves', async () => {
    expect(await Promise.all(['/live', '/started', '/ready'].map(probe))).toEqual([
      [200, 'live'],
      [200, 'ready'],
      [200, 'ready'],
    ])
  })

  test('/ready alone says no before a stop, and metrics are there until the end', async () => {
    latchkey.setDraining(true)
    try {
      expect(await Promise.all(['/live', '/started', '/ready'].map(probe))).toEqual([
        [200, 'live'],
        [200, 'draining'],
        [503, 'draining'],
      ])
      expect(await measured('latchkey_ledger_up')).toBe(1)
    } finally {
      latchkey.setDraining(false)
    }
  })

  test('/ready says no without the ledger, and what it would say is left out', async () => {
    ledgerIsDown = true
    try {
      await expect.poll(() => probe('/ready')).toEqual([503, 'failing'])
      expect(await measured('latchkey_ledger_up')).toBe(0)
      expect(await measured('latchkey_circuit_breaker_engaged')).toBeNull()
    } finally {
      ledgerIsDown = false
    }
  })

  test('nothing else is there, and nothing can be sent', async () => {
    expect((await probe('/api/me'))[0]).toBe(404)
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405)
  })
})

describe('what is in deploy/observability', () => {
  const folder = path.resolve(import.meta.dirname, '..', '..', 'deploy', 'observability')
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8')
  const docs = path.resolve(folder, '..', '..', 'docs')
  const named = (text: string) =>
    new Set(
      text.match(/\b(?:latchkey|nodejs|process)_\w+/g)?.map((name) => name.replace(SUFFIX, '')),
    )
  const SUFFIX = /_(?:bucket|sum|count)$/
  /** Of an authority with several processes alone; see workers.test.ts. */
  const OF_WORKERS = ['latchkey_workers', 'latchkey_workers_replaced_total']

  test.each([
    ['alerts.yaml', () => read('alerts.yaml')],
    ['alerts.test.yaml', () => read('alerts.test.yaml')],
    ['dashboard.json', () => read('dashboard.json')],
    ['docs/observe.md', () => readFileSync(path.join(docs, 'observe.md'), 'utf8')],
    [
      'the runbooks',
      () =>
        pages()
          .map((page) => readFileSync(page, 'utf8'))
          .join(),
    ],
  ])('%s names metrics that are there', async (_, text) => {
    const there = [...(await scrape()).matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name)
    const known = new Set([...there.map((name) => name.replace(SUFFIX, '')), ...OF_WORKERS])
    const wanted = [...named(text())].filter((name) => !/_$/.test(name))
    expect(wanted.length).toBeGreaterThan(5)
    expect(wanted.filter((name) => !known.has(name))).toEqual([])
  })

  const pages = () =>
    readdirSync(path.join(docs, 'runbooks')).map((name) => path.join(docs, 'runbooks', name))

  test('every alert has its page, every page is of an alert, and links lead somewhere', () => {
    const rules = read('alerts.yaml')
    const alerts = [...rules.matchAll(/- alert: (\w+)[\s\S]*?runbook: docs\/(\S+)/g)]
    expect(alerts).toHaveLength(22)
    for (const [, alert = '', page = ''] of alerts) {
      expect(readFileSync(path.join(docs, page), 'utf8')).toContain(`\`${alert}\``)
    }
    const used = new Set(alerts.map(([, , page = '']) => path.join(docs, page)))
    expect(
      pages()
        .filter((page) => !used.has(page))
        .map((page) => path.basename(page)),
    ).toEqual(['README.md'])
    for (const page of [...pages(), path.join(docs, 'observe.md')]) {
      const links = readFileSync(page, 'utf8').matchAll(/\]\(((?!https?:|#)[^)#\s]+)/g)
      for (const [, to = ''] of links)
        expect(existsSync(path.resolve(path.dirname(page), to)), to).toBe(true)
    }
  })

  test('the dashboard has panels with queries, each with a number of its own', () => {
    type Panel = { id: number; type: string; title: string; targets?: { expr: string }[] }
    const { panels } = JSON.parse(read('dashboard.json')) as { panels: Panel[] }
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const silent = panels.filter(({ type, targets = [] }) => type !== 'row' && !targets[0]?.expr)
    expect(silent).toEqual([])
  })

  test.skipIf(!promtool)('promtool takes the rules, and each alert fires when it should', () => {
    const { status, stdout, stderr } = spawnSync(
      'promtool',
      ['test', 'rules', 'alerts.test.yaml'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    )
    expect(status, stdout + stderr).toBe(0)
    const tried = new Set(
      [...read('alerts.test.yaml').matchAll(/name: (\w+) fires/g)].map(([, n]) => n),
    )
    const all = [...read('alerts.yaml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name)
    expect([...tried].toSorted()).toEqual(all.toSorted())
  })

  test.skipIf(!promtool)('promtool reads every query of the dashboard', () => {
    const queries = [...read('dashboard.json').matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(
      ([, text = '']) => JSON.parse(text) as string,
    )
    expect(queries.length).toBeGreaterThan(25)
    const rules = queries.map((expr, at) => ({
      record: `dashboard:${at}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
    }))
    // JSON is YAML.
    const file = path.join(latchkey.config.dataDir, 'dashboard.rules')
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], {
      encoding: 'utf8',
    })
    expect(status, stdout + stderr).toBe(0)
  })
})
