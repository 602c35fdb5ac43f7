/** The second page of the enrol flow: progress of the steps. */
const en = {
  title: 'Making your certificate',
  line: 'For {name}. Keep this page open; it takes a few seconds.',
  lineOwn: 'For your own key. Keep this page open; it takes a few seconds.',
  stoppedTitle: 'Your certificate is not made yet',
  stoppedLine: 'For {name}. Keep this page open: your key exists only in this tab.',
  stoppedLineOwn: 'For your own key. Nothing is issued so far.',
  lanes: 'Steps',
  browser: 'In this browser',
  server: 'On the Latchkey server',
  back: 'Back in this browser',
  publicHalf: 'public half',
  request: 'request',
  certificate: 'certificate',
  key: {
    title: 'Make the key',
    line: 'Two halves: a private one that stays here, a public one to show around.',
  },
  own: { title: 'Take your request', line: 'Its private key stays where it is.' },
  check: {
    title: 'Check with the directory',
    device: 'Is this device yours, managed and compliant at this moment?',
    user: 'Is your account active and allowed at this moment?',
    own: 'Is what the request names yours and in order at this moment?',
  },
  sign: { title: 'Sign the certificate', line: 'Written to the record first, then signed.' },
  wrap: {
    title: 'Wrap it for {system}',
    any: 'Wrap it in a file',
    line: 'Key and certificate go into one locked file. We open it once to be sure.',
    separate: 'Wrap it in separate files',
    separateLine: 'The key is locked with a password. We open it once to be sure.',
  },
  promise:
    'Your private key never crosses the dashed line. Nobody at {tenant}, and no server, ever has it.',
  seconds: '{s} s',
  cancel: 'Cancel',
  announce: 'Step {n} of {of}: {title}.',

  leave: {
    title: 'Leave without your certificate?',
    key: 'Your key exists only in this tab. If you leave now, it is gone.',
    issued:
      'The certificate may be issued already, and its key exists only in this tab. If you leave now, the key is gone and you have to get a new one.',
    file: 'The file and its password exist only in this tab. If you leave now, nobody can bring them back.',
    stay: 'Stay here',
    go: 'Leave',
  },
}

const de: typeof en = {
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
    stay: 'Hier bleiben',
    go: 'Gehen',
  },
}

export const make = { en, de }
