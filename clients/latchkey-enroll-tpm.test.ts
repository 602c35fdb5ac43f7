import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
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
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { hasRadius, SERVER_NAME, startRadius } from '#authority/testing/radius.ts'
import { runScript, SCRIPT } from '#clients/testing/run-script.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { has, hasAll, isThere } from '#lib/testing/judge.ts'

/**
 * The script with a key in a TPM: a software one (swtpm) behind the resource manager of tpm2-tss, as Debian 12
 * needs it, with the whole service over TLS.
 */

const hasProvider = isThere('tpm2-abrmd', existsSync(path.join(modulesFolder(), 'tpm2.so')))
const isInstalled = hasAll(['swtpm', 'tpm2-abrmd', 'dbus-daemon']) && hasProvider

let latchkey: Harness
let token = ''
let place = ''
let tpm: Tpm
let home = ''

type Tpm = { readonly env: Readonly<Record<string, string>>; readonly close: () => Promise<void> }

beforeAll(async () => {
  if (!isInstalled) return
  place = mkdtempSync(path.join(tmpdir(), 'latchkey-tpm-'))
  latchkey = await startHarness()
  token = await latchkey.token('alice')
  tpm = await startTpm(path.join(place, 'one'))
})

afterAll(async () => {
  if (!isInstalled) return
  await tpm.close()
  await latchkey.close()
  rmSync(place, { recursive: true })
})

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'latchkey-tpm-home-'))
})

afterEach(() => {
  rmSync(home, { recursive: true })
})

function modulesFolder(): string {
  const said = execFileSync('openssl', ['version', '-m'], { encoding: 'utf8' })
  return /"(.*)"/.exec(said)?.[1] ?? ''
}

/** A TPM with a bus and a resource manager of its own, in this folder. */
async function startTpm(folder: string): Promise<Tpm> {
  mkdirSync(path.join(folder, 'state'), { recursive: true })
  const socket = path.join(folder, 'tpm')
  const started: ChildProcess[] = []
  const start = (
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
  ) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
    started.unshift(child)
    return child
  }
  const state = ['--tpm2', '--tpmstate', `dir=${path.join(folder, 'state')}`]
  const sockets = [
    '--server',
    `type=unixio,path=${socket}`,
    '--ctrl',
    `type=unixio,path=${socket}.ctrl`,
  ]
  start('swtpm', ['socket', ...state, ...sockets, '--flags', 'not-need-init,startup-clear'])
  const bus = start('dbus-daemon', ['--session', '--nofork', '--print-address'])
  const [address] = await once(bus.stdout ?? bus, 'data')
  const env = {
    DBUS_SESSION_BUS_ADDRESS: String(address).trim(),
    TPM2OPENSSL_TCTI: 'tabrmd:bus_type=session',
  }
  while (!existsSync(socket)) await wait(20)
  const manager = ['--session', '--allow-root', `--tcti=swtpm:path=${socket}`]
  start('tpm2-abrmd', manager, { ...process.env, ...env })
  const ask = ['rand', '-provider', 'tpm2', '-propquery', 'provider=tpm2', '1']
  for (let tries = 0; !answers(); tries += 1) {
    if (tries > 50) throw new Error('The TPM does not answer')
    await wait(100)
  }
  function answers(): boolean {
    try {
      execFileSync('openssl', ask, { stdio: 'ignore', env: { ...process.env, ...env } })
      return true
    } catch {
      return false
    }
  }
  return {
    env,
    close: async () => {
      for (const child of started) {
        child.kill('SIGTERM')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      }
    },
  }
}

function enroll(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  shell: readonly string[] = ['sh'],
) {
  const whole = { LATCHKEY_TOKEN: token, ...tpm.env, ...env }
  return runScript(latchkey, home, args, whole, shell)
}

const at = (name: string) => path.join(home, name)
const certificate = () => new X509Certificate(readFileSync(at('latchkey.pem')))
const key = () => readFileSync(at('latchkey.key'), 'hex')
/** The object identifier 2.23.133.10.1.3 in DER: a key that its TPM only can load. */
const TPM_KEY = /^30.{2,6}06066781050a0103/

