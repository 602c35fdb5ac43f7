import type * as english from './en.ts'

/** German. */

export const common: typeof english.common = {
  product: 'Latchkey',
  skip: 'Zum Inhalt',
  mainNavigation: 'Hauptmenü',
  home: 'Start',
  devices: 'Geräte',
  scripts: 'Skripte',
  manage: 'Verwalten',
  loading: 'Wird geladen',
  youAreHere: 'Sie sind hier',
  noScript: 'Diese Seite braucht JavaScript, denn Ihr Schlüssel entsteht im Browser.',
  noScriptMore: 'Erlauben Sie es für diese Seite und laden Sie sie neu.',
  footer: 'Latchkey für {tenant}',
  account: 'Konto von {name}',
  calendar: 'Kalender',
  signOut: 'Abmelden',
  themeToDark: 'Dunkel anzeigen',
  themeToLight: 'Hell anzeigen',
  language: 'Sprache',
  help: 'Brauchen Sie Hilfe?',
  helpPage: 'Hilfeseite',
  privacy: 'Datenschutz',
  doctor: 'Eine Datei prüfen',
  offline:
    'Sie sind offline. Was Sie sehen, kann veraltet sein, und ändern lässt sich erst wieder etwas, wenn die Verbindung da ist.',
  whatIsIt:
    'Ein Zertifikat ist ein digitaler Schlüssel: Damit bekommt ein Gerät ohne Passwort Zugang zu {access}.',
  getCertificate: 'Zertifikat holen',
  whatHappened: 'Was ist passiert',
  whatYouCanDo: 'Was Sie tun können',
  tryAgain: 'Erneut versuchen',
  details: 'Einzelheiten',
  copyMessage: 'Nachricht kopieren',
  messageCopied: 'Nachricht kopiert',
  copyForIt: 'Nachricht an die IT kopieren',
  writeToHelp: 'An die IT schreiben',
  today: 'heute',
  yesterday: 'gestern',
  tomorrow: 'morgen',
  onDay: '{date}',
  moment: '{day}, {time}',
  daysLeft: { one: 'noch {n} Tag', other: 'noch {n} Tage' },
  lastDay: 'Letzter Tag',
  minutes: { one: '{n} Minute', other: '{n} Minuten' },
  hours: { one: '{n} Stunde', other: '{n} Stunden' },
  /** After „binnen“ and „nach“ alone, so in the dative. */
  days: { one: '{n} Tag', other: '{n} Tagen' },
  status: {
    good: 'Gültig',
    hold: 'Pausiert',
    soon: 'Endet bald',
    revoked: 'Gesperrt',
    expired: 'Abgelaufen',
    none: 'Noch keines',
    checking: 'Wird geprüft…',
    unknown: 'Gerade unbekannt',
  },
}

/** In the dative: „zu …“. */
export const access: typeof english.access = {
  wifi: 'WLAN',
  wired: 'Kabelnetz',
  vpn: 'VPN',
  unknown: 'Netz und Diensten von {tenant}',
}

export const signin: typeof english.signin = {
  title: 'Anmelden',
  heading: 'Ihr eigener Schlüssel zu {access}.',
  lede: 'Melden Sie sich an, um Ihre Geräte zu sehen und ein Zertifikat zu holen. Ein Zertifikat ist ein digitaler Schlüssel: Damit kommt ein Gerät ohne Passwort hinein.',
  button: 'Weiter mit Ihrem {tenant}-Konto',
  leaving: 'Weiter zu Microsoft…',
  note: 'Ihr Passwort fragt Microsoft ab, nicht wir.',
  steps: [
    'Sie wählen eines Ihrer Geräte.',
    'Ihr Browser erzeugt den privaten Schlüssel. Er bleibt bei Ihnen.',
    'Sie bekommen eine Datei, die zu Ihrem System passt, und die Schritte dazu.',
  ],
  signedOut: 'Sie sind abgemeldet.',
  signedOutMore: 'Melden Sie sich an einem gemeinsam genutzten Computer auch bei Microsoft ab.',
  ended: 'Sie wurden abgemeldet, weil die Anmeldung abgelaufen ist.',
  endedMore: 'Melden Sie sich wieder an, dann sind Sie auf derselben Seite.',
  offline: 'Sie sind offline.',
  offlineMore: 'Die Anmeldung geht wieder, sobald die Verbindung steht.',
  blocked: 'Ihr Browser speichert für diese Seite keine Cookies.',
  blockedMore:
    'Die Anmeldung braucht eines. Erlauben Sie Cookies für diese Seite und fahren Sie fort.',
  errors: {
    wrong_tenant: {
      title: 'Dieses Konto gehört zu einer anderen Organisation.',
      more: 'Melden Sie sich mit Ihrem {tenant}-Konto an.',
    },
    refused: {
      title: 'Microsoft hat Sie nicht hereingelassen.',
      more: 'Ihr Konto ist vielleicht deaktiviert oder darf Latchkey nicht benutzen. Nur die IT kann das ändern.',
    },
    again: {
      title: 'Die Anmeldung wurde nicht abgeschlossen.',
      more: 'Vielleicht hat sie zu lange gedauert oder lief in einem anderen Tab. Es wurde nichts geändert; fahren Sie fort, um neu zu beginnen.',
    },
    setup: {
      title: 'Die Anmeldung ist nicht fertig eingerichtet.',
      more: 'Nur die IT kann das beheben. Mit Ihrem Konto ist alles in Ordnung.',
    },
  },
}

export const home: typeof english.home = {
  title: 'Ihre Zertifikate',
  allWell: 'Alles in Ordnung. Als Nächstes verlängern: {name}, {date}.',
  you: 'Sie, auf jedem Gerät',
  certificate: 'Zertifikat',
  pausedSince: 'Pausiert seit {time}',
  asOf: 'Stand {time}',
  revokedOn: 'Gesperrt {date}',
  endedOn: 'Endete {date}',
  ready: 'Bereit für ein Zertifikat',
  lastEnded: 'Das letzte endete am {date}',
  lastRevoked: 'Das letzte wurde am {date} gesperrt',
  getOne: 'Holen',
  getOneFor: 'Zertifikat holen für {name}',
  renew: 'Verlängern',
  renewFor: 'Verlängern: Zertifikat von {name}',
  another: 'Ein weiteres, vom {date}',
  of: 'vom {date}',
  renewed: 'Verlängert am {date}; dieses gilt noch',
  older: {
    one: '{n} früheres Zertifikat, gesperrt oder abgelaufen',
    other: '{n} frühere Zertifikate, gesperrt oder abgelaufen',
  },
  holdTitle: 'Das Zertifikat von {name} ist pausiert; Netze, die nachfragen, weisen es gerade ab.',
  soonTitle: 'Das Zertifikat von {name} endet am {date}.',
  soonMore: 'Verlängern Sie es, damit Sie Ihren Zugang zu {access} behalten.',
  manyTitle: {
    one: 'Bei {n} Zertifikat ist etwas zu tun.',
    other: 'Bei {n} Zertifikaten ist etwas zu tun.',
  },
  manyMore: 'Sie stehen oben in der Liste.',
  seeWhatToDo: 'Was tun?',
  emptyReady: 'Noch keine Zertifikate. {device} ist bereit.',
  emptyNotReady:
    'Noch keine Zertifikate. Keines Ihrer Geräte ist bereit, aber für sich selbst können Sie eines holen.',
  emptyNoDevices:
    'Das Verzeichnis führt kein Gerät als Ihres. Für sich selbst können Sie trotzdem eines holen.',
  emptyNothing: 'Noch keine Zertifikate, und gerade kann keines ausgestellt werden.',
  getMine: 'Meines holen',
  seeDevices: 'Geräte ansehen',
  directorySilent: 'Das Verzeichnis antwortet gerade nicht.',
  directorySilentMore:
    'Sie sehen seine letzte Auskunft. Ihre Zertifikate gelten weiter; neue gibt es, sobald es wieder antwortet.',
  directorySilentLong:
    'Seine letzte Auskunft ist zu alt, um für Ihre Zertifikate zu bürgen: Wer fragt, soll später fragen. Bis es antwortet, haben Sie vielleicht keinen Zugang zu {access}.',
  authoritySilent: 'Der Latchkey-Server antwortet nicht. Ihre Zertifikate bleiben, wie sie sind.',
  authoritySilentMore: 'Diese Seite versucht es von selbst erneut.',
  roleTitle: 'Neue Zertifikate sind für Sie nicht freigeschaltet.',
  roleMore:
    'Was Sie haben, bleibt, wie es ist. Für ein weiteres bitten Sie die IT um die Rolle CSR.SelfService.',
  accountOff: 'Ihr Konto ist deaktiviert; nur die IT kann das ändern.',
  accountOffSince:
    'Ihr Konto ist deaktiviert. Seit {time} sind die auf Sie ausgestellten Zertifikate pausiert.',
  accountOffSinceAll: 'Ihr Konto ist deaktiviert. Seit {time} sind Ihre Zertifikate pausiert.',
  accountOffMoreAll:
    'Sie gelten von selbst wieder, etwa {span} nachdem die IT das Konto aktiviert.',
  accountOffMore:
    'Sie gelten von selbst wieder, etwa {span} nachdem die IT das Konto aktiviert. Was auf ein Gerät ausgestellt ist, bleibt, wie es ist.',
  accountMessage:
    'Guten Tag, mein Konto {upn} ist im Verzeichnis deaktiviert, darum bekomme ich keine Zertifikate für den Zugang zu {access}, und die auf mich ausgestellten sind pausiert. Können Sie mir sagen, warum, oder es wieder aktivieren? Vielen Dank, {name}',
  guest: 'Gäste bekommen hier keine Zertifikate.',
  guestMore: '{tenant} gibt Zertifikate nur an eigene Konten.',
  lostTitle: 'Gerät verloren?',
  lostMore:
    'Melden Sie es: Alle seine Zertifikate werden sofort pausiert, wer immer sie geholt hat, und es wird nichts dafür ausgestellt. Taucht es binnen {days} wieder auf, sagen Sie es, dann gelten sie wieder.',
  lostDo: 'Gerät als verloren melden',
  lostAsk: 'Was ist verloren?',
  lostSelf: 'Ein Gerät mit einem auf Sie ausgestellten Zertifikat',
  lostNone:
    'Es hat kein Zertifikat. Es wird nichts dafür ausgestellt, bis Sie sagen, dass Sie es wieder haben.',
  lostNote: '{name} ist als verloren gemeldet.',
  lostNoteSelf: 'Die auf Sie ausgestellten Zertifikate sind gestoppt.',
  lostNoteMany: {
    one: '{n} Verlustmeldung besteht.',
    other: '{n} Verlustmeldungen bestehen.',
  },
  lostMoreStands:
    'Für ein verlorenes Gerät wird nichts ausgestellt, und seine Zertifikate sind pausiert.',
  lostUntil: 'Taucht es bis {time} nicht auf, werden seine Zertifikate endgültig gesperrt.',
  lostOver: 'Die Zeit ist um, seine Zertifikate sind endgültig gesperrt.',
}

export const devices: typeof english.devices = {
  title: 'Ihre Geräte',
  lede: 'Das sind die Geräte, die das Firmenverzeichnis als Ihre führt.',
  managed: 'Verwaltet',
  notManaged: 'Registriert, nicht verwaltet',
  compliant: 'Konform',
  notCompliant: 'Nicht konform',
  disabled: 'Deaktiviert',
  noneYet: 'Noch kein Zertifikat',
  inHand: 'Dieses benutzen Sie wohl gerade',
  onPhone: 'Auf dem Telefon holen',
  onPhoneFor: 'Auf dem Telefon holen: Zertifikat von {name}',
  checkAgain: 'Erneut prüfen',
  forSelf: 'Stattdessen eines für sich selbst holen',
  checkAgainFor: 'Erneut prüfen: {name}',
  messageForIt:
    'Guten Tag, mein Gerät {name} bekommt kein Zertifikat für den Zugang zu {access}. Latchkey sagt: {reason} Können Sie helfen? Vielen Dank, {person}',
  view: 'Ansehen',
  viewFor: 'Ansehen: Zertifikat von {name}',
  whatToDo: 'Was tun?',
  whatToDoFor: 'Was tun? {name}',
  read: 'Verzeichnis zuletzt gelesen: {time}.',
  readAgain: 'Erneut lesen',
  stale: 'Stand der Liste: {time}; was sich seither geändert hat, fehlt darin.',
  empty: 'Das Verzeichnis führt kein Gerät als Ihres.',
  emptyMore:
    'Ein Gerät erscheint hier, nachdem es mit Ihrem Konto verbunden oder registriert wurde; das dauert etwa zehn Minuten.',
  lost: 'Als verloren gemeldet',
  lostSince: 'Als verloren gemeldet {time} von {who}.',
  lostUntil: 'Taucht es bis {time} nicht auf, werden seine Zertifikate endgültig gesperrt.',
  you: 'Ihnen',
  found: 'Ich habe es wieder',
  foundFor: 'Ich habe es wieder: {name}',
  others: {
    one: 'Jemand anders hat ein Zertifikat für dieses Gerät:',
    other: 'Andere haben Zertifikate für dieses Gerät:',
  },
  otherOne: 'Zertifikat …{end}',
  otherOneFor: 'Zertifikat …{end} für {name}',
}

