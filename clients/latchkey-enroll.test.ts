import { execFile, execFileSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { rootCertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { find, has } from '#lib/testing/judge.ts'
import { createBrowser } from '#sandbox/testing/site.ts'

/** The script that people download, in several shells, with the whole service over TLS. */

const SCRIPT = fileURLToPath(new URL('latchkey-enroll.sh', import.meta.url))
const ALICE = 'alice@contoso.example'
const ALICE_OID = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'

let latchkey: Harness
let url: string
let token: string
/** New for each test: `home` for the files, and `bin`, which comes before the programs of this machine. */
let home: string
let bin: string

beforeAll(async () => {
  latchkey = await startHarness()
  url = `https://localhost:${latchkey.config.AUTHORITY_TLS_PORT}/`
  token = await latchkey.token('alice')
})

afterAll(() => latchkey.close())

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'latchkey-script-'))
  bin = path.join(home, 'bin')
  mkdirSync(bin)
})

afterEach(async () => {
  rmSync(home, { recursive: true })
  await latchkey.control('POST', '/reset')
})

/** Adds a program of the test that replaces one of the machine. */
function put(name: string, body: string): void {
  writeFileSync(path.join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
}

type Shell = { readonly name: string; readonly run: readonly string[]; readonly path?: string }
type Ran = { readonly code: number; readonly out: string; readonly err: string }
type Run = {
  readonly shell?: Shell
  readonly env?: Readonly<Record<string, string>>
  /** Called with the output so far. */
  readonly onOutput?: (said: string) => void
}

const SH: Shell = { name: 'sh', run: ['sh'] }

/** Asynchronous, since the service answers in this process. */
function enroll(args: readonly string[], { shell = SH, env = {}, onOutput }: Run = {}) {
  const [program = 'sh', ...first] = shell.run
  const ca = path.join(latchkey.config.dataDir, 'tls', 'ca.pem')
  const [command = '', ...rest] = args
  const all = [...first, SCRIPT, command, '--url', url, '--cacert', ca, '--folder', folder()]
  return new Promise<Ran>((resolve) => {
    const child = execFile(
      program,
      [...all, ...rest],
      {
        cwd: home,
        timeout: 100_000,
        env: {
          PATH: `${bin}:${shell.path ?? process.env.PATH}`,
          // Of vitest.config.ts; the authority's CA is named.
          SSL_CERT_FILE: process.env.SSL_CERT_FILE,
          HOME: home,
          NODE_ENV: 'test',
          TMPDIR: home,
          LATCHKEY_TOKEN: token,
          ...env,
        },
      },
      (error, out, err) => resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    )
    let said = ''
    child.stdout?.on('data', (chunk) => {
      said += chunk
      onOutput?.(said)
    })
  })
}

const folder = () => path.join(home, 'keys')
const keyFile = () => path.join(folder(), 'latchkey.key')
const certificateFile = () => path.join(folder(), 'latchkey.pem')
const certificate = () => new X509Certificate(readFileSync(certificateFile()))
const files = () => readdirSync(folder()).sort()
const contents = () => files().map((name) => readFileSync(path.join(folder(), name), 'utf8'))

async function enrolled(...args: string[]): Promise<X509Certificate> {
  const ran = await enroll(['user', ...args])
  expect(ran.code, ran.err).toBe(0)
  return certificate()
}

/** All files are complete, and no other account can read them. */
function expectWhole(): void {
  expect(files()).toEqual(['latchkey.key', 'latchkey.pem'])
  expect(certificate().checkPrivateKey(createPrivateKey(readFileSync(keyFile())))).toBe(true)
  for (const file of [keyFile(), certificateFile()]) expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(folder()).mode & 0o777).toBe(0o700)
  // No temporary files are left.
  expect(readdirSync(home).filter((name) => name.startsWith('latchkey.'))).toEqual([])
}

