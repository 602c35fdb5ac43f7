import { execFileSync } from 'node:child_process'
import { randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { TLSSocket } from 'node:tls'
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { CHROMIUM_ARGS } from '#cli/find-chromium.ts'
import { canTry, has, hasAll } from '#lib/testing/judge.ts'
import { button, choose, enrol, main, passwordOf } from './enroll-steps.ts'
import { startFirefox } from './firefox.ts'
import { expect, signIn, test } from './fixtures.ts'
import { annotate } from './judges.ts'
import { authorityUrl } from './stack.ts'

/**
 * A certificate from the portal is accepted by a site that requires one, in real browsers: the downloaded
 * file is imported into the certificate store of the system (NSS) for Chromium, and into the store of its
 * profile for Firefox, as a person would do, and the browser uses it from there.
 */

const canRun =
  canTry(process.platform === 'linux', 'mutual TLS in Chromium, which reads NSS on Linux only') &&
  hasAll(['certutil', 'pk12util'])
test.skip(!canRun, 'Without NSS no browser has a certificate.')

/** A server that accepts only our CA's certificates, and answers who connected. */
type Door = { readonly server: Server; readonly url: string; readonly caName: string }

/** A person's home folder with a certificate store in it. */
type Home = { readonly folder: string; readonly nss: (...args: readonly string[]) => void }

let home: Home
let door: Door

test.beforeEach(async () => {
  home = makeHome()
  door = await openDoor(home)
})

test.afterEach(() => {
  door.server.close()
  door.server.closeAllConnections()
  rmSync(home.folder, { recursive: true })
})

test('opens a site that asks for a certificate, and nothing else does', async ({ page }) => {
  await test.step('without one', async () => {
    const browser = await openBrowser(home, door)
    const refusals: unknown[] = []
    door.server.on('tlsClientError', (error) => refusals.push('code' in error && error.code))
    // The browser's error depends on which it receives first: the alert or the end of the connection.
    await expect(visit(browser, door)).rejects.toThrow(/net::ERR_/)
    await expect.poll(() => refusals).toContain('ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE')
    await browser.close()
  })

  await signIn(page, 'alice', '/enroll')
  await enrol(page, /^ALICE-LT-042/)
  await importFile(page, home)

  await test.step('with the one from the portal', async () => {
    const browser = await openBrowser(home, door)
    const seen = await visit(browser, door)
    expect(seen).toMatchObject({ authorized: true, protocol: 'TLSv1.3' })
    expect(seen.altName).toMatch(/^URI:IntuneDeviceId:\/\/[0-9a-f-]{36}$/)
    await browser.close()
  })
})

test('opens it with an RSA key and a person’s certificate too', async ({ page }) => {
  await signIn(page, 'alice', '/enroll?for=me')
  await main(page).getByText('Details for experts').click()
  await choose(page, 'RSA 2048')
  await enrol(page, /^Alice Adler/)
  await importFile(page, home)

  const browser = await openBrowser(home, door)
  const seen = await visit(browser, door)
  expect(seen).toMatchObject({ authorized: true, commonName: 'Alice Adler' })
  await browser.close()
})

test('opens it in Firefox, which has a certificate store of its own', async ({ page }) => {
  test.skip(!has('firefox-esr', annotate), 'firefox-esr is not installed')
  const profile = path.join(home.folder, '.pki', 'nssdb')
  await test.step('without one', async () => {
    const firefox = await startFirefox(profile)
    await expect(firefox.textOf(door.url)).rejects.toThrow(
      'SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT',
    )
    await firefox.close()
  })

  await signIn(page, 'alice', '/enroll')
  await enrol(page, /^ALICE-LT-042/)
  await choose(page, 'Firefox')
  await expect(main(page)).toContainText('View Certificates…')
  await importFile(page, home)
  const firefox = await startFirefox(profile)
  const seen = JSON.parse(await firefox.textOf(door.url))
  expect(seen).toMatchObject({ authorized: true, protocol: 'TLSv1.3' })
  await firefox.close()
})

function makeHome(): Home {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-home-'))
  const store = path.join(folder, '.pki', 'nssdb')
  mkdirSync(store, { recursive: true })
  const nss = (tool = '', ...args: readonly string[]) =>
    void execFileSync(tool, [...args, '-d', `sql:${store}`], { stdio: 'pipe' })
  nss('certutil', '-N', '--empty-password')
  return { folder, nss }
}

/** Imports the downloaded file with the password that the page showed. */
async function importFile(page: Page, { folder, nss }: Home): Promise<void> {
  const download = page.waitForEvent('download')
  await button(page, 'Download').click()
  const file = path.join(folder, 'saved.p12')
  await (await download).saveAs(file)
  nss('pk12util', '-i', file, '-W', await passwordOf(page), '-K', '')
}

async function openDoor({ folder, nss }: Home): Promise<Door> {
  const at = (name: string) => path.join(folder, name)
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
  const out = ['-keyout', at('door.key'), '-out', at('door.pem')]
  const usage = ['-addext', 'extendedKeyUsage=serverAuth']
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...names, ...usage, ...out], {
    stdio: 'pipe',
  })
  nss('certutil', '-A', '-n', 'door', '-t', 'P,,', '-i', at('door.pem'))

  const ca = new X509Certificate(
    Buffer.from(await (await fetch(`${authorityUrl}/ca`)).arrayBuffer()),
  )
  const server = createServer(
    {
      key: readFileSync(at('door.key')),
      cert: readFileSync(at('door.pem')),
      ca: ca.toString(),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(visitorOf(request.socket as TLSSocket)))
    },
  )
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const caName = /^CN=(.*)$/m.exec(ca.subject)?.[1] ?? ''
  return { server, url: `https://localhost:${port}`, caName }
}