const how: typeof english.certificate.how = {
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

const why: typeof english.certificate.why = {
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
  finalAt: 'Ändert sich bis {time} nichts, wird es endgültig gesperrt.',
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
    lost_device:
      'Gesperrt am {date}, weil es als verloren gemeldet war und die Meldung nicht rechtzeitig zurückgenommen wurde. Das ist endgültig; haben Sie es wieder, sagen Sie es und holen Sie ein neues.',
    other: 'Gesperrt am {date}.',
  },
  revoked_by_you: 'Gesperrt am {date} von Ihnen.',
  somebody: 'jemand',
}

const stop: typeof english.certificate.stop = {
  lost: 'Gerät verloren',
  revoke: 'Sperren',
  undo: 'Ich habe es wieder',
  cancel: 'Abbrechen',
  keep: 'Behalten',
  revokeTitle: 'Dieses Zertifikat endgültig sperren?',
  revokeText:
    'Netze, die nachfragen, weisen das Zertifikat von {name} binnen {span} ab; solche mit einer Liste, sobald sie die nächste haben. Das lässt sich nicht rückgängig machen.',
  why: 'Warum?',
  reasons: {
    cessationOfOperation: 'Ich brauche es nicht',
    superseded: 'Ich habe es ersetzt',
    keyCompromise: 'Jemand anders könnte den Schlüssel haben',
  },
  othersReasons: {
    cessationOfOperation: 'Das Gerät gehört jetzt mir',
    superseded: 'Ich habe es ersetzt',
    keyCompromise: 'Jemand anders könnte den Schlüssel haben',
  },
  keyCompromiseMore:
    'Jedes Zertifikat mit diesem Schlüssel wird gesperrt, auch was daraus verlängert wurde, und er kann nie wieder verwendet werden.',
  withDescendants: 'Auch sperren, was daraus verlängert wurde',
  revokeDo: 'Endgültig sperren',
  lostTitle: '{name} stoppen?',
  lostSelfTitle: 'Die auf Sie ausgestellten Zertifikate stoppen?',
  lostText: {
    one: 'Sein Zertifikat wird sofort pausiert, wer immer es geholt hat; Netze, die nachfragen, weisen es binnen {span} ab. Für das Gerät wird nichts ausgestellt, bis Sie es wieder haben. Nach {days} wird das Zertifikat endgültig gesperrt.',
    other:
      'Seine {n} Zertifikate werden sofort pausiert, wer immer sie geholt hat; Netze, die nachfragen, weisen sie binnen {span} ab. Für das Gerät wird nichts ausgestellt, bis Sie es wieder haben. Nach {days} werden die Zertifikate endgültig gesperrt.',
  },
  lostSelfText: {
    one: 'Ihr Zertifikat wird sofort pausiert, auf welchem Gerät auch immer; Netze, die nachfragen, weisen es binnen {span} ab. Binnen {days} können Sie das rückgängig machen; danach wird es endgültig gesperrt.',
    other:
      'Ihre {n} Zertifikate werden sofort pausiert, auf welchem Gerät auch immer; Netze, die nachfragen, weisen sie binnen {span} ab. Binnen {days} können Sie das rückgängig machen; danach werden sie endgültig gesperrt.',
  },
  lostDo: 'Dieses Gerät stoppen',
  lostSelfDo: 'Meine Zertifikate stoppen',
  isRevoked: 'Es ist endgültig gesperrt; es gibt nichts mehr zu stoppen.',
  isExpired: 'Es ist abgelaufen; es gibt nichts mehr zu stoppen.',
  failed: {
    already_revoked: 'Es ist schon gestoppt. Nichts wurde geändert.',
    not_on_hold: 'Es ist nicht Ihretwegen pausiert. Nichts wurde geändert.',
    not_found: 'Dieses Zertifikat gibt es nicht, oder es gehört nicht Ihnen.',
    not_owner:
      'Das Verzeichnis führt das Gerät jetzt als das von jemand anderem; nur diese Person kann es melden. Nichts wurde geändert; sperren Sie stattdessen Ihr Zertifikat.',
    principal_disabled: 'Ihr Konto ist deaktiviert, darum geht das nicht. Nichts wurde geändert.',
    directory_unavailable:
      'Das Verzeichnis antwortet nicht, darum wissen wir nicht, ob Sie das dürfen. Nichts wurde geändert; versuchen Sie es in einer Minute erneut.',
    session_required: 'Sie wurden abgemeldet. Melden Sie sich neu an; nichts wurde geändert.',
    authority_unavailable: 'Der Latchkey-Server antwortet nicht. Nichts wurde geändert.',
    other:
      'Das hat nicht geklappt, und nichts wurde geändert. Versuchen Sie es gleich noch einmal.',
  },
}

export const certificate: typeof english.certificate = {
  crumb: 'Zertifikate',
  you: 'Sie, auf jedem Gerät',
  download: 'Herunterladen',
  downloadMore: 'Ohne den privaten Schlüssel; den hatten wir nie.',
  downloadCertificate: 'Zertifikat',
  downloadChain: 'Zertifikat und Kette',
  downloadCa: 'Zertifikat der Zertifizierungsstelle',
  technical: 'Technische Einzelheiten',
  checkAgain: 'Erneut prüfen',
  checking: {
    still: 'Geprüft {time}: weiterhin {how}.',
    now: 'Geprüft {time}: jetzt {how}.',
    changed: '{name} ist jetzt {how}.',
    failed: 'Das ließ sich gerade nicht prüfen. Versuchen Sie es gleich noch einmal.',
    signedOut: 'Sie wurden abgemeldet. Melden Sie sich zum Prüfen neu an.',
  },
  how,
  stop,
  serial: 'Seriennummer',
  subject: 'Inhaber',
  boundTo: 'Gebunden an',
  issuer: 'Aussteller',
  starts: 'Beginnt',
  ends: 'Endet',
  issued: 'Ausgestellt',
  signedIn: 'Angemeldet',
  renew: 'Verlängern',
  renewedTitle: 'Dieses Zertifikat wurde am {date} verlängert.',
  renewedMore:
    'Es gilt bis {until}, wenn Sie es nicht ausmustern. Tun Sie das, sobald das neue funktioniert.',
  seeNew: 'Das neue ansehen',
  retire: {
    button: 'Dieses jetzt ausmustern',
    title: 'Das ältere Zertifikat ausmustern?',
    text: 'Netze, die nachfragen, weisen es binnen {span} ab; solche mit einer Liste, sobald sie die nächste haben. Das neue gilt weiter. Das lässt sich nicht rückgängig machen.',
    sure: 'Endgültig ausmustern',
  },
  label: {
    title: 'Wie Sie es nennen',
    more: 'Damit Sie Ihre Zertifikate auseinanderhalten. Es steht nicht im Zertifikat; nur Sie und die IT sehen es.',
    field: 'Name, etwa „mein Telefon“',
    save: 'Namen speichern',
    saved: 'Name gespeichert',
    failed: {
      malformed_request: 'Ein Name hat höchstens 40 sichtbare Zeichen. Nichts wurde geändert.',
      session_required: 'Sie wurden abgemeldet. Melden Sie sich neu an; nichts wurde geändert.',
      authority_unavailable: 'Der Latchkey-Server antwortet nicht. Nichts wurde geändert.',
      other:
        'Das hat nicht geklappt, und nichts wurde geändert. Versuchen Sie es gleich noch einmal.',
    },
  },
  fingerprint: 'SHA‑256',
  key: 'Schlüsselabdruck',
  directoryRead: 'Verzeichnis gelesen: {time}.',
  history: 'Verlauf',
  eventEnds: 'Endet',
  eventEnded: 'Abgelaufen',
  eventIssued: 'Für Sie ausgestellt',
  eventRenewed: 'Für Sie ausgestellt, anstelle eines älteren',
  eventIssuedOther: 'Für jemand anderen ausgestellt',
  eventHold: 'Pausiert',
  eventRevoked: 'Gesperrt',
  renewal: {
    always: 'Skripte können es ohne Anmeldung verlängern, immer wieder.',
    until:
      'Skripte können es bis {until} ohne Anmeldung verlängern. Danach melden Sie sich an und holen ein neues.',
    from: 'Skripte können es ab {from} ohne Anmeldung verlängern.',
    fromUntil:
      'Skripte können es ab {from} bis {until} ohne Anmeldung verlängern. Danach melden Sie sich an und holen ein neues.',
    over: 'Skripte können es nicht mehr ohne Anmeldung verlängern. Melden Sie sich an und holen Sie ein neues, bevor es endet.',
  },
  othersTitle: 'Jemand anders hat dieses Zertifikat geholt, für ein Gerät von Ihnen.',
  othersMore:
    'Sie sehen es, weil das Verzeichnis das Gerät als Ihres führt. Wer es geholt hat, hat vielleicht noch seinen Schlüssel; hier können Sie es stoppen.',
  renamedTitle: 'Ihr Konto hat einen neuen Namen: {upn}.',
  renamedMore:
    'Das auf {old} ausgestellte Zertifikat bleibt gültig. Holen Sie eines unter dem neuen Namen, bevor etwas danach fragt.',
  renamedDo: 'Eines unter dem neuen Namen holen',
  sentence: '{status}. Gilt vom {from} bis {to}, {left}.',
  why,
  happened: {
    device_not_compliant:
      'Intune prüft Ihr Gerät nach Regeln der Firma, und eine ist nicht erfüllt. Wir sehen, dass sie nicht erfüllt ist, aber nicht welche. Bis dahin weisen Netze, die nachfragen, das Zertifikat ab; es ist nichts verloren.',
    hold: 'Netze, die nachfragen, weisen es ab, bis es wieder gilt. Es ist nichts verloren.',
    ending: 'Netze, die nachfragen, weisen es ab, und nichts bringt es zurück.',
    revoked: 'Netze, die nachfragen, weisen es endgültig ab.',
  },
  todo: {
    device_not_compliant: [
      'Öffnen Sie auf {name} Microsoft Intune und dort „Status überprüfen“. Es nennt die Regel.',
      'Beheben Sie es dort und wählen Sie noch einmal „Status überprüfen“.',
      'Nach einer Stunde noch nicht gut? Senden Sie der IT die Nachricht unten.',
    ],
    account_at_risk: ['Ändern Sie Ihr Passwort und melden Sie sich wieder an.'],
    lost_device: ['Wieder da? Wählen Sie „Ich habe es wieder“.', 'Endgültig weg? Sperren Sie es.'],
    device_absent: [
      'Ist das Gerät endgültig weg? Dann ist nichts zu tun.',
      'Sonst senden Sie der IT die Nachricht unten.',
    ],
    device_retiring: [
      'Wird es absichtlich ausgemustert oder gelöscht? Dann ist nichts zu tun.',
      'Sonst senden Sie der IT die Nachricht unten.',
    ],
    owner_changed: [
      'Gehört das Gerät jetzt jemand anderem? Dann bekommt es ein eigenes Zertifikat, und dieses endet von selbst.',
      'Soll es sofort enden, sperren Sie es.',
      'Soll es wie zuvor sein? Senden Sie der IT die Nachricht unten.',
    ],
    owner_at_risk: ['Wer es geholt hat, ändert das Passwort und meldet sich wieder an.'],
    account_renamed: ['Holen Sie ein neues Zertifikat unter dem neuen Namen.'],
    ending: ['Holen Sie ein neues Zertifikat, wenn Sie noch eines haben dürfen.'],
    it: ['Senden Sie der IT die Nachricht unten.'],
    replace: ['Holen Sie ein neues Zertifikat, wenn Sie noch eines brauchen.'],
  },
  itMessage:
    'Guten Tag, mein Zertifikat für {name} (Seriennummer {serial}) funktioniert nicht: {why} Können Sie helfen? Vielen Dank, {person}',
}

