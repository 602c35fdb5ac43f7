import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { NODE_FLAGS, ROOT } from '#cli/programs.ts'
import {
  readConnection,
  readEapConfig,
  readOnc,
  readPlist,
  readSigned,
  readWindowsProfile,
  readWpaSupplicant,
} from '#lib/network/testing/judge-settings.ts'
import { openPkcs12 } from '#lib/pki/testing/open-pkcs12.ts'
import { axe } from './axe.ts'
import {
  button,
  choose,
  enrol,
  expectInSight,
  expectReady,
  main,
  PHONE,
  passwordOf,
} from './enroll-steps.ts'
import { expect, picture, signInByPages, test } from './fixtures.ts'
import { annotate } from './judges.ts'

/** A portal that knows networks: each place gets their settings, with the server's name and root pinned. */

let folder = ''
let latchkey: ChildProcess | null = null
let portal = ''
let authority = ''
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }).toString()
const at = (name: string) => path.join(folder, name)

test.beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-networks-'))
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'key']
  openssl('req', '-x509', ...key, '-subj', '/CN=Radius Root', '-out', 'root.pem')
  const server = { servers: ['radius.contoso.example'], roots: 'root.pem' }
  const office = { name: 'Contoso Office', kind: 'wifi', ssid: 'Contoso', ...server }
  const vpn = { name: 'Contoso VPN', kind: 'vpn', ...server }
  writeFileSync(at('networks.json'), JSON.stringify([office, vpn]))
  const [portalPort, authorityPort, tlsPort, sandboxPort] = await freePorts(4)
  portal = `http://localhost:${portalPort}`
  authority = `http://localhost:${authorityPort}`
  latchkey = spawn(process.execPath, [...NODE_FLAGS, 'cli/start.ts'], {
    cwd: ROOT,
    stdio: 'ignore',
    env: {
      ...process.env,
      NODE_ENV: 'production',
      LATCHKEY_DATA: at('data'),
      LATCHKEY_NETWORKS: at('networks.json'),
      PORTAL_PORT: String(portalPort),
      AUTHORITY_PORT: String(authorityPort),
      AUTHORITY_TLS_PORT: String(tlsPort),
      SANDBOX_PORT: String(sandboxPort),
    },
  })
  await expect
    .poll(
      () =>
        fetch(`${portal}/signin`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 90_000 },
    )
    .toBe(200)
})

test.afterAll(async () => {
  latchkey?.kill('SIGTERM')
  if (latchkey?.exitCode === null) await once(latchkey, 'exit')
  rmSync(folder, { recursive: true, force: true })
})

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/** Signs in at this portal and gets a certificate. */
async function enrolHere(page: Page, person: string, device: RegExp): Promise<void> {
  await signInByPages(page, person, `${portal}/enroll`)
  await enrol(page, device)
}

async function download(page: Page, name: string | RegExp = 'Download'): Promise<string> {
  const started = page.waitForEvent('download')
  await button(page, name).click()
  const file = await started
  await file.saveAs(at(file.suggestedFilename()))
  return file.suggestedFilename()
}

test('a Mac gets a signed profile with both networks; no server saw the key', async ({ page }) => {
  const bodies: Buffer[] = []
  page.on('request', (request) => bodies.push(request.postDataBuffer() ?? Buffer.alloc(0)))
  await page.goto(`${portal}/signin`)
  // The invisible joiner keeps the name on one line.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    /^Your own key to Wi-\u2060?Fi and VPN\.$/,
  )
  await signInByPages(page, 'bob', `${portal}/enroll`)
  await expect(main(page)).toContainText(
    'It brings the settings of Contoso Office, Contoso VPN, so you connect without typing them.',
  )
  await enrol(page, /^bob-mbp/)
  await expect(main(page)).toContainText(
    /It is signed by (.+); a device that knows \1 calls it verified/,
  )
  await axe(page)
  await picture(page, 'enroll-use-profile')
  const file = await download(page)
  expect(file).toBe('bob-mbp.mobileconfig')

  writeFileSync(at('ca.der'), Buffer.from(await (await fetch(`${authority}/ca`)).arrayBuffer()))
  openssl('x509', '-inform', 'DER', '-in', 'ca.der', '-out', 'ca.pem')
  writeFileSync(at('profile.plist'), readSigned(at(file), at('ca.pem'), annotate))
  readPlist(at('profile.plist'), annotate)
  const profile = plistOf('profile.plist')
  const types = profile.PayloadContent.map(({ PayloadType }) => PayloadType)
  expect(types).toEqual([
    'com.apple.security.pkcs12',
    'com.apple.security.root',
    'com.apple.wifi.managed',
    'com.apple.vpn.managed',
  ])
  const [identity, root, wifi] = profile.PayloadContent
  expect(wifi).toMatchObject({
    SSID_STR: 'Contoso',
    PayloadCertificateUUID: identity?.PayloadUUID,
    EAPClientConfiguration: {
      PayloadCertificateAnchorUUID: [root?.PayloadUUID],
      TLSTrustedServerNames: ['radius.contoso.example'],
    },
  })
  const pkcs12 = Buffer.from(String(identity?.PayloadContent), 'base64')
  writeFileSync(at('identity.p12'), pkcs12)
  const password = await passwordOf(page)
  await openPkcs12([{ file: at('identity.p12'), password, issuers: 0 }], annotate)
  // A CSR and a digest were sent; neither is longer than this.
  for (const body of bodies) {
    expect(body.length).toBeLessThan(1_000)
    expect(body.includes(password)).toBe(false)
  }
})

