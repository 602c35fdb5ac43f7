import { LatchkeyError } from '#lib/errors.ts'
import type { CertificateRecord } from '#lib/ledger/ledger.ts'
import type { Holder } from '#lib/model.ts'
import { statusOf } from '#lib/policy/status.ts'
import type { CertificateStatus, HolderState } from '#lib/policy/status-types.ts'
import type { Authority } from './authority.ts'

/**
 * The status of each certificate, in the same order. Holders that several certificates share are
 * looked up once. A directory that does not answer makes a status unknown, never good and never
 * revoked.
 */
export async function statusOfRecords(
  authority: Authority,
  records: readonly CertificateRecord[],
): Promise<readonly CertificateStatus[]> {
  const states = new Map<string, Promise<HolderState>>()
  const stateOf = (holder: Holder) => {
    const key = JSON.stringify(holder)
    const known = states.get(key) ?? holderState(authority, holder)
    states.set(key, known)
    return known
  }
  return Promise.all(
    records.map(async (record) =>
      statusOf(authority.policy, record, await stateOf(record.holder), authority.now()),
    ),
  )
}

async function holderState(authority: Authority, holder: Holder): Promise<HolderState> {
  const asOf = authority.now()
  try {
    switch (holder.kind) {
      case 'application':
        return { kind: 'none', asOf }
      case 'user':
        return await userState(authority, holder.oid, asOf)
      case 'device':
        return await deviceState(authority, holder, asOf)
    }
  } catch (error) {
    if (error instanceof LatchkeyError && error.code === 'directory_unavailable') {
      return { kind: 'unknown', asOf }
    }
    throw error
  }
}

async function userState(authority: Authority, oid: string, asOf: Date): Promise<HolderState> {
  const user = await authority.directory.user(oid)
  return {
    kind: 'user',
    asOf,
    deletedAt: user ? null : asOf,
    disabledSince: user && !user.enabled ? asOf : null,
    riskySince: null,
  }
}

async function deviceState(
  authority: Authority,
  holder: Extract<Holder, { kind: 'device' }>,
  asOf: Date,
): Promise<HolderState> {
  const id = holder.deviceId ?? holder.intuneId
  const found = id === null ? [] : await authority.directory.devicesWithId(id)
  const device = found.find(
    (candidate) =>
      (holder.deviceId !== null && candidate.deviceId === holder.deviceId) ||
      (holder.intuneId !== null && candidate.intuneId === holder.intuneId),
  )
  const retired = device !== undefined && device.intuneId !== null && !device.managed
  return {
    kind: 'device',
    asOf,
    deletedAt: device ? null : asOf,
    retiredAt: retired ? asOf : null,
    disabledSince: device && !device.enabled ? asOf : null,
    nonCompliantSince: device && !device.compliant ? asOf : null,
    enrolledAt: device?.enrolledAt ?? null,
  }
}
