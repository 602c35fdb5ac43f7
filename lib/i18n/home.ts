/** The home page: your certificates. */
const en = {
  title: 'Your certificates',
  allWell: 'Everything works. Next to renew: {name}, {date}.',
  you: 'You, on any device',
  certificate: 'Certificate',
  pausedSince: 'Paused since {time}',
  asOf: 'as of {time}',
  revokedOn: 'Revoked {date}',
  endedOn: 'Ended {date}',
  ready: 'Ready for a certificate',
  getOne: 'Get one',
  getOneFor: 'Get a certificate for {name}',
  renew: 'Renew',
  renewFor: 'Renew the certificate of {name}',
  older: {
    one: '{n} older certificate, replaced, revoked or expired',
    other: '{n} older certificates, replaced, revoked or expired',
  },
  holdTitle: '{name} is on hold, so it cannot use Wi‑Fi or VPN right now.',
  soonTitle: '{name} ends on {date}.',
  soonMore: 'Renew it, so that Wi‑Fi and VPN go on working.',
  manyTitle: { one: '{n} certificate needs you.', other: '{n} certificates need you.' },
  manyMore: 'They stand first in the list.',
  seeWhatToDo: 'See what to do',
  emptyReady: 'No certificates yet. {device} is ready for one.',
  emptyNotReady:
    'No certificates yet. None of your devices is ready for one, but you can get one for yourself.',
  emptyNoDevices:
    'The directory lists no device as yours. You can still get a certificate for yourself.',
  emptyNothing: 'No certificates yet, and none can be issued right now.',
  getMine: 'Get mine',
  seeDevices: 'See your devices',
  directorySilent: 'The directory is not answering right now.',
  directorySilentMore:
    'What you see is its last answer. Your certificates keep working; new ones are issued when it answers again.',
  directorySilentLong:
    'Its last answer is too old to vouch for your certificates: whoever asks is told to ask again later, so Wi‑Fi and VPN may refuse them until it answers.',
  authoritySilent: 'We cannot reach the Latchkey server. Your certificates stay as they are.',
  authoritySilentMore: 'This page tries again by itself.',
  roleTitle: 'New certificates are not switched on for you.',
  roleMore:
    'What you have stays as it is. To get another one, ask IT for the role CSR.SelfService.',
  accountOff: 'Your account is switched off; only IT can change it.',
  accountOffSince:
    'Your account is switched off. Since {time} the certificates made out to you are on hold.',
  accountOffSinceAll: 'Your account is switched off. Since {time} your certificates are on hold.',
  accountOffMoreAll:
    'They work again by themselves, about {span} after IT switches the account on.',
  accountOffMore:
    'They work again by themselves, about {span} after IT switches the account on. What is made out to a device stays as it is.',
  accountMessage:
    'Hello, my account {upn} is switched off in the directory, so I get no certificates for Wi‑Fi and VPN, and those made out to me are on hold. Can you tell me why, or switch it on again? Thank you, {name}',
  guest: 'Guests get no certificates here.',
  guestMore: '{tenant} gives certificates to its own accounts only.',
  lostTitle: 'Lost a device?',
  lostMore:
    'Stop all its certificates at once, whoever got them. When it turns up again, they go on working.',
  lostDo: 'Stop {name}',
  foundDo: '{name} is back',
  lostSelfDo: 'Stop the certificates made out to you',
  foundSelfDo: 'Resume the certificates made out to you',
}

const de: typeof en = {
  title: 'Ihre Zertifikate',
  allWell: 'Alles in Ordnung. Als Nächstes verlängern: {name}, {date}.',
  you: 'Sie, auf jedem Gerät',
  certificate: 'Zertifikat',
  pausedSince: 'Pausiert seit {time}',
  asOf: 'Stand {time}',
  revokedOn: 'Gesperrt {date}',
  endedOn: 'Endete {date}',
  ready: 'Bereit für ein Zertifikat',
  getOne: 'Holen',
  getOneFor: 'Zertifikat holen für {name}',
  renew: 'Verlängern',
  renewFor: 'Verlängern: Zertifikat von {name}',
  older: {
    one: '{n} älteres Zertifikat, ersetzt, gesperrt oder abgelaufen',
    other: '{n} ältere Zertifikate, ersetzt, gesperrt oder abgelaufen',
  },
  holdTitle: '{name} ist pausiert und kommt gerade nicht ins WLAN und VPN.',
  soonTitle: '{name} endet am {date}.',
  soonMore: 'Verlängern Sie es, damit WLAN und VPN weiter gehen.',
  manyTitle: { one: '{n} Zertifikat braucht Sie.', other: '{n} Zertifikate brauchen Sie.' },
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
    'Seine letzte Auskunft ist zu alt, um für Ihre Zertifikate zu bürgen: Wer fragt, soll später fragen, und bis es antwortet, weisen WLAN und VPN sie vielleicht ab.',
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
    'Guten Tag, mein Konto {upn} ist im Verzeichnis deaktiviert, darum bekomme ich keine Zertifikate für WLAN und VPN, und die auf mich ausgestellten sind pausiert. Können Sie mir sagen, warum, oder es wieder aktivieren? Vielen Dank, {name}',
  guest: 'Gäste bekommen hier keine Zertifikate.',
  guestMore: '{tenant} gibt Zertifikate nur an eigene Konten.',
  lostTitle: 'Gerät verloren?',
  lostMore:
    'Stoppen Sie sofort alle seine Zertifikate, wer immer sie geholt hat. Taucht es wieder auf, gelten sie weiter.',
  lostDo: '{name} stoppen',
  foundDo: '{name} ist wieder da',
  lostSelfDo: 'Auf Sie ausgestellte Zertifikate stoppen',
  foundSelfDo: 'Auf Sie ausgestellte Zertifikate fortsetzen',
}

export const home = { en, de }