export const relyingParty: typeof english.relyingParty = {
  title: {
    same: 'Alle bekommen dieselbe Antwort',
    behind: 'Noch wissen es nicht alle',
    none: 'Was alle erfahren',
  },
  page: 'Diese Seite',
  wifi: 'Netze, die nachfragen',
  list: 'Veröffentlichte Liste',
  remembered:
    'Wer vorher gefragt hat, kann sich die ältere Antwort bis {until} merken; wer eine ältere Liste hat, bis diese endet.',
  ended:
    'Der letzte Tag ist vorbei. Wer es prüft, liest das im Zertifikat selbst und fragt niemanden.',
  answers: {
    ocsp: {
      said: 'Stand: {from}; darf bis {until} geglaubt werden.',
      behind: 'Die Antwort ist von {from} und weiß es noch nicht; bis {until} kommt eine neue.',
      overdue:
        'Die Antwort ist von {from} und müsste es längst wissen. Etwas bewahrt eine alte auf; sagen Sie es der IT.',
      later: 'Es heißt weder gültig noch gesperrt: später fragen.',
      silent: 'Sie antwortet uns gerade nicht. Wir versuchen es weiter.',
      refused:
        'Was kam, ist keine gültige Antwort unserer Zertifizierungsstelle; wer prüft, nimmt sie nicht an.',
    },
    list: {
      said: 'Veröffentlicht: {from}; darf bis {until} geglaubt werden.',
      behind: 'Die Liste von {from} weiß es noch nicht; binnen {span} kommt die nächste.',
      overdue:
        'Die Liste von {from} müsste es längst wissen, und eine neuere gibt es nicht. Sagen Sie es der IT.',
      later: 'Es gibt keine Liste, die noch gilt.',
      silent: 'Wir können sie gerade nicht lesen. Wir versuchen es weiter.',
      refused:
        'Was kam, ist keine gültige Liste unserer Zertifizierungsstelle; wer prüft, nimmt sie nicht an.',
    },
  },
}

export const problems: typeof english.problems = {
  notFoundTitle: 'Diese Seite gibt es nicht',
  notFoundText: 'Die Adresse ist vielleicht alt oder vertippt.',
  noCertificateTitle: 'Dieses Zertifikat gibt es nicht, oder es gehört nicht Ihnen.',
  toHome: 'Zu Ihren Zertifikaten',
  noRoleTitle: 'Sie sind angemeldet, aber Zertifikate sind für Sie noch nicht freigeschaltet',
  noRoleLede:
    'Ihr Konto funktioniert. {tenant} entscheidet, wer hier Zertifikate bekommt, und Sie gehören bisher nicht dazu.',
  noRoleWhat:
    'Microsoft hat uns gesagt, wer Sie sind, {upn}, aber nicht, dass Sie sich selbst Zertifikate holen dürfen.',
  noRoleSteps: [
    'Senden Sie der IT die Nachricht unten.',
    'Wenn sie es freigeschaltet hat, melden Sie sich hier neu an.',
  ],
  noRoleMessage:
    'Guten Tag, bitte weisen Sie mir die Rolle „CSR.SelfService“ der Anwendung {app} („Latchkey API“) zu, damit ich ein Zertifikat für den Zugang zu {access} holen kann. Mein Konto: {upn}. Vielen Dank, {name}',
  signInAgain: 'Neu anmelden',
  otherAccount: 'Anderes Konto benutzen',
  refusals: {
    missing_role: 'Zertifikate sind für Sie noch nicht freigeschaltet.',
    principal_disabled: 'Ihr Konto ist deaktiviert; nur die IT kann das ändern.',
    guest_not_allowed: '{tenant} gibt Zertifikate nur an eigene Konten.',
    not_owner: 'Das Verzeichnis führt es nicht als Ihres. Eine Änderung braucht einige Minuten.',
    ambiguous_device:
      'Zwei Geräte haben im Verzeichnis dieselbe Kennung. Nur die IT kann sie unterscheiden.',
    device_lost: 'Solange es als verloren gemeldet ist, wird dafür nichts ausgestellt.',
    device_disabled: 'Das Gerät ist im Verzeichnis deaktiviert. Nur die IT kann es aktivieren.',
    device_not_managed:
      '{tenant} gibt Zertifikate nur an verwaltete Geräte. Registrieren Sie es in Intune und kommen Sie wieder.',
    device_not_compliant: 'Beheben Sie es in der Intune-App, dann prüfen Sie erneut.',
    device_too_new:
      'Das Verzeichnis kennt es noch nicht lange genug. Warten Sie einige Minuten, dann prüfen Sie erneut.',
    ownership_changed:
      'Das Verzeichnis hat sich inzwischen geändert. Versuchen Sie es in einer Minute erneut.',
    sign_in_again:
      'Zu lange hat sich niemand dafür angemeldet. Melden Sie sich an und holen Sie ein neues; danach verlängert es sich wieder von selbst.',
    too_early: 'Es wird nur in seinen letzten Tagen verlängert. Bis dahin bleibt es gültig.',
  },
}

export const phone: typeof english.phone = {
  title: 'Auf dem Telefon weitermachen',
  lede: 'Richten Sie seine Kamera auf diesen Code. Dort öffnet sich dieselbe Seite, für {name}.',
  ledeSelf: 'Richten Sie seine Kamera auf diesen Code. Dort öffnet sich dieselbe Seite, für Sie.',
  more: 'Sie melden sich auf dem Telefon an, und der private Schlüssel entsteht auf dem Telefon. Der Code enthält die Adresse der Seite und kein Geheimnis.',
  loopback: 'Ein Telefon kann diese Adresse nicht öffnen.',
  loopbackMore:
    'Sie führt zu diesem Computer selbst, weil Latchkey hier zum Ausprobieren läuft. Öffnen Sie sie hier in einem anderen Fenster.',
  code: 'QR-Code der Adresse {url}',
  address: 'Keine Kamera? Öffnen Sie dort diese Adresse:',
  copy: 'Adresse kopieren',
  copied: 'Adresse kopiert',
  back: 'Zurück, um es auf diesem Gerät zu holen',
}

export const manage: typeof english.manage = {
  title: 'Verwalten',
  lede: 'Zertifikate von allen, die neuesten zuerst. Was Sie hier ändern, steht mit Ihrem Namen im Protokoll.',
  search: 'Suchen',
  searchLabel: 'Anfang einer Seriennummer, eines Namens oder Kontos',
  stateLabel: 'Status',
  states: {
    Any: 'Alle',
    Active: 'Gültig',
    Held: 'Pausiert',
    Revoked: 'Gesperrt oder pausiert',
    Expired: 'Abgelaufen',
  },
  typeLabel: 'Für',
  types: { Any: 'Alle', User: 'Personen', Device: 'Geräte', Static: 'Anwendungen' },
  kinds: { User: 'Person', Device: 'Gerät', Static: 'Anwendung' },
  serial: 'Seriennummer',
  none: 'Kein Zertifikat passt.',
  all: 'Alle anzeigen',
  next: 'Ältere',
  first: 'Von den neuesten an',
  until: 'Gültig bis {date}.',
  ended: 'Endete am {date}.',
  stopped: {
    hold: 'Pausiert seit {time}, durch {who}.',
    holdFor: 'Pausiert seit {time}, durch {who}: {why}.',
    revoked: 'Gesperrt {time}, durch {who}: {why}.',
  },
  directory: 'das Verzeichnis',
  issued: 'Ausgestellt {date}',
  silent: 'Der Latchkey-Server antwortet nicht.',
  why: {
    '0': 'ohne Grund',
    '1': 'jemand anders könnte den Schlüssel haben',
    '3': 'der Inhaber hat gewechselt',
    '4': 'durch ein neueres ersetzt',
    '5': 'nicht mehr gebraucht',
    '9': 'nicht mehr erlaubt',
  },
  causes: {
    device_not_compliant: 'das Gerät ist nicht konform',
    device_left_intune: 'Intune hat das Gerät nicht mehr',
    device_disabled: 'das Gerät ist abgeschaltet',
    device_absent: 'das Gerät ist weg und kann wiederkommen',
    device_deleted: 'das Gerät wurde endgültig entfernt',
    device_retiring: 'das Gerät soll ausgemustert oder gelöscht werden',
    device_retired: 'das Gerät wurde ausgemustert oder gelöscht',
    owner_changed: 'das Gerät gehört jemand anderem',
    owner_disabled: 'das Konto der Person, die es geholt hat, ist abgeschaltet',
    owner_at_risk: 'das Konto der Person, die es geholt hat, ist gefährdet',
    owner_absent: 'die Person, die es geholt hat, ist weg und kann wiederkommen',
    owner_deleted: 'die Person, die es geholt hat, wurde endgültig entfernt',
    account_disabled: 'das Konto ist abgeschaltet',
    account_absent: 'das Konto ist weg und kann wiederkommen',
    account_deleted: 'das Konto wurde endgültig entfernt',
    account_at_risk: 'das Konto ist gefährdet',
    account_renamed: 'das Konto hat einen neuen Namen',
    name_reused: 'sein Name gehört jemand anderem',
    lost_device: 'als verloren gemeldet',
    renewed_from_revoked: 'aus einem gesperrten verlängert',
  },
  whyDirectory: 'das Gerät oder Konto wurde dort entfernt, ausgemustert oder übergeben',
  held: 'Pausiert.',
  released: 'Die Pause ist beendet.',
  revoked: 'Endgültig gesperrt.',
  stop: 'Stoppen',
  stopFor: 'Stoppen: Zertifikat von {name}',
  release: 'Pause beenden',
  releaseFor: 'Pause beenden: {name}',
  keep: 'Abbrechen',
  askTitle: 'Das Zertifikat von {name} stoppen?',
  askText:
    'Netze, die nachfragen, weisen es binnen {span} ab. Eine Pause lässt sich beenden, alles andere ist endgültig.',
  askWhy: 'Warum?',
  askWhyFirst: 'Wählen Sie zuerst, warum: Es wird festgehalten, und der Inhaber sieht es.',
  askReasons: {
    '5': 'Nicht mehr gebraucht',
    '4': 'Durch ein neueres ersetzt',
    '3': 'Der Inhaber hat gewechselt',
    '9': 'Nicht mehr erlaubt',
    '1': 'Jemand anders könnte den Schlüssel haben',
    '6': 'Nur pausieren',
  },
  withDescendants: 'Auch, was daraus verlängert wurde',
  keyCompromiseMore:
    'Jedes Zertifikat mit diesem Schlüssel wird gesperrt, auch was daraus verlängert wurde.',
  askHold: 'Pausieren',
  askRevoke: 'Endgültig sperren',
  failed: {
    already_revoked: 'Es ist schon gesperrt. Nichts wurde geändert.',
    not_on_hold: 'Es ist nicht pausiert. Nichts wurde geändert.',
    not_found: 'Es gibt nichts mehr zu ändern.',
    missing_role: 'Das darf nur die Verwaltung. Melden Sie sich neu an, wenn Sie nun dazugehören.',
    principal_disabled: 'Ihr Konto ist deaktiviert, darum geht das nicht. Nichts wurde geändert.',
    directory_unavailable:
      'Das Verzeichnis antwortet nicht, darum wissen wir nicht, ob Sie das dürfen. Nichts wurde geändert; versuchen Sie es in einer Minute erneut.',
    session_required: 'Sie wurden abgemeldet. Melden Sie sich neu an; nichts wurde geändert.',
    authority_unavailable: 'Der Latchkey-Server antwortet nicht. Nichts wurde geändert.',
    other:
      'Das hat nicht geklappt, und nichts wurde geändert. Versuchen Sie es gleich noch einmal.',
  },
  circuitBreaker: {
    title: 'Bremse für Massenänderungen',
    on: 'Gezogen {time}: {changes} von {bound} Personen und Geräten wären auf einmal schlechter geworden, darum wurde nichts geändert. Lösen Sie sie nur, wenn das Verzeichnis recht hat.',
    released:
      'Gelöst {time}. Die nächste Lesung des Verzeichnisses geht durch, was sie auch ändert.',
    release: 'Bremse lösen',
    askTitle: 'Die Bremse lösen?',
    askText:
      'Die nächste Lesung des Verzeichnisses geht durch, was sie auch ändert. Wer dort entfernt wurde, verliert seine Zertifikate endgültig.',
  },
}