/** Alpine has only these tools, curl and OpenSSL. */
function busyboxTools(): string {
  const place = mkdtempSync(path.join(tmpdir(), 'latchkey-busybox-'))
  execFileSync('busybox', ['--install', '-s', place])
  for (const name of ['curl', 'openssl']) {
    rmSync(path.join(place, name), { force: true })
    symlinkSync(real(name), path.join(place, name))
  }
  return place
}

const shells: readonly Shell[] = [
  SH,
  { name: 'dash', run: ['dash'] },
  { name: 'bash', run: ['bash', '--posix'] },
]

/** Debian's `sh` is dash itself. */
const others = shells.filter(({ name }) => name !== 'sh' || !isSame('sh', 'dash'))

function isSame(...programs: readonly string[]): boolean {
  return new Set(programs.map((program) => realpathSync(find(program) ?? program))).size === 1
}

/** Busybox has a test of its own below. */
describe.each(others)('$name', (shell) => {
  const missing = !has(shell.run[0] ?? '')
  test.skipIf(missing)('enrols, says what is there, and renews when it is due', async () => {
    await walkThrough(shell)
  })
})

describe.skipIf(!has('busybox'))('busybox and its own tools', () => {
  test('enrols, says what is there, and renews when it is due', async () => {
    const place = busyboxTools()
    const shell = { name: 'alpine', run: [path.join(place, 'sh')], path: place }
    await walkThrough(shell)
    rmSync(keyFile())
    rmSync(certificateFile())
    put('uname', 'echo alice-lt-042.contoso.example')
    const device = await enroll(['device'], { shell })
    expect(device.code, device.err).toBe(0)
    expect(certificate().subject).toBe(`CN=${LAPTOP}`)
    const refused = await enroll(['device', '--dry-run', '--device-id', ALICE_OID], { shell })
    expect(refused.out).toMatch(/^ {2}no {7}\S/m)
    rmSync(place, { recursive: true })
  })
})

async function walkThrough(shell: Shell): Promise<void> {
  const first = await enroll(['user'], { shell })
  expect(first).toMatchObject({ code: 0, err: '' })
  expect(first.out).toContain(`The certificate is in ${certificateFile()}, its key in ${keyFile()}`)
  expectWhole()
  const old = certificate()
  expect(old.subject).toBe(`CN=${ALICE}`)
  expect(old.subjectAltName).toContain(ALICE)

  const status = await enroll(['status'], { shell })
  expect(status.out).toContain(old.serialNumber)
  expect(status.out).toContain('Renewal is not due.')

  const before = latchkey.signatures()
  expect(await enroll(['auto'], { shell })).toEqual({ code: 0, out: '', err: '' })
  expect((await enroll(['renew'], { shell })).out).toMatch(/^Not due yet: good until /)
  expect(latchkey.signatures()).toBe(before)
  expect(certificate().serialNumber).toBe(old.serialNumber)

  const due = ['auto', '--renew-days', '400', '--key', 'ec-p384']
  const renewal = await enroll(due, { shell, env: { LATCHKEY_TOKEN: '' } })
  expect(renewal, renewal.err).toMatchObject({ code: 0, err: '' })
  expectWhole()
  const renewed = certificate()
  expect(renewed.serialNumber).not.toBe(old.serialNumber)
  expect(renewed.subject).toBe(old.subject)
  expect(renewed.subjectAltName).toBe(old.subjectAltName)
  expect(renewed.publicKey.asymmetricKeyDetails?.namedCurve).toBe('secp384r1')

  const again = await enroll(['user'], { shell })
  expect(again.code).toBe(1)
  expect(again.err).toContain('already. Use renew, or --force for a new one')
  expect(certificate().serialNumber).toBe(renewed.serialNumber)
}