function expectWhole(): void {
  expect(readdirSync(home).sort()).toEqual(['latchkey.key', 'latchkey.pem'])
  for (const name of readdirSync(home)) expect(statSync(at(name)).mode & 0o777).toBe(0o600)
}

describe.skipIf(!isInstalled)('a key in the TPM', () => {
  describe.each([
    [['dash'], 'ec-p256', 'ec-p384'],
    [['busybox', 'sh'], 'ec-p256', 'rsa-2048'],
    [['bash', '--posix'], 'rsa-2048', 'ec-p256'],
  ])('%s', (shell, type, next) => {
    test.skipIf(!has(shell[0] ?? ''))(`${type} enrols, and renews by TLS as ${next}`, async () => {
      await walkThrough(shell, type, next)
    })
  })

  test('a key in a file moves into the TPM with the next renewal', async () => {
    expect((await enroll(['user'])).code).toBe(0)
    expect(key()).not.toMatch(TPM_KEY)
    const renewal = await enroll(['renew', '--force', '--tpm'], { LATCHKEY_TOKEN: '' })
    expect(renewal).toMatchObject({ code: 0, err: '' })
    expect(key()).toMatch(TPM_KEY)
    expectWhole()
  })

  test('a crash between the two files is mended', async () => {
    await enroll(['user', '--tpm'])
    const old = { key: key(), serial: certificate().serialNumber }
    await enroll(['renew', '--force'])
    const next = {
      certificate: readFileSync(at('latchkey.pem')),
      serial: certificate().serialNumber,
    }
    writeFileSync(at('latchkey.key.old'), Buffer.from(old.key, 'hex'), { mode: 0o600 })
    writeFileSync(at('latchkey.pem.new'), next.certificate, { mode: 0o600 })
    expect(await enroll(['auto'])).toEqual({ code: 0, out: '', err: '' })
    expect(certificate().serialNumber).toBe(next.serial)
    expectWhole()
  })

  test('without its TPM nothing is replaced or mended', async () => {
    await enroll(['user', '--tpm'])
    copyFileSync(at('latchkey.key'), at('latchkey.key.old'))
    const before = [key(), readFileSync(at('latchkey.pem'), 'utf8')]
    const nowhere = await enroll(['renew', '--force'], { TPM2OPENSSL_TCTI: 'tabrmd:bus_name=a.b' })
    expect(nowhere.code).toBe(1)
    expect(nowhere.err).toMatch(/^latchkey-enroll: .*(tpm2-abrmd|No TPM answers here)/)
    const other = await startTpm(path.join(home, 'other'))
    const stranger = await enroll(['renew', '--force'], other.env)
    await other.close()
    expect(stranger.code).toBe(1)
    expect(stranger.err).toContain(`This TPM does not know the key in ${at('latchkey.key')}.`)
    expect([key(), readFileSync(at('latchkey.pem'), 'utf8')]).toEqual(before)
    expect(existsSync(at('latchkey.key.old'))).toBe(true)
  })

  test('a type of key that the TPM has not is told, and none is made elsewhere', async () => {
    const ran = await enroll(['user', '--tpm', '--key', 'rsa-4096'])
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(/^latchkey-enroll: This TPM makes no key of type rsa-4096; every one/)
    expect(readdirSync(home)).toEqual([])
  })

  test('a dry run makes nothing', async () => {
    const ran = await enroll(['user', '--tpm', '--dry-run'])
    expect(ran.out).toMatch(/It would be issued\. Nothing was changed\.\n$/)
    expect(readdirSync(home)).toEqual([])
  })

  test('the timer says where the key is', async () => {
    expect((await enroll(['print-timer', '--tpm'])).out).toContain('"--tpm"')
  })
})

