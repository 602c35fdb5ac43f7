import type { CertificateView } from '#lib/api/schemas.ts'
import type { HoldReason } from './certificate-why.ts'

/** Display statuses, as the end of "ALICE-LT-042 is now …". */

type How = Readonly<
  Record<Exclude<CertificateView['status']['state'], 'hold'>, string> & {
    hold: Record<HoldReason | 'other', string>
  }
>

const en = {
  good: 'good',
  revoked: 'revoked',
  expired: 'expired',
  unknown: 'unknown',
  hold: {
    device_not_compliant: 'not compliant',
    device_left_intune: 'no longer in Intune as this device',
    device_disabled: 'switched off in the directory',
    device_absent: 'on hold, because the directory no longer has the device',
    device_deleted: 'about to be revoked, because the device was removed from the directory',
    device_retiring: 'on hold, because Intune is about to retire or wipe the device',
    device_retired: 'about to be revoked, because the device was retired or wiped',
    owner_changed: 'on hold, because the device has another owner',
    owner_disabled: 'on hold, because the account of the person who got it is switched off',
    owner_at_risk: 'on hold, because the account of the person who got it is at risk',
    owner_absent: 'on hold, because the directory no longer has the person who got it',
    owner_deleted: 'about to be revoked, because the person who got it was removed',
    account_disabled: 'on hold, because your account is switched off',
    account_absent: 'on hold, because the directory no longer has your account',
    account_deleted: 'about to be revoked, because the account was removed',
    account_at_risk: 'on hold, because your account is at risk',
    account_renamed: 'on hold, because your account has a new name',
    name_reused: 'about to be revoked, because its name belongs to somebody else',
    lost_device: 'on hold, because it was reported lost',
    by_operator: 'on hold by IT',
    directory_unknown: 'on hold',
    other: 'on hold',
  },
} satisfies How

const de: typeof en = {
  good: 'gültig',
  revoked: 'gesperrt',
  expired: 'abgelaufen',
  unknown: 'unbekannt',
  hold: {
    device_not_compliant: 'nicht konform',
    device_left_intune: 'nicht mehr als dieses Gerät in Intune',
    device_disabled: 'im Verzeichnis deaktiviert',
    device_absent: 'pausiert, weil das Verzeichnis das Gerät nicht mehr führt',
    device_deleted: 'vor der Sperrung, weil das Gerät aus dem Verzeichnis entfernt wurde',
    device_retiring: 'pausiert, weil Intune das Gerät ausmustern oder löschen soll',
    device_retired: 'vor der Sperrung, weil das Gerät ausgemustert oder gelöscht wurde',
    owner_changed: 'pausiert, weil das Gerät jemand anderem gehört',
    owner_disabled: 'pausiert, weil das Konto der Person deaktiviert ist, die es geholt hat',
    owner_at_risk: 'pausiert, weil das Konto der Person gefährdet ist, die es geholt hat',
    owner_absent: 'pausiert, weil das Verzeichnis die Person nicht mehr führt, die es geholt hat',
    owner_deleted: 'vor der Sperrung, weil die Person entfernt wurde, die es geholt hat',
    account_disabled: 'pausiert, weil Ihr Konto deaktiviert ist',
    account_absent: 'pausiert, weil das Verzeichnis Ihr Konto nicht mehr führt',
    account_deleted: 'vor der Sperrung, weil das Konto entfernt wurde',
    account_at_risk: 'pausiert, weil Ihr Konto gefährdet ist',
    account_renamed: 'pausiert, weil Ihr Konto einen neuen Namen hat',
    name_reused: 'vor der Sperrung, weil sein Name jemand anderem gehört',
    lost_device: 'pausiert, weil es als verloren gemeldet ist',
    by_operator: 'von der IT pausiert',
    directory_unknown: 'pausiert',
    other: 'pausiert',
  },
}

export const howWords = { en, de }
