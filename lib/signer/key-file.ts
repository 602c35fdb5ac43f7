import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  type KeyObject,
  randomBytes,
  type ScryptOptions,
  scrypt,
} from 'node:crypto'
import { constants, open } from 'node:fs/promises'
import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'

/**
 * The CA key in a file: PKCS#8, encrypted by AES-256-GCM under a key that scrypt derives from the passphrase.
 * An encrypted PKCS#8 PEM (`openssl pkcs8 -topk8`) is read as well, so that an existing key can be used. Who
 * has file and passphrase can act as the CA. The file must be readable by its owner only, and an unencrypted
 * key is refused.
 */

const FORMAT = 'latchkey-key-1'

/** 128 MiB and about half a second for each guess of a passphrase. */
const COST = { n: 2 ** 17, r: 8, p: 1 }

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'))

const envelopeSchema = z.strictObject({
  format: z.literal(FORMAT),
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    // Bounded, so that a broken file cannot use up all memory.
    n: z.literal([2 ** 17, 2 ** 18, 2 ** 19, 2 ** 20]),
    r: z.literal(8),
    p: z.int().min(1).max(4),
    salt: base64,
  }),
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), nonce: base64, tag: base64 }),
  ciphertext: base64,
})

type Kdf = { readonly n: number; readonly r: number; readonly p: number; readonly salt: Buffer }

/** Gives the content of a key file. */
export async function sealKey(key: KeyObject, passphrase: string): Promise<string> {
  const kdf = { ...COST, salt: randomBytes(32) }
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, kdf), nonce)
  cipher.setAAD(headerOf(kdf))
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' })
  const ciphertext = Buffer.concat([cipher.update(pkcs8), cipher.final()])
  pkcs8.fill(0)
  const envelope = {
    format: FORMAT,
    kdf: { name: 'scrypt', ...kdf, salt: kdf.salt.toString('base64') },
    cipher: {
      name: 'aes-256-gcm',
      nonce: nonce.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
    },
    ciphertext: ciphertext.toString('base64'),
  }
  return `${JSON.stringify(envelope, null, 2)}\n`
}

/**
 * Reads a private key. Throws LatchkeyError('signer_unavailable') with a sentence: no such file,
 * readable by others, not encrypted, damaged, another passphrase.
 */
export async function readKeyFile(path: string, passphrase: string): Promise<KeyObject> {
  const content = await readPrivateFile(path)
  if (content.startsWith('-----BEGIN ENCRYPTED PRIVATE KEY-----')) {
    return openPem(path, content, passphrase)
  }
  if (content.startsWith('-----BEGIN')) {
    throw unavailable(
      `The key in ${path} is not encrypted. Encrypt it with openssl pkcs8 -topk8 -scrypt.`,
    )
  }
  return openEnvelope(path, content, passphrase)
}

/**
 * Gives the text of a file that only its owner may read. Symbolic links are not followed: their target may be
 * in a folder where others can replace the file.
 */
export async function readPrivateFile(path: string): Promise<string> {
  // Windows has no such flag; there the folder's access list protects the file.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)
  const file = await open(path, flags).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ELOOP') {
      throw unavailable(`The file ${path} is a symbolic link. Put the file itself there.`, cause)
    }
    throw unavailable(`The file ${path} cannot be read.`, cause)
  })
  try {
    const { mode } = await file.stat()
    // Windows has no such mode bits; there the folder's access list protects the file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      throw unavailable(
        `The file ${path} can be read by others (mode ${octal}). Run: chmod 600 ${path}`,
      )
    }
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

function openPem(path: string, content: string, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key: content, format: 'pem', passphrase })
  } catch (cause) {
    throw unavailable(`The passphrase does not open the key in ${path}.`, cause)
  }
}

async function openEnvelope(path: string, content: string, passphrase: string) {
  const parsed = envelopeSchema.safeParse(parseJson(content))
  if (!parsed.success) throw unavailable(`The key file ${path} is damaged.`, parsed.error)
  const { kdf, cipher, ciphertext } = parsed.data
  if (cipher.nonce.length !== 12 || cipher.tag.length !== 16 || kdf.salt.length < 16) {
    throw unavailable(`The key file ${path} is damaged.`)
  }
  const options = { authTagLength: 16 }
  const key = await derive(passphrase, kdf)
  const opener = createDecipheriv('aes-256-gcm', key, cipher.nonce, options)
  opener.setAAD(headerOf(kdf))
  opener.setAuthTag(cipher.tag)
  try {
    const pkcs8 = Buffer.concat([opener.update(ciphertext), opener.final()])
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  } catch (cause) {
    throw unavailable(`The passphrase does not open the key in ${path}.`, cause)
  }
}

/** Authenticated together with the ciphertext, so that nobody can lower the cost unseen. */
function headerOf({ n, r, p, salt }: Kdf): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, n, r, p, salt.toString('base64')]))
}

function derive(passphrase: string, { n, r, p, salt }: Kdf): Promise<Buffer> {
  if (passphrase === '') throw unavailable('The passphrase of the CA key is empty.')
  const options: ScryptOptions = { N: n, r, p, maxmem: 256 * n * r * p }
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, options, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function unavailable(message: string, cause?: unknown): LatchkeyError {
  return new LatchkeyError('signer_unavailable', message, { cause })
}
