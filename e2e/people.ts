import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { callAuthority } from './authority.ts'
import type { Control } from './control.ts'
import { signIn } from './fixtures.ts'
import { authorityTlsUrl, sandboxUrl, tlsCaFile } from './stack.ts'

/**
 * A test's own people and certificates: the ledger keeps those of earlier tests, so a test of "no
 * certificates yet" needs a new person.
 */

export type Newcomer = { readonly name: string; readonly upn: string }

/** Makes a person who just joined, with these roles; a name of one's own is for pictures. */
export async function newPerson(
  roles: readonly string[],
  { name, displayName }: { readonly name: string; readonly displayName: string } = randomName(),
): Promise<Newcomer> {
  const upn = `${name}@contoso.example`
  await post('users', { upn, displayName, roles })
  return { name, upn }
}

function randomName() {
  const name = `new-${randomBytes(4).toString('hex')}`
  return { name, displayName: `Nora ${name}` }
}

/** Makes a managed and compliant device of that person, with the given differences. */
export async function newDevice(
  owner: Newcomer,
  displayName: string,
  change: Readonly<Record<string, string | boolean | null>> = {},
): Promise<{ deviceId: string }> {
  const answer = await post('devices', {
    ownerUpn: owner.upn,
    displayName,
    os: 'Windows',
    osVersion: '10.0.26200.1',
    model: 'ThinkPad X1',
    managed: true,
    compliant: true,
    ...change,
  })
  return answer as { deviceId: string }
}

/** Signs in as that person. */
export async function arrive(page: Page, person: Newcomer, path = '/'): Promise<void> {
  await signIn(page, person.name, path)
}

/** Issues a certificate for the person, as to a script; gives its serial in lower case. */
export async function issue(control: Control, upn: string, commonName: string): Promise<string> {
  return serialOf(await enrol(control, upn, csr(commonName, '/dev/null')))
}

/** Issues a certificate and renews it with itself; gives both serials. */
export async function issueAndRenew(
  control: Control,
  upn: string,
  commonName: string,
): Promise<{ first: string; second: string }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-renewed-'))
  try {
    const at = (name: string) => path.join(folder, name)
    const der = await enrol(control, upn, csr(commonName, at('key')))
    openssl(['x509', '-inform', 'DER', '-out', at('certificate')], der)
    const own = ['--cert', at('certificate'), '--key', at('key'), '--cacert', tlsCaFile]
    const what = ['-H', 'content-type: application/pkcs10', '--data-binary', '@-']
    const url = `${authorityTlsUrl}/.well-known/est/simplereenroll`
    const answer = execFileSync('curl', ['-sS', '--fail-with-body', ...own, ...what, url], {
      input: csr(commonName, '/dev/null').toString('base64'),
    })
    const chain = openssl(
      ['pkcs7', '-inform', 'DER', '-print_certs'],
      Buffer.from(answer.toString(), 'base64'),
    )
    const renewed = openssl(['x509', '-outform', 'DER'], chain)
    return { first: serialOf(der), second: serialOf(renewed) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Gives the authority's answer, DER. */
async function enrol(control: Control, upn: string, request: Buffer): Promise<Buffer> {
  return await asPerson(control, upn, '/api/csr', request)
}

/** Reports the device of this certificate lost, as an application of the person would. */
export async function reportLost(control: Control, upn: string, serial: string): Promise<void> {
  await asPerson(control, upn, `/api/me/certificates/${serial}/hold`, null)
}

async function asPerson(
  control: Control,
  upn: string,
  route: string,
  request: Buffer | null,
): Promise<Buffer> {
  const token = await control.token({ user: upn })
  const what = request ? { type: 'application/pkcs10', body: request } : {}
  const { status, body } = await callAuthority(route, token, what, 'POST')
  if (status >= 300) throw new Error(`${status} ${body}`)
  return body
}

function serialOf(der: Buffer): string {
  const out = openssl(['x509', '-inform', 'DER', '-noout', '-serial'], der)
  return out.toString().trim().replace('serial=', '').toLowerCase()
}

function csr(commonName: string, keyFile: string): Buffer {
  const make = ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const rest = ['-keyout', keyFile, '-subj', `/CN=${commonName}`, '-outform', 'DER']
  return openssl([...make, ...rest], '')
}

function openssl(args: readonly string[], input: string | Buffer): Buffer {
  return execFileSync('openssl', args, { input, stdio: 'pipe' })
}

async function post(route: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${sandboxUrl}/sandbox/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`)
  return response.json()
}
