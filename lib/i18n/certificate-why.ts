/** Why a certificate stands as it does: one sentence for each reason. */

const en = {
  good_device: 'Good until {date}, as long as the device is compliant.',
  good_device_any: 'Good until {date}, as long as the device is in the directory.',
  good_user: 'Good until {date}, as long as your account is active.',
  expired: 'Ended on {date}.',
  unknown:
    'We cannot ask the directory right now; its last answer is of {time}. Until it answers, whoever asks is told to ask again later.',
  device_not_compliant:
    'On hold since {time}, because Intune marked this device as not compliant. It works again by itself, about {span} after Intune says compliant.',
  device_left_intune:
    'On hold since {time}, because Intune no longer has this device as it was, as after enrolling it again. Get a new certificate for it.',
  device_disabled:
    'On hold since {time}, because the device is switched off in the directory. It works again by itself, about {span} after IT switches the device on.',
  account_disabled:
    'On hold since {time}, because your account is switched off. It works again by itself, about {span} after IT switches the account on.',
  account_at_risk:
    'On hold since {time}, because Microsoft sees an unusual sign-in to your account. Change your password, and it works again about {span} later.',
  lost_device:
    'On hold since {time}: you reported the device lost. It works again once you say that you have it back.',
  lost_self:
    'On hold since {time}: you stopped the certificates made out to you. They work again once you undo that.',
  held_by_operator: 'On hold since {time} by IT. Only IT can end it.',
  directory_unknown: 'On hold since {time}, because the directory no longer answers for it.',
  hold: 'On hold since {time}.',
  device_deleted:
    'Revoked on {date}, because the device was removed from the directory. This is final; a new device gets a new certificate.',
  device_retired:
    'Revoked on {date}, because the device was retired or wiped. This is final; set up again, it gets a new certificate.',
  account_deleted: 'Revoked on {date}, because the account was removed from the directory.',
  by_owner: 'Revoked on {date} by you.',
  superseded: 'Revoked on {date}, replaced by a newer one.',
  by_operator: 'Revoked on {date} by IT.',
  key_compromise:
    'Revoked on {date}, because the key may be known to someone else. That key can never be used again.',
  not_delivered: 'Revoked on {date}, because it was never delivered.',
  revoked: 'Revoked on {date}.',
}

const de: typeof en = {
  good_device: 'Gültig bis {date}, solange das Gerät konform ist.',
  good_device_any: 'Gültig bis {date}, solange das Gerät im Verzeichnis steht.',
  good_user: 'Gültig bis {date}, solange Ihr Konto aktiv ist.',
  expired: 'Endete am {date}.',
  unknown:
    'Das Verzeichnis antwortet gerade nicht; seine letzte Auskunft ist von {time}. Bis es antwortet, hört jeder, der fragt, er soll später fragen.',
  device_not_compliant:
    'Pausiert seit {time}, weil Intune dieses Gerät als nicht konform meldet. Es gilt von selbst wieder, etwa {span} nachdem Intune es als konform meldet.',
  device_left_intune:
    'Pausiert seit {time}, weil Intune dieses Gerät nicht mehr wie zuvor führt, etwa nach neuer Registrierung. Holen Sie ein neues Zertifikat dafür.',
  device_disabled:
    'Pausiert seit {time}, weil das Gerät im Verzeichnis deaktiviert ist. Es gilt von selbst wieder, etwa {span} nachdem die IT das Gerät aktiviert.',
  account_disabled:
    'Pausiert seit {time}, weil Ihr Konto deaktiviert ist. Es gilt von selbst wieder, etwa {span} nachdem die IT das Konto aktiviert.',
  account_at_risk:
    'Pausiert seit {time}, weil Microsoft eine ungewöhnliche Anmeldung sieht. Ändern Sie Ihr Passwort, dann gilt es etwa {span} später wieder.',
  lost_device:
    'Pausiert seit {time}: Sie haben das Gerät als verloren gemeldet. Es gilt wieder, sobald Sie sagen, dass Sie es wieder haben.',
  lost_self:
    'Pausiert seit {time}: Sie haben die auf Sie ausgestellten Zertifikate gestoppt. Sie gelten wieder, sobald Sie das rückgängig machen.',
  held_by_operator: 'Pausiert seit {time} von der IT. Nur die IT kann das beenden.',
  directory_unknown: 'Pausiert seit {time}, weil das Verzeichnis keine Auskunft mehr gibt.',
  hold: 'Pausiert seit {time}.',
  device_deleted:
    'Gesperrt am {date}, weil das Gerät aus dem Verzeichnis entfernt wurde. Das ist endgültig; ein neues Gerät bekommt ein neues Zertifikat.',
  device_retired:
    'Gesperrt am {date}, weil das Gerät ausgemustert oder gelöscht wurde. Das ist endgültig; neu eingerichtet bekommt es ein neues Zertifikat.',
  account_deleted: 'Gesperrt am {date}, weil das Konto aus dem Verzeichnis entfernt wurde.',
  by_owner: 'Gesperrt am {date} von Ihnen.',
  superseded: 'Gesperrt am {date}, durch ein neueres ersetzt.',
  by_operator: 'Gesperrt am {date} von der IT.',
  key_compromise:
    'Gesperrt am {date}, weil der Schlüssel anderen bekannt sein könnte. Er kann nie wieder verwendet werden.',
  not_delivered: 'Gesperrt am {date}, weil es nie ausgeliefert wurde.',
  revoked: 'Gesperrt am {date}.',
}

export const whyWords = { en, de }
