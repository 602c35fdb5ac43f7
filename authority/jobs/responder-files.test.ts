import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { createLog } from '#lib/log.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { askForResponder, type ResponderDesk, startResponderDesk } from './responder-files.ts'

/** How a process without the CA key gets an OCSP responder. */

let folder: string
const desks: ResponderDesk[] = []
const lines: string[] = []
const log = createLog('authority', {
  ...({ level: 'debug', readable: false } as const),
  write: (line) => lines.push(line),
})

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-responders-'))
  lines.length = 0
})

afterEach(async () => {
  await Promise.all(desks.splice(0).map((desk) => desk.stop()))
  rmSync(folder, { recursive: true })
})

test('the key stays with who asks, the CA signs once, and nothing is left in the folder', async () => {
  const { authority, signed } = await testAuthority()
  const before = signed.length
  // Two processes that could sign see the same request.
  desks.push(...[1, 2].map(() => startResponderDesk(authority, folder, log)))
  const responder = await askForResponder(authority, folder)
  const certificate = new X509Certificate(responder.certificate)
  expect(certificate.subject).not.toContain('Latchkey OCSP responder')
  expect(signed.length - before).toBe(1)
  expect((await responder.sign(new Uint8Array([1]))).length).toBeGreaterThan(60)
  expect(readdirSync(folder)).toEqual([])
  const trail = await authority.ledger.auditTrail(0, 100)
  expect(trail.map(({ event }) => event.kind).slice(-2)).toEqual([
    'responder.intended',
    'responder.issued',
  ])
})

test('a certificate of another CA is refused by who asked', async () => {
  const [{ authority }, other] = await Promise.all([testAuthority(), testAuthority()])
  desks.push(startResponderDesk(other.authority, folder, log))
  await expect(askForResponder(authority, folder)).rejects.toMatchObject({
    code: 'signer_unavailable',
    message: 'This is no certificate of our CA.',
  })
})

const NAME = `${'0'.repeat(32)}.csr`
const file = (name = NAME) => path.join(folder, name)
const forged = () => {
  const { der } = makeCsr({ key: 'ec-p256', commonName: 'x' })
  return Uint8Array.from(der, (octet, at) => (at === der.length - 1 ? octet ^ 1 : octet))
}

const refusals: [string, () => void, string][] = [
  ['no request', () => writeFileSync(file(), 'x'), 'malformed_csr'],
  ['a signature by another key', () => writeFileSync(file(), forged()), 'bad_signature'],
  [
    'a key on another curve',
    () => writeFileSync(file(), makeCsr({ key: 'ec-p384' }).der),
    'weak_key',
  ],
  ['a large file', () => writeFileSync(file(), new Uint8Array(4096)), 'malformed_request'],
  ['a symbolic link', () => symlinkSync('/etc/passwd', file()), 'ELOOP'],
]

test.each(refusals)('%s gets nothing, and is removed', async (_, put, code) => {
  const { authority, signed } = await testAuthority()
  const before = signed.length
  put()
  desks.push(startResponderDesk(authority, folder, log))
  await expect.poll(() => readdirSync(folder)).toEqual([])
  expect(lines.join('')).toContain(code)
  expect(signed.length).toBe(before)
})

test('other names are not looked at', async () => {
  const { authority, signed } = await testAuthority()
  const before = signed.length
  const { der } = makeCsr({ key: 'ec-p256' })
  for (const name of ['../x.csr', 'x.csr', `${'0'.repeat(31)}G.csr`]) {
    writeFileSync(file(path.basename(name)), der)
  }
  writeFileSync(file(), der)
  desks.push(startResponderDesk(authority, folder, log))
  await expect.poll(() => readdirSync(folder)).toContain(`${'0'.repeat(32)}.cer`)
  expect(signed.length - before).toBe(1)
})

test('a folder into which every account may write is refused', async () => {
  const { authority } = await testAuthority()
  chmodSync(folder, 0o777)
  expect(() => startResponderDesk(authority, folder, log)).toThrow(/Every account may write into/)
})
