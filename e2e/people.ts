import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Page } from '@playwright/test'
import type { Control } from './control.ts'
import { signIn } from './fixtures.ts'

/**
 * People and certificates of a test's own: the ledger keeps what earlier tests made, so a story
 * about "no certificates yet" needs somebody new.
 */

const sandboxUrl = `http://localhost:${process.env.SANDBOX_PORT ?? 4000}`
export const authorityUrl = `http://localhost:${process.env.AUTHORITY_PORT ?? 8080}`

export type Newcomer = { readonly name: string; readonly upn: string }

/** Somebody who joined just now, with these roles. */
export async function newPerson(roles: readonly string[]): Promise<Newcomer> {
  const name = `new-${randomBytes(4).toString('hex')}`
  const upn = `${name}@contoso.example`
  await post('users', { upn, displayName: `Nora ${name}`, roles })
  return { name, upn }
}

/** A managed and compliant device of that person; what differs is named. */
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

/** Signs in as the newcomer. */
export async function arrive(page: Page, person: Newcomer, path = '/'): Promise<void> {
  await signIn(page, person.name, path)
}

/** A certificate for them as a script would get it; gives its serial, lower-case. */
export async function issue(control: Control, upn: string, commonName: string): Promise<string> {
  const response = await fetch(`${authorityUrl}/api/csr`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await control.token({ user: upn })}`,
      'content-type': 'application/pkcs10',
    },
    body: csr(commonName),
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const der = Buffer.from(await response.arrayBuffer())
  const out = execFileSync('openssl', ['x509', '-inform', 'DER', '-noout', '-serial'], {
    input: der,
  })
  return out.toString().trim().replace('serial=', '').toLowerCase()
}

function csr(commonName: string): Uint8Array<ArrayBuffer> {
  const make = ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const rest = ['-keyout', '/dev/null', '-subj', `/CN=${commonName}`, '-outform', 'DER']
  return new Uint8Array(execFileSync('openssl', [...make, ...rest], { stdio: 'pipe' }))
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
