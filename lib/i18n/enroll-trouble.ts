/** Errors of the enrol flow: what happened, why, and what to do next. */
const en = {
  tryNow: 'Try now',
  tryAgain: 'Try again',
  checkAgain: 'Check again',
  chooseAgain: 'Choose again',
  signIn: 'Sign in in a new tab',
  reload: 'Load the page again',
  wrapAgain: 'Wrap it again',
  separateFiles: 'Make separate files',
  messageForIt:
    'Hello, Latchkey does not issue a certificate for {name}: {reason} Code: {code}. Can you help? Thank you.',
  countdown: 'We ask again by ourselves in {n} s.',
  asking: 'We are asking again.',
  kept: 'Your key and your request are kept, so nothing is issued twice.',
  keptOwn: 'Your request is kept, so nothing is issued twice.',
  kinds: {
    device_not_compliant: {
      title: 'This device is not compliant right now.',
      what: 'Intune said so a moment ago. Certificates go to compliant devices only.',
      can: ['Fix what the Intune app lists on the device.', 'Then check again here.'],
    },
    device_not_managed: {
      title: 'This device is not managed right now.',
      what: 'Certificates go to managed devices only, and Intune does not manage this one.',
      can: ['Enrol the device in Intune.', 'Then check again here.'],
    },
    device_too_new: {
      title: 'This device is too new.',
      what: 'IT has set how long the directory must know a device before it gets a certificate.',
      can: ['Wait some minutes. Nothing else is needed.', 'Then check again here.'],
    },
    device_disabled: {
      title: 'This device is switched off in the directory.',
      what: 'Only IT can switch it on.',
      can: ['Send IT the message.', 'Then check again here.'],
    },
    device_lost: {
      title: 'This device is reported lost.',
      what: 'As long as it is, nothing is issued for it.',
      can: ['If you have it again, say so on the page of your devices.', 'Then check again here.'],
    },
    ownership_changed: {
      title: 'The directory changed while the certificate was being made.',
      what: 'So it was not given out to anyone.',
      can: ['Check again in a minute.', 'If it stays like this, send IT the message.'],
    },
    principal_disabled: {
      title: 'Your account is switched off.',
      what: 'Only IT can switch it on.',
      can: ['Send IT the message.', 'Then check again here.'],
    },
    not_owner: {
      title: 'The directory does not list this device as yours.',
      what: 'Certificates go to the owner of a device only. A change in the directory takes some minutes to show.',
      can: ['If the device is yours, send IT the message.', 'Then check again here.'],
    },
    missing_role: {
      title: 'Certificates are not switched on for you.',
      what: 'Your account does not have the role CSR.SelfService.',
      can: ['Ask IT for the role.', 'Then sign in again.'],
    },
    refused: {
      title: 'This certificate cannot be issued.',
      what: 'The rules that IT has set do not allow it.',
      can: ['Mend what is named here, or send IT the message.', 'Then try again.'],
    },
    directory_unavailable: {
      title: 'The directory is not answering.',
      what: 'We issue nothing we cannot check.',
    },
    server: {
      title: 'The Latchkey server is not answering.',
      what: 'Your request goes there again as it is.',
    },
    busy: {
      title: 'That was a little too often.',
      what: 'The server asks us to wait before the next request.',
    },
    offline: {
      title: 'You are offline.',
      what: 'We carry on when the connection is back.',
    },
    lost: {
      title: 'We got no answer.',
      what: 'The certificate may be signed already. We ask for it again with the same request and get the same certificate.',
    },
    signed_out: {
      title: 'You are signed out.',
      what: 'The sign-in ran out while this page was open.',
      can: ['Sign in in a new tab.', 'Come back to this tab and try again.'],
    },
    stale: {
      title: 'This page is older than the server.',
      what: 'Latchkey was updated while the page was open. Nothing was issued.',
      can: ['Load the page again.', 'Then start over.'],
    },
    key: {
      title: 'Your browser could not make the key.',
      what: 'Nothing was sent and nothing was issued.',
      can: ['Try again.', 'If it stays like this, choose another kind of key.'],
    },
    broken: {
      title: 'Something went wrong on the server.',
      what: 'It has been logged.',
      can: [
        'Try again; the same request gives the same certificate.',
        'If it stays like this, send IT the message.',
      ],
    },
    wrap: {
      title: 'The file did not open with its password, so we do not give it to you.',
      what: 'The certificate is issued, and your key is still here.',
      can: ['Wrap it again.', 'If it stays like this, take separate files.'],
    },
  },
}

const de: typeof en = {
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

export const trouble = { en, de }