export const wrong: typeof english.wrong = {
  title: 'Etwas ist schiefgegangen',
  text: 'Es liegt nicht an Ihnen und wurde protokolliert. Es wurde nichts ausgestellt oder geändert.',
  code: 'Code für die IT: {code}',
  tryAgain: 'Erneut versuchen',
  help: 'Hilfeseite',
}

export const choose: typeof english.choose = {
  title: 'Zertifikat holen',
  progress: 'Fortschritt',
  steps: ['Wählen', 'Erstellen', 'Benutzen'],
  done: 'fertig',

  whoTitle: 'Für wen?',
  you: 'Sie, auf jedem Gerät',
  inHand: '{system}, dieses benutzen Sie wohl gerade',
  hasGood: 'Hat ein gültiges Zertifikat bis {date}',
  ready: 'Bereit',
  another: 'Bekäme ein weiteres',
  renewTitle: 'Das Zertifikat von {name} verlängern',
  renewLine:
    'Bekommt einen neuen Schlüssel und ein neues Zertifikat. Das bis {date} gültige bleibt es, bis Sie es ausmustern.',
  renewLineEnded:
    'Bekommt einen neuen Schlüssel und ein neues Zertifikat anstelle dessen, das am {date} endete.',
  renewBadge: 'Verlängerung',
  notRenewable:
    'Dieses Zertifikat lässt sich nicht verlängern: Es ist gesperrt, pausiert oder nicht Ihres. Sie können ein neues holen.',
  onPhone: 'Auf meinem Telefon weitermachen',
  notNow: 'Jetzt nicht',
  notYet: 'Noch nicht',
  howToFix: 'So beheben Sie es',
  why: {
    device_not_compliant: 'Gerade nicht konform in Intune.',
    device_not_managed: 'Registriert, aber nicht von Intune verwaltet.',
    device_too_new: 'Zu neu; in einigen Minuten möglich.',
    device_disabled: 'Im Verzeichnis deaktiviert.',
    device_lost: 'Als verloren gemeldet.',
    missing_role: 'Zertifikate sind für Sie nicht freigeschaltet.',
    principal_disabled: 'Ihr Konto ist deaktiviert.',
    guest_not_allowed: 'Gäste bekommen hier keine Zertifikate.',
    ambiguous_device: 'Zwei Geräte haben im Verzeichnis dieselbe Kennung.',
    other: 'Gerade nicht möglich.',
  },
  noneTitle: 'Für Sie kann gerade kein Zertifikat ausgestellt werden.',
  seeDevices: 'Geräte ansehen',
  directorySilent: 'Das Verzeichnis antwortet nicht. Ungeprüft stellen wir nichts aus.',
  authoritySilent: 'Der Latchkey-Server antwortet nicht. Ihre Zertifikate bleiben, wie sie sind.',
  silentMore: 'Diese Seite versucht es von selbst erneut.',

  whatTitle: 'Was sollen wir erstellen?',
  recommended: 'Empfohlen',
  fileFor: 'Eine Datei für {system}',
  anyFile: 'Eine verschlossene Datei',
  lines: {
    windows: 'Doppelklicken, Passwort eingeben, fertig.',
    windowsOld: 'Für Windows Server 2016 und Windows von vor 2017.',
    macos: 'Doppelklicken, und sie kommt in Ihren Schlüsselbund.',
    ios: 'Sie wird in den Einstellungen installiert.',
    android: 'Öffnen, Passwort eingeben, einen Namen geben.',
    androidOld: 'Öffnen, Passwort eingeben, einen Namen geben.',
    chromeos: 'Sie wird in Chromes Liste der Zertifikate importiert.',
    linux: 'Für die Netzwerkeinstellungen, für Browser und für die Befehlszeile.',
    wpa: 'Für Maschinen ohne grafische Oberfläche.',
    firefox: 'Firefox hat eigene Zertifikate, unter jedem System.',
    unsure: 'Eine verschlossene Datei, die fast alles öffnet.',
    separate:
      'Drei Textdateien: der private Schlüssel, mit dem Passwort verschlossen, Ihr Zertifikat und die Zertifikate darüber.',
  },
  networkLines: {
    mobileconfig: 'Ein Profil, das in den Einstellungen installiert wird.',
    'eap-config': 'Eine Datei, die die App geteduroam öffnet.',
    windows: 'Die Datei, und das Netz mit den Befehlen, die es hinzufügen.',
    'network-manager': 'Die Datei, und das Netz mit den Befehlen, die es hinzufügen.',
    'wpa-supplicant': 'Die Datei, und das Netz mit den Befehlen, die es hinzufügen.',
    onc: 'Die Datei und das Netz, in Chrome importiert.',
  },
  older:
    'Sie hat das ältere Dateiformat, denn viele dieser Systeme öffnen kein anderes. Das Passwort ist lang und zufällig, so bleibt die Datei sicher.',
  withNetworks:
    'Sie bringt die Einstellungen von {networks} mit; Sie verbinden sich, ohne sie einzutippen.',
  systems: {
    windows: 'Windows 10 oder 11',
    windowsOld: 'Windows Server 2016 oder älter',
    macos: 'Mac',
    ios: 'iPhone oder iPad',
    android: 'Android ab 14',
    androidOld: 'Android 13 oder älter',
    chromeos: 'Chromebook',
    linux: 'Linux',
    wpa: 'wpa_supplicant',
    firefox: 'Firefox',
    unsure: 'Weiß ich nicht',
    separate: 'Einzelne Dateien',
  },
  else: 'Etwas anderes',
  elseLine:
    'Für ein anderes System oder Programm, oder einzelne Dateien für Schlüssel und Zertifikat',
  where: 'Wo werden Sie es benutzen?',
  own: 'Ich habe schon einen Schlüssel',
  ownLine:
    'Er liegt in einem Chip, einem YubiKey oder einer Datei. Fügen Sie Ihren Antrag ein oder ziehen Sie ihn hierher.',

  ownLabel: 'Ihr Antrag',
  ownPlaceholder:
    'Hier einfügen, beginnend mit -----BEGIN CERTIFICATE REQUEST-----\noder die Datei hierher ziehen',
  ownFile: 'Datei auswählen',
  ownChosen: '{name}, {size}',
  ownRemove: 'Datei entfernen',
  ownCheck: 'Erst prüfen',
  ownCheckLine:
    'Zeigt jede Regel, erfüllt oder nicht, und wie es geht. Es wird nichts ausgestellt.',
  ownTooLarge: 'Diese Datei ist für einen Antrag zu groß.',
  ownMissing: 'Fügen Sie zuerst Ihren Antrag ein.',
  ownAllowed: 'Er würde angenommen.',
  ownRefused: 'Er würde noch nicht angenommen.',
  ownDiffers:
    'Zwei Leser lesen diesen Antrag verschieden: {fields}. Machen Sie ihn mit einem anderen Programm neu.',
  ownNotRead: 'Wir konnten ihn nicht prüfen.',
  ownUnreadable:
    'Wir können das nicht als Antrag lesen. Kopieren Sie alles, von der Zeile mit BEGIN bis zur Zeile mit END, oder wählen Sie die Datei selbst.',
  ownDetails: 'Was genau nicht stimmt',
  ownFor: 'Für wen er ist, sagt Ihr Antrag; hier ist nichts zu wählen.',
  passed: 'Erfüllt',
  failed: 'Nicht erfüllt',
  notLooked: 'Noch nicht geprüft',
  ownName: 'Name im Zertifikat',
  ownMake: 'So erstellen Sie einen',
  ownMakeLine: 'Das erzeugt einen Schlüssel und einen Antrag für {name}:',
  copyCommand: 'Befehl kopieren',
  commandCopied: 'Befehl kopiert',
  terminal: 'Terminal, mit OpenSSL',

  getTitle: 'Was Sie bekommen',
  for: 'Für',
  forOwn: 'Wen der Antrag nennt',
  worksFor: 'Gilt für',
  uses: 'Netze und Seiten, die nach einem Zertifikat fragen',
  lasts: 'Dauer',
  lastsCompliant: 'Bis {date}, solange das Gerät konform ist',
  lastsListed: 'Bis {date}, solange das Gerät im Verzeichnis steht',
  lastsActive: 'Bis {date}, solange Ihr Konto aktiv ist',
  file: 'Datei',
  fileOne: '{file}, verschlossen mit einem Passwort, das wir einmal zeigen',
  fileNetworks: '{file}, und die Einstellungen von {networks}',
  fileSeparate:
    'Drei Dateien, der Schlüssel verschlossen mit einem Passwort, das wir einmal zeigen',
  fileOwn: 'Das Zertifikat und die darüber; der Schlüssel ist bei Ihnen',
  button: 'Zertifikat holen',
  promise: 'Der private Schlüssel entsteht in diesem Browser und wird nie an uns gesendet.',
  promiseOwn: 'Ihr privater Schlüssel bleibt, wo er ist.',
  second: 'Das jetzige Zertifikat bleibt daneben gültig.',
  experts: 'Einzelheiten für Fachleute',
  key: 'Schlüssel',
  keys: { 'ec-p256': 'EC P‑256', 'rsa-2048': 'RSA 2048', 'rsa-3072': 'RSA 3072' },
  keyOwn: 'Ihrer',
  container: 'Format',
  containers: {
    modern: 'PKCS#12, AES‑256, SHA‑256',
    older: 'PKCS#12, Triple-DES, SHA‑1; das Passwort hat 100 Bit',
    pem: 'PEM, Schlüssel in PKCS#8 mit AES‑256',
  },
  nameInIt: 'Name darin',
}

export const make: typeof english.make = {
  title: 'Ihr Zertifikat entsteht',
  line: 'Für {name}. Lassen Sie diese Seite offen; es dauert ein paar Sekunden.',
  lineOwn:
    'Für Ihren eigenen Schlüssel. Lassen Sie diese Seite offen; es dauert ein paar Sekunden.',
  stoppedTitle: 'Ihr Zertifikat ist noch nicht fertig',
  stoppedLine:
    'Für {name}. Lassen Sie diese Seite offen: Ihr Schlüssel existiert nur in diesem Tab.',
  stoppedLineOwn: 'Für Ihren eigenen Schlüssel. Bisher ist nichts ausgestellt.',
  lanes: 'Schritte',
  browser: 'In diesem Browser',
  server: 'Auf dem Latchkey-Server',
  back: 'Wieder in diesem Browser',
  publicHalf: 'öffentliche Hälfte',
  request: 'Antrag',
  certificate: 'Zertifikat',
  key: {
    title: 'Schlüssel erzeugen',
    line: 'Zwei Hälften: eine private, die hier bleibt, eine öffentliche zum Vorzeigen.',
  },
  own: { title: 'Ihren Antrag nehmen', line: 'Sein privater Schlüssel bleibt, wo er ist.' },
  confirm: {
    title: 'Bestätigen, dass Sie es sind',
    line: 'Melden Sie sich im kleinen Fenster noch einmal an, nur für diesen Antrag.',
  },
  check: {
    title: 'Im Verzeichnis prüfen',
    device: 'Ist das Gerät jetzt Ihres, verwaltet und konform?',
    user: 'Ist Ihr Konto jetzt aktiv und berechtigt?',
    own: 'Ist, was der Antrag nennt, jetzt Ihres und in Ordnung?',
  },
  sign: { title: 'Zertifikat signieren', line: 'Erst ins Protokoll, dann signiert.' },
  wrap: {
    title: 'Für {system} verpacken',
    any: 'In eine Datei verpacken',
    line: 'Schlüssel und Zertifikat kommen in eine verschlossene Datei. Wir öffnen sie einmal zur Probe.',
    separate: 'In einzelne Dateien verpacken',
    separateLine:
      'Der Schlüssel wird mit einem Passwort verschlossen. Wir öffnen ihn einmal zur Probe.',
  },
  promise:
    'Ihr privater Schlüssel überquert nie die gestrichelte Linie. Niemand bei {tenant} und kein Server hat ihn je.',
  seconds: '{s} s',
  cancel: 'Abbrechen',
  announce: 'Schritt {n} von {of}: {title}.',

  leave: {
    title: 'Ohne Ihr Zertifikat gehen?',
    key: 'Ihr Schlüssel existiert nur in diesem Tab. Wenn Sie jetzt gehen, ist er weg.',
    issued:
      'Das Zertifikat ist vielleicht schon ausgestellt, und sein Schlüssel existiert nur in diesem Tab. Wenn Sie jetzt gehen, ist er weg und Sie brauchen ein neues.',
    file: 'Datei und Passwort existieren nur in diesem Tab. Wenn Sie jetzt gehen, kann sie niemand zurückholen.',
    password:
      'Die Datei haben Sie heruntergeladen. Ihr Passwort steht nur in diesem Tab: Ohne es lässt sie sich nicht öffnen.',
    own: 'Das Zertifikat steht auch auf Ihrer Seite mit Zertifikaten, dort bekommen Sie es wieder.',
    stay: 'Hier bleiben',
    go: 'Gehen',
  },
}