type Visitor = {
  readonly authorized: boolean
  readonly protocol: string | null
  readonly commonName: string
  readonly altName: string
}

function visitorOf(socket: TLSSocket): Visitor {
  const certificate = socket.getPeerCertificate()
  return {
    authorized: socket.authorized,
    protocol: socket.getProtocol(),
    commonName: String(certificate.subject.CN),
    altName: certificate.subjectaltname ?? '',
  }
}

/**
 * Starts a browser with this home folder. It would ask the person which certificate to use; a policy answers,
 * set on Chromium's own page for testing policies, so that no file of the machine is changed.
 */
async function openBrowser({ folder }: Home, { url, caName }: Door): Promise<BrowserContext> {
  const executablePath = process.env.LATCHKEY_WHOLE_CHROMIUM
  const browser = await chromium.launchPersistentContext(
    path.join(folder, `profile-${randomBytes(4).toString('hex')}`),
    {
      // Not the headless shell, which has neither policies nor the system's certificates.
      ...(executablePath ? { executablePath } : { channel: 'chromium' }),
      args: CHROMIUM_ARGS,
      env: { ...process.env, HOME: folder },
    },
  )
  const choice = { pattern: url, filter: { ISSUER: { CN: caName } } }
  const policy = {
    name: 'AutoSelectCertificateForUrls',
    value: [JSON.stringify(choice)],
    // Mandatory, for the user, from the platform.
    level: 1,
    scope: 0,
    source: 0,
    namespace: 'chrome',
  }
  const page = await browser.newPage()
  await page.goto('chrome://policy/test')
  const isSet = await page.evaluate(
    async (policies) => {
      const chromes = 'chrome://resources/js/cr.js'
      const { sendWithPromise } = await import(chromes)
      return sendWithPromise('setLocalTestPolicies', policies, '')
    },
    JSON.stringify([policy]),
  )
  expect(isSet, 'Chromium takes the policy').toBe(true)
  return browser
}

async function visit(browser: BrowserContext, { url }: Door): Promise<Visitor> {
  const page = await browser.newPage()
  const response = await page.goto(url)
  return (await response?.json()) as Visitor
}
