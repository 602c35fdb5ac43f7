import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StatusCase, startStatusCase } from '#authority/testing/status-case.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { has } from '#lib/testing/judge.ts'

const ALICE = 'alice@contoso.example'
const MONTH = new Date().toISOString().slice(0, 7)

let c: StatusCase
let deviceId = ''
let device = ''
beforeAll(async () => {
  c = await startStatusCase({ env: { LATCHKEY_CRL_PARTITION_ABOVE: '1' } })
  const { devices } = (await c.harness.control('GET', '/state')) as {
    devices: { deviceId: string; ownerUpn: string; managed: boolean }[]
  }
  deviceId = devices.find((one) => one.ownerUpn === ALICE && one.managed)?.deviceId ?? ''
  await c.issue('alice', 'alice', { upn: ALICE })
  device = await c.issue('device', 'alice', { commonName: deviceId })
  await c.issue('bob', 'bob', { upn: 'bob@contoso.example' })
  await c.sync()
})
afterAll(() => c.close())

const get = (name: string, ...headers: (readonly [string, string])[]) =>
  c.harness.send({ path: `/crl/${name}`, headers })
const publish = async () => {
  await c.sync()
  expect(await c.harness.status.publisher.publish()).toBe(true)
}
const crlAt = async (name: string) => readCrl(new Uint8Array((await get(name)).body))
const save = async (name: string) => {
  const { body } = await get(name)
  writeFileSync(path.join(c.folder, name), body)
}

test('before the first is published there is none, and that is said', async () => {
  const answer = await get('full.crl')
  expect(answer.status).toBe(503)
  expect(answer.headers['retry-after']).toBe('10')
  expect(answer.json).toMatchObject({ code: 'authority_unavailable' })
})

describe('other people’s programs agree with the ledger', () => {
  const verify = async (name: string) => {
    await save(`${MONTH}.pem`)
    const crl = ['-crl_check', '-CRLfile', `${MONTH}.pem`]
    return (await c.run('openssl', 'verify', '-CAfile', 'ca.pem', ...crl, `${name}.pem`)).out
  }

  test('openssl verify -crl_check: good, held, good again', async () => {
    await publish()
    expect(await verify('device')).toBe('device.pem: OK\n')
    await c.harness.control('PATCH', `/devices/${deviceId}`, { compliant: false })
    await publish()
    expect(await verify('device')).toContain('error 23 at 0 depth lookup: certificate revoked')
    expect(await verify('alice')).toBe('alice.pem: OK\n')
    await save('full.crl')
    const shown = await c.run('openssl', ...'crl -inform DER -in full.crl -noout -text'.split(' '))
    expect(shown.out).toContain(device.toUpperCase())
    expect(shown.out).toContain('Certificate Hold')
    await c.harness.control('PATCH', `/devices/${deviceId}`, { compliant: true })
    await publish()
    expect(await verify('device')).toBe('device.pem: OK\n')
  })

  test('openssl follows the distribution point of the certificate', async () => {
    const download = ['-crl_check', '-crl_download', '-CAfile', 'ca.pem']
    const { out } = await c.run('openssl', 'verify', ...download, 'device.pem')
    expect(out).toBe('device.pem: OK\n')
  })

  test('openssl crl verifies full, delta and PEM', async () => {
    for (const name of ['full.crl', 'delta.crl', 'full.pem', 'delta.pem']) {
      await save(name)
      const form = name.endsWith('.pem') ? 'PEM' : 'DER'
      const { out } = await c.run(
        'openssl',
        ...['crl', '-inform', form, '-in', name, '-CAfile', 'ca.pem', '-noout', '-crlnumber'],
      )
      expect(out).toContain('verify OK')
    }
  })

  test.skipIf(!has('certtool'))('GnuTLS certtool reads it', async () => {
    await save('full.crl')
    const { out } = await c.run('certtool', '--crl-info', '--inder', '--infile', 'full.crl')
    expect(out).toContain('Version: 2')
    expect(out).toContain('CRL Number')
  })
})