describe('names', () => {
  test.each([
    ['by id', ['--device-id', LAPTOP], 'elsewhere'],
    ['by the name of this machine', [], 'alice-lt-042.contoso.example'],
  ])('a device is found %s', async (_, args, machine) => {
    put('uname', `echo ${machine}`)
    const ran = await enroll(['device', ...args])
    expect(ran.code, ran.err).toBe(0)
    expect(certificate().subject).toBe(`CN=${LAPTOP}`)
    expectWhole()
  })

  test('a device is found by Intune’s own note', async () => {
    const place = path.join(home, '.config', 'intune')
    mkdirSync(place, { recursive: true })
    const note = `device_hint = "${LAPTOP}"\naad_device_hint = "${ALICE_OID}"\n`
    writeFileSync(path.join(place, 'registration.toml'), note)
    const ran = await enroll(['device'])
    expect(ran.code, ran.err).toBe(0)
    expect(certificate().subject).toBe(`CN=${LAPTOP}`)
  })

  test('a machine that is none of theirs is told what is', async () => {
    put('uname', 'echo somewhere')
    const ran = await enroll(['device'])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain(`${LAPTOP}  ALICE-LT-042`)
    expect(ran.err).toContain('None of your devices is called somewhere; give --device-id')
  })

  test.each([
    ['ec-p256'],
    ['ec-p384'],
    ['rsa-2048'],
    ['rsa-3072'],
  ])('a key of type %s', async (key) => {
    const { publicKey } = await enrolled('--key', key)
    const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {}
    const found = modulusLength ? `rsa-${modulusLength}` : namedCurve
    expect(found).toBe({ 'ec-p256': 'prime256v1', 'ec-p384': 'secp384r1' }[key] ?? key)
  })

  test('files whose path curl or OpenSSL would read otherwise', async () => {
    const odd = path.join(home, 'my "keys": 50% $HOME \\ a b')
    expect(await enroll(['user', '--folder', odd])).toMatchObject({ code: 0, err: '' })
    const ran = await enroll(['renew', '--force', '--folder', odd, '--name', 'latchkey'])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(readdirSync(odd).sort()).toEqual(['latchkey.key', 'latchkey.pem'])
  })

  test('a folder named from where the person is', async () => {
    for (const command of [['user'], ['renew', '--force']]) {
      const ran = await enroll([...command, '--folder', 'here'])
      expect(ran).toMatchObject({ code: 0, err: '' })
    }
    expect(readdirSync(path.join(home, 'here')).sort()).toEqual(['latchkey.key', 'latchkey.pem'])
  })
})

describe('a dry run', () => {
  test('says rule by rule that it would be issued, and changes nothing', async () => {
    const before = latchkey.signatures()
    const ran = await enroll(['device', '--device-id', LAPTOP, '--dry-run'])
    expect(ran.code, ran.err).toBe(0)
    expect(ran.out).toMatch(/^ {2}yes {6}\S/m)
    expect(ran.out).toMatch(/It would be issued\. Nothing was changed\.\n$/)
    expect(existsSync(folder())).toBe(false)
    expect(latchkey.signatures()).toBe(before)
  })

  test('says what refuses it and what mends that', async () => {
    await latchkey.control('PATCH', `/devices/${LAPTOP}`, { compliant: false })
    const ran = await enroll(['device', '--device-id', LAPTOP, '--dry-run'])
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(/^ {2}no {7}.*compliant.*\. \S.*\.$/m)
    expect(ran.err).toBe('latchkey-enroll: It would be refused. Nothing was changed\n')
  })

  test('of a renewal asks nobody', async () => {
    const { serialNumber } = await enrolled()
    const ran = await enroll(['renew', '--dry-run', '--renew-days', '400'])
    expect(ran.out).toContain('Due: good until ')
    expect(certificate().serialNumber).toBe(serialNumber)
  })
})

