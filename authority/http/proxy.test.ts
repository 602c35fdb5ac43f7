import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { ConfigError } from '#lib/config.ts'
import { readCertsOnly } from '#lib/pki/certificate/cms.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { isTrustedProxy, readProxyRules } from './proxy.ts'

/** A proxy is trusted by its address and its secret together. */

const SECRET = 'a-secret-of-thirty-two-characters'
const PROXY = '127.0.0.9'
const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const ALICE = 'alice@contoso.example'

const FORMS = ['arr', 'nginx', 'envoy'] as const
type Form = (typeof FORMS)[number]
type Pairs = readonly (readonly [string, string])[]

const escaped = (certificate: X509Certificate) => encodeURIComponent(certificate.toString())

/** The header that each kind of proxy writes for a certificate. */
const HEADERS: Record<Form, (certificate: X509Certificate) => readonly [string, string]> = {
  arr: ({ raw }) => ['X-ARR-ClientCert', raw.toString('base64')],
  nginx: (certificate) => ['X-SSL-Client-Cert', escaped(certificate)],
  envoy: (certificate) => [
    'X-Forwarded-Client-Cert',
    `By=spiffe://x/y;Hash=${'0'.repeat(64)};Cert="${escaped(certificate)}";Subject="CN=\\"a, b\\""`,
  ],
}

describe.each(FORMS)('a proxy such as %s', (form) => {
  let latchkey: Harness
  let token: string
  let mine: X509Certificate

  beforeAll(async () => {
    latchkey = await startHarness({
      env: {
        LATCHKEY_TRUSTED_PROXIES: `${PROXY}/32, 2001:db8::/32`,
        LATCHKEY_PROXY_SECRET: SECRET,
        LATCHKEY_PROXY_CLIENT_CERT: form,
      },
    })
    token = await latchkey.token('alice')
    const body = makeCsr({ commonName: LAPTOP }).der
    const issued = await latchkey.send({ method: 'POST', path: '/api/csr', token, body })
    mine = new X509Certificate(issued.body)
  })

  afterAll(() => latchkey.close())

  const renew = (headers: Pairs, from = PROXY): Promise<Answer> =>
    latchkey.send({
      method: 'POST',
      path: '/.well-known/est/simplereenroll',
      body: makeCsr({ commonName: 'Contoso', upn: '' }).der,
      headers,
      from,
    })

  const secret = ['X-Latchkey-Proxy-Secret', SECRET] as const

  test('hands on a client certificate that renews', async () => {
    const answer = await renew([secret, HEADERS[form](mine)])
    expect(answer.status, answer.body.toString()).toBe(200)
    const [der] = readCertsOnly(new Uint8Array(Buffer.from(answer.body.toString(), 'base64')))
    expect(new X509Certificate(der ?? '').subject).toBe(`CN=${LAPTOP}`)
  })

  test('hands on none', async () => {
    const [name] = HEADERS[form](mine)
    for (const headers of [[secret], [secret, [name, '']]] as Pairs[]) {
      const answer = await renew(headers)
      expect([answer.status, answer.json.code]).toEqual([401, 'client_cert_required'])
    }
  })

  test('is not believed in the header of another proxy', async () => {
    for (const other of FORMS.filter((one) => one !== form)) {
      const answer = await renew([secret, HEADERS[other](mine)])
      expect([answer.status, answer.json.code]).toEqual([401, 'client_cert_required'])
    }
  })

  const wrongs: [string, (header: readonly [string, string]) => Pairs, string][] = [
    ['without the secret', (header) => [header], PROXY],
    ['with another secret', (header) => [['X-Latchkey-Proxy-Secret', `${SECRET}x`], header], PROXY],
    [
      'with half of the secret',
      (header) => [['X-Latchkey-Proxy-Secret', 'a-secret'], header],
      PROXY,
    ],
    ['with the secret twice', (header) => [secret, secret, header], PROXY],
    ['from another address', (header) => [secret, header], '127.0.0.8'],
    ['from loopback', (header) => [secret, header], '127.0.0.1'],
  ]

  test.each(wrongs)('is not believed %s', async (_, headersFor, from) => {
    const before = latchkey.signatures()
    const answer = await renew(headersFor(HEADERS[form](mine)), from)
    expect([answer.status, answer.json.code]).toEqual([401, 'client_cert_required'])
    expect(latchkey.signatures()).toBe(before)
    expect(latchkey.logged().join()).not.toContain(SECRET)
  })

  test('is refused when it hands on what cannot be read, or two at once', async () => {
    const before = latchkey.signatures()
    const [name, value] = HEADERS[form](mine)
    const broken = [value.slice(0, -40), `${value},${value}`, '%zz', 'x', value.replace('M', '%00')]
    for (const one of broken) {
      const answer = await renew([secret, [name, one]])
      expect([answer.status, answer.json.code]).toEqual([403, 'client_cert_invalid'])
    }
    const twice = await renew([secret, [name, value], [name, value]])
    expect([twice.status, twice.json.code]).toEqual([403, 'client_cert_invalid'])
    expect(latchkey.signatures()).toBe(before)
  })

  test('says whether the client came over TLS', async () => {
    const ask = (headers: Pairs) => latchkey.send({ path: '/api/me', token, from: PROXY, headers })
    const over = (proto: string): Pairs => [secret, ['X-Forwarded-Proto', proto]]
    expect((await ask(over('https'))).status).toBe(200)
    expect((await ask(over('http, HTTPS'))).status).toBe(200)
    for (const headers of [[secret] as Pairs, over('http'), over('https, http'), over('')]) {
      const answer = await ask(headers)
      expect([answer.status, answer.json.code]).toEqual([403, 'insecure_transport'])
    }
  })

  test('keeps its own TLS certificate to itself', async () => {
    const { der, privateKey } = makeCsr({ upn: ALICE })
    const own = await latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
    const certificate = new X509Certificate(own.body).toString()
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const answer = await latchkey.send({
      method: 'POST',
      path: '/.well-known/est/simplereenroll',
      body: makeCsr({ commonName: 'Contoso' }).der,
      headers: [secret],
      from: PROXY,
      tls: true,
      client: { certificate, key },
    })
    expect([answer.status, answer.json.code]).toEqual([401, 'client_cert_required'])
  })
})

