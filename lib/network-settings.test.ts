import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError } from '#lib/config.ts'
import { readNetworks } from './network-settings.ts'

let folder = ''
let root = ''
const at = (name: string) => path.join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-networks-'))
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout']
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  openssl('req', '-x509', ...key, 'root.key', '-subj', '/CN=Root', '-out', 'root.pem')
  openssl('req', ...key, 'leaf.key', '-subj', '/CN=radius.example.com', '-out', 'leaf.csr')
  openssl(
    ...['x509', '-req', '-in', 'leaf.csr', '-CA', 'root.pem', '-CAkey', 'root.key'],
    ...['-out', 'leaf.pem'],
  )
  root = readFileSync(at('root.pem'), 'utf8')
  writeFileSync(at('object.json'), '{}')
})
afterAll(() => rmSync(folder, { recursive: true }))

const OFFICE = {
  name: 'Office',
  kind: 'wifi',
  ssid: 'Contoso',
  servers: ['radius.example.com'],
} as const

describe('networks', () => {
  test('there are none where none are configured', () => {
    expect(readNetworks(undefined)).toEqual([])
  })

  test('stand inline, with a root in PEM', () => {
    const [office] = readNetworks(JSON.stringify([{ ...OFFICE, roots: root }]))
    const der = Buffer.from(root.replace(/-----.*?-----|\s/g, ''), 'base64').toString('base64')
    expect(office).toEqual({ ...OFFICE, roots: [der] })
  })

  test('stand in a file, with roots in files beside it', () => {
    writeFileSync(at('both.pem'), `Our roots:\n${root}${root}`)
    const vpn = { name: 'VPN', kind: 'vpn', servers: ['vpn.example.com'], roots: ['both.pem'] }
    writeFileSync(at('networks.json'), JSON.stringify([vpn]))
    const [read] = readNetworks(at('networks.json'))
    expect(read).toMatchObject({ kind: 'vpn', ssid: null })
    expect(read?.roots).toHaveLength(2)
  })
})

describe('a mistake is named', () => {
  const office = (change: object) => () =>
    JSON.stringify([{ ...OFFICE, roots: [at('root.pem')], ...change }])
  const cases: readonly (readonly [string, () => string, string])[] = [
    ['no JSON', () => '[', 'this is not JSON'],
    ['no file', () => '/nowhere/networks.json', '/nowhere/networks.json cannot be read'],
    ['no list', () => at('object.json'), 'expected array'],
    ['an unknown member', office({ password: 'x' }), 'password'],
    ['a Wi-Fi without SSID', office({ ssid: undefined }), 'ssid: is missing for a Wi-Fi'],
    ['a VPN with SSID', office({ kind: 'vpn' }), 'ssid: belongs to a Wi-Fi only'],
    ['an SSID that is too long', office({ ssid: 'ü'.repeat(17) }), 'more than 32 octets'],
    ['no server', office({ servers: [] }), 'names no server, so that any would be believed'],
    ['a wildcard', office({ servers: ['*.example.com'] }), 'is not a DNS name'],
    [
      'a server with a semicolon',
      office({ servers: ['a.example;b.example'] }),
      'is not a DNS name',
    ],
    ['no root', office({ roots: [] }), 'roots'],
    ['a root that is no file', office({ roots: ['gone.pem'] }), 'gone.pem cannot be read'],
    [
      'a file without PEM',
      () => office({ roots: [at('root.key')] })(),
      'has no certificate in PEM',
    ],
    [
      'PEM that is no certificate',
      office({ roots: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }),
      'Office: the PEM text has a certificate that cannot be read',
    ],
    ['a server’s own certificate', () => office({ roots: [at('leaf.pem')] })(), 'is no CA'],
  ]
  test.each(cases)('%s', (_, setting, message) => {
    const read = () => readNetworks(setting())
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(message)
    expect(read).toThrow(/^LATCHKEY_NETWORKS: /)
  })

  test('a second wired network', () => {
    const two = ['Desk', 'Lab'].map((name) => ({ ...OFFICE, name, kind: 'wired', roots: root }))
    const setting = JSON.stringify(two.map((one) => ({ ...one, ssid: undefined })))
    expect(() => readNetworks(setting)).toThrow('1.kind: is a second wired network')
  })

  test('a name that is used twice', () => {
    const twice = [OFFICE, OFFICE].map((one) => ({ ...one, roots: root }))
    expect(() => readNetworks(JSON.stringify(twice))).toThrow('"Office" is used twice')
  })
})
