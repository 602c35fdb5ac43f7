import type { SandboxConfig } from '#sandbox/config.ts'
import type { Machine, Person } from '#sandbox/people.ts'
import { isInEntra } from '#sandbox/tenant/directory.ts'
import { faultsView } from '#sandbox/tenant/faults.ts'
import { requestCountsView } from '#sandbox/tenant/request-log.ts'
import type { Tenant } from '#sandbox/tenant/tenant.ts'

/**
 * The answer of `GET /sandbox/state`, built field by field, so that a new secret of the tenant is not shown.
 */
export function stateView(config: Pick<SandboxConfig, 'tenantId' | 'apiClientId'>, tenant: Tenant) {
  const { people, machines, deletedPeople, deletedMachines } = tenant.directory
  return {
    tenantId: config.tenantId,
    apiAudience: config.apiClientId,
    users: [...people.values()].map(userView),
    devices: [...machines.values()].map((machine) => deviceView(tenant, machine)),
    deletedUsers: [...deletedPeople.values()].map(({ item, deletedAt }) => ({
      ...userView(item),
      deletedAt,
    })),
    deletedDevices: [...deletedMachines.values()].map(({ item, deletedAt }) => ({
      ...deviceView(tenant, item),
      deletedAt,
    })),
    applications: tenant.applications.map(({ oid, appId, name, roles }) => ({
      oid,
      appId,
      name,
      roles,
    })),
    settings: tenant.settings,
    faults: faultsView(tenant.faults),
    requests: requestCountsView(tenant.requests),
  }
}

export function userView(person: Person) {
  return {
    oid: person.oid,
    upn: person.upn,
    displayName: person.displayName,
    roles: person.roles,
    enabled: person.enabled,
    guest: person.guest,
    risk: person.risk,
    riskState: person.riskState,
    onPremisesSecurityIdentifier: person.onPremisesSecurityIdentifier,
  }
}

export function deviceView(tenant: Tenant, machine: Machine) {
  return {
    deviceId: machine.deviceId,
    intuneId: machine.intuneId,
    objectId: machine.objectId,
    inEntra: isInEntra(machine),
    ownerUpn: upnOf(tenant, machine.entraOwnerOid ?? machine.primaryUserOid),
    intuneOwnerUpn: upnOf(tenant, machine.primaryUserOid),
    intuneEnrolledUpn: upnOf(tenant, machine.enrolledByOid),
    displayName: machine.displayName,
    os: machine.os,
    osVersion: machine.osVersion,
    model: machine.model,
    trustType: machine.trustType,
    managed: machine.intuneId !== null,
    managementState: machine.intuneId === null ? null : machine.managementState,
    compliant: machine.compliant,
    complianceState: machine.complianceState,
    entraCompliant: machine.entraCompliant,
    enabled: machine.enabled,
    registeredAt: machine.registeredAt,
    enrolledAt: machine.enrolledAt,
    onPremisesSecurityIdentifier: machine.onPremisesSecurityIdentifier,
  }
}

function upnOf(tenant: Tenant, oid: string | null): string | null {
  return oid === null ? null : (tenant.directory.people.get(oid)?.upn ?? null)
}
