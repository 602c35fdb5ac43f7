/** The devices page. */
const en = {
  title: 'Your devices',
  lede: 'These are the devices that the company directory lists as yours.',
  managed: 'Managed',
  notManaged: 'Registered, not managed',
  compliant: 'Compliant',
  notCompliant: 'Not compliant',
  disabled: 'Switched off',
  noneYet: 'No certificate yet',
  inHand: 'You are using this one',
  nothingToDo: 'Nothing to do here yet',
  view: 'View',
  viewFor: 'View the certificate of {name}',
  whatToDo: 'What to do',
  whatToDoFor: 'What to do about {name}',
  another: 'Get a new one',
  anotherFor: 'Get a new certificate for {name}',
  read: 'Directory last read {time}.',
  readAgain: 'Read it again',
  empty: 'The directory lists no device as yours.',
  emptyMore:
    'A device appears here after it has been joined or enrolled with your account; that takes about ten minutes.',
  refusals: {
    device_not_managed:
      '{tenant} gives certificates to managed devices only. Enrol it in Intune, then come back.',
    device_not_compliant: 'Fix it in the Intune app, then check again.',
    device_too_new:
      'The directory has not known it for long enough. Wait some minutes, then check again.',
    device_disabled: 'The device is switched off in the directory. Only IT can switch it on.',
    missing_role: 'Certificates are not switched on for you yet.',
    principal_disabled: 'Your account is switched off; only IT can change it.',
    guest_not_allowed: '{tenant} gives certificates to its own accounts only.',
    ambiguous_device: 'Two devices have the same id in the directory. Only IT can tell them apart.',
  },
}

const de: typeof en = {
  title: 'Ihre Geräte',
  lede: 'Das sind die Geräte, die das Firmenverzeichnis als Ihre führt.',
  managed: 'Verwaltet',
  notManaged: 'Registriert, nicht verwaltet',
  compliant: 'Konform',
  notCompliant: 'Nicht konform',
  disabled: 'Deaktiviert',
  noneYet: 'Noch kein Zertifikat',
  inHand: 'Dieses benutzen Sie gerade',
  nothingToDo: 'Hier ist noch nichts zu tun',
  view: 'Ansehen',
  viewFor: 'Ansehen: Zertifikat von {name}',
  whatToDo: 'Was tun?',
  whatToDoFor: 'Was tun? {name}',
  another: 'Neues holen',
  anotherFor: 'Neues Zertifikat für {name} holen',
  read: 'Verzeichnis zuletzt gelesen: {time}.',
  readAgain: 'Erneut lesen',
  empty: 'Das Verzeichnis führt kein Gerät als Ihres.',
  emptyMore:
    'Ein Gerät erscheint hier, nachdem es mit Ihrem Konto verbunden oder registriert wurde; das dauert etwa zehn Minuten.',
  refusals: {
    device_not_managed:
      '{tenant} gibt Zertifikate nur an verwaltete Geräte. Registrieren Sie es in Intune und kommen Sie wieder.',
    device_not_compliant: 'Beheben Sie es in der Intune-App, dann prüfen Sie erneut.',
    device_too_new:
      'Das Verzeichnis kennt es noch nicht lange genug. Warten Sie einige Minuten, dann prüfen Sie erneut.',
    device_disabled: 'Das Gerät ist im Verzeichnis deaktiviert. Nur die IT kann es aktivieren.',
    missing_role: 'Zertifikate sind für Sie noch nicht freigeschaltet.',
    principal_disabled: 'Ihr Konto ist deaktiviert; nur die IT kann das ändern.',
    guest_not_allowed: '{tenant} gibt Zertifikate nur an eigene Konten.',
    ambiguous_device:
      'Zwei Geräte haben im Verzeichnis dieselbe Kennung. Nur die IT kann sie unterscheiden.',
  },
}

export const devices = { en, de }