export const stepUp: typeof english.stepUp = {
  window: {
    title: 'Bestätigen, dass Sie es sind',
    working: 'Einen Moment, hier erscheint gleich die Anmeldung.',
    done: 'Danke. Sie können dieses Fenster schließen.',
    alone:
      'Die Seite, die dieses Fenster geöffnet hat, antwortet nicht. Schließen Sie es und beginnen Sie dort neu.',
  },
  signedOut:
    'Sie sind abgemeldet. Schließen Sie dieses Fenster, melden Sie sich an und beginnen Sie neu.',
  askRevoke:
    'Bevor wir es sperren, melden Sie sich in einem kleinen Fenster noch einmal an, damit niemand anders es für Sie tut.',
  askRelease:
    'Bevor wir es rückgängig machen, melden Sie sich in einem kleinen Fenster noch einmal an, damit niemand anders es für Sie tut.',
  waiting: 'Wir warten auf das kleine Fenster.',
  again: 'Fenster geschlossen? Wieder öffnen',
  open: 'Anmeldefenster öffnen',
  newTab: 'Stattdessen neuen Tab benutzen',
  reasons: {
    asked: {
      title: 'Bestätigen Sie, dass Sie es sind.',
      what: 'Ihre Anmeldung ist dafür zu alt. Bisher wurde nichts ausgestellt.',
      can: ['Öffnen Sie das Anmeldefenster.', 'Melden Sie sich dort mit demselben Konto an.'],
    },
    blocked: {
      title: 'Ihr Browser hat das Anmeldefenster blockiert.',
      what: 'Sie melden sich in einem kleinen Fenster noch einmal an, und Ihr Browser lässt diese Seite keines öffnen.',
      can: [
        'Drücken Sie die Schaltfläche; nach einem Klick geht das Fenster meist auf.',
        'Oder erlauben Sie Pop-ups für diese Seite, neben der Adresse.',
      ],
    },
    late: {
      title: 'Das hat länger als 5 Minuten gedauert.',
      what: 'Darum warten wir nicht mehr auf das Fenster. Es wurde nichts geändert.',
      can: ['Öffnen Sie das Anmeldefenster erneut.'],
    },
    account: {
      title: 'Das war ein anderes Konto.',
      what: 'Sie haben als {other} bestätigt, sind bei Latchkey aber mit einem anderen Konto angemeldet.',
      can: ['Öffnen Sie das Anmeldefenster erneut.', 'Wählen Sie dort Ihr eigenes Konto.'],
    },
    cancelled: {
      title: 'Sie haben sich nicht angemeldet.',
      what: 'Die Anmeldung wurde abgebrochen. Es wurde nichts geändert.',
      can: ['Öffnen Sie das Anmeldefenster erneut.'],
    },
    failed: {
      title: 'Die Anmeldung hat nicht geklappt.',
      what: 'Das kleine Fenster kam ohne Bestätigung zurück. Es wurde nichts geändert.',
      can: [
        'Öffnen Sie das Anmeldefenster erneut.',
        'Bleibt es so, senden Sie der IT die Nachricht: vielleicht fehlt die Umleitungsadresse /step-up.',
      ],
    },
  },
}

export const trouble: typeof english.trouble = {
  tryNow: 'Jetzt versuchen',
  tryAgain: 'Erneut versuchen',
  checkAgain: 'Erneut prüfen',
  chooseAgain: 'Neu wählen',
  signIn: 'In neuem Tab anmelden',
  reload: 'Seite neu laden',
  wrapAgain: 'Neu verpacken',
  separateFiles: 'Einzelne Dateien erstellen',
  messageForIt:
    'Guten Tag, Latchkey stellt kein Zertifikat für {name} aus: {reason} Code: {code}. Können Sie helfen? Vielen Dank.',
  countdown: 'Wir fragen in {n} s von selbst wieder.',
  asking: 'Wir fragen wieder.',
  kept: 'Schlüssel und Antrag bleiben erhalten; es wird nichts doppelt ausgestellt.',
  keptOwn: 'Ihr Antrag bleibt erhalten; es wird nichts doppelt ausgestellt.',
  kinds: {
    device_not_compliant: {
      title: 'Dieses Gerät ist gerade nicht konform.',
      what: 'Das hat Intune eben gemeldet. Zertifikate gibt es nur für konforme Geräte.',
      can: ['Beheben Sie, was die Intune-App auf dem Gerät nennt.', 'Dann prüfen Sie hier erneut.'],
    },
    device_not_managed: {
      title: 'Dieses Gerät ist gerade nicht verwaltet.',
      what: 'Zertifikate gibt es nur für verwaltete Geräte, und Intune verwaltet dieses nicht.',
      can: ['Registrieren Sie das Gerät in Intune.', 'Dann prüfen Sie hier erneut.'],
    },
    device_too_new: {
      title: 'Dieses Gerät ist zu neu.',
      what: 'Die IT hat festgelegt, wie lange das Verzeichnis ein Gerät kennen muss, bevor es ein Zertifikat bekommt.',
      can: ['Warten Sie einige Minuten. Mehr ist nicht nötig.', 'Dann prüfen Sie hier erneut.'],
    },
    device_disabled: {
      title: 'Dieses Gerät ist im Verzeichnis deaktiviert.',
      what: 'Nur die IT kann es aktivieren.',
      can: ['Senden Sie der IT die Nachricht.', 'Dann prüfen Sie hier erneut.'],
    },
    device_lost: {
      title: 'Dieses Gerät ist als verloren gemeldet.',
      what: 'Solange das so ist, wird dafür nichts ausgestellt.',
      can: [
        'Haben Sie es wieder, sagen Sie es auf der Seite Ihrer Geräte.',
        'Dann prüfen Sie hier erneut.',
      ],
    },
    ownership_changed: {
      title: 'Das Verzeichnis hat sich geändert, während das Zertifikat entstand.',
      what: 'Darum wurde es niemandem gegeben.',
      can: ['Prüfen Sie in einer Minute erneut.', 'Bleibt es so, senden Sie der IT die Nachricht.'],
    },
    principal_disabled: {
      title: 'Ihr Konto ist deaktiviert.',
      what: 'Nur die IT kann es aktivieren.',
      can: ['Senden Sie der IT die Nachricht.', 'Dann prüfen Sie hier erneut.'],
    },
    not_owner: {
      title: 'Das Verzeichnis führt dieses Gerät nicht als Ihres.',
      what: 'Zertifikate bekommt nur, wem das Gerät gehört. Eine Änderung im Verzeichnis braucht einige Minuten.',
      can: [
        'Wenn es Ihr Gerät ist, senden Sie der IT die Nachricht.',
        'Dann prüfen Sie hier erneut.',
      ],
    },
    missing_role: {
      title: 'Zertifikate sind für Sie nicht freigeschaltet.',
      what: 'Ihrem Konto fehlt die Rolle CSR.SelfService.',
      can: ['Bitten Sie die IT um die Rolle.', 'Dann melden Sie sich neu an.'],
    },
    refused: {
      title: 'Dieses Zertifikat kann nicht ausgestellt werden.',
      what: 'Die Regeln der IT erlauben es nicht.',
      can: [
        'Ändern Sie, was hier genannt ist, oder senden Sie der IT die Nachricht.',
        'Dann versuchen Sie es erneut.',
      ],
    },
    directory_unavailable: {
      title: 'Das Verzeichnis antwortet nicht.',
      what: 'Ungeprüft stellen wir nichts aus.',
    },
    server: {
      title: 'Der Latchkey-Server antwortet nicht.',
      what: 'Ihr Antrag geht unverändert noch einmal hin.',
    },
    busy: {
      title: 'Das war etwas zu oft.',
      what: 'Der Server bittet uns, mit dem nächsten Antrag zu warten.',
    },
    offline: {
      title: 'Sie sind offline.',
      what: 'Es geht weiter, sobald die Verbindung steht.',
    },
    lost: {
      title: 'Es kam keine Antwort.',
      what: 'Das Zertifikat ist vielleicht schon signiert. Wir fragen mit demselben Antrag noch einmal und bekommen dasselbe Zertifikat.',
    },
    signed_out: {
      title: 'Sie sind abgemeldet.',
      what: 'Die Anmeldung ist abgelaufen, während diese Seite offen war.',
      can: [
        'Melden Sie sich in einem neuen Tab an.',
        'Kommen Sie zu diesem Tab zurück und versuchen Sie es erneut.',
      ],
    },
    stale: {
      title: 'Diese Seite ist älter als der Server.',
      what: 'Latchkey wurde aktualisiert, während die Seite offen war. Es wurde nichts ausgestellt.',
      can: ['Laden Sie die Seite neu.', 'Dann beginnen Sie von vorn.'],
    },
    key: {
      title: 'Ihr Browser konnte den Schlüssel nicht erzeugen.',
      what: 'Es wurde nichts gesendet und nichts ausgestellt.',
      can: ['Versuchen Sie es erneut.', 'Bleibt es so, wählen Sie eine andere Art von Schlüssel.'],
    },
    broken: {
      title: 'Auf dem Server ist etwas schiefgegangen.',
      what: 'Es wurde protokolliert.',
      can: [
        'Versuchen Sie es erneut; derselbe Antrag gibt dasselbe Zertifikat.',
        'Bleibt es so, senden Sie der IT die Nachricht.',
      ],
    },
    wrap: {
      title:
        'Die Datei ließ sich mit ihrem Passwort nicht öffnen, darum geben wir sie nicht heraus.',
      what: 'Das Zertifikat ist ausgestellt, und Ihr Schlüssel ist noch hier.',
      can: ['Verpacken Sie neu.', 'Bleibt es so, nehmen Sie einzelne Dateien.'],
    },
  },
}

