import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { ROOT } from '#cli/programs.ts'
import { SANDBOX } from '#lib/config.ts'
import { expect, signIn, test } from './fixtures.ts'
import { dataDir, portalUrl } from './stack.ts'

/** What the browser never gets, and what the portal's account never reads. */

const BUILT = path.join(ROOT, '.next')
const MANIFEST = path.join(BUILT, 'server', 'server-reference-manifest.json')

/** The portal's own secrets. */
function secrets(): readonly string[] {
  const { encryptionKey } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { encryptionKey: string }
  const session = path.join(dataDir, 'session.secret')
  // A cluster's is in its environment alone.
  const kept = existsSync(session) ? [readFileSync(session, 'utf8').trim()] : []
  return [encryptionKey, SANDBOX.portalClientSecret, ...kept]
}

/** Names of their settings: where one is, the code that reads it came along. */
const SETTING =
  /_PASSPHRASE|_(?:CLIENT|SESSION|PROXY)_SECRET|NEXTAUTH_SECRET|ACTIONS_ENCRYPTION_KEY/

const filesIn = (folder: string) =>
  globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))

/** Files in which one of these is, as plain text or in Base64. */
function holding(files: readonly string[], wanted: readonly string[]): readonly string[] {
  const forms = wanted.flatMap((secret) => [secret, Buffer.from(secret).toString('base64')])
  return files.filter((file) => {
    const octets = readFileSync(file)
    return forms.some((form) => octets.includes(form))
  })
}

test('WEB-18 no file that browsers get has a secret of the portal, or code that reads one', () => {
  const own = secrets()
  for (const secret of own) expect(secret.length).toBeGreaterThanOrEqual(20)
  // Where they are, the search finds them.
  expect(holding(filesIn(path.join(BUILT, 'server')), own.slice(0, 1))).toContain(MANIFEST)

  const sent = [...filesIn(path.join(BUILT, 'static')), ...filesIn(path.join(ROOT, 'public'))]
  expect(sent.length).toBeGreaterThan(30)
  expect(holding(sent, own)).toEqual([])
  const scripts = sent.filter((file) => /\.(?:js|json|css|html|txt)$/.test(file))
  expect(scripts.length).toBeGreaterThan(20)
  expect(scripts.filter((file) => SETTING.test(readFileSync(file, 'utf8')))).toEqual([])
})

test('WEB-18 no page has a secret of the portal, a token, or somebody else’s data', async ({
  page,
}) => {
  await signIn(page, 'alice')
  const own = secrets()
  const paths = ['/', '/devices', '/enroll', '/calendar', '/scripts', '/scripts/api', '/step-up']
  for (const where of [...paths, '/doctor', '/signin', '/nowhere', '/manifest.webmanifest']) {
    for (const headers of [{}, { rsc: '1' }]) {
      const text = await (await page.request.get(where, { headers })).text()
      expect(text.length, where).toBeGreaterThan(100)
      for (const secret of own) expect(text.includes(secret), where).toBe(false)
      expect(text, where).not.toMatch(SETTING)
      expect(text, where).not.toMatch(/eyJ[\w-]{20,}\.|bob@contoso|BOB-PC/)
    }
  }
  for (const where of [
    '/_next/server/server-reference-manifest.json',
    '/_next/server-reference-manifest.json',
    '/_next/static/../server/server-reference-manifest.json',
    '/_next/static/%2e%2e/server/server-reference-manifest.json',
    '/_next/static/..%2fserver%2fserver-reference-manifest.json',
  ]) {
    const answer = await fetch(`${portalUrl}${where}`, { redirect: 'manual' })
    expect(answer.status, where).toBeGreaterThanOrEqual(300)
    expect(await answer.text(), where).not.toContain(own[0])
  }
})

test('WEB-20 another account, as the portal’s is in deploy/, opens no file of the authority', () => {
  const names =
    '{ca.key.json,passphrase,session.secret,ledger.sqlite*,signatures.log,*key.pem,server.pem}'
  const files = globSync(`**/${names}`, { cwd: dataDir }).map((name) => path.join(dataDir, name))
  expect(files.length).toBeGreaterThan(3)
  // The folder around it is of this test run; what protects in earnest begins below it.
  const around = path.dirname(dataDir)
  const before = statSync(around).mode
  chmodSync(around, 0o755)
  try {
    expect(openAs(NOBODY, [around])).toEqual([around])
    expect(new Set(openAs(NOBODY, files))).toEqual(new Set(['EACCES']))
  } finally {
    chmodSync(around, before)
  }
})

/** On most systems the account `nobody`. */
const NOBODY = 65_534

/** What that account gets for each file: its name, or the error of the system. Only root can try it. */
function openAs(account: number, files: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) {
    const isOpen = (file: string) => (statSync(path.dirname(file)).mode & 0o007) !== 0
    return files.map((file) => (isOpen(file) ? file : 'EACCES'))
  }
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', CANARY, JSON.stringify(files)], {
    uid: account,
    gid: account,
    cwd: '/',
    env: { NODE_ENV: 'production' },
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as readonly string[]
}

const CANARY = `
  const { openSync } = require('node:fs')
  const said = JSON.parse(process.argv[1]).map((file) => {
    try { openSync(file, 'r'); return file } catch ({ code }) { return code }
  })
  console.log(JSON.stringify(said))
`
