import type { CertificatePage, CertificateView, DevicesView, MeView } from '#lib/api/schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { askDevicesOf, askUser } from '#lib/issuance/ask-directory.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { sha256Hex } from '#lib/issuance/hash.ts'
import { isEnrolledBy, ownRecord } from '#lib/issuance/own-record.ts'
import { revokedAt } from '#lib/issuance/revoke/revoke-lost.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { Device, Requester } from '#lib/model.ts'
import { toBase64 } from '#lib/pki/asn1/base64.ts'
import { decide } from '#lib/policy/decide.ts'
import { ownsDevice } from '#lib/policy/device.ts'
import type { Refusal, RequestedIdentity } from '#lib/policy/policy.ts'
import type { CertificateStatus } from '#lib/policy/status-types.ts'
import { statusOfRecords } from './status.ts'

/**
 * Gives what the directory says of the requester now, and whether they can get a certificate for themselves.
 */
export async function describeMe(
  authority: Authority,
  requester: Requester,
): Promise<Omit<MeView, 'stepUp'>> {
  requirePerson(requester)
  const { issuer, policy } = authority
  const user = await askUser(authority, requester.oid)
  const requested: RequestedIdentity = { kind: 'user', upn: user?.upn ?? '', commonName: null }
  const now = authority.now()
  const context = {
    requester,
    user,
    requested,
    devices: [],
    reportedLostAt: null,
    mistakenObjectId: null,
    now,
  }
  return {
    tid: requester.tid,
    oid: requester.oid,
    roles: [...requester.roles],
    user,
    ...possibility(decide(policy, context)),
    policy: {
      deviceGate: policy.deviceGate,
      deviceDirectory: policy.deviceDirectory,
      deviceOwnership: policy.deviceOwnership,
      deviceFollowsOwner: policy.deviceFollowsOwner,
      deviceMinAgeMinutes: policy.deviceMinAgeMinutes,
      transferDays: policy.transferDays,
      restoreDays: policy.restoreDays,
      renewalMaxDays: policy.renewalMaxDays,
      renewalWindowDays: policy.renewalWindowDays,
      guestsAllowed: policy.guestsAllowed,
      keys: [...policy.keys],
      validityDays: policy.validityDays,
      backdateMinutes: policy.backdateMinutes,
      complianceGraceMinutes: policy.complianceGraceMinutes,
      holdNonCompliant: policy.holdNonCompliant,
      holdRiskyUsers: policy.holdRiskyUsers,
      holdRenamed: policy.holdRenamed,
    },
    issuer: {
      name: issuer.displayName,
      notAfter: issuer.notAfter.toISOString(),
      fingerprint: sha256Hex(issuer.certificate),
      chain: issuer.chain.map(toBase64),
    },
    directoryReadAt: now.toISOString(),
  }
}

/** Gives the requester's devices, each with whether it can get a certificate now, and why not. */
export async function devicesOfRequester(
  authority: Authority,
  requester: Requester,
): Promise<DevicesView> {
  requirePerson(requester)
  const { policy } = authority
  const [user, devices] = await Promise.all([
    askUser(authority, requester.oid),
    askDevicesOf(authority, requester.oid),
  ])
  const own = devices.filter((device) => ownsDevice(policy, requester.oid, device))
  const now = authority.now()
  const items = await Promise.all(
    own.map(async (device) => {
      const [report, records] = await Promise.all([
        authority.ledger.lostReport(device),
        certificatesOfDevice(authority, requester, device),
      ])
      const requested: RequestedIdentity = {
        kind: 'device',
        commonNameId: device.intuneId ?? device.deviceId,
        uriId: device.intuneId,
      }
      const context = {
        requester,
        user,
        requested,
        devices: [device],
        reportedLostAt: report?.at ?? null,
        mistakenObjectId: null,
        now,
      }
      return {
        ...deviceFields(device),
        reportedLost: report && {
          at: report.at.toISOString(),
          by: report.by,
          revokedAt: revokedAt(authority, report.at).toISOString(),
        },
        othersCertificates: othersCertificates(records, requester),
        ...possibility(decide(policy, context)),
      }
    }),
  )
  return { items, readAt: now.toISOString() }
}