test('above the size a month has its own list, with a critical scope, below it the full one', async () => {
  await publish()
  const small = await get(`${MONTH}.crl`)
  expect(small.body).toEqual((await get('full.crl')).body)

  await c.harness.control('PATCH', '/users/alice@contoso.example', { enabled: false })
  await c.harness.control('PATCH', '/users/bob@contoso.example', { enabled: false })
  await publish()
  const { statusUrl } = c.harness.config
  const month = await crlAt(`${MONTH}.crl`)
  expect(month.partitionUrl).toBe(`${statusUrl}/crl/${MONTH}.crl`)
  // A device's certificate goes on hold with its owner.
  expect(month.entries).toHaveLength(3)
  expect((await crlAt('full.crl')).partitionUrl).toBeNull()
  expect((await crlAt('full.crl')).entries).toHaveLength(3)
  await save(`${MONTH}.crl`)
  const text = ['crl', '-inform', 'DER', '-in', `${MONTH}.crl`, '-noout', '-text']
  const shown = await c.run('openssl', ...text, '-CAfile', 'ca.pem')
  expect(shown.out).toMatch(/Issuing Distribution Point: critical\s+Full Name:\s+URI:http/)
  const download = ['-crl_check', '-crl_download', '-CAfile', 'ca.pem']
  expect((await c.run('openssl', 'verify', ...download, 'bob.pem')).out).toContain(
    'certificate revoked',
  )
  await c.harness.control('PATCH', '/users/alice@contoso.example', { enabled: true })
  await publish()
  expect((await c.run('openssl', 'verify', ...download, 'device.pem')).out).toBe('device.pem: OK\n')
  await c.harness.control('PATCH', '/users/bob@contoso.example', { enabled: true })
  await publish()
  expect((await get(`${MONTH}.crl`)).body).toEqual((await get('full.crl')).body)
})

