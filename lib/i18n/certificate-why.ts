import type { StatusReason } from '#lib/policy/status-types.ts'

/** Why a certificate has its status: one sentence for each state and reason. */

type Among<Reason extends StatusReason> = Reason
type OnlyOfHolds = Among<
  | 'device_not_compliant'
  | 'device_left_intune'
  | 'device_disabled'
  | 'device_absent'
  | 'device_retiring'
  | 'owner_disabled'
  | 'owner_at_risk'
  | 'owner_absent'
  | 'account_disabled'
  | 'account_absent'
  | 'account_at_risk'
  | 'account_renamed'
  | 'lost_device'
  | 'directory_unknown'
>
type OnlyOfRevoked = Among<
  'by_owner' | 'superseded' | 'key_compromise' | 'renewed_from_revoked' | 'not_delivered'
>

/** Permanent reasons are holds too until the directory sync has written them to the ledger. */
export type HoldReason = Exclude<StatusReason, OnlyOfRevoked>
export type RevokedReason = Exclude<StatusReason, OnlyOfHolds>

/** `other` is for a reason that this portal does not know. */
type Reasons<Reason extends StatusReason> = Readonly<Record<Reason | 'other', string>>

const en = {
  good_device: 'Good until {date}, as long as the device is compliant.',
  good_device_any: 'Good until {date}, as long as the device is in the directory.',
  good_device_owned: 'Good until {date}, as long as the device is compliant and keeps its owner.',
  good_device_any_owned:
    'Good until {date}, as long as the device is in the directory and keeps its owner.',
  good_user: 'Good until {date}, as long as your account is active.',
  expired: 'Ended on {date}.',
  unknown:
    'We cannot ask the directory right now; its last answer is of {time}. Until it answers, whoever asks is told to ask again later.',
  hold: {
    device_not_compliant:
      'On hold since {time}, because Intune marked this device as not compliant. It works again by itself, about {span} after Intune says compliant.',
    device_left_intune:
      'On hold since {time}, because Intune no longer has this device as it was, as after enrolling it again. Get a new certificate for it.',
    device_disabled:
      'On hold since {time}, because the device is switched off in the directory. It works again by itself, about {span} after IT switches the device on.',
    device_absent:
      'On hold since {time}, because the directory no longer has this device. It works again by itself, about {span} after IT restores the device.',
    device_deleted:
      'On hold since {time}, because the device was removed from the directory for good. It is being revoked.',
    device_retiring:
      'On hold since {time}, because Intune is about to retire or wipe this device, or calls it unhealthy. It works again by itself, about {span} after Intune has it as before; once it is retired or wiped, it is revoked for good.',
    device_retired:
      'On hold since {time}, because the device was retired or wiped. It is being revoked.',
    owner_changed:
      'On hold since {time}, because the device has another owner in the directory than when this certificate was made. It works again by itself, about {span} after that is undone.',
    owner_disabled:
      'On hold since {time}, because the account of the person who got it is switched off. It works again by itself, about {span} after IT switches the account on.',
    owner_at_risk:
      'On hold since {time}, because Microsoft sees an unusual sign-in to the account of the person who got it. Once they have changed their password, it works again about {span} later.',
    owner_absent:
      'On hold since {time}, because the directory no longer has the account of the person who got it. It works again by itself, about {span} after IT restores the account.',
    owner_deleted:
      'On hold since {time}, because the account of the person who got it was removed from the directory for good. It is being revoked.',
    account_disabled:
      'On hold since {time}, because your account is switched off. It works again by itself, about {span} after IT switches the account on.',
    account_absent:
      'On hold since {time}, because the directory no longer has your account. It works again by itself, about {span} after IT restores the account.',
    account_deleted:
      'On hold since {time}, because the account was removed from the directory for good. It is being revoked.',
    account_at_risk:
      'On hold since {time}, because Microsoft sees an unusual sign-in to your account. Change your password, and it works again about {span} later.',
    account_renamed:
      'On hold since {time}, because your account has another name now than this certificate. Get a new one under the new name.',
    name_reused:
      'On hold since {time}, because the name in it belongs to somebody else now. It is being revoked.',
    lost_device:
      'On hold since {time}: {by} reported the device lost. It works again once the report is withdrawn.',
    by_operator: 'On hold since {time} by IT. Only IT can end it.',
    directory_unknown: 'On hold since {time}, because the directory no longer answers for it.',
    other: 'On hold since {time}.',
  } satisfies Reasons<HoldReason>,
  lost_by_you:
    'On hold since {time}: you reported the device lost. It works again once you say that you have it again.',
  lost_self:
    'On hold since {time}: you stopped the certificates made out to you. They work again once you undo that.',
  /** Stands behind the sentence of a hold that becomes a revocation. */
  finalAt: 'If nothing changes, it is revoked for good: {time}.',
  finalSometime: 'If nothing changes, it is revoked for good.',
  revoked: {
    device_deleted:
      'Revoked on {date}, because the device was removed from the directory. This is final; a new device gets a new certificate.',
    device_retired:
      'Revoked on {date}, because the device was retired or wiped. This is final; set up again, it gets a new certificate.',
    owner_changed:
      'Revoked on {date}, because the device has another owner now. This is final; whoever has it now gets a new certificate.',
    owner_deleted:
      'Revoked on {date}, because the account of the person who got it was removed from the directory.',
    account_deleted: 'Revoked on {date}, because the account was removed from the directory.',
    name_reused:
      'Revoked on {date}, because the name in it belongs to somebody else now. This is final; get a new one under your own name.',
    by_owner: 'Revoked on {date} by {by}.',
    superseded: 'Revoked on {date}, replaced by a newer one.',
    by_operator: 'Revoked on {date} by IT.',
    key_compromise:
      'Revoked on {date}, because the key may be known to someone else. That key can never be used again.',
    renewed_from_revoked:
      'Revoked on {date}, because the one it was renewed from was revoked. This is final; sign in and get a new one.',
    not_delivered: 'Revoked on {date}, because it was never delivered.',
    other: 'Revoked on {date}.',
  } satisfies Reasons<RevokedReason>,
  revoked_by_you: 'Revoked on {date} by you.',
  somebody: 'somebody',
}

