/**
 * The last page of the enrol flow: file, password, and how to use them. In steps, *name* is a name and [key]
 * a button of the system.
 */
const en = {
  title: 'Your certificate is ready',
  lineCompliant: 'For {name}, until {date}, as long as the device is compliant.',
  lineListed: 'For {name}, until {date}, as long as the device is in the directory.',
  lineActive: 'For {name}, until {date}, as long as your account is active.',
  lineOwn: 'For your own key, until {date}.',
  announce: 'Your certificate is ready. Save the file, then keep its password.',
  announceOwn: 'Your certificate is ready. Save it.',

  save: 'Save the file',
  saveMany: 'Save the files',
  sizeFor: '{size} · for {system}',
  kinds: {
    p12: 'Key and certificate, locked',
    key: 'Private key, locked',
    certificate: 'Your certificate',
    chain: 'The certificates above it',
  },
  download: 'Download',
  downloadFile: 'Download {file}',
  saved: 'Saved to your downloads folder',
  keep: 'Keep its password',
  secret: {
    label: 'Password, five groups of four',
    show: 'Show password',
    hide: 'Hide password',
    copy: 'Copy password',
    copied: 'Password copied',
  },
  once: 'We show it this once and do not keep it. The gaps are only for reading.',
  have: 'I have the file and the password',
  haveMany: 'I have the files and the password',
  ownTitle: 'Put it with your key',
  ownLine: 'Your private key stays where you made it. We never had it.',
  haveOwn: 'I have the certificate',
  print: 'Print',
  printLabel: 'Print the password',
  sheet: 'Password of {file}',
  sheetDate: 'Made on {date}',
  finish: 'Done',
  finishFirst: 'Tick the box by the password first, so that nothing is lost.',
  finishFirstOwn: 'Tick the box first, so that nothing is lost.',
  see: 'See the certificate',

  checked: 'Checked before you got it',
  opens: 'The file opens with this password.',
  opensKey: 'The key opens with this password.',
  pair: 'Key and certificate belong together.',
  leads: 'It leads back to {issuer}.',
  days: { one: '{n} day', other: '{n} days' },
  validity: 'Good. Valid {from} to {to}, {days}.',
  separate: {
    title: 'Need separate files?',
    line: 'We can wrap the same key again as text files. Nothing new is issued, and the password stays the same.',
    button: 'Make separate files',
  },
  one: {
    title: 'Need one file instead?',
    line: 'We can wrap the same key again in one locked file. Nothing new is issued, and the password stays the same.',
    button: 'Make one file',
  },

  useOn: 'Use it on {system}',
  useIt: 'Use it',
  how: 'How',
  clicking: 'By clicking',
  command: 'By command',
  copyCommand: 'Copy command',
  commandCopied: 'Command copied',
  shells: { powershell: 'PowerShell', prompt: 'Command Prompt', terminal: 'Terminal' },
  windows: {
    clicking: [
      'Open *{file}* in your downloads folder.',
      'Choose [Current User], then [Next] twice.',
      'Paste the password, leave the rest as it is, and press [Next] until [Finish].',
      'Connect to your Wi‑Fi or VPN. Windows offers the certificate by itself.',
    ],
    command: ['Import the file. PowerShell asks for the password.'],
  },
  linux: {
    clicking: [
      'Open *Settings*, then [Wi‑Fi], and choose your network.',
      'Set security to [WPA & WPA2 Enterprise] and authentication to [TLS].',
      'Choose *{file}* as user certificate and as private key, and paste the password.',
      'Press [Connect].',
    ],
    command: [
      'Put it where Chrome and Chromium look. The command asks for the password.',
      'Look inside; the key itself is not shown.',
    ],
  },
  android: {
    clicking: [
      'Bring *{file}* to the phone and open it there.',
      'Type the password, choose [Wi‑Fi certificate], and give it a name.',
      'Connect to your Wi‑Fi and choose that name as user certificate.',
    ],
  },
  any: {
    clicking: [
      'Open *{file}* where you want to use it.',
      'Paste the password when you are asked for it.',
      'Choose the certificate in the settings of your Wi‑Fi or VPN.',
    ],
  },
  files: {
    command: [
      'See that the key opens. The command asks for the password.',
      'For a program that cannot ask for a password, unlock the key into a file of its own.',
      'See that the certificate leads back to {issuer}.',
    ],
  },
  own: {
    command: [
      'On Windows, where the request came from certreq:',
      'On a YubiKey, slot 9a:',
      'Anywhere, see that it leads back to {issuer}:',
    ],
  },
}

const de: typeof en = {
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
  },
  download: 'Herunterladen',
  downloadFile: '{file} herunterladen',
  saved: 'Im Ordner Downloads gesichert',
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
  separate: {
    title: 'Brauchen Sie einzelne Dateien?',
    line: 'Wir verpacken denselben Schlüssel als Textdateien. Es wird nichts neu ausgestellt, und das Passwort bleibt dasselbe.',
    button: 'Einzelne Dateien erstellen',
  },
  one: {
    title: 'Lieber eine einzige Datei?',
    line: 'Wir verpacken denselben Schlüssel in eine verschlossene Datei. Es wird nichts neu ausgestellt, und das Passwort bleibt dasselbe.',
    button: 'Eine Datei erstellen',
  },

  useOn: 'Unter {system} benutzen',
  useIt: 'So benutzen Sie es',
  how: 'Wie',
  clicking: 'Mit der Maus',
  command: 'Mit Befehl',
  copyCommand: 'Befehl kopieren',
  commandCopied: 'Befehl kopiert',
  shells: { powershell: 'PowerShell', prompt: 'Eingabeaufforderung', terminal: 'Terminal' },
  windows: {
    clicking: [
      'Öffnen Sie *{file}* im Ordner Downloads.',
      'Wählen Sie [Aktueller Benutzer], dann zweimal [Weiter].',
      'Fügen Sie das Passwort ein, lassen Sie alles andere und drücken Sie [Weiter] bis [Fertig stellen].',
      'Verbinden Sie sich mit WLAN oder VPN. Windows bietet das Zertifikat von selbst an.',
    ],
    command: ['Datei importieren. PowerShell fragt nach dem Passwort.'],
  },
  linux: {
    clicking: [
      'Öffnen Sie *Einstellungen*, dann [WLAN], und wählen Sie Ihr Netz.',
      'Stellen Sie die Sicherheit auf [WPA & WPA2 Enterprise] und die Anmeldung auf [TLS].',
      'Wählen Sie *{file}* als Benutzerzertifikat und als privaten Schlüssel und fügen Sie das Passwort ein.',
      'Drücken Sie [Verbinden].',
    ],
    command: [
      'Dorthin legen, wo Chrome und Chromium suchen. Der Befehl fragt nach dem Passwort.',
      'Hineinsehen; der Schlüssel selbst wird nicht gezeigt.',
    ],
  },
  android: {
    clicking: [
      'Bringen Sie *{file}* auf das Telefon und öffnen Sie sie dort.',
      'Geben Sie das Passwort ein, wählen Sie [WLAN-Zertifikat] und geben Sie ihm einen Namen.',
      'Verbinden Sie sich mit Ihrem WLAN und wählen Sie diesen Namen als Nutzerzertifikat.',
    ],
  },
  any: {
    clicking: [
      'Öffnen Sie *{file}* dort, wo Sie es benutzen wollen.',
      'Fügen Sie das Passwort ein, wenn danach gefragt wird.',
      'Wählen Sie das Zertifikat in den Einstellungen von WLAN oder VPN.',
    ],
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

export const use = { en, de }