export const use: typeof english.use = {
  title: 'Ihr Zertifikat ist fertig',
  lineCompliant: 'Für {name}, bis {date}, solange das Gerät konform ist.',
  lineListed: 'Für {name}, bis {date}, solange das Gerät im Verzeichnis steht.',
  lineActive: 'Für {name}, bis {date}, solange Ihr Konto aktiv ist.',
  lineOwn: 'Für Ihren eigenen Schlüssel, bis {date}.',
  announce: 'Ihr Zertifikat ist fertig. Sichern Sie die Datei, dann ihr Passwort.',
  announceOwn: 'Ihr Zertifikat ist fertig. Sichern Sie es.',

  save: 'Datei sichern',
  saveMany: 'Dateien sichern',
  sizeFor: '{size} · für {system}',
  kinds: {
    p12: 'Schlüssel und Zertifikat, verschlossen',
    key: 'Privater Schlüssel, verschlossen',
    certificate: 'Ihr Zertifikat',
    chain: 'Die Zertifikate darüber',
    mobileconfig: 'Zertifikat und Netz, der Schlüssel verschlossen',
    'eap-config': 'Zertifikat und Netz, der Schlüssel verschlossen',
    'windows-profile': 'Das Netz',
    'windows-root': 'Das Wurzelzertifikat des Servers im Netz',
    nmconnection: 'Das Netz',
    roots: 'Die Wurzelzertifikate des Servers im Netz',
    'wpa-supplicant': 'Das Netz, mit dem Passwort darin',
    onc: 'Das Netz',
  },
  download: 'Herunterladen',
  downloadFile: '{file} herunterladen',
  saved: 'Ihr Browser sichert sie',
  keep: 'Passwort sichern',
  secret: {
    label: 'Passwort, fünf Vierergruppen',
    show: 'Passwort zeigen',
    hide: 'Passwort verbergen',
    copy: 'Passwort kopieren',
    copied: 'Passwort kopiert',
  },
  once: 'Wir zeigen es nur jetzt und speichern es nicht. Die Lücken dienen nur dem Lesen.',
  have: 'Ich habe Datei und Passwort',
  haveMany: 'Ich habe Dateien und Passwort',
  ownTitle: 'Legen Sie es zu Ihrem Schlüssel',
  ownLine: 'Ihr privater Schlüssel bleibt, wo Sie ihn erzeugt haben. Wir hatten ihn nie.',
  haveOwn: 'Ich habe das Zertifikat',
  print: 'Drucken',
  printLabel: 'Passwort drucken',
  sheet: 'Passwort von {file}',
  sheetDate: 'Erstellt am {date}',
  finish: 'Fertig',
  finishFirst: 'Setzen Sie zuerst das Häkchen beim Passwort, damit nichts verloren geht.',
  finishFirstOwn: 'Setzen Sie zuerst das Häkchen, damit nichts verloren geht.',
  see: 'Zertifikat ansehen',

  checked: 'Geprüft, bevor Sie es bekamen',
  opens: 'Die Datei öffnet sich mit diesem Passwort.',
  opensKey: 'Der Schlüssel öffnet sich mit diesem Passwort.',
  pair: 'Schlüssel und Zertifikat gehören zusammen.',
  leads: 'Es führt zurück zu {issuer}.',
  days: { one: '{n} Tag', other: '{n} Tage' },
  validity: 'Gültig vom {from} bis {to}, {days}.',
  other: {
    title: 'Import hat nicht geklappt, oder ist es für etwas anderes?',
    line: 'Manche Systeme sagen „falsches Passwort“ und meinen „unbekanntes Format“. Wir verpacken denselben Schlüssel neu; es wird nichts neu ausgestellt, und das Passwort bleibt dasselbe.',
    where: 'Wo werden Sie es benutzen?',
    older: 'Älteres Dateiformat',
    newer: 'Neueres Dateiformat',
    bare: 'Ohne das Netz',
    doctor: 'Eine Datei prüfen',
  },
  signed:
    'Sie ist von {issuer} signiert; ein Gerät, das {issuer} kennt, nennt sie überprüft, andere nicht.',
  unsigned:
    'Sie ist nicht signiert: Der Server hat gerade nicht geantwortet. Ihr Gerät nennt sie unsigniert; sie tut dasselbe.',

  useOn: 'Mit {system} benutzen',
  useIt: 'So benutzen Sie es',
  how: 'Wie',
  clicking: 'Mit der Maus',
  command: 'Mit Befehl',
  copyCommand: 'Befehl kopieren',
  commandCopied: 'Befehl kopiert',
  elsewhere: 'Woanders gespeichert? Setzen Sie diesen Ordner statt {folder} ein.',
  inFolder: 'Führen Sie sie in dem Ordner aus, in dem Ihr Browser die Dateien gespeichert hat.',
  shells: { powershell: 'PowerShell', prompt: 'Eingabeaufforderung', terminal: 'Terminal' },
  worked: 'Es hat geklappt, wenn',
  places: {
    windows: {
      clicking: [
        'Öffnen Sie *{file}* dort, wo Ihr Browser es gespeichert hat; seine Liste der Downloads führt hin.',
        'Wählen Sie [Aktueller Benutzer], dann zweimal [Weiter].',
        'Fügen Sie das Passwort ein, lassen Sie alles andere und drücken Sie [Weiter] bis [Fertig stellen].',
      ],
      command: ['Datei importieren. PowerShell fragt nach dem Passwort.'],
      worked:
        'Windows „Der Importvorgang war erfolgreich“ sagt. Danach bietet es das Zertifikat von selbst an.',
    },
    windowsOld: {
      clicking: [
        'Öffnen Sie *{file}* auf jener Maschine.',
        'Wählen Sie [Aktueller Benutzer], dann zweimal [Weiter].',
        'Fügen Sie das Passwort ein, lassen Sie alles andere und drücken Sie [Weiter] bis [Fertig stellen].',
      ],
      command: ['Datei importieren. PowerShell fragt nach dem Passwort.'],
      worked: 'Windows „Der Importvorgang war erfolgreich“ sagt.',
    },
    macos: {
      clicking: [
        'Öffnen Sie *{file}* dort, wo Ihr Browser es gespeichert hat; seine Liste der Downloads führt hin. Die Schlüsselbundverwaltung öffnet sich.',
        'Wählen Sie den Schlüsselbund [Anmeldung] und drücken Sie [Hinzufügen].',
        'Fügen Sie das Passwort ein.',
      ],
      command: ['In Ihren Anmelde-Schlüsselbund importieren. Ein Fenster fragt nach dem Passwort.'],
      worked:
        'die Schlüsselbundverwaltung es unter „Meine Zertifikate“ zeigt, mit einem Schlüssel darunter.',
    },
    ios: {
      clicking: [
        'Öffnen Sie *{file}* auf dem iPhone oder iPad, aus der App Dateien oder mit AirDrop.',
        'Öffnen Sie *Einstellungen*: weit oben steht [Profil geladen]. Öffnen Sie es und drücken Sie [Installieren].',
        'Geben Sie den Code des Geräts ein, dann das Passwort der Datei.',
      ],
      worked: 'es unter Einstellungen, Allgemein, VPN und Geräteverwaltung steht.',
    },
    android: {
      clicking: [
        'Bringen Sie *{file}* auf das Telefon und öffnen Sie sie dort.',
        'Fügen Sie das Passwort ein und sagen Sie, wofür es ist: ein Netz oder Apps.',
        'Geben Sie ihm einen Namen, den Sie wiedererkennen.',
      ],
      worked: 'die Einstellungen des Netzes diesen Namen als Nutzerzertifikat anbieten.',
    },
    androidOld: {
      clicking: [
        'Bringen Sie *{file}* auf das Telefon. Suchen Sie in *Einstellungen* nach [Zertifikate installieren] und tippen Sie darauf.',
        'Fügen Sie das Passwort ein und sagen Sie, wofür es ist: ein Netz oder Apps.',
        'Geben Sie ihm einen Namen, den Sie wiedererkennen.',
      ],
      worked: 'die Einstellungen des Netzes diesen Namen als Nutzerzertifikat anbieten.',
    },
    chromeos: {
      clicking: [
        'Öffnen Sie *chrome://certificate-manager* in Chrome und dort Ihre eigenen Zertifikate.',
        'Drücken Sie [Importieren und verknüpfen] und wählen Sie *{file}*.',
        'Fügen Sie das Passwort ein.',
      ],
      worked: 'die Liste es als hardwaregestützt zeigt.',
    },
    linux: {
      clicking: [
        'Öffnen Sie *Einstellungen* und dort das Netz, das nach einem Zertifikat fragt.',
        'Stellen Sie die Anmeldung auf [TLS].',
        'Wählen Sie *{file}* als Benutzerzertifikat und als privaten Schlüssel und fügen Sie das Passwort ein.',
        'Drücken Sie [Verbinden].',
      ],
      command: [
        'Dorthin legen, wo Chrome und Chromium suchen. Der Befehl fragt nach dem Passwort.',
        'Hineinsehen; der Schlüssel selbst wird nicht gezeigt.',
      ],
      worked: 'das Netz verbunden ist oder Chrome es unter Ihren Zertifikaten zeigt.',
    },
    wpa: {
      command: ['Die Datei dorthin legen, wo nur root liest.'],
      worked:
        'im Protokoll CTRL-EVENT-EAP-SUCCESS steht, nachdem Sie sie als private_key genannt haben.',
    },
    firefox: {
      clicking: [
        'Öffnen Sie in Firefox [Einstellungen], dann *Datenschutz & Sicherheit*, weiter unten *Zertifikate*.',
        'Drücken Sie [Zertifikate anzeigen…], wählen Sie *Ihre Zertifikate*, dann [Importieren…].',
        'Wählen Sie *{file}* und fügen Sie das Passwort ein.',
      ],
      worked: 'es in dieser Liste steht.',
    },
    unsure: {
      clicking: [
        'Bringen Sie *{file}* dorthin, wo Sie es benutzen wollen, und öffnen Sie sie dort.',
        'Fügen Sie das Passwort ein, wenn danach gefragt wird.',
        'Steht dieser Ort in der Liste auf dieser Seite, wählen Sie ihn: Dann sind es seine Schritte.',
      ],
      worked: 'eine Liste von Zertifikaten eines mit dem Namen Ihres Geräts oder mit Ihrem zeigt.',
    },
  },
  networkForms: {
    mobileconfig: {
      clicking: [
        'Öffnen Sie *{file}*. Ihr Gerät sagt, dass ein Profil bereit ist.',
        'Auf einem Mac gehen Sie zu *Systemeinstellungen*, *Allgemein*, *Geräteverwaltung*; auf einem iPhone oder iPad zu *Einstellungen*, wo weit oben [Profil geladen] steht.',
        'Drücken Sie [Installieren]. Das Gerät fragt zuerst nach seinem eigenen Code, dann nach dem Passwort des Zertifikats.',
      ],
      worked: 'das Profil in der Liste steht und das Gerät {networks} kennt.',
    },
    'eap-config': {
      clicking: [
        'Installieren Sie die App *geteduroam* aus dem Store. Sie richtet jedes Netz ein, nicht nur eduroam.',
        'Öffnen Sie *{file}* damit und fügen Sie das Passwort ein.',
        'Erlauben Sie das Netz, das sie vorschlägt.',
      ],
      worked: 'das Telefon sich von selbst mit {networks} verbindet.',
    },
    windows: {
      command: [
        'Schlüssel und Zertifikat importieren. PowerShell fragt nach dem Passwort.',
        'Windows dem Wurzelzertifikat des Servers im Netz vertrauen lassen. Ein Fenster zeigt es und fragt einmal.',
        'Das Netz hinzufügen.',
      ],
      worked: 'Windows sich von selbst mit {networks} verbindet.',
    },
    'network-manager': {
      command: [
        'Schlüssel und Wurzelzertifikate dorthin legen, wo nur der Benutzer root liest.',
        'Das Netz hinzufügen.',
        'Verbinden. Es fragt nach dem Passwort der Datei.',
      ],
      worked: '{networks} in der Liste der Netze steht und verbunden ist.',
    },
    'wpa-supplicant': {
      command: [
        'Beide Dateien dorthin legen, wo nur root liest.',
        'Starten, mit dem Namen Ihrer Netzwerkkarte anstelle des letzten Worts.',
      ],
      worked: 'es CTRL-EVENT-EAP-SUCCESS schreibt, dann CTRL-EVENT-CONNECTED.',
    },
    onc: {
      clicking: [
        'Öffnen Sie *chrome://certificate-manager* in Chrome und dort Ihre eigenen Zertifikate. Drücken Sie [Importieren und verknüpfen], wählen Sie *{file}* und fügen Sie das Passwort ein.',
        'Öffnen Sie *chrome://network* und wählen Sie bei *Import ONC File* die Datei *{settings}*.',
        'Verbinden Sie sich mit dem Netz. Fragt es nach einem Nutzerzertifikat, wählen Sie Ihres.',
      ],
      worked: 'das Chromebook mit {networks} verbunden ist.',
    },
  },
  files: {
    command: [
      'Sehen, ob sich der Schlüssel öffnet. Der Befehl fragt nach dem Passwort.',
      'Für ein Programm, das nicht nach einem Passwort fragen kann, den Schlüssel in eine eigene Datei aufschließen.',
      'Sehen, ob das Zertifikat zu {issuer} zurückführt.',
    ],
  },
  own: {
    command: [
      'Unter Windows, wenn der Antrag von certreq kam:',
      'Auf einem YubiKey, Fach 9a:',
      'Überall: sehen, ob es zu {issuer} zurückführt:',
    ],
  },
}

export const after: typeof english.after = {
  older: 'Das ältere Zertifikat',
  olderLine:
    'Es gilt bis {date}. Sobald das neue funktioniert, können Sie es ausmustern: hier oder später auf seiner Seite.',
  first: 'Speichern Sie zuerst das neue und setzen Sie oben das Häkchen.',
  retire: 'Das alte jetzt ausmustern',
  retired: 'Das alte ist endgültig ausgemustert; Netze weisen es ab, sobald sie davon wissen.',
  label: certificate.label,
  failed: stop.failed,
}

