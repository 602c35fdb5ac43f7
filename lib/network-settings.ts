import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { ConfigError } from '#lib/config.ts'
import type { Network } from '#lib/network/network.ts'

const NAME = 'LATCHKEY_NETWORKS'

/**
 * Reads the networks: JSON, or the path of a file with it. Roots are PEM, or paths of PEM files, which start
 * from the folder of that file. Throws ConfigError with a sentence for each mistake.
 */
export function readNetworks(setting: string | undefined): readonly Network[] {
  if (setting === undefined) return []
  const isInline = setting.trimStart().startsWith('[')
  const text = isInline ? setting : readText(path.resolve(setting))
  const parsed = networksSchema.safeParse(parseJson(text))
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`)
    throw new ConfigError(`${NAME}: ${fields.join('; ')}.`, { variables: [NAME] })
  }
  const folder = isInline ? process.cwd() : path.dirname(path.resolve(setting))
  return parsed.data.map(({ name, kind, ssid, servers, roots }) => ({
    name,
    kind,
    ssid: ssid ?? null,
    servers,
    roots: [roots].flat().flatMap((root) => rootsIn(root, folder, name)),
  }))
}

/** Labels of letters, digits and dashes; a name with a wildcard would pin nothing. */
const DNS_NAME = /^(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+$/i
const SSID_MAX_OCTETS = 32

const networkSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(64),
    kind: z.enum(['wifi', 'wired', 'vpn']),
    ssid: z
      .string()
      .min(1)
      .refine((ssid) => new TextEncoder().encode(ssid).length <= SSID_MAX_OCTETS, {
        message: `has more than ${SSID_MAX_OCTETS} octets`,
      })
      .optional(),
    servers: z
      .array(z.string().regex(DNS_NAME, 'is not a DNS name, such as radius.example.com'))
      .min(1, 'names no server, so that any would be believed'),
    roots: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  })
  .superRefine(({ kind, ssid }, context) => {
    if (kind === 'wifi' && ssid === undefined) {
      context.addIssue({ code: 'custom', path: ['ssid'], message: 'is missing for a Wi-Fi' })
    }
    if (kind !== 'wifi' && ssid !== undefined) {
      context.addIssue({ code: 'custom', path: ['ssid'], message: 'belongs to a Wi-Fi only' })
    }
  })

const networksSchema = z.array(networkSchema).superRefine((networks, context) => {
  const names = networks.map(({ name }) => name)
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue
    context.addIssue({ code: 'custom', path: [index, 'name'], message: `"${name}" is used twice` })
  }
  // macOS takes one profile for the first Ethernet, and `netsh lan add profile` replaces the last.
  const wired = networks.findLastIndex(({ kind }) => kind === 'wired')
  if (networks.findIndex(({ kind }) => kind === 'wired') !== wired) {
    const message = 'is a second wired network, of which Windows and macOS know one; put both in it'
    context.addIssue({ code: 'custom', path: [wired, 'kind'], message })
  }
})

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Gives each certificate of a PEM text in DER as base64. */
function rootsIn(root: string, folder: string, network: string): readonly string[] {
  const where = root.includes('-----BEGIN') ? 'the PEM text' : root
  const pem = where === root ? readText(path.resolve(folder, root)) : root
  const certificates = pem.match(CERTIFICATE) ?? []
  if (certificates.length === 0) {
    throw wrong(`${network}: ${where} has no certificate in PEM`)
  }
  return certificates.map((text) => {
    const certificate = readCertificate(text, `${network}: ${where}`)
    const isSelfSigned = certificate.checkIssued(certificate)
    if (!certificate.ca && !isSelfSigned) {
      throw wrong(
        `${network}: ${where} has a certificate that is no CA (${certificate.subject.replaceAll('\n', ', ')}); give the root above the server's certificate`,
      )
    }
    return certificate.raw.toString('base64')
  })
}

function readCertificate(pem: string, where: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw wrong(`${where} has a certificate that cannot be read`, cause)
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw wrong(`${file} cannot be read`, cause)
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw wrong('this is not JSON', cause)
  }
}

function wrong(what: string, cause?: unknown): ConfigError {
  return new ConfigError(`${NAME}: ${what}.`, { variables: [NAME], cause })
}