async function walkThrough(shell: readonly string[], type: string, next: string): Promise<void> {
  const first = await enroll(['user', '--tpm', '--key', type], {}, shell)
  expect(first).toMatchObject({ code: 0, err: '' })
  expect(first.out).toContain(`its key in ${at('latchkey.key')}, which only this TPM can use`)
  expectWhole()
  const [oldKey, old] = [key(), certificate()]
  expect(oldKey).toMatch(TPM_KEY)
  expect(old.subject).toBe('CN=alice@contoso.example')

  // As a timer does it: no token, and no word of the TPM.
  const renewal = await enroll(
    ['auto', '--renew-days', '400', '--key', next],
    {
      LATCHKEY_TOKEN: '',
    },
    shell,
  )
  expect(renewal).toMatchObject({ code: 0, err: '' })
  expectWhole()
  expect(key()).toMatch(TPM_KEY)
  expect(key()).not.toBe(oldKey)
  expect(certificate().serialNumber).not.toBe(old.serialNumber)
  expect(certificate().subject).toBe(old.subject)
  expect(certificate().publicKey.equals(old.publicKey)).toBe(false)
}

describe.skipIf(!isInstalled)('settings for the network', () => {
  const settings = (ca: string, ...more: string[]) =>
    enroll(['print-network', '--radius-name', SERVER_NAME, '--radius-ca', ca, ...more])
  /** What stands between this heading and the next. */
  const under = (said: string, heading: string) =>
    said
      .split(/^# --- /m)
      .find((part) => part.startsWith(heading))
      ?.replace(/^.*\n(#.*\n)*/, '') ?? ''

  test.skipIf(!hasRadius())(
    'let the key in the TPM into a network that has a known server',
    async () => {
      await latchkey.status.ocsp.renew()
      const { chain } = latchkey.authority.issuer
      const radius = await startRadius(chain.map((der) => toPem('CERTIFICATE', der)).join(''))
      const ca = path.join(radius.folder, 'certs', 'radius.pem')
      await enroll(['user', '--tpm'])
      const shown = await settings(ca)
      expect(shown).toMatchObject({ code: 0, err: '' })
      const block = under(shown.out, 'wpa_supplicant.conf')
      const configuration = path.join(home, 'openssl.cnf')
      writeFileSync(configuration, under(shown.out, '/etc/latchkey-openssl.cnf'))
      const env = { ...tpm.env, OPENSSL_CONF: configuration }
      expect(await radius.loginWith(block, {}, env)).toBe(true)
      expect(shown.out).toContain('NetworkManager takes no key in the TPM of this kind')
      const other = block.replace(SERVER_NAME, 'radius.elsewhere.example')
      expect(await radius.loginWith(other, {}, env)).toBe(false)
      await radius.close()
    },
  )

  test.skipIf(!has('nmcli'))('are what NetworkManager reads', async () => {
    await enroll(['user'])
    copyFileSync(at('latchkey.pem'), at('ca.pem'))
    const shown = await settings(at('ca.pem'), '--ssid', "Contoso's Wi-Fi")
    expect(shown.out).not.toContain('OPENSSL_CONF')
    const command = under(shown.out, 'or NetworkManager').replace(/^nmcli/, 'nmcli --offline')
    const written = execFileSync('sh', ['-c', command], { encoding: 'utf8' })
    expect(written).toContain(`private-key=${at('latchkey.key')}`)
    expect(written).toContain(`client-cert=${at('latchkey.pem')}`)
    expect(written).toContain(`ca-cert=${at('ca.pem')}`)
    expect(written).toContain(`domain-match=${SERVER_NAME}`)
    expect(written).toMatch(/^ssid=Contoso's Wi-Fi$/m)
    expect(written).toMatch(/^key-mgmt=wpa-eap$/m)
  })

  test('are refused without the server’s name and CA', async () => {
    await enroll(['user'])
    const nameless = await enroll(['print-network', '--radius-ca', SCRIPT])
    expect(nameless).toMatchObject({ code: 2, out: '' })
    expect(nameless.err).toContain('--radius-name is missing')
    const believing = await enroll(['print-network', '--radius-name', SERVER_NAME])
    expect(believing.err).toContain('--radius-ca is missing')
    expect((await settings('/nowhere')).err).toContain('There is no file /nowhere')
    expect((await settings(SCRIPT, '--folder', `${home} "x"`)).code).toBe(1)
  })
})
