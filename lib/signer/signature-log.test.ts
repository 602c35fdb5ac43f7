import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { context, integer, octetString, sequence } from '#lib/pki/asn1/der-write.ts'
import { buildTbs } from '#lib/pki/certificate/certificate.ts'
import { buildCrlTbs } from '#lib/pki/crl/crl.ts'
import { makeHolderKey, makeTestCa, publicKeyOf } from '#lib/pki/testing/make-ca.ts'
import { canTry } from '#lib/testing/judge.ts'
import { generateKey, signerOf } from './key.ts'
import { type LoggedSigner, logSignatures, readSignatureLog } from './signature-log.ts'

const now = () => new Date('2026-03-01T12:00:00Z')
const bytes = (text: string) => new TextEncoder().encode(text)
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

let folder: string
let file: string
let logged: LoggedSigner

async function open(): Promise<LoggedSigner> {
  return logSignatures(signerOf(await generateKey('ec-p256')), file, now)
}

async function lines(start = 0) {
  const found = []
  for await (const part of readSignatureLog(file, start)) found.push(...part.lines)
  return found
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-log-'))
  file = path.join(folder, 'signatures.log')
  logged = await open()
})

afterEach(() => {
  logged.close()
  rmSync(folder, { recursive: true })
})

test('each signature has its line, which says what was signed', async () => {
  const certificate = sequence(context(0, integer(2)), integer(Uint8Array.of(0x90, 0x01)))
  const crl = sequence(integer(1), octetString(new Uint8Array(3_000_000)))
  for (const tbs of [certificate, crl, bytes('one')]) await logged.signer.sign(tbs)
  const at = '2026-03-01T12:00:00.000Z'
  const issuer = sha256(logged.signer.spki)
  expect(await lines()).toEqual([
    { at, issuer, what: 'certificate', serial: '9001', notAfter: null, tbs: sha256(certificate) },
    { at, issuer, what: 'crl', number: null, tbs: sha256(crl) },
    { at, issuer, what: 'other', tbs: sha256(bytes('one')) },
  ])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a line has the end of a certificate and the number of a CRL', async () => {
  const { issuer } = await makeTestCa()
  const leaf = { kind: 'device', commonName: 'd', uri: null } as const
  const key = publicKeyOf(makeHolderKey())
  const notAfter = new Date('2027-03-01T12:00:00Z')
  const validity = { notBefore: now(), notAfter }
  await logged.signer.sign(buildTbs(issuer, leaf, key, '4f'.repeat(20), validity))
  const times = { thisUpdate: now(), nextUpdate: notAfter }
  const none = { partitionUrl: null, baseNumber: null, freshestUrl: null }
  await logged.signer.sign(buildCrlTbs(issuer, { ...times, ...none, number: 7n, entries: [] }))
  expect(await lines()).toMatchObject([
    { what: 'certificate', serial: '4f'.repeat(20), notAfter: '2027-03-01T12:00:00.000Z' },
    { what: 'crl', number: 7 },
  ])
})

test('it is read on from where reading ended, and an unfinished line again', async () => {
  await logged.signer.sign(bytes('one'))
  const whole = statSync(file).size
  appendFileSync(file, '{"at":"2026')
  const parts = []
  for await (const part of readSignatureLog(file)) parts.push(part)
  expect(parts.map(({ lines: found, end }) => [found.length, found[0] === null, end])).toEqual([
    [1, false, whole],
    [1, true, whole],
  ])
  await logged.signer.sign(bytes('two'))
  expect((await lines(whole)).map((line) => line?.tbs ?? null)).toEqual([
    null,
    sha256(bytes('two')),
  ])
})

test('the line is there before the signature is made', async () => {
  const order: string[] = []
  const inner = signerOf(await generateKey('ec-p256'))
  const watched = logSignatures(
    {
      ...inner,
      sign: (tbs) => {
        order.push(readFileSync(file, 'utf8').includes(sha256(tbs)) ? 'logged' : 'not logged')
        return inner.sign(tbs)
      },
    },
    file,
    now,
  )
  await Promise.all([1, 2, 3].map((n) => watched.signer.sign(bytes(`${n}`))))
  expect(order).toEqual(['logged', 'logged', 'logged'])
  watched.close()
})

test('many at once are all written, in order', async () => {
  const all = Array.from({ length: 500 }, (_, n) => bytes(`certificate ${n}`))
  await Promise.all(all.map((tbs) => logged.signer.sign(tbs)))
  expect((await lines()).map((line) => line?.tbs ?? null)).toEqual(all.map(sha256))
})

test('it is added to by the next start, and a line that was cut off spoils no other', async () => {
  await logged.signer.sign(bytes('one'))
  appendFileSync(file, '{"at":"2026-03-01T12:00:00.000Z","tb')
  logged.close()
  logged = await open()
  await logged.signer.sign(bytes('two'))
  expect((await lines()).map((line) => line?.tbs ?? null)).toEqual([
    sha256(bytes('one')),
    null,
    sha256(bytes('two')),
  ])
})

test.skipIf(!canTry(process.platform === 'linux', 'a full disk, which /dev/full plays'))(
  'nothing is signed when the disk is full',
  async () => {
    const signer = signerOf(await generateKey('ec-p256'))
    let asked = 0
    const sign = (tbs: Uint8Array) => {
      asked++
      return signer.sign(tbs)
    }
    const full = logSignatures({ ...signer, sign }, '/dev/full', now)
    await expect(full.signer.sign(bytes('one'))).rejects.toMatchObject({
      code: 'signer_unavailable',
      message: 'The log of signatures cannot be written.',
    })
    expect(asked).toBe(0)
    full.close()
  },
)

test('it does not start without its file', async () => {
  const missing = path.join(folder, 'missing', 'signatures.log')
  const signer = signerOf(await generateKey('ec-p256'))
  expect(() => logSignatures(signer, missing, now)).toThrow(
    `The log of signatures ${missing} cannot be opened.`,
  )
})