const de: typeof en = {
  good_device: 'Gültig bis {date}, solange das Gerät konform ist.',
  good_device_any: 'Gültig bis {date}, solange das Gerät im Verzeichnis steht.',
  good_device_owned: 'Gültig bis {date}, solange das Gerät konform ist und seinen Besitzer behält.',
  good_device_any_owned:
    'Gültig bis {date}, solange das Gerät im Verzeichnis steht und seinen Besitzer behält.',
  good_user: 'Gültig bis {date}, solange Ihr Konto aktiv ist.',
  expired: 'Endete am {date}.',
  unknown:
    'Das Verzeichnis antwortet gerade nicht; seine letzte Auskunft ist von {time}. Bis es antwortet, hört jeder, der fragt, er soll später fragen.',
  hold: {
    device_not_compliant:
      'Pausiert seit {time}, weil Intune dieses Gerät als nicht konform meldet. Es gilt von selbst wieder, etwa {span} nachdem Intune es als konform meldet.',
    device_left_intune:
      'Pausiert seit {time}, weil Intune dieses Gerät nicht mehr wie zuvor führt, etwa nach neuer Registrierung. Holen Sie ein neues Zertifikat dafür.',
    device_disabled:
      'Pausiert seit {time}, weil das Gerät im Verzeichnis deaktiviert ist. Es gilt von selbst wieder, etwa {span} nachdem die IT das Gerät aktiviert.',
    device_absent:
      'Pausiert seit {time}, weil das Verzeichnis dieses Gerät nicht mehr führt. Es gilt von selbst wieder, etwa {span} nachdem die IT das Gerät wiederherstellt.',
    device_deleted:
      'Pausiert seit {time}, weil das Gerät endgültig aus dem Verzeichnis entfernt wurde. Es wird gerade gesperrt.',
    device_retiring:
      'Pausiert seit {time}, weil Intune dieses Gerät ausmustern oder löschen soll oder als gestört führt. Es gilt von selbst wieder, etwa {span} nachdem Intune es wie zuvor führt; ist es ausgemustert oder gelöscht, wird es endgültig gesperrt.',
    device_retired:
      'Pausiert seit {time}, weil das Gerät ausgemustert oder gelöscht wurde. Es wird gerade gesperrt.',
    owner_changed:
      'Pausiert seit {time}, weil das Gerät im Verzeichnis jemand anderem gehört als bei der Ausstellung. Es gilt von selbst wieder, etwa {span} nachdem das rückgängig gemacht ist.',
    owner_disabled:
      'Pausiert seit {time}, weil das Konto der Person deaktiviert ist, die es geholt hat. Es gilt von selbst wieder, etwa {span} nachdem die IT das Konto aktiviert.',
    owner_at_risk:
      'Pausiert seit {time}, weil Microsoft eine ungewöhnliche Anmeldung beim Konto der Person sieht, die es geholt hat. Hat sie ihr Passwort geändert, gilt es etwa {span} später wieder.',
    owner_absent:
      'Pausiert seit {time}, weil das Verzeichnis das Konto der Person nicht mehr führt, die es geholt hat. Es gilt von selbst wieder, etwa {span} nachdem die IT das Konto wiederherstellt.',
    owner_deleted:
      'Pausiert seit {time}, weil das Konto der Person, die es geholt hat, endgültig aus dem Verzeichnis entfernt wurde. Es wird gerade gesperrt.',
    account_disabled:
      'Pausiert seit {time}, weil Ihr Konto deaktiviert ist. Es gilt von selbst wieder, etwa {span} nachdem die IT das Konto aktiviert.',
    account_absent:
      'Pausiert seit {time}, weil das Verzeichnis Ihr Konto nicht mehr führt. Es gilt von selbst wieder, etwa {span} nachdem die IT das Konto wiederherstellt.',
    account_deleted:
      'Pausiert seit {time}, weil das Konto endgültig aus dem Verzeichnis entfernt wurde. Es wird gerade gesperrt.',
    account_at_risk:
      'Pausiert seit {time}, weil Microsoft eine ungewöhnliche Anmeldung sieht. Ändern Sie Ihr Passwort, dann gilt es etwa {span} später wieder.',
    account_renamed:
      'Pausiert seit {time}, weil Ihr Konto jetzt anders heißt als dieses Zertifikat. Holen Sie ein neues unter dem neuen Namen.',
    name_reused:
      'Pausiert seit {time}, weil der Name darin jetzt jemand anderem gehört. Es wird gerade gesperrt.',
    lost_device:
      'Pausiert seit {time}: {by} hat das Gerät als verloren gemeldet. Es gilt wieder, sobald die Meldung zurückgenommen ist.',
    by_operator: 'Pausiert seit {time} von der IT. Nur die IT kann das beenden.',
    directory_unknown: 'Pausiert seit {time}, weil das Verzeichnis keine Auskunft mehr gibt.',
    other: 'Pausiert seit {time}.',
  },
  lost_by_you:
    'Pausiert seit {time}: Sie haben das Gerät als verloren gemeldet. Es gilt wieder, sobald Sie sagen, dass Sie es wieder haben.',
  lost_self:
    'Pausiert seit {time}: Sie haben die auf Sie ausgestellten Zertifikate gestoppt. Sie gelten wieder, sobald Sie das rückgängig machen.',
  finalAt: 'Ändert sich nichts, wird es endgültig gesperrt: {time}.',
  finalSometime: 'Ändert sich nichts, wird es endgültig gesperrt.',
  revoked: {
    device_deleted:
      'Gesperrt am {date}, weil das Gerät aus dem Verzeichnis entfernt wurde. Das ist endgültig; ein neues Gerät bekommt ein neues Zertifikat.',
    device_retired:
      'Gesperrt am {date}, weil das Gerät ausgemustert oder gelöscht wurde. Das ist endgültig; neu eingerichtet bekommt es ein neues Zertifikat.',
    owner_changed:
      'Gesperrt am {date}, weil das Gerät jetzt jemand anderem gehört. Das ist endgültig; wer es jetzt hat, holt ein neues Zertifikat.',
    owner_deleted:
      'Gesperrt am {date}, weil das Konto der Person, die es geholt hat, aus dem Verzeichnis entfernt wurde.',
    account_deleted: 'Gesperrt am {date}, weil das Konto aus dem Verzeichnis entfernt wurde.',
    name_reused:
      'Gesperrt am {date}, weil der Name darin jetzt jemand anderem gehört. Das ist endgültig; holen Sie ein neues unter Ihrem eigenen Namen.',
    by_owner: 'Gesperrt am {date} von {by}.',
    superseded: 'Gesperrt am {date}, durch ein neueres ersetzt.',
    by_operator: 'Gesperrt am {date} von der IT.',
    key_compromise:
      'Gesperrt am {date}, weil der Schlüssel anderen bekannt sein könnte. Er kann nie wieder verwendet werden.',
    renewed_from_revoked:
      'Gesperrt am {date}, weil das gesperrt wurde, aus dem es verlängert ist. Das ist endgültig; melden Sie sich an und holen Sie ein neues.',
    not_delivered: 'Gesperrt am {date}, weil es nie ausgeliefert wurde.',
    other: 'Gesperrt am {date}.',
  },
  revoked_by_you: 'Gesperrt am {date} von Ihnen.',
  somebody: 'jemand',
}

export const whyWords = { en, de }
