import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { runScript, SCRIPT } from '#clients/testing/run-script.ts'
import { find, has, isThere } from '#lib/testing/judge.ts'

/** The script with a key in a PKCS#11 token, which SoftHSM plays, with the whole service over TLS. */

const MODULE = '/usr/lib/softhsm/libsofthsm2.so'
const LABEL = 'My token-1'
const PIN = '567890'
const hasModule = isThere('softhsm2-util', existsSync(MODULE) && find('softhsm2-util') !== null)
const hasEngine = isThere('pkcs11-tool', spawnSync('openssl', ['engine', 'pkcs11']).status === 0)
const isInstalled = has('pkcs11-tool') && hasModule && hasEngine

let latchkey: Harness
let token = ''
let home = ''
let place = ''

beforeAll(async () => {
  if (!isInstalled) return
  latchkey = await startHarness()
  token = await latchkey.token('alice')
})

afterAll(async () => {
  if (isInstalled) await latchkey.close()
})

beforeEach(() => {
  if (!isInstalled) return
  home = mkdtempSync(path.join(tmpdir(), 'latchkey-token-home-'))
  place = mkdtempSync(path.join(tmpdir(), 'latchkey-token-'))
  mkdirSync(path.join(place, 'tokens'))
  writeFileSync(at('softhsm2.conf'), `directories.tokendir = ${path.join(place, 'tokens')}\n`)
  writeFileSync(at('pin'), `${PIN}\n`, { mode: 0o600 })
  const pins = ['--so-pin', '1234', '--pin', PIN]
  const env = { ...process.env, SOFTHSM2_CONF: at('softhsm2.conf') }
  execFileSync('softhsm2-util', ['--init-token', '--free', '--label', LABEL, ...pins], {
    env,
    stdio: 'ignore',
  })
})

afterEach(() => {
  if (!isInstalled) return
  for (const folder of [home, place]) rmSync(folder, { recursive: true })
})

const at = (name: string) => path.join(place, name)
const inHome = (name: string) => path.join(home, name)
const certificate = () => new X509Certificate(readFileSync(inHome('latchkey.pem')))
const key = () => readFileSync(inHome('latchkey.key'), 'utf8')
const inToken = () => ['--pkcs11', LABEL, '--pkcs11-module', MODULE, '--pin-file', at('pin')]

function enroll(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const whole = { LATCHKEY_TOKEN: token, SOFTHSM2_CONF: at('softhsm2.conf'), ...env }
  return runScript(latchkey, home, args, whole)
}