describe('is refused with what is wrong and what mends it', () => {
  test.each([
    ['a device that is not theirs', ['device', '--device-id', ALICE_OID], 'alice', /\. \S/],
    ['somebody else’s name', ['user', '--upn', 'bob@contoso.example'], 'alice', /\. \S/],
    ['no role', ['user'], 'carol', /CSR\.SelfService|administrator/],
    ['a disabled account', ['user'], 'dave', /switched off in the directory/],
  ])('%s', async (_, args, who, sentence) => {
    const before = latchkey.signatures()
    const ran = await enroll(args, { env: { LATCHKEY_TOKEN: await latchkey.token(who) } })
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(/^latchkey-enroll: [A-Z].*\.\n$/)
    expect(ran.err).toMatch(sentence)
    expect(files()).toEqual([])
    expect(latchkey.signatures()).toBe(before)
  })

  test.each([
    ['plain http off this machine', ['user', '--url', 'http://pki.contoso.example'], 'in clear'],
    ['no address', ['user', '--url', ''], '--url is missing'],
    ['no address for the timer', ['print-timer', '--url', ''], '--url is missing'],
    ['renewal over plain http', ['renew', '--url', 'http://localhost:1'], 'use https://'],
    ['a type of key that is none', ['user', '--key', 'dsa'], 'Unknown key type: dsa'],
    ['days that are none', ['auto', '--renew-days', '3d'], '--renew-days is a number of days'],
    ['a name that leads elsewhere', ['user', '--name', '../x'], '--name is a file name'],
    ['an unknown option', ['user', '--what', 'x'], 'Unknown option: --what'],
    ['an unknown command', ['enrol'], 'Unknown command: enrol'],
  ])('%s is a wrong use, status 2', async (_, args, sentence) => {
    if (args[0] === 'renew') await enrolled()
    const ran = await enroll(args)
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(sentence)
    expect(ran.err.trimEnd().split('\n')).toHaveLength(1)
  })

  test.each([
    ['fails', 'exit 3', 'This gave no token: '],
    ['gives nothing', 'true', 'What was given as a token is none'],
    ['gives an error text', 'echo "Please run: az login"', 'What was given as a token is none'],
  ])('a command for the token that %s', async (_, command, sentence) => {
    const args = ['user', '--token-command', command]
    const ran = await enroll(args, { env: { LATCHKEY_TOKEN: '' } })
    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(ran.err).toContain(sentence)
  })

  test('no way to sign in', async () => {
    const ran = await enroll(['user'], { env: { LATCHKEY_TOKEN: '' } })
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('--scope is missing')
  })

  test('a server that nobody vouches for', async () => {
    const ran = await enroll(['user', '--cacert', '/dev/null'])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('is not trusted here: name the file of its CA by --cacert')
  })

  test('a server whose CA is none of those of this machine', async () => {
    const stranger = path.join(home, 'stranger.pem')
    writeFileSync(stranger, rootCertificates[0] ?? '')
    const ran = await enroll(['user', '--cacert', stranger])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('is not trusted here: name the file of its CA by --cacert')
  })

  test('an address where nothing is', async () => {
    const ran = await enroll(['user', '--url', 'https://127.0.0.1:1'])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('https://127.0.0.1:1 does not answer')
  })
})

describe('a renewal that fails keeps what is there', () => {
  test.each([
    ['refused', async (serial: string) => revoke(serial), [], /revoked|good/],
    ['without an answer', async () => undefined, ['--url', 'https://127.0.0.1:1'], /answer/],
    [
      'by a device that was disabled',
      () => patchAlice({ enabled: false }),
      [],
      /disabled|switched off|hold/,
    ],
  ])('%s', async (_, change, args, sentence) => {
    const { serialNumber } = await enrolled()
    await change(serialNumber)
    const before = contents()
    const ran = await enroll(['renew', '--force', ...args])
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(sentence)
    expect(contents()).toEqual(before)
    expectWhole()
  })

  test('with an answer that belongs to another key', async () => {
    await enrolled()
    const before = contents()
    const other = path.join(home, 'other')
    await enroll(['user', '--folder', other])
    put(
      'openssl',
      `case $1 in pkcs7) exec cat ${other}/latchkey.pem ;; esac\nexec ${real('openssl')} "$@"`,
    )
    const ran = await enroll(['renew', '--force'])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('does not belong to the key that was made here')
    expect(contents()).toEqual(before)
  })

  const revoke = (serial: string) =>
    latchkey.send({
      method: 'POST',
      path: `/api/me/certificates/${serial}/revoke`,
      token,
      headers: [['content-type', 'application/json']],
      body: '{"reason":"superseded"}',
    })
  const patchAlice = (patch: object) => latchkey.control('PATCH', `/users/${ALICE}`, patch)
})

