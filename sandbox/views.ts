import type { Config } from '#lib/config.ts'
import type { Machine, Person } from './people.ts'
import type { Tenant } from './tenant.ts'

/** What `GET /sandbox/state` answers. Field by field: a secret added to the tenant stays inside. */
export function stateView(config: Pick<Config, 'tenantId' | 'apiClientId'>, tenant: Tenant) {
  return {
    tenantId: config.tenantId,
    apiAudience: config.apiClientId,
    users: [...tenant.people.values()].map(userView),
    devices: [...tenant.machines.values()].map((machine) => deviceView(tenant, machine)),
    applications: tenant.applications.map(({ oid, appId, name, roles }) => ({
      oid,
      appId,
      name,
      roles,
    })),
    faults: { graph: tenant.graphFault },
  }
}

export function userView(person: Person) {
  const { oid, upn, displayName, roles, enabled, guest, risk } = person
  return { oid, upn, displayName, roles, enabled, guest, risk }
}

export function deviceView(tenant: Tenant, machine: Machine) {
  const owner = machine.entraOwnerOid ?? machine.intuneOwnerOid
  return {
    deviceId: machine.deviceId,
    intuneId: machine.intuneId,
    objectId: machine.objectId,
    ownerUpn: upnOf(tenant, owner),
    intuneOwnerUpn: upnOf(tenant, machine.intuneOwnerOid),
    displayName: machine.displayName,
    os: machine.os,
    osVersion: machine.osVersion,
    model: machine.model,
    managed: machine.intuneId !== null,
    managementState: machine.intuneId === null ? null : machine.managementState,
    compliant: machine.compliant,
    enabled: machine.enabled,
  }
}

function upnOf(tenant: Tenant, oid: string | null): string | null {
  return oid === null ? null : (tenant.people.get(oid)?.upn ?? null)
}