/** The ids of all objects of this kind in the token. */
function objects(kind: 'privkey' | 'pubkey'): readonly string[] {
  const words = ['--module', MODULE, '--token-label', LABEL, '--login', '--pin', PIN]
  const said = execFileSync('pkcs11-tool', [...words, '--list-objects', '--type', kind], {
    encoding: 'utf8',
    env: { ...process.env, SOFTHSM2_CONF: at('softhsm2.conf') },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return [...said.matchAll(/^ *ID: *(\w+)$/gm)].map(([, id = '']) => id)
}

const idIn = (uri: string) => (/;id=([%0-9a-f]+);/.exec(uri)?.[1] ?? '').replaceAll('%', '')

/** The file names the one key that the token has. */
function expectWhole(): void {
  expect(readdirSync(home).sort()).toEqual(['latchkey.key', 'latchkey.pem'])
  for (const name of readdirSync(home)) expect(statSync(inHome(name)).mode & 0o777).toBe(0o600)
  expect(objects('privkey')).toEqual([idIn(key())])
  expect(objects('pubkey')).toEqual([idIn(key())])
}

describe.skipIf(!isInstalled)('a key in a token', () => {
  test.each([
    ['ec-p256', 'rsa-2048'],
    ['rsa-2048', 'ec-p384'],
  ])('%s enrols, and renews by TLS with a new key there, %s', async (type, next) => {
    const first = await enroll(['user', ...inToken(), '--key', type])
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toContain(
      `its key in the token ${LABEL} (${inHome('latchkey.key')} names it)`,
    )
    expectWhole()
    expect(key()).toMatch(
      /^pkcs11:token=My%20token-1;id=(%[0-9a-f]{2}){16};type=private\?[^\n]+\n$/,
    )
    expect(key()).not.toContain(PIN)
    const [oldKey, old] = [key(), certificate()]

    // As a timer does it: the file of the key says where it is. Its predecessor leaves the token.
    const renewal = await enroll(['auto', '--renew-days', '400', '--key', next], {
      LATCHKEY_TOKEN: '',
    })
    expect(renewal).toMatchObject({ code: 0, err: '' })
    expectWhole()
    expect(idIn(key())).not.toBe(idIn(oldKey))
    expect(certificate().serialNumber).not.toBe(old.serialNumber)
    expect(certificate().subject).toBe(old.subject)
  })

  test('a refused request leaves no key behind, and the PIN is in no list of processes', async () => {
    const bin = at('bin')
    mkdirSync(bin)
    const real = find('pkcs11-tool')
    const body = `#!/bin/sh\nprintf '%s\\n' "$*" >>'${at('calls')}'\nexec ${real} "$@"\n`
    writeFileSync(path.join(bin, 'pkcs11-tool'), body, { mode: 0o755 })
    const ran = await enroll(['user', ...inToken(), '--upn', 'bob@contoso.example'], {
      PATH: `${bin}:${process.env.PATH}`,
    })
    expect(ran.code).toBe(1)
    expect(objects('privkey')).toEqual([])
    const calls = readFileSync(at('calls'), 'utf8')
    expect(calls).toContain('--keypairgen')
    expect(calls).not.toContain(PIN)
  })

  test('after a crash with the new certificate lost, the old key comes back and the new leaves', async () => {
    await enroll(['user', ...inToken()])
    const [oldKey, old] = [key(), readFileSync(inHome('latchkey.pem'))]
    copyFileSync(inHome('latchkey.key'), at('old.key'))
    await enroll(['user', ...inToken(), '--name', 'next'])
    copyFileSync(at('old.key'), inHome('latchkey.key.old'))
    copyFileSync(inHome('next.key'), inHome('latchkey.key'))
    for (const name of ['next.key', 'next.pem']) rmSync(inHome(name))
    expect(await enroll(['auto'])).toEqual({ code: 0, out: '', err: '' })
    expect([key(), readFileSync(inHome('latchkey.pem'))]).toEqual([oldKey, old])
    expectWhole()
  })

  test('a wrong PIN, a missing token and a missing library are told', async () => {
    await enroll(['user', ...inToken()])
    writeFileSync(at('pin'), '000000')
    const wrong = await enroll(['renew', '--force'])
    expect(wrong).toMatchObject({ code: 1, out: '' })
    expect(wrong.err).toContain(`The token ${LABEL} does not show the key of`)
    const elsewhere = ['--name', 'x', '--pkcs11-module', MODULE, '--pin-file', at('pin')]
    const missing = await enroll(['user', '--pkcs11', 'nothing', ...elsewhere])
    expect(missing.err).toContain('The token nothing makes no key of type ec-p256. It says: ')
    const bare = await enroll(['user', '--pkcs11', LABEL, '--name', 'x'])
    expect(bare).toMatchObject({ code: 2, out: '' })
    expect(bare.err).toContain('--pkcs11-module is missing')
    const nowhere = ['--pkcs11-module', '/nowhere.so', '--pin-file', SCRIPT]
    const network = ['--radius-name', 'radius.contoso.example', '--radius-ca', SCRIPT]
    const settings = await enroll(['print-network', ...network])
    expect(settings).toMatchObject({ code: 1, out: '' })
    expect(settings.err).toContain('There are no settings for a key in a token here')
    const absent = await enroll(['user', '--name', 'x', '--pkcs11', LABEL, ...nowhere])
    expect(absent.err).toContain('There is no file /nowhere.so')
  })

  test('a dry run makes no key there, and the timer says where the key is', async () => {
    const ran = await enroll(['user', ...inToken(), '--dry-run'])
    expect(ran.out, ran.err).toMatch(/It would be issued\. Nothing was changed\.\n$/)
    expect(objects('privkey')).toEqual([])
    const timer = await enroll(['print-timer', ...inToken()])
    expect(timer.out).toContain(`"--pkcs11" "${LABEL}" "--pkcs11-module" "${MODULE}"`)
  })
})