export const doctor: typeof english.doctor = {
  title: 'Eine Datei prüfen',
  lede: 'Import hat nicht geklappt? Geben Sie die Datei hierher. Sie sehen, was darin ist, wo sie sich öffnen lässt und was zu tun ist.',
  stays: 'Datei und Passwort bleiben in diesem Browser. Diese Seite kann nichts versenden.',
  drop: 'Datei hier ablegen, oder ihren Text einfügen',
  pasteLabel: 'Text der Datei',
  pastePlaceholder: 'Text, der mit -----BEGIN anfängt',
  choose: 'Datei wählen',
  look: 'Diesen Text prüfen',
  another: 'Andere Datei',
  looking: 'Wird angesehen',
  pasted: 'Der Text',
  offline:
    'Sie sind offline. Eine Datei, die Sie hier angeben, muss vielleicht warten, bis die Verbindung wieder da ist.',
  unread: {
    offline: {
      title: 'Sie sind offline, darum kann diese Datei noch nicht geprüft werden.',
      more: 'Was Dateien liest, wird erst geladen, wenn es gebraucht wird; die Datei selbst bleibt hier. Sie wird geprüft, sobald die Verbindung wieder da ist.',
    },
    notLoaded: {
      title: 'Der Teil, der Dateien liest, konnte nicht geladen werden.',
      more: 'An Ihrer Datei liegt es nicht. Versuchen Sie es noch einmal, oder laden Sie die Seite neu.',
    },
  },
  passwordLabel: 'Passwort der Datei',
  passwordLine: 'Es öffnet hier die Datei und dient sonst zu nichts.',
  open: 'Öffnen',
  verdicts: {
    bad: 'So funktioniert das nicht.',
    hold: 'Auf manchen Geräten kann das scheitern.',
    info: 'Sie ist verschlossen. Ihr Passwort zeigt, was darin ist.',
    ok: 'An dieser Datei ist nichts falsch.',
  },
  forms: {
    pkcs12: 'Schlüssel und Zertifikat in einer Datei, zum Importieren',
    certificate: 'Ein Zertifikat',
    request: 'Ein Antrag auf ein Zertifikat',
    key: 'Ein privater Schlüssel',
    keyAndCertificate: 'Schlüssel und Zertifikat als Text',
    certificates: 'Mehrere Zertifikate',
    mobileconfig: 'Ein Profil für Mac, iPhone oder iPad',
    'eap-config': 'Netzeinstellungen für geteduroam',
    unknown: 'Eine Datei anderer Art',
  },
  kinds: {
    crl: 'eine Liste gesperrter Zertifikate',
    publicKey: 'ein öffentlicher Schlüssel',
    sshKey: 'ein Schlüssel für SSH',
    keystore: 'ein Schlüsselspeicher von Java',
    zip: 'ein ZIP-Archiv',
    pdf: 'ein PDF',
    pgp: 'eine Datei von PGP',
    else: 'etwas anderes',
  },
  found: 'Was wir gefunden haben',
  inside: 'Was darin ist',
  key: 'Privater Schlüssel',
  keyLocked: 'verschlossen',
  certificate: 'Zertifikat',
  ca: 'Zertifikat einer Zertifizierungsstelle',
  requestFor: 'Antrag',
  network: 'Netz',
  from: 'ausgestellt von {issuer}',
  valid: '{from} bis {to}',
  opens: 'Wo sie sich öffnen lässt',
  opensLine:
    'Nach dem, was über diese Systeme bekannt ist. Ob sie dann funktioniert, hängt auch von dem ab, was oben steht.',
  opensYes: 'Öffnet sich auf',
  opensNewer: 'Nur in neueren Versionen von',
  opensNo: 'Öffnet sich nicht auf',
  findings: {
    empty: { title: 'Die Datei ist leer.', more: 'Laden oder exportieren Sie sie noch einmal.' },
    tooLarge: {
      title: 'Die Datei ist zu groß.',
      more: 'Die Datei eines Zertifikats hat ein paar Kilobyte. Das ist eine andere.',
    },
    tooLong: {
      title: 'Sie zu öffnen dauert zu lange.',
      more: 'Die Datei verlangt mehr Arbeit, als ein Import leistet. Exportieren Sie sie neu.',
    },
    html: {
      title: 'Das ist eine Webseite, kein Zertifikat.',
      more: 'Statt der Datei wurde eine Anmeldeseite gespeichert. Melden Sie sich an und laden Sie die Datei noch einmal.',
    },
    otherKind: {
      title: 'Das ist {kind}.',
      more: 'Zertifikate kommen als .p12, .pem, .cer, .mobileconfig oder .eap-config.',
    },
    unknown: {
      title: 'Das ist kein Zertifikat, das wir kennen.',
      more: 'Zertifikate kommen als .p12, .pem, .cer, .mobileconfig oder .eap-config.',
    },
    truncated: {
      title: 'Das Ende der Datei fehlt.',
      more: 'Download oder Kopie wurde abgebrochen. Holen Sie sie noch einmal.',
    },
    damaged: {
      title: 'Die Datei ist beschädigt.',
      more: 'Unterwegs wurde etwas geändert. Laden oder exportieren Sie sie neu, und öffnen Sie sie nicht in einem Texteditor.',
    },
    pemUnended: {
      title: 'Die Zeile -----END {label}----- fehlt.',
      more: 'Kopieren Sie den ganzen Text, mit beiden Zeilen aus Strichen.',
    },
    pemBroken: {
      title: 'Der Text von {label} ist beschädigt.',
      more: 'Ein Zeichen fehlt oder gehört nicht dorthin. Kopieren Sie ihn noch einmal.',
    },
    wrongPassword: {
      title: 'Das Passwort ist ein anderes.',
      more: 'Achten Sie auf Großbuchstaben, und kopieren Sie es, wenn es geht. Sagt das ein Gerät zu einem Passwort, das hier passt, dann sehen Sie nach, wo sich die Datei öffnen lässt.',
    },
    unknownLock: {
      title: 'Sie ist auf eine Art verschlossen, die hier nicht bekannt ist: {lock}.',
      more: 'Exportieren Sie sie neu mit AES-256 oder, für ältere Systeme, mit Triple-DES.',
    },
    signedLock: {
      title: 'Sie ist mit einem anderen Schlüssel verschlossen, nicht mit einem Passwort.',
      more: 'Kaum ein System importiert das. Exportieren Sie sie neu mit einem Passwort.',
    },
    tooMuchWork: {
      title: 'Sie zu öffnen verlangt zu viel Arbeit.',
      more: 'Systeme weisen so eine Datei ab. Exportieren Sie sie neu mit weniger Runden.',
    },
    noKey: {
      title: 'Der private Schlüssel fehlt.',
      more: 'Ohne ihn kann sich nichts anmelden. Exportieren Sie das Zertifikat neu, zusammen mit seinem Schlüssel.',
    },
    noCertificate: {
      title: 'Das Zertifikat fehlt.',
      more: 'Es gibt nur einen Schlüssel. Machen Sie die Datei neu, aus Schlüssel und Zertifikat.',
    },
    keyMismatch: {
      title: 'Der Schlüssel gehört nicht zum Zertifikat {name}.',
      more: 'Suchen Sie den Schlüssel, mit dem der Antrag gemacht wurde, oder holen Sie ein neues Zertifikat.',
    },
    expired: { title: '{name} ist am {date} abgelaufen.', more: 'Holen Sie ein neues.' },
    notYet: {
      title: '{name} gilt erst ab {date}.',
      more: 'Warten Sie bis dahin. Ist das schon vorbei, geht die Uhr dieses Geräts falsch.',
    },
    chainBroken: {
      title: '{name} wurde nicht von der {issuer} in dieser Datei signiert.',
      more: 'Es gibt mehrere dieses Namens. Legen Sie die richtige in die Datei.',
    },
    readersDiffer: {
      title: 'Zwei Leser lesen {name} verschieden: {fields}.',
      more: 'Benutzen Sie es nicht. Wer es gemacht hat, sollte es ansehen.',
    },
    requestBroken: {
      title: 'Der Antrag wurde nicht mit seinem eigenen Schlüssel signiert.',
      more: 'Er ist beschädigt oder aus zweien zusammengesetzt. Machen Sie ihn neu.',
    },
    notProfile: {
      title: 'Das ist kein Profil, das ein Gerät installieren kann.',
      more: 'Laden Sie es noch einmal von dort, wo es herkam.',
    },
    noIdentity: {
      title: 'Darin ist kein Zertifikat für Sie.',
      more: 'Es sind nur Einstellungen. Holen Sie eine Datei mit Ihrem Zertifikat.',
    },
    profileChanged: {
      title: 'Es wurde geändert, nachdem es signiert war.',
      more: 'Oder was es signiert hat, liegt nicht bei. Laden Sie es neu; Geräte weisen es ab.',
    },
    profileEnded: {
      title: 'Seine Zeit ist am {date} abgelaufen.',
      more: 'Geräte entfernen es oder weisen es ab. Holen Sie ein neues.',
    },
    danglingReference: {
      title: '„{payload}“ verweist auf ein Zertifikat, das nicht im Profil ist.',
      more: 'Das Netz wird sein Zertifikat nicht finden. Holen Sie das Profil neu.',
    },
    twiceUuid: {
      title: 'Zwei Teile haben dieselbe Kennung, oder einer hat keine.',
      more: 'Geräte weisen das ab. Holen Sie das Profil neu.',
    },
    trailing: {
      title: 'Nach dem Ende der Datei steht noch etwas.',
      more: 'Manche Systeme weisen das ab. Laden Sie sie neu, nicht durch einen Texteditor.',
    },
    utf16: {
      title: 'Der Text ist als UTF-16 gespeichert.',
      more: 'Die meisten Programme wollen einfachen Text: Speichern Sie ihn als UTF-8.',
    },
    misnamed: {
      title: 'Ihr Name endet auf {ending}, sie ist aber eine Datei anderer Art.',
      more: 'Systeme gehen nach dem Namen. Benennen Sie sie um, sodass er auf {better} endet.',
    },
    noMac: {
      title: 'Sie prüft ihr Passwort nicht.',
      more: 'Windows, macOS und Java weisen das ab. Exportieren Sie sie neu.',
    },
    emptyPassword: {
      title: 'Ihr Passwort ist leer.',
      more: 'iPhone, Mac und Java wollen eines. Exportieren Sie sie neu mit einem Passwort.',
    },
    passwordSpaces: {
      title: 'Sie öffnet sich ohne die Leerzeichen.',
      more: 'Die Lücken im Passwort sind nur zum Lesen. Geben Sie es ohne sie ein.',
    },
    passwordCase: {
      title: 'Sie öffnet sich mit Großbuchstaben.',
      more: 'Geben Sie das Passwort groß und ohne Leerzeichen ein.',
    },
    oldestLock: {
      title: 'Sie ist sehr alt verschlüsselt: {lock}.',
      more: 'Linux und neue Programme öffnen sie nicht. Exportieren Sie sie neu mit AES-256 oder Triple-DES.',
    },
    keyOpen: {
      title: 'Der private Schlüssel ist nicht verschlossen.',
      more: 'Wer diese Datei bekommt, hat den Schlüssel. Behalten Sie sie für sich, oder verschließen Sie ihn mit einem Passwort.',
    },
    keyOnly: {
      title: 'Das ist ein privater Schlüssel ohne sein Zertifikat.',
      more: 'Geben Sie diese Datei niemandem. Zum Importieren gehört sein Zertifikat dazu.',
    },
    manyKeys: {
      title: 'Darin sind {count} private Schlüssel.',
      more: 'Die meisten Systeme nehmen einen, und Sie wissen nicht, welchen. Exportieren Sie jeden für sich.',
    },
    noPairing: {
      title: 'Schlüssel und Zertifikat gehören zusammen, aber die Datei sagt es nicht.',
      more: 'Manche Systeme importieren dann nur das Zertifikat. Exportieren Sie sie neu.',
    },
    weakSignature: {
      title: '{name} ist auf veraltete Art signiert.',
      more: 'Neue Systeme weisen SHA-1 und MD5 ab. Holen Sie ein neues Zertifikat.',
    },
    notForClients: {
      title: '{name} ist nicht zum Anmelden an Netzen gemacht.',
      more: 'Es ist für Server oder E‑Mail. Holen Sie eines für Ihr Gerät oder für sich.',
    },
    oneReader: {
      title: 'Nur einer von zwei Lesern kann {name} lesen.',
      more: 'Es ist ungewöhnlich geschrieben oder sehr alt. Manche Systeme könnten es abweisen.',
    },
    serverUnpinned: {
      title: '„{network}“ sagt nicht, welchem Server zu trauen ist.',
      more: 'Ein fremdes Netz dieses Namens könnte antworten. Bitten Sie die IT um Einstellungen, die Server und Wurzel nennen.',
    },
    modernLock: {
      title: 'Sie hat das neuere Dateiformat.',
      more: 'Ältere Systeme sagen dazu „falsches Passwort“, obwohl das Passwort stimmt.',
    },
    passwordNeeded: {
      title: 'Sie ist mit einem Passwort verschlossen.',
      more: 'Geben Sie es unten ein, um zu sehen, ob Schlüssel und Zertifikat passen.',
    },
    request: {
      title: 'Das ist ein Antrag, noch kein Zertifikat.',
      more: 'Geben Sie ihn dort ab, wo Zertifikate ausgestellt werden. Was Sie zurückbekommen, gehört zu Ihrem Schlüssel.',
    },
    certificateOnly: {
      title: 'Das ist ein Zertifikat ohne Schlüssel.',
      more: 'Jeder darf es sehen. Um sich damit anzumelden, muss das Gerät seinen Schlüssel schon haben.',
    },
    keyUnknown: {
      title: 'Ob der Schlüssel zu {name} passt, lässt sich nicht sagen.',
      more: 'Browser kennen diese Art von Schlüssel nicht.',
    },
    keyLocked: {
      title: 'Der private Schlüssel ist mit einem Passwort verschlossen.',
      more: 'Das ist gut. Mit dem Passwort sehen wir, ob er passt.',
    },
    issuerElsewhere: {
      title: '{issuer}, von wo es stammt, ist nicht in der Datei.',
      more: 'Das ist gut so, wenn Gerät oder Server {issuer} schon kennen.',
    },
    byteOrderMark: {
      title: 'Am Anfang des Textes steht ein unsichtbares Zeichen.',
      more: 'Ein paar Programme stolpern darüber. Speichern Sie ihn als UTF-8 ohne BOM.',
    },
    textAround: {
      title: 'Darum herum steht anderer Text.',
      more: 'Das ist erlaubt, und die meisten Programme übergehen ihn.',
    },
    profileUnsigned: {
      title: 'Das Profil ist nicht signiert.',
      more: 'Das Gerät sagt es beim Installieren; es tut dasselbe.',
    },
    fine: {
      title: 'An dieser Datei ist nichts falsch.',
      more: 'Lässt sie sich trotzdem nicht importieren, sehen Sie nach, wo sie sich öffnen lässt.',
    },
    keyMatches: {
      title: 'Der Schlüssel gehört zu {name}.',
      more: 'Wir haben beide verglichen, indem wir etwas signiert haben.',
    },
    chainWhole: {
      title: 'Es führt ohne Lücke auf {issuer} zurück.',
      more: 'Jedes Zertifikat ist vom nächsten signiert.',
    },
    profileSigned: {
      title: 'Es ist von {signer} signiert und unverändert.',
      more: 'Ob Ihr Gerät {signer} vertraut, entscheidet das Gerät.',
    },
  },
}