const real = (program: string) => find(program) ?? program

describe('after a crash', () => {
  /** Two good pairs, the later of which is to replace the earlier. */
  async function twoPairs() {
    await enrolled()
    const other = path.join(home, 'other')
    await enroll(['user', '--folder', other])
    const next = new X509Certificate(readFileSync(path.join(other, 'latchkey.pem'))).serialNumber
    return { old: certificate().serialNumber, next, other }
  }

  test('between the two files, the replacement is finished', async () => {
    const { next, other } = await twoPairs()
    copyFileSync(keyFile(), `${keyFile()}.old`)
    copyFileSync(path.join(other, 'latchkey.key'), keyFile())
    copyFileSync(path.join(other, 'latchkey.pem'), `${certificateFile()}.new`)
    expect((await enroll(['auto'])).code).toBe(0)
    expect(certificate().serialNumber).toBe(next)
    expectWhole()
  })

  test('with the new certificate lost, the old key comes back', async () => {
    const { old, other } = await twoPairs()
    copyFileSync(keyFile(), `${keyFile()}.old`)
    copyFileSync(path.join(other, 'latchkey.key'), keyFile())
    expect((await enroll(['auto'])).code).toBe(0)
    expect(certificate().serialNumber).toBe(old)
    expectWhole()
  })

  test('before anything was replaced, the drafts are removed', async () => {
    const { old, other } = await twoPairs()
    copyFileSync(path.join(other, 'latchkey.key'), `${keyFile()}.new`)
    copyFileSync(path.join(other, 'latchkey.pem'), `${certificateFile()}.new`)
    expect((await enroll(['auto'])).code).toBe(0)
    expect(certificate().serialNumber).toBe(old)
    expectWhole()
  })

  test('a lock of a dead process is taken over, one of a living is not', async () => {
    await enrolled()
    const lock = path.join(folder(), '.lock')
    mkdirSync(lock)
    writeFileSync(path.join(lock, 'pid'), String(process.pid))
    const busy = await enroll(['auto'])
    expect(busy.code).toBe(1)
    expect(busy.err).toContain(`Another run is at work here (process ${process.pid})`)
    // Above the kernel's largest process id, so no process has it.
    writeFileSync(path.join(lock, 'pid'), '4194305')
    expect((await enroll(['auto'])).code).toBe(0)
    expect(existsSync(lock)).toBe(false)
  })
})

describe('--then', () => {
  test('runs once a new certificate is in place, and only then', async () => {
    const then = ['--then', `cp '${certificateFile()}' '${home}/seen' && echo reloaded`]
    const { serialNumber } = await enrolled(...then)
    const seen = path.join(home, 'seen')
    expect(new X509Certificate(readFileSync(seen)).serialNumber).toBe(serialNumber)
    rmSync(seen)
    await enroll(['auto', ...then])
    expect(existsSync(seen)).toBe(false)
    expect((await enroll(['auto', '--force', ...then])).out).toContain('reloaded')
    expect(existsSync(seen)).toBe(true)
  })

  test('that fails is told, with the certificate in place', async () => {
    const ran = await enroll(['user', '--then', 'systemctl-that-is-not-there reload wifi'])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('The certificate is in place, but this failed: systemctl-that')
    expectWhole()
  })
})

