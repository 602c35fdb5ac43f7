/** The page of one certificate, and the reasons for every status: portal, API and mail use the same. */
const en = {
  crumb: 'Certificates',
  you: 'You, on any device',
  download: 'Download',
  downloadMore: 'Without the private key; we never had it.',
  downloadCertificate: 'Certificate',
  downloadChain: 'Certificate and chain',
  downloadCa: 'Certificate of the authority',
  technical: 'Technical details',
  told: 'How it stands',
  serial: 'Serial',
  subject: 'Subject',
  boundTo: 'Bound to',
  issuer: 'Issuer',
  starts: 'Starts',
  ends: 'Ends',
  issued: 'Issued',
  fingerprint: 'SHA‑256',
  key: 'Key thumbprint',
  directoryRead: 'Directory read {time}.',
  history: 'History',
  eventEnds: 'Ends',
  eventIssued: 'Issued to you',
  eventRenewed: 'Issued to you, in place of an older one',
  eventHold: 'On hold',
  eventRevoked: 'Revoked',
  nothingToDo: 'Nothing. It works by itself as long as it is good.',
  sentence: '{status}. Valid {from} to {to}, {left}.',
  noneSentence: 'No certificate yet',
  why: {
    good_device: 'Good until {date}, as long as the device is compliant.',
    good_device_any: 'Good until {date}, as long as the device is in the directory.',
    good_user: 'Good until {date}, as long as your account is active.',
    expired: 'Ended on {date}.',
    unknown: 'We cannot ask the directory right now. Last answer {time}.',
    device_not_compliant:
      'On hold since {time}, because Intune marked this device as not compliant. It works again by itself, about {n} minutes after Intune says compliant.',
    device_disabled:
      'On hold since {time}, because the device is switched off in the directory. Only IT can switch it on.',
    account_disabled: 'On hold since {time}, because your account is switched off.',
    account_at_risk:
      'On hold since {time}, because Microsoft sees an unusual sign-in to your account. Change your password to end it.',
    lost_device: 'On hold since {time}: you reported the device lost.',
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
  },
  happened: {
    device_not_compliant:
      'Intune checks your device against company rules and one did not pass. We see that it failed, not which rule.',
    hold: 'Wi‑Fi and VPN refuse it until then. Nothing is lost.',
    revoked: 'Wi‑Fi and VPN refuse it for good.',
  },
  todo: {
    device_not_compliant: [
      'On {name}, open Microsoft Intune and look under “Check status”. It names the rule.',
      'Fix it there, then choose “Check status” once more.',
      'Still stuck after an hour? Send IT the message below.',
    ],
    account_at_risk: ['Change your password, then sign in again.'],
    it: ['Send IT the message below.'],
    replace: ['Get a new certificate, if you still need one.'],
  },
  itMessage:
    'Hello, my certificate for {name} (serial {serial}) does not work: {why} Can you help? Thank you, {person}',
}

const de: typeof en = {
  crumb: 'Zertifikate',
  you: 'Sie, auf jedem Gerät',
  download: 'Herunterladen',
  downloadMore: 'Ohne den privaten Schlüssel; den hatten wir nie.',
  downloadCertificate: 'Zertifikat',
  downloadChain: 'Zertifikat und Kette',
  downloadCa: 'Zertifikat der Zertifizierungsstelle',
  technical: 'Technische Einzelheiten',
  told: 'Wie es steht',
  serial: 'Seriennummer',
  subject: 'Inhaber',
  boundTo: 'Gebunden an',
  issuer: 'Aussteller',
  starts: 'Beginnt',
  ends: 'Endet',
  issued: 'Ausgestellt',
  fingerprint: 'SHA‑256',
  key: 'Schlüsselabdruck',
  directoryRead: 'Verzeichnis gelesen: {time}.',
  history: 'Verlauf',
  eventEnds: 'Endet',
  eventIssued: 'Für Sie ausgestellt',
  eventRenewed: 'Für Sie ausgestellt, anstelle eines älteren',
  eventHold: 'Pausiert',
  eventRevoked: 'Gesperrt',
  nothingToDo: 'Nichts. Es funktioniert von selbst, solange es gültig ist.',
  sentence: '{status}. Gilt vom {from} bis {to}, {left}.',
  noneSentence: 'Noch kein Zertifikat',
  why: {
    good_device: 'Gültig bis {date}, solange das Gerät konform ist.',
    good_device_any: 'Gültig bis {date}, solange das Gerät im Verzeichnis steht.',
    good_user: 'Gültig bis {date}, solange Ihr Konto aktiv ist.',
    expired: 'Endete am {date}.',
    unknown: 'Das Verzeichnis antwortet gerade nicht. Letzte Auskunft {time}.',
    device_not_compliant:
      'Pausiert seit {time}, weil Intune dieses Gerät als nicht konform meldet. Es gilt von selbst wieder, etwa {n} Minuten nachdem Intune es als konform meldet.',
    device_disabled:
      'Pausiert seit {time}, weil das Gerät im Verzeichnis deaktiviert ist. Nur die IT kann es aktivieren.',
    account_disabled: 'Pausiert seit {time}, weil Ihr Konto deaktiviert ist.',
    account_at_risk:
      'Pausiert seit {time}, weil Microsoft eine ungewöhnliche Anmeldung sieht. Ändern Sie Ihr Passwort, dann endet die Pause.',
    lost_device: 'Pausiert seit {time}: Sie haben das Gerät als verloren gemeldet.',
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
  },
  happened: {
    device_not_compliant:
      'Intune prüft Ihr Gerät nach Regeln der Firma, und eine ist nicht erfüllt. Wir sehen, dass sie nicht erfüllt ist, aber nicht welche.',
    hold: 'WLAN und VPN weisen es bis dahin ab. Es ist nichts verloren.',
    revoked: 'WLAN und VPN weisen es endgültig ab.',
  },
  todo: {
    device_not_compliant: [
      'Öffnen Sie auf {name} Microsoft Intune und dort „Status überprüfen“. Es nennt die Regel.',
      'Beheben Sie es dort und wählen Sie noch einmal „Status überprüfen“.',
      'Nach einer Stunde noch nicht gut? Senden Sie der IT die Nachricht unten.',
    ],
    account_at_risk: ['Ändern Sie Ihr Passwort und melden Sie sich wieder an.'],
    it: ['Senden Sie der IT die Nachricht unten.'],
    replace: ['Holen Sie ein neues Zertifikat, wenn Sie noch eines brauchen.'],
  },
  itMessage:
    'Guten Tag, mein Zertifikat für {name} (Seriennummer {serial}) funktioniert nicht: {why} Können Sie helfen? Vielen Dank, {person}',
}

export const certificate = { en, de }
