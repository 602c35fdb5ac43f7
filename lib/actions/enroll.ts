'use server'

import { z } from 'zod'
import type { CheckResult } from '#lib/api/schemas.ts'
import { action } from '#lib/auth/action.ts'
import { authorityFor, authorityOf, proofSchema } from '#lib/auth/authority-client.ts'
import type { Session } from '#lib/auth/session.ts'
import { fromBase64 } from '#lib/pki/asn1/base64.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { parseCsr } from '#lib/pki/csr/csr.ts'
import { decodeRequest } from '#lib/pki/csr/request-body.ts'
import { readRequestedIdentity } from '#lib/policy/requested-identity.ts'
import { decideHere } from './decide-here.ts'
import { serialSchema } from './serial-schema.ts'

/** What the browser sends: the request in any of the four encodings. */
const inputSchema = z.object({
  csr: z.instanceof(Uint8Array).refine((octets) => octets.length <= 32_768),
})

const enrollSchema = inputSchema.extend({
  /** Serial of the certificate whose place the new one takes; null for none. */
  replaces: serialSchema.nullable(),
  proof: proofSchema.nullable().default(null),
})

export type IssuedCertificate = {
  readonly serial: string
  /** DER. */
  readonly certificate: Uint8Array
  /** DER, issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
  readonly issuerName: string
  readonly notBefore: string
  readonly notAfter: string
  /** Milliseconds that the two steps on the server took. */
  readonly checkedMs: number
  readonly signedMs: number
}

/**
 * Answers a CSR with a certificate for the person who is signed in. The same CSR again gets the same
 * certificate.
 */
export const enroll = action(enrollSchema, async (session, asked): Promise<IssuedCertificate> => {
  const { csr, replaces, proof } = asked
  const started = performance.now()
  const request = new Uint8Array(decodeRequest(csr))
  const me = await decideForSession(session, request)
  const checked = performance.now()
  const idToken = proof?.idToken ?? null
  const certificate = await authorityFor(session, proof).enroll(request, { replaces, idToken })
  const { serial, validity } = readCertificate(certificate)
  return {
    serial,
    certificate,
    chain: me.issuer.chain.map(octetsOf),
    issuerName: me.issuer.name,
    notBefore: validity.notBefore.toISOString(),
    notAfter: validity.notAfter.toISOString(),
    checkedMs: checked - started,
    signedMs: performance.now() - checked,
  }
})

const SHA256_OCTETS = 32
const digestSchema = z.object({
  sha256: z.instanceof(Uint8Array).refine((octets) => octets.length === SHA256_OCTETS),
})

/** Signs a configuration profile by its SHA-256: the profile, with the key inside, stays in the browser. */
export const signProfile = action(digestSchema, async (session, { sha256 }) => {
  const { certificates, signerInfo } = await authorityOf(session).signProfile(sha256)
  return { certificates: certificates.map(octetsOf), signerInfo: octetsOf(signerInfo) }
})

function octetsOf(base64: string): Uint8Array {
  return fromBase64(new TextEncoder().encode(base64))
}

/** Evaluates each rule for the request, without issuing. */
export const checkRequest = action(inputSchema, async (session, { csr }): Promise<CheckResult> => {
  return authorityOf(session).check(new Uint8Array(decodeRequest(csr)))
})

/** Strict reading, context and decision; throws the refusal. */
async function decideForSession(session: Session, request: Uint8Array) {
  const authority = authorityOf(session)
  const csr = parseCsr(request)
  const requested = readRequestedIdentity(csr, session.requester)
  const [me, devices] = await Promise.all([
    authority.me(),
    requested.kind === 'device' ? authority.devices() : null,
  ])
  decideHere(session.requester, csr, requested, me, devices, new Date())
  return me
}
