import type { Device, ManagedDevice, RiskyUser, User } from '@microsoft/microsoft-graph-types'
import type * as beta from '@microsoft/microsoft-graph-types-beta'
import type { Machine, Person } from '#sandbox/people.ts'
import type { GraphObject } from './graph-query.ts'

/**
 * People and devices of the tenant as Graph writes them, with Graph's peculiarities. Each object is checked
 * against Microsoft's published types, so that a property that Graph does not have, or has with another type,
 * does not compile.
 */

/** Properties that Graph gives without $select; accountEnabled and userType are not among them. */
export const USER_DEFAULTS = [
  'businessPhones',
  'displayName',
  'givenName',
  'id',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
] as const satisfies readonly (keyof User)[]

/** The id that Intune writes for "no Entra device". */
const NO_DEVICE = '00000000-0000-0000-0000-000000000000'

export function userObject(person: Person): GraphObject {
  const [givenName = null, surname = null] = person.displayName.split(' ')
  return {
    businessPhones: [],
    displayName: person.displayName,
    givenName,
    id: person.oid,
    deletedDateTime: null,
    jobTitle: null,
    mail: person.upn,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname,
    userPrincipalName: person.upn,
    accountEnabled: person.enabled,
    userType: person.guest ? 'Guest' : 'Member',
    onPremisesSecurityIdentifier: person.onPremisesSecurityIdentifier,
  } satisfies User & beta.User
}

export function deviceObject(machine: Machine): GraphObject {
  const managed = machine.intuneId !== null
  const compliant = machine.entraCompliant ?? machine.compliant
  return {
    id: machine.objectId,
    deletedDateTime: null,
    accountEnabled: machine.enabled,
    approximateLastSignInDateTime: machine.registeredAt,
    deviceId: machine.deviceId,
    deviceVersion: 2,
    displayName: machine.displayName,
    // Null until a management reported it to Entra; afterwards the last report stays.
    isCompliant: machine.complianceTold ? compliant : null,
    isManaged: managed ? true : machine.complianceTold ? false : null,
    manufacturer: machine.manufacturer,
    model: machine.model,
    operatingSystem: machine.os,
    operatingSystemVersion: machine.osVersion,
    profileType: 'RegisteredDevice',
    registrationDateTime: machine.registeredAt,
    trustType: machine.trustType ?? (managed ? 'AzureAd' : 'Workplace'),
    onPremisesSecurityIdentifier: machine.onPremisesSecurityIdentifier,
  } satisfies Device & beta.Device
}

/**
 * Intune's record. `userId` and the names beside it are those of who enrolled the device, not of its primary
 * user. `managementState` exists in the beta version only, as in Graph.
 */
export function managedDeviceObject(
  machine: Machine,
  enrolledBy: Person | null,
  isBeta: boolean,
): GraphObject {
  const coManaged = machine.complianceState === 'configManager'
  const record = {
    id: machine.intuneId ?? '',
    userId: machine.enrolledByOid ?? '',
    deviceName: machine.displayName,
    managedDeviceOwnerType: 'company',
    enrolledDateTime: machine.enrolledAt ?? '0001-01-01T00:00:00Z',
    lastSyncDateTime: machine.enrolledAt ?? '0001-01-01T00:00:00Z',
    operatingSystem: machine.os,
    complianceState: machine.complianceState ?? (machine.compliant ? 'compliant' : 'noncompliant'),
    jailBroken: 'Unknown',
    managementAgent: coManaged ? 'configurationManagerClientMdm' : 'mdm',
    osVersion: machine.osVersion,
    azureADRegistered: machine.deviceId !== null,
    azureADDeviceId: machine.deviceId ?? NO_DEVICE,
    deviceRegistrationState: machine.deviceId === null ? 'notRegistered' : 'registered',
    emailAddress: enrolledBy?.upn ?? '',
    userPrincipalName: enrolledBy?.upn ?? '',
    userDisplayName: enrolledBy?.displayName ?? '',
    model: machine.model,
    manufacturer: machine.manufacturer,
    serialNumber: machine.objectId.slice(0, 8).toUpperCase(),
  } satisfies ManagedDevice & beta.ManagedDevice
  if (!isBeta) return record
  // Control calls may set any value, since Graph may add new ones.
  const managementState = machine.managementState as beta.ManagementState
  return { ...record, managementState } satisfies beta.ManagedDevice
}

export function riskyUserObject(person: Person, isDeleted: boolean): GraphObject {
  return {
    id: person.oid,
    isDeleted,
    isProcessing: false,
    riskLevel: person.risk,
    riskState: person.riskState ?? (person.risk === 'none' ? 'none' : 'atRisk'),
    // Without Entra ID P2 Graph says that there is a risk and hides its kind.
    riskDetail: person.risk === 'hidden' ? 'hidden' : 'none',
    riskLastUpdatedDateTime: new Date().toISOString(),
    userDisplayName: person.displayName,
    userPrincipalName: person.upn,
  } satisfies RiskyUser & beta.RiskyUser
}

/** A person in the recycle bin: the object id is put before the name, which is free again. */
export function deletedUserObject(person: Person, deletedAt: string): GraphObject {
  const userPrincipalName = person.oid.replaceAll('-', '') + person.upn
  return { ...userObject(person), deletedDateTime: deletedAt, userPrincipalName }
}

export function deletedDeviceObject(machine: Machine, deletedAt: string): GraphObject {
  return { ...deviceObject(machine), deletedDateTime: deletedAt, accountEnabled: false }
}