describe('HTTP', () => {
  test('strong ETag, Last-Modified, no longer than its life', async () => {
    const answer = await get('full.crl')
    const crl = readCrl(new Uint8Array(answer.body))
    expect(answer.headers).toMatchObject({
      'content-type': 'application/pkix-crl',
      'content-length': String(answer.body.length),
      'last-modified': crl.thisUpdate.toUTCString(),
      'cache-control': 'public, max-age=300',
      vary: 'accept-encoding',
    })
    expect(answer.headers.etag).toMatch(/^"[\w-]{43}"$/)
    expect((await get('full.pem')).headers['content-type']).toBe('application/x-pem-file')
  })

  test('If-None-Match', async () => {
    const { etag = '' } = (await get('full.crl')).headers
    for (const known of [etag, `"x", W/${etag}`, '*']) {
      const answer = await get('full.crl', ['if-none-match', known])
      expect(answer.status).toBe(304)
      expect(answer.body).toHaveLength(0)
      expect(answer.headers.etag).toBe(etag)
    }
    expect((await get('full.crl', ['if-none-match', '"x"'])).status).toBe(200)
  })

  test('gzip, with an ETag of its own', async () => {
    const plain = await get('full.crl')
    for (const accepted of ['gzip', 'deflate, gzip;q=0.5', 'GZIP']) {
      const packed = await get('full.crl', ['accept-encoding', accepted])
      expect(packed.headers['content-encoding']).toBe('gzip')
      expect(gunzipSync(packed.body)).toEqual(plain.body)
      expect(packed.headers.etag).not.toBe(plain.headers.etag)
      const known = await get(
        'full.crl',
        ['accept-encoding', accepted],
        ['if-none-match', packed.headers.etag ?? ''],
      )
      expect(known.status).toBe(304)
    }
    for (const accepted of ['identity', 'gzip;q=0', 'gzip; q=0.000', 'br']) {
      const answer = await get('full.crl', ['accept-encoding', accepted])
      expect(answer.headers['content-encoding']).toBeUndefined()
      expect(answer.body).toEqual(plain.body)
    }
  })

  test('HEAD', async () => {
    const { body } = await get('full.crl')
    const answer = await c.harness.send({ method: 'HEAD', path: '/crl/full.crl' })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-length']).toBe(String(body.length))
    expect(answer.body).toHaveLength(0)
  })

  test('Range', async () => {
    const { body, headers } = await get('full.crl')
    const { length } = body
    const parts: [string, number, number][] = [
      ['bytes=0-9', 0, 9],
      ['bytes=10-', 10, length - 1],
      ['bytes=-5', length - 5, length - 1],
      ['bytes=5-99999999', 5, length - 1],
      ['bytes=-99999999', 0, length - 1],
    ]
    for (const [range, first, last] of parts) {
      const answer = await get('full.crl', ['range', range], ['accept-encoding', 'gzip'])
      expect(answer.status).toBe(206)
      expect(answer.headers['content-range']).toBe(`bytes ${first}-${last}/${length}`)
      expect(answer.body).toEqual(body.subarray(first, last + 1))
    }
    for (const range of ['bytes=9-0', 'bytes=0-1,3-4', 'bytes=-', 'lines=1-2', 'bytes=a-b']) {
      const answer = await get('full.crl', ['range', range])
      expect([answer.status, answer.body.length]).toEqual([200, length])
    }
    for (const range of [`bytes=${length}-`, 'bytes=-0']) {
      const answer = await get('full.crl', ['range', range])
      expect(answer.status).toBe(416)
      expect(answer.headers['content-range']).toBe(`bytes */${length}`)
      expect([answer.headers['cache-control'], answer.headers.etag]).toEqual([
        'no-store',
        undefined,
      ])
    }
    const old = await get('full.crl', ['range', 'bytes=0-1'], ['if-range', '"x"'])
    expect(old.status).toBe(200)
    const same = await get('full.crl', ['range', 'bytes=0-1'], ['if-range', headers.etag ?? ''])
    expect(same.status).toBe(206)
  })

  test('a range of HEAD is none', async () => {
    const headers = [['range', 'bytes=0-9'] as const]
    const answer = await c.harness.send({ method: 'HEAD', path: '/crl/full.crl', headers })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-range']).toBeUndefined()
    expect(answer.headers['content-length']).toBe(String((await get('full.crl')).body.length))
  })

  test('If-Modified-Since counts when no ETag is named', async () => {
    const { headers } = await get('full.crl')
    const date = headers['last-modified'] ?? ''
    const later = new Date(Date.parse(date) + 1000).toUTCString()
    const before = new Date(Date.parse(date) - 1000).toUTCString()
    const ask = async (since: string, ...more: (readonly [string, string])[]) =>
      (await get('full.crl', ['if-modified-since', since], ...more)).status
    expect(await ask(date)).toBe(304)
    expect(await ask(later)).toBe(304)
    expect(await ask(before)).toBe(200)
    expect(await ask('yesterday')).toBe(200)
    expect(await ask(later, ['if-none-match', '"x"'])).toBe(200)
  })

  test('a month from before the CA’s certificate has a list: the CA may have been renewed', async () => {
    const answer = await get('2020-01.crl')
    expect(answer.status).toBe(200)
    expect(readCrl(new Uint8Array(answer.body)).number).toBe((await crlAt('full.crl')).number)
  })

  test('HTTP/1.0 without Host', async () => {
    const answer = await c.harness.sendRaw('GET /crl/full.crl HTTP/1.0\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  })

  test.each([
    'base.crl',
    'x.crl',
    'full',
    'full.CRL',
    '2099-01.crl',
    '2026-13.crl',
    '2026-00.pem',
    '..%2ffull.crl',
    'full.crl.pem',
  ])('%s is not found', async (name) => {
    const answer = await get(name)
    expect(answer.status).toBe(404)
    expect(answer.json).toMatchObject({ code: 'not_found' })
  })
})

test('the list of before is served while none can be published, until its time is over', async () => {
  const before = (await get('full.crl')).body
  await c.harness.control('PATCH', '/users/bob@contoso.example', { enabled: false })
  await c.sync()
  const { ledger } = c.harness.authority
  const { revokedOrHeld } = ledger
  Object.assign(ledger, { revokedOrHeld: () => Promise.reject(new Error('the disk is gone')) })
  await expect(c.harness.status.publisher.publish()).rejects.toThrow('the disk is gone')
  Object.assign(ledger, { revokedOrHeld })
  expect((await get('full.crl')).body).toEqual(before)
})
