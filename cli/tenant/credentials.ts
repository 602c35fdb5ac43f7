import 'reflect-metadata'
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { X509CertificateGenerator } from '@peculiar/x509'
import { ensureFolder, replaceFile } from '#lib/folder.ts'
import type { Certificate } from './desired.ts'

/** What the programs sign in by: made here, kept in files for this account alone, never printed. */

export const DIRECTORY_FILE = 'directory.pem'
export const PORTAL_FILE = 'portal.secret'

/** Entra takes RSA alone for the assertions of applications. */
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
}

const YEAR_MS = 365 * 86_400_000

/**
 * Gives the certificate of the file in this folder. Makes key and certificate where there is none, good for a
 * year; the file is on disk before anybody is told of it.
 */
export async function ensureDirectoryCertificate(
  folder: string,
  name: string,
  now: Date,
): Promise<Certificate> {
  const file = path.join(folder, DIRECTORY_FILE)
  if (!existsSync(file)) {
    ensureFolder(folder)
    await replaceFile(file, await makePair(name, now))
  }
  return certificateIn(readFileSync(file, 'utf8'))
}

/** What a registration is told of the first certificate of a PEM text. Throws when there is none. */
export function certificateIn(pem: string): Certificate {
  const { raw, validFromDate, validToDate } = new X509Certificate(pem)
  return {
    key: raw.toString('base64'),
    customKeyIdentifier: createHash('sha1').update(raw).digest('base64'),
    startDateTime: validFromDate.toISOString(),
    endDateTime: validToDate.toISOString(),
  }
}

async function makePair(name: string, now: Date): Promise<string> {
  const { subtle } = crypto
  const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name} directory`,
      notBefore: now,
      notAfter: new Date(now.getTime() + YEAR_MS),
      signingAlgorithm: ALGORITHM,
      keys,
    },
    crypto,
  )
  const der = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey))
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return `${certificate.toString('pem')}\n${key.export({ type: 'pkcs8', format: 'pem' })}`
}