export const scripts: typeof english.scripts = {
  title: 'Skripte',
  lede: 'Dieselben Zertifikate vom Terminal aus, für ein Gerät oder für viele. Jedes Skript ist eine Datei, die Sie lesen können.',
  choose: 'System',
  unix: 'Linux und macOS',
  windows: 'Windows',
  other: 'Alles andere',
  terminal: 'Terminal',
  powershell: 'PowerShell',
  copy: 'Befehl kopieren',
  copied: 'Befehl kopiert',
  download: '{file} herunterladen',
  downloadMore: 'Die Adressen von {tenant} sind eingetragen. Es enthält kein Geheimnis.',
  for: 'Für {name}',
  forYou: 'Für Sie selbst, auf jedem Gerät',
  forThis: 'Für das Gerät, auf dem es läuft, am Namen erkannt',
  notPossible: 'Gerade nicht möglich; der Befehl würde sagen, warum.',
  sandbox:
    'Diese Sandbox hat ihr https selbst gemacht. Führen Sie Befehle in dem Ordner aus, in dem Sie sie gestartet haben; --cacert sagt ihnen, wem sie vertrauen.',
  sandboxWindows:
    'Diese Sandbox hat ihr https selbst gemacht. Windows muss zuerst ihrer Datei {file} vertrauen.',
  what: 'Was es tut',
  unixWhat: [
    'Meldet Sie mit az an oder mit einem Code, den Sie im Browser eingeben.',
    'Erzeugt hier einen Schlüssel und beantragt dafür ein Zertifikat.',
    'Prüft, ob beide zusammengehören, und legt sie dann ab.',
  ],
  windowsWhat: [
    'Meldet Sie mit einem Code an, den Sie im Browser eingeben.',
    'Erzeugt im Zertifikatspeicher einen Schlüssel und beantragt dafür ein Zertifikat.',
    'Prüft, ob beide zusammengehören, und legt sie dann ab.',
  ],
  where: 'Wo der Schlüssel liegt',
  unixWhere:
    'In ~/.latchkey, als root in /etc/latchkey, für niemand anderen lesbar. Er verlässt den Rechner nie.',
  windowsWhere:
    'In Ihrem Zertifikatspeicher, nicht exportierbar; mit -PfxPath in einer Datei mit Passwort. Er verlässt den Rechner nie.',
  locked: 'Ein Schlüssel, den niemand kopieren kann',
  unixLocked:
    'Unter Linux entsteht er mit --tpm im TPM, dem Sicherheitschip des Rechners, und mit --pkcs11 in einer Chipkarte oder einem anderen Token. Nötig sind OpenSSL 3 und ein eigenes Paket, das das Skript nennt, wenn es fehlt. Beim Verlängern bleibt der Schlüssel dort.',
  windowsLocked:
    'Mit -Tpm entsteht er im TPM, dem Sicherheitschip des Rechners. Wo keiner ist, sagt es das Skript und nimmt den Zertifikatspeicher. Beim Verlängern bleibt der Schlüssel dort.',
  renews: 'Wie es verlängert',
  unixRenews:
    'Von selbst, täglich durch einen Timer, 30 Tage vor dem Ende. Das vorhandene Zertifikat weist Sie aus, niemand meldet sich an.',
  windowsRenews:
    'Von selbst, täglich durch eine Aufgabe, 30 Tage vor dem Ende. Das vorhandene Zertifikat weist Sie aus, niemand meldet sich an.',
  rehearse: 'Nur fragen, ob es erlaubt wäre, und nichts ändern:',
  otherLede:
    'Alles, was die Skripte tun, sind vier Befehle. Jedes Werkzeug, das EST (RFC 7030) spricht, geht auch, unter {url}.',
  steps: {
    trust: 'Dem https dieser Sandbox vertrauen',
    token: 'Ein Token holen',
    request: 'Schlüssel und Antrag dafür erzeugen',
    issue: 'Das Zertifikat holen',
    read: 'Es ansehen',
  },
  tokenOther: 'Ohne az gibt es einen Code, den Sie im Browser eingeben:',
  apiLink: 'Alle Aufrufe der API, mit curl-Zeilen',
  api: {
    title: 'Die API',
    lede: 'Aus der Beschreibung, die der Server selbst unter {url} gibt. Die Befehle gehen so, wie sie dastehen.',
    back: 'Skripte',
    before: 'Bevor Sie beginnen',
    beforeMore:
      'Die meisten Aufrufe brauchen ein Token von Microsoft Entra ID in $TOKEN. Es gilt etwa eine Stunde.',
    withAz: 'Mit az:',
    withCode: 'Mit einem Code, den Sie im Browser eingeben:',
    withCodeThen: 'Und wenn Sie ihn eingegeben haben:',
    withSandbox: 'In dieser Sandbox, in der jeder jeder sein darf:',
    trust:
      'Diese Sandbox hat ihr https selbst gemacht. In dem Ordner, in dem Sie sie gestartet haben:',
    groups: {
      enrol: 'Holen und verlängern',
      me: 'Das Eigene',
      manage: 'Verwaltung',
      public: 'Für alle',
    },
    access: {
      public: 'Für alle, ohne Token',
      token: 'Mit Token',
      clientCertificate: 'Mit dem Zertifikat selbst, im TLS-Handshake',
    },
    operator: 'Mit einem Token, das die Rolle Manage.All hat',
    takes: 'Nimmt',
    takesNothing: 'Keinen Inhalt',
    parameters: 'Parameter',
    answers: 'Antwortet',
    refusals: 'Ablehnungen',
    silent: 'Der Server antwortet nicht, darum kann seine Beschreibung nicht gezeigt werden.',
  },
}

export const reminder: typeof english.reminder = {
  what: {
    device: 'Das Zertifikat von {name}',
    person: 'Ihr persönliches Zertifikat',
    labelled: 'Ihr Zertifikat „{name}“',
  },
  subject: { one: '{what} endet in {n} Tag', other: '{what} endet in {n} Tagen' },
  subjectToday: '{what} endet heute',
  greeting: 'Guten Tag {name},',
  ends: '{what} endet am {date} um {time} Uhr (UTC). Danach funktioniert es nicht mehr.',
  held: 'Es ist gerade pausiert. Warum, steht auf seiner Seite.',
  unused: 'Wenn Sie es nicht mehr brauchen, müssen Sie nichts tun.',
  renew: 'Erneuern',
  see: 'Seine Seite ansehen',
  why: 'Sie bekommen diese E-Mail, weil Sie dieses Zertifikat bei {tenant} über Latchkey geholt haben.',
  stop: 'Keine Erinnerungen mehr dazu',
}

export const reminderStop: typeof english.reminderStop = {
  title: 'Erinnerungen per E-Mail',
  of: 'Es geht um:',
  row: '{what}, bis {date}',
  question: 'Möchten Sie keine E-Mails mehr, bevor es endet?',
  warning: 'Dann sagt Ihnen niemand, wann es nicht mehr funktioniert.',
  stop: 'Keine Erinnerungen mehr',
  stopped: 'Sie bekommen dazu keine E-Mails mehr.',
  again: 'Doch wieder erinnern',
  unknown:
    'Dieser Link gehört zu keiner E-Mail, die wir kennen. Vielleicht ist er aus einer älteren.',
}

export const calendar: typeof english.calendar = {
  title: 'Kalender',
  lede: 'Eine Adresse für Ihre Kalender-App. Abonnieren Sie sie, und das Ende jedes Ihrer Zertifikate steht in Ihrem Kalender, mit einer Erinnerung davor.',
  none: 'Ihr Kalender hat noch keine Adresse.',
  since:
    'Ihr Kalender hat seit dem {date} eine Adresse. Sie wurde einmal gezeigt und ist nicht gespeichert, deshalb lässt sie sich nicht noch einmal zeigen.',
  secret:
    'Wer die Adresse hat, sieht die Namen Ihrer Geräte und wann deren Zertifikate enden. Ändern lässt sich damit nichts, und sie öffnet nichts. Geben Sie sie niemandem.',
  make: 'Adresse erzeugen',
  renew: 'Neue Adresse erzeugen',
  renewMore: 'Mit einer neuen Adresse funktioniert die alte nicht mehr.',
  close: 'Adresse aufheben',
  closed: 'Die Adresse funktioniert nicht mehr.',
  made: 'Das ist sie. Kopieren Sie sie jetzt, denn sie wird nur dieses eine Mal gezeigt.',
  copy: 'Adresse kopieren',
  copied: 'Adresse kopiert',
  open: 'In der Kalender-App öffnen',
  how: 'In Outlook: Kalender hinzufügen, Aus dem Internet abonnieren. Im Google Kalender: Weitere Kalender, Per URL. Auf iPhone und Mac: Kalenderabo hinzufügen.',
  failed: 'Das hat nicht geklappt. Es wurde nichts geändert.',
  name: '{product}: Zertifikate',
  event: '{what} endet',
  eventMore: 'Danach funktioniert es nicht mehr. Erneuern: {url}',
}