describe('signing in', () => {
  test('by a command, whose token stands in no list of processes', async () => {
    put('curl', `printf '%s\\n' "$*" >>'${home}/calls'\nexec ${real('curl')} "$@"`)
    writeFileSync(path.join(home, 'token'), `${token}\n`)
    const command = ['--token-command', `cat '${home}/token'`]
    const ran = await enroll(['user', ...command], { env: { LATCHKEY_TOKEN: '' } })
    expect(ran.code, ran.err).toBe(0)
    const calls = readFileSync(path.join(home, 'calls'), 'utf8')
    expect(calls.split('\n').length).toBeGreaterThan(2)
    expect(calls).not.toContain(token.slice(0, 40))
  })

  test('by Azure CLI where it is signed in', async () => {
    writeFileSync(path.join(home, 'token'), `${token}\n`)
    put('az', `printf '%s\\n' "$*" >'${home}/asked'\ncat '${home}/token'`)
    const scope = `api://${latchkey.config.apiClientId}/Cert.Enroll`
    const ran = await enroll(['user', '--scope', scope], { env: { LATCHKEY_TOKEN: '' } })
    expect(ran.code, ran.err).toBe(0)
    expect(readFileSync(path.join(home, 'asked'), 'utf8')).toBe(
      `account get-access-token --scope ${scope} --query accessToken --output tsv\n`,
    )
  })

  const { SANDBOX_LOGIN, SCOPE } = {
    SANDBOX_LOGIN: () => `http://localhost:${latchkey.config.SANDBOX_PORT}`,
    SCOPE: () => `api://${latchkey.config.apiClientId}/Cert.Enroll`,
  }
  const deviceCode = () => [
    ...['--scope', SCOPE(), '--tenant', latchkey.config.tenantId, '--login', SANDBOX_LOGIN()],
  ]

  test('by a code that is entered in a browser', async () => {
    put('az', 'exit 1')
    put('sleep', `exec ${real('sleep')} 0.2`)
    let entered: Promise<string> | null = null
    const ran = await enroll(['user', ...deviceCode()], {
      env: { LATCHKEY_TOKEN: '' },
      onOutput: (said) => {
        const found = /Open (\S+) and enter the code (\S+)\.\n/.exec(said)
        if (found?.[1] && found[2] && !entered) entered = enterCode(found[1], found[2])
      },
    })
    expect(ran.code, ran.err).toBe(0)
    expect(await entered).toContain('You are signed in')
    expect(certificate().subject).toBe(`CN=${ALICE}`)
  })

  test('to a sign-in that knows no such client says what it says', async () => {
    put('az', 'exit 1')
    const args = ['user', ...deviceCode(), '--client-id', 'nobody']
    const ran = await enroll(args, { env: { LATCHKEY_TOKEN: '' } })
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(/No code to sign in with: \S/)
  })
})

async function enterCode(address: string, code: string): Promise<string> {
  const site = new URL(address).origin
  const browser = createBrowser()
  const form = (fields: Record<string, string>) => ({
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin: site },
  })
  const follow = (answer: Response) => new URL(answer.headers.get('location') ?? '', site).href
  const entry = await (await browser(address)).text()
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(entry) ?? []
  await browser(address, form({ xsrf, user_code: code }))
  const confirmed = await browser(address, form({ xsrf, user_code: code, confirm: 'yes' }))
  const picked = await browser(follow(confirmed), form({ oid: ALICE_OID }))
  return (await browser(follow(picked))).text()
}