describe('the limits behind a proxy', () => {
  let latchkey: Harness

  beforeAll(async () => {
    latchkey = await startHarness({
      env: {
        LATCHKEY_TRUSTED_PROXIES: PROXY,
        LATCHKEY_PROXY_SECRET: SECRET,
        LATCHKEY_LIMITS: 'strict',
      },
    })
  })

  afterAll(() => latchkey.close())

  test('count the address that the proxy saw, and no other that the client made up', async () => {
    const ask = async (forwarded: string) => {
      const headers: Pairs = [
        ['X-Latchkey-Proxy-Secret', SECRET],
        ['X-Forwarded-For', forwarded],
        ['X-Forwarded-Proto', 'https'],
      ]
      return (await latchkey.send({ path: '/api/me', from: PROXY, headers })).status
    }
    for (let i = 0; i < 60; i++) {
      expect(await ask(`198.51.100.${i}, 192.0.2.7:${4000 + i}, ${PROXY}`)).toBe(401)
    }
    expect(await ask(`203.0.113.1, 192.0.2.7`)).toBe(429)
    expect(await ask('192.0.2.8')).toBe(401)
    expect(await ask('nonsense')).toBe(401)
  })
})

test('UPG-08: while the secret is changed the proxy may send either', () => {
  const [old, next] = [SECRET, 'n'.repeat(40)]
  const config = { LATCHKEY_TRUSTED_PROXIES: ['10.0.0.1'], LATCHKEY_PROXY_CLIENT_CERT: undefined }
  const takes = (configured: string, sent: string) => {
    const proxy = readProxyRules(config, configured)
    if (!proxy) throw new Error('No proxy is trusted.')
    const request = { rawHeaders: ['X-Latchkey-Proxy-Secret', sent] } as IncomingMessage
    return isTrustedProxy(proxy, '10.0.0.1', request)
  }
  const both = `${old}\n${next}\n`
  expect([takes(both, old), takes(both, next)]).toEqual([true, true])
  expect([takes(next, old), takes(next, next), takes(both, both)]).toEqual([false, true, false])
})

const bad: [string, string[], string | null, 'arr' | undefined, RegExp][] = [
  ['a secret without proxies', [], SECRET, undefined, /^LATCHKEY_TRUSTED_PROXIES is missing/],
  ['a header without proxies', [], null, 'arr', /^LATCHKEY_TRUSTED_PROXIES is missing/],
  ['proxies without a secret', ['10.0.0.1'], null, 'arr', /^LATCHKEY_PROXY_SECRET\(_FILE\)/],
  ['a short secret', ['10.0.0.1'], 'short', 'arr', /32 characters or more/],
  [
    'a short one beside a good one',
    ['10.0.0.1'],
    `${SECRET}\nshort`,
    'arr',
    /32 characters or more/,
  ],
  ['a name', ['proxy.example'], SECRET, 'arr', /proxy\.example is no address/],
  ['a block too wide', ['10.0.0.0/33'], SECRET, 'arr', /10\.0\.0\.0\/33 is no address/],
  ['a block of letters', ['10.0.0.0/x'], SECRET, 'arr', /is no address/],
  ['everybody', ['0.0.0.0/0'], SECRET, 'arr', /is everybody; name the proxies\.$/],
]

test.each(bad)('%s is refused at start', (_, proxies, secret, header, sentence) => {
  const config = { LATCHKEY_TRUSTED_PROXIES: proxies, LATCHKEY_PROXY_CLIENT_CERT: header }
  expect(() => readProxyRules(config, secret)).toThrow(ConfigError)
  expect(() => readProxyRules(config, secret)).toThrow(sentence)
})

test('no proxy is trusted unless one is configured', () => {
  const config = { LATCHKEY_TRUSTED_PROXIES: [], LATCHKEY_PROXY_CLIENT_CERT: undefined }
  expect(readProxyRules(config, null)).toBeNull()
})
