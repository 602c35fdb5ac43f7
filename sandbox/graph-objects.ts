import type { GraphObject } from './graph-query.ts'
import type { Machine, Person } from './people.ts'

/** The tenant's people and devices as Graph writes them, with the traps of the original kept. */

/** Without $select Graph gives these and leaves out accountEnabled and userType. */
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
] as const

/** Intune's word for "has no Entra device". */
const NO_DEVICE = '00000000-0000-0000-0000-000000000000'

export function userObject(person: Person): GraphObject {
  const [givenName = null, surname = null] = person.displayName.split(' ')
  return {
    businessPhones: [],
    displayName: person.displayName,
    givenName,
    id: person.oid,
    jobTitle: null,
    mail: person.upn,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname,
    userPrincipalName: person.upn,
    accountEnabled: person.enabled,
    userType: person.guest ? 'Guest' : 'Member',
  }
}

export function deviceObject(machine: Machine): GraphObject {
  const managed = machine.intuneId !== null
  return {
    id: machine.objectId,
    deletedDateTime: null,
    accountEnabled: machine.enabled,
    approximateLastSignInDateTime: machine.registeredAt,
    deviceId: machine.deviceId,
    deviceVersion: 2,
    displayName: machine.displayName,
    // Null until some management told Entra; then it keeps the last word.
    isCompliant: managed || machine.compliant ? machine.compliant : null,
    isManaged: managed ? true : null,
    manufacturer: machine.manufacturer,
    model: machine.model,
    operatingSystem: machine.os,
    operatingSystemVersion: machine.osVersion,
    profileType: 'RegisteredDevice',
    registrationDateTime: machine.registeredAt,
    trustType: managed ? 'AzureAd' : 'Workplace',
  }
}

/** `managementState` exists in the beta version only, as in the original. */
export function managedDeviceObject(
  machine: Machine,
  owner: Person | null,
  beta: boolean,
): GraphObject {
  return {
    id: machine.intuneId,
    userId: machine.intuneOwnerOid ?? '',
    deviceName: machine.displayName,
    managedDeviceOwnerType: 'company',
    enrolledDateTime: machine.enrolledAt,
    lastSyncDateTime: machine.enrolledAt,
    operatingSystem: machine.os,
    complianceState: machine.compliant ? 'compliant' : 'noncompliant',
    jailBroken: 'Unknown',
    managementAgent: 'mdm',
    osVersion: machine.osVersion,
    azureADRegistered: machine.deviceId !== null,
    azureADDeviceId: machine.deviceId ?? NO_DEVICE,
    deviceRegistrationState: machine.deviceId === null ? 'notRegistered' : 'registered',
    emailAddress: owner?.upn ?? '',
    userPrincipalName: owner?.upn ?? '',
    userDisplayName: owner?.displayName ?? '',
    model: machine.model,
    manufacturer: machine.manufacturer,
    serialNumber: machine.objectId.slice(0, 8).toUpperCase(),
    ...(beta ? { managementState: machine.managementState } : {}),
  }
}

export function riskyUserObject(person: Person): GraphObject {
  return {
    id: person.oid,
    isDeleted: false,
    isProcessing: false,
    riskLevel: person.risk,
    riskState: person.risk === 'none' ? 'none' : 'atRisk',
    riskDetail: 'none',
    riskLastUpdatedDateTime: new Date().toISOString(),
    userDisplayName: person.displayName,
    userPrincipalName: person.upn,
  }
}