type Payload = Readonly<Record<string, unknown>> & { readonly PayloadType: string }

function plistOf(file: string): { readonly PayloadContent: readonly Payload[] } {
  const script =
    'import base64,json,plistlib,sys;print(json.dumps(plistlib.load(open(sys.argv[1],"rb")),' +
    'default=lambda v: base64.b64encode(v).decode() if isinstance(v, bytes) else str(v)))'
  return JSON.parse(execFileSync('python3', ['-c', script, at(file)]).toString())
}

test('every other place gets settings of its own kind', async ({ page }) => {
  await enrolHere(page, 'alice', /^ALICE-LT-042/)
  const password = await passwordOf(page)

  await test.step('Windows: file, profile and root', async () => {
    for (const file of ['.p12', '.xml', '.root.cer']) {
      await download(page, `Download ALICE-LT-042${file}`)
    }
    const profile = readFileSync(at('ALICE-LT-042.xml'), 'utf8')
    expect(profile).toContain('<ServerNames>radius.contoso.example</ServerNames>')
    readWindowsProfile(at('ALICE-LT-042.xml'), annotate)
    openssl('x509', '-inform', 'DER', '-in', 'ALICE-LT-042.root.cer', '-noout')
    await expect(main(page)).toContainText('netsh wlan add profile')
    await axe(page)
    await picture(page, 'enroll-use-windows-network')
  })

  await test.step('Linux: NetworkManager reads it', async () => {
    await choose(page, 'Linux')
    await expect(main(page)).toContainText('.nmconnection')
    await download(page, 'Download ALICE-LT-042.roots.pem')
    openssl('x509', '-in', 'ALICE-LT-042.roots.pem', '-noout')
    const file = await download(page, 'Download ALICE-LT-042.nmconnection')
    const read = readConnection(at(file), annotate)
    if (read) expect(read).toContain('domain-match=radius.contoso.example')
  })

  await test.step('wpa_supplicant: the password is inside, and the page says so', async () => {
    await choose(page, 'wpa_supplicant')
    await expect(main(page)).toContainText('The network, with the password inside')
    const file = await download(page, 'Download ALICE-LT-042.conf')
    expect(readFileSync(at(file), 'utf8')).toContain(`private_key_passwd="${password}"`)
    const read = readWpaSupplicant(at(file), annotate)
    if (read) expect(read).toContain("ssid='Contoso'")
  })

  await test.step('Android: one file for geteduroam', async () => {
    await choose(page, 'Android 14 or later')
    await expect(main(page)).toContainText('geteduroam')
    const file = await download(page)
    readEapConfig(at(file), annotate)
    const eap = readFileSync(at(file), 'utf8')
    const inside = /<ClientCertificate[^>]*>([^<]+)/.exec(eap)?.[1] ?? ''
    writeFileSync(at('android.p12'), Buffer.from(inside, 'base64'))
    const locked = ['android.p12', 'ALICE-LT-042.p12'].map((name) => ({
      file: at(name),
      password,
      issuers: 0,
    }))
    await openPkcs12(locked, annotate)
    expect(eap).toContain('<ServerID>radius.contoso.example</ServerID>')
  })

  await test.step('Chromebook: the file and the network', async () => {
    await choose(page, 'Chromebook')
    await expect(main(page)).toContainText('chrome://network')
    const file = await download(page, 'Download ALICE-LT-042.onc')
    readOnc(at(file), annotate)
    const onc = JSON.parse(readFileSync(at(file), 'utf8'))
    expect(onc.NetworkConfigurations).toHaveLength(1)
  })

  await test.step('Firefox has no networks; nor has the file alone', async () => {
    await choose(page, 'Firefox')
    await expect(main(page)).toContainText('View Certificates…')
    expect(await download(page)).toBe('ALICE-LT-042.p12')
    await choose(page, 'Linux')
    await button(page, 'Without the network').click()
    await expect(main(page)).toContainText('Set authentication to')
  })
})

test.describe('on a phone of 390 × 844', () => {
  test.use(PHONE)

  test('the profile, signed or not, is in sight, and so is each file', async ({ page }) => {
    await signInByPages(page, 'bob', `${portal}/enroll`)
    let posts = 0
    await page.route('**/enroll*', async (route) => {
      if (route.request().method() !== 'POST' || ++posts === 1) return route.continue()
      await route.abort('connectionreset')
    })
    await choose(page, /^bob-mbp/)
    await expectInSight(page, 'Get certificate')
    await button(page, 'Get certificate').tap()
    await expectReady(page)
    await expectInSight(page, 'Download')
    const unsigned = 'It is not signed: the server did not answer just now.'
    await expect(main(page).getByText(unsigned)).toBeInViewport({ ratio: 1 })
    const file = await download(page)
    expect(readFileSync(at(file), 'utf8')).toContain('<key>SSID_STR</key><string>Contoso</string>')

    await page.unroute('**/enroll*')
    page.on('dialog', (dialog) => dialog.accept())
    await page.goto(`${portal}/enroll`)
    await enrol(page, /^bob-mbp/)
    await expectInSight(page, 'Download')
    await expect(main(page)).toContainText('It is signed by')

    await page.context().clearCookies()
    await signInByPages(page, 'alice', `${portal}/enroll`)
    await enrol(page, /^ALICE-LT-042/)
    await expectInSight(page, 'Download ALICE-LT-042.p12')
  })
})
