import { LatchkeyError } from '#lib/errors.ts'
import { askDevicesOf, askPersonAndDevices } from '#lib/issuance/ask-directory.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { LostReport } from '#lib/ledger/ledger.ts'
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
  // Reports of devices that are likely to be in the answer are read meanwhile: for many requests at once, while their
  // answers come one by one.
  const [{ user, devices: found }, reports] = await Promise.all([
    askPersonAndDevices(authority, oid, wanted, ahead),
    reportsOf(authority, expected),
  ])
  const devices = withoutDoubles(found)
  // Asked for an unknown device and for somebody else's alike, so that neither the answer nor its
  // time tells which of the two it was.
  const mine = devices.some((device) => ownsDevice(policy, requester.oid, device))
  const own =
    requested.kind === 'device' && !mine ? await askDevicesOf(authority, requester.oid) : []
  const mistakenObjectId =
    own.find((device) => device.objectId !== null && wanted.includes(device.objectId)) ?? null
  const reportedLostAt = await lostSince(authority, devices, reports)
  return { requester, user, requested, devices, reportedLostAt, mistakenObjectId, now }
}

type Reports = ReadonlyMap<string, LostReport | null>

/** Gives what was reported of each, by its ids. */
async function reportsOf({ ledger }: Authority, devices: readonly Device[]): Promise<Reports> {
  return new Map(
    await Promise.all(
      devices.map(async (device) => [idsOf(device), await ledger.lostReport(device)] as const),
    ),
  )
}

async function lostSince(
  authority: Authority,
  devices: readonly Device[],
  known: Reports,
): Promise<Date | null> {
  const others = devices.filter((device) => !known.has(idsOf(device)))
  const reports = new Map([...known, ...(await reportsOf(authority, others))])
  const lost = devices.find((device) => reports.get(idsOf(device)))
  return (lost && reports.get(idsOf(lost))?.at) ?? null
}

function withoutDoubles(devices: readonly Device[]): readonly Device[] {
  return [...new Map(devices.map((device) => [idsOf(device), device])).values()]
}

function idsOf({ deviceId, intuneId }: Device): string {
  return `${deviceId}/${intuneId}`
}

/** The refusal of a decision as the error that the requester reads. */
export function refusalError(refusal: Extract<Decision, { allow: false }>['refusal']) {
  const { code, message, rule, remedy } = refusal
  return new LatchkeyError(code, message, remedy === null ? { rule } : { rule, remedy })
}