/** Gives what was issued for this device, whoever enrolled it, newest first. */
async function certificatesOfDevice(
  { ledger }: Authority,
  { oid }: Requester,
  { deviceId, intuneId }: Device,
): Promise<readonly CertificateRecord[]> {
  const holder = { kind: 'device', deviceId, intuneId, ownerOid: oid } as const
  const records = await ledger.certificatesOfHolder(holder)
  return records.filter(({ state }) => state === 'issued')
}

/** Gives serials of unrevoked certificates of the device that others enrolled; its owner may revoke them. */
function othersCertificates(records: readonly CertificateRecord[], requester: Requester): string[] {
  return records
    .filter((record) => !isEnrolledBy(record, requester))
    .filter(({ revocation }) => revocation === null || revocation.reason === 'certificateHold')
    .map(({ serial }) => serial)
}

/** Gives the requester's own certificates, newest first, each with its present status. */
export async function certificatesOfRequester(
  authority: Authority,
  requester: Requester,
  after: string | null,
): Promise<CertificatePage> {
  const owner = { tid: requester.tid, oid: requester.oid }
  const records = await authority.ledger.certificatesOf(owner, after)
  const delivered = records.filter((record) => record.fingerprint !== null)
  const statuses = await statusOfRecords(authority, delivered)
  const items = delivered.map((record, index) => {
    const status = statuses[index]
    if (!status) throw new Error('statusOfRecords gave fewer statuses than records')
    return certificateView(record, status)
  })
  const last = records.at(-1)
  return { items, next: records.length === PAGE && last ? last.serial : null }
}

const PAGE = 50

/**
 * Gives one certificate of the requester. The serial of somebody else and an unknown one give the same
 * 'not_found'.
 */
export async function certificateOfRequester(
  authority: Authority,
  requester: Requester,
  serial: string,
): Promise<{ view: CertificateView; der: Uint8Array }> {
  const record = await ownRecord(authority, requester, serial)
  const der = await authority.ledger.der(serial)
  if (!der) {
    throw new LatchkeyError('not_found', 'There is no such certificate, or it is not yours.')
  }
  const [status] = await statusOfRecords(authority, [record])
  if (!status) throw new Error('statusOfRecords gave no status')
  return { view: certificateView(record, status), der }
}

function requirePerson(requester: Requester): void {
  if (requester.kind === 'user') return
  throw new LatchkeyError(
    'app_only_not_allowed',
    'This is for people; the token is of an application.',
  )
}

function possibility(decision: { allow: true } | { allow: false; refusal: Refusal }) {
  if (decision.allow) return { possible: true, refusal: null }
  const { rule, code, message, remedy } = decision.refusal
  return { possible: false, refusal: { rule, code, message, remedy } }
}

function deviceFields(device: Device) {
  return {
    deviceId: device.deviceId,
    objectId: device.objectId,
    intuneId: device.intuneId,
    displayName: device.displayName,
    os: device.os,
    osVersion: device.osVersion,
    model: device.model,
    managed: device.managed,
    compliant: device.compliant,
    enabled: device.enabled,
    managementState: device.managementState,
    entraOwnerOids: [...device.entraOwnerOids],
    primaryUserOids: device.primaryUserOids === null ? null : [...device.primaryUserOids],
    enrolledByOid: device.enrolledByOid,
    enrolledAt: device.enrolledAt?.toISOString() ?? null,
    registeredAt: device.registeredAt?.toISOString() ?? null,
  }
}

/** Gives what owners and operators may see of a certificate, built field by field. */
function certificateView(record: CertificateRecord, status: CertificateStatus): CertificateView {
  const { holder } = record
  return {
    serial: record.serial,
    profile: record.profile,
    displayName: record.displayName,
    subject: record.subject,
    subjectAltName: record.subjectAltName,
    deviceId: holder.kind === 'device' ? holder.deviceId : null,
    intuneId: holder.kind === 'device' ? holder.intuneId : null,
    notBefore: record.notBefore.toISOString(),
    notAfter: record.notAfter.toISOString(),
    issuedAt: record.createdAt.toISOString(),
    source: record.source,
    keyThumbprint: record.keyThumbprint,
    fingerprint: record.fingerprint ?? '',
    replaces: record.replaces,
    signedInAt: record.signedInAt.toISOString(),
    label: record.label,
    status: {
      state: status.state,
      reason: status.reason,
      since: status.since?.toISOString() ?? null,
      by: status.by,
      revocationReason: status.code,
      asOf: status.asOf.toISOString(),
    },
  }
}