describe('the timer', () => {
  const units = () => path.join(home, '.config', 'systemd', 'user')

  test('is shown with the options that were given, and nothing is written', async () => {
    const then = 'echo "50% of $HOME" \\ done'
    const ran = await enroll(['print-timer', '--then', then, '--key', 'rsa-2048'])
    expect(ran.code, ran.err).toBe(0)
    expect(ran.out).toContain('OnCalendar=daily')
    expect(ran.out).toContain(`"${SCRIPT}" "auto" "--url" "${url.slice(0, -1)}"`)
    expect(ran.out).toContain('"--key" "rsa-2048"')
    expect(ran.out).toContain('"--then" "echo \\"50%% of $$HOME\\" \\\\ done"')
    expect(readdirSync(home)).toEqual(['bin'])
  })

  test('is installed for a person, who may read but not others write it', async () => {
    put('id', 'echo 1000')
    put('systemctl', `printf '%s\\n' "$*" >>'${home}/asked'`)
    const ran = await enroll(['install-timer'])
    expect(ran.out).toBe('latchkey-latchkey.timer runs every day.\n')
    expect(readdirSync(units()).sort()).toEqual([
      'latchkey-latchkey.service',
      'latchkey-latchkey.timer',
    ])
    for (const name of readdirSync(units())) {
      expect(statSync(path.join(units(), name)).mode & 0o777).toBe(0o644)
    }
    expect(readFileSync(path.join(home, 'asked'), 'utf8')).toBe(
      '--user daemon-reload\n--user enable --now latchkey-latchkey.timer\n',
    )
    // The timer runs a copy of the script, which stays when downloads are deleted.
    const copied = path.join(folder(), 'latchkey-enroll.sh')
    expect(readFileSync(copied)).toEqual(readFileSync(SCRIPT))
    expect(statSync(copied).mode & 0o077).toBe(0)
    const service = readFileSync(path.join(units(), 'latchkey-latchkey.service'), 'utf8')
    expect(service).toContain(`ExecStart=/bin/sh "${copied}" "auto"`)
  })

  test.skipIf(!has('systemd-analyze'))('is what systemd understands', async () => {
    put('id', 'echo 1000')
    put('systemctl', 'true')
    await enroll(['install-timer', '--then', 'echo "50% of $HOME" \\ done'])
    for (const name of readdirSync(units())) {
      const said = execFileSync(
        'systemd-analyze',
        ['verify', '--man=no', path.join(units(), name)],
        { stdio: ['ignore', 'pipe', 'ignore'] },
      )
      expect(said.toString()).toBe('')
    }
  })

  test('its service does what it is there for', async () => {
    const { serialNumber } = await enrolled()
    const shown = await enroll(['print-timer', '--renew-days', '400'])
    const [, line = ''] = /^ExecStart=(.*)$/m.exec(shown.out) ?? []
    const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)" ?/g)].map(([, word = '']) => word)
    const clean = { PATH: process.env.PATH ?? '', HOME: home, NODE_ENV: 'test' as const }
    await new Promise<void>((resolve, reject) => {
      const child = execFile('/bin/sh', words, { env: clean }, (error) =>
        error ? reject(error) : resolve(),
      )
      child.stdin?.end()
    })
    expect(certificate().serialNumber).not.toBe(serialNumber)
    expectWhole()
  })

  test('without systemd the person is told what to run instead', async () => {
    const place = mkdtempSync(path.join(home, 'tools-'))
    for (const name of ['sh', 'id', 'basename', 'dirname', 'cat']) {
      symlinkSync(real(name), path.join(place, name))
    }
    const ran = await enroll(['install-timer'], {
      shell: { ...SH, run: [real('sh')], path: place },
    })
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(/no systemd here\. Run daily instead: latchkey-enroll\.sh auto --url/)
  })
})

test('a folder that cannot be made is named', async () => {
  const inTheWay = path.join(home, 'file')
  writeFileSync(inTheWay, '')
  chmodSync(inTheWay, 0o600)
  const ran = await enroll(['user', '--folder', path.join(inTheWay, 'keys')])
  expect(ran.code).toBe(1)
  expect(ran.err).toContain(`The folder ${inTheWay}/keys cannot be made`)
})

test.skipIf(!has('shellcheck'))('shellcheck has nothing to say', () => {
  expect(execFileSync('shellcheck', ['--shell=sh', SCRIPT]).toString()).toBe('')
})
