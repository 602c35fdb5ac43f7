import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { WrappedFile } from './key-engine.ts'
import { signedFiles } from './signed-profile.ts'

const text = (content: string) => new TextEncoder().encode(content)
const profile: WrappedFile = {
  kind: 'mobileconfig',
  ending: '.mobileconfig',
  octets: text('<plist>the key is in here</plist>'),
}
const file: WrappedFile = { kind: 'p12', ending: '.p12', octets: text('p12') }
const SIGNATURE = { certificates: [text('certificate')], signerInfo: text('signer') }

test('only a profile is signed', async () => {
  const never = () => Promise.reject(new Error('asked'))
  expect(await signedFiles([file], never)).toEqual({ files: [file], signed: null })
})

test('nothing but the digest is sent, and the profile is inside of what comes of it', async () => {
  const sent: Uint8Array[] = []
  const { files, signed } = await signedFiles([profile, file], async (sha256) => {
    sent.push(sha256)
    return { ok: true, value: SIGNATURE }
  })
  expect(sent.map((octets) => Buffer.from(octets).toString('hex'))).toEqual([
    createHash('sha256').update(profile.octets).digest('hex'),
  ])
  expect(signed).toBe(true)
  expect(files[1]).toBe(file)
  for (const part of ['<plist>the key is in here</plist>', 'certificate', 'signer']) {
    expect(Buffer.from(files[0]?.octets ?? []).includes(part)).toBe(true)
  }
})

test.each([
  ['refuses', async () => ({ ok: false, code: 'signer_unavailable' }) as never],
  ['does not answer', () => Promise.reject(new TypeError('Failed to fetch'))],
])('when the server %s, the profile stays as it is, and that is known', async (_, sign) => {
  expect(await signedFiles([profile], sign)).toEqual({ files: [profile], signed: false })
})
