import { LatchkeyError } from '#lib/errors.ts'
import { askDevicesOf, askPersonAndDevices } from '#lib/issuance/ask-directory.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { Device, Requester } from '#lib/model.ts'
import { type Csr, parseCsr, type SubjectUse } from '#lib/pki/csr/csr.ts'
import { mayAsk } from '#lib/policy/account.ts'
import { decide } from '#lib/policy/decide.ts'
import { ownsDevice } from '#lib/policy/device.ts'
import type { Decision, DecisionContext, RequestedIdentity } from '#lib/policy/policy.ts'
import { readRequestedIdentity } from '#lib/policy/requested-identity.ts'
import { verifyPossession } from './proof-of-possession.ts'

export type Request = { readonly csr: Csr; readonly requested: RequestedIdentity }

/**
 * Steps 1 and 2 of the issuance cycle: whether this requester may ask at all, then the strict
 * reading of the CSR, its key, its signature and whom it names. No directory is asked yet. Throws
 * the refusal as LatchkeyError.
 */
export function readRequest(
  authority: Authority,
  requester: Requester,
  csrDer: Uint8Array,
): Request {
  const refusal = mayAsk(requester)
  if (refusal) throw refusalError(refusal)
  const csr = readKey(authority, csrDer)
  return { csr, requested: readRequestedIdentity(csr, requester) }
}

/** The strict reading of a CSR, its key and its signature, whatever it names. */
export function readKey(authority: Authority, csrDer: Uint8Array, subject?: SubjectUse): Csr {
  const csr = parseCsr(csrDer, subject)
  if (!authority.policy.keys.includes(csr.key.type)) {
    throw new LatchkeyError('weak_key', `Keys of type ${csr.key.type} are not accepted here.`, {
      rule: 'key',
      remedy: `Make a key of one of these types: ${authority.policy.keys.join(', ')}.`,
    })
  }
  verifyPossession(csr)
  return csr
}

/**
 * Steps 3 and 4: asks the directory, live, and decides. `expected` are the devices that it gave for the same
 * request before; they save a round trip and decide nothing. Throws 'directory_unavailable' only.
 */
export async function evaluate(
  authority: Authority,
  requester: Requester,
  requested: RequestedIdentity,
  expected: readonly Device[] = [],
): Promise<{ context: DecisionContext; decision: Decision }> {
  const context = await gatherContext(authority, requester, requested, expected)
  return { context, decision: decide(authority.policy, context) }
}

async function gatherContext(
  authority: Authority,
  requester: Requester,
  requested: RequestedIdentity,
  expected: readonly Device[],
): Promise<DecisionContext> {
  const { policy } = authority
  // What the answers tell was so when they were asked for, not when a slow Graph sent them.
  const now = authority.now()
  const ids = requested.kind === 'device' ? [requested.commonNameId, requested.uriId] : []
  // A URI is an Intune id, so what Intune alone is asked of its device need not wait for an answer about it.
  const named = requested.kind === 'device' ? [{ deviceId: null, intuneId: requested.uriId }] : []
  const wanted = [...new Set(ids.filter((id) => id !== null))]
  const oid = requester.kind === 'user' ? requester.oid : null
  const ahead = [...expected, ...named]
  const { user, devices: found } = await askPersonAndDevices(authority, oid, wanted, ahead)
  const devices = withoutDoubles(found)
  // Asked for an unknown device and for somebody else's alike, so that neither the answer nor its
  // time tells which of the two it was.
  const mine = devices.some((device) => ownsDevice(policy, requester.oid, device))
  const own =
    requested.kind === 'device' && !mine ? await askDevicesOf(authority, requester.oid) : []
  const mistakenObjectId =
    own.find((device) => device.objectId !== null && wanted.includes(device.objectId)) ?? null
  const reportedLostAt = await lostSince(authority, devices)
  return { requester, user, requested, devices, reportedLostAt, mistakenObjectId, now }
}

async function lostSince({ ledger }: Authority, devices: readonly Device[]): Promise<Date | null> {
  const reports = await Promise.all(devices.map((device) => ledger.lostReport(device)))
  return reports.find((report) => report !== null)?.at ?? null
}

function withoutDoubles(devices: readonly Device[]): readonly Device[] {
  const byIds = new Map(devices.map((device) => [`${device.deviceId}/${device.intuneId}`, device]))
  return [...byIds.values()]
}

/** The refusal of a decision as the error that the requester reads. */
export function refusalError(refusal: Extract<Decision, { allow: false }>['refusal']) {
  const { code, message, rule, remedy } = refusal
  return new LatchkeyError(code, message, remedy === null ? { rule } : { rule, remedy })
}
