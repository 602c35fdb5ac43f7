import type { Language } from './language.ts'

/** The pages about scripts and the API, in the terms of readers who work in a terminal. */
const en = {
  title: 'Scripts',
  lede: 'The same certificates from a terminal, for one device or for many. Each script is one file that you can read.',
  choose: 'System',
  unix: 'Linux and macOS',
  windows: 'Windows',
  other: 'Anything else',
  terminal: 'Terminal',
  powershell: 'PowerShell',
  copy: 'Copy the command',
  copied: 'Command copied',
  download: 'Download {file}',
  downloadMore: 'The addresses of {tenant} are filled in. It holds no secret.',
  for: 'For {name}',
  forYou: 'For yourself, on any device',
  forThis: 'For the device that you run it on, found by its name',
  notPossible: 'Not possible right now; the command would say why.',
  sandbox:
    'This sandbox made its own https. Run commands in the folder in which you started it; --cacert tells them whom to trust.',
  sandboxWindows: 'This sandbox made its own https. Windows must trust its file {file} first.',
  what: 'What it does',
  unixWhat: [
    'Signs you in with az, or with a code that you enter in a browser.',
    'Makes a key here and asks for a certificate for it.',
    'Checks that both belong together, then puts them in place.',
  ],
  windowsWhat: [
    'Signs you in with a code that you enter in a browser.',
    'Makes a key in the certificate store and asks for a certificate for it.',
    'Checks that both belong together, then puts them in place.',
  ],
  where: 'Where the key goes',
  unixWhere:
    'Into ~/.latchkey, as root into /etc/latchkey, readable by nobody else. It never leaves the machine.',
  windowsWhere:
    'Into your certificate store, not exportable; with -PfxPath into a file with a password. It never leaves the machine.',
  renews: 'How it renews',
  unixRenews:
    'By itself, every day from a timer, 30 days before the end. The certificate at hand proves who you are, so nobody signs in.',
  windowsRenews:
    'By itself, every day from a task, 30 days before the end. The certificate at hand proves who you are, so nobody signs in.',
  rehearse: 'Only ask whether it would be allowed, and change nothing:',
  otherLede:
    'Everything the scripts do is four commands. Any tool that speaks EST (RFC 7030) works as well, at {url}.',
  steps: {
    trust: 'Trust the https of this sandbox',
    token: 'Get a token',
    request: 'Make a key and a request for it',
    issue: 'Ask for the certificate',
    read: 'Look at it',
  },
  tokenOther: 'Without az there is a code to enter in a browser:',
  apiLink: 'Every call of the API, with curl lines',
  api: {
    title: 'The API',
    lede: 'Made from the description that the authority itself gives at {url}. Commands work as pasted.',
    back: 'Scripts',
    before: 'Before you begin',
    beforeMore:
      'Most calls want an access token of Microsoft Entra ID in $TOKEN. It lives about an hour.',
    withAz: 'With az:',
    withCode: 'With a code to enter in a browser:',
    withCodeThen: 'And when you have entered it:',
    withSandbox: 'In this sandbox, where everyone may be anyone:',
    trust: 'This sandbox made its own https. In the folder in which you started it:',
    groups: {
      enrol: 'Get and renew',
      me: 'Your own',
      manage: 'Operators',
      public: 'For everyone',
    },
    access: {
      public: 'For everyone, without a token',
      token: 'With a token',
      clientCertificate: 'With the certificate itself, in the TLS handshake',
    },
    operator: 'With a token that has the role Manage.All',
    takes: 'Takes',
    takesNothing: 'No body',
    parameters: 'Parameters',
    answers: 'Answers',
    refusals: 'Refusals',
    refusalsMore: 'As a problem document (RFC 9457), by status and code.',
    silent: 'The authority does not answer, so its description cannot be shown.',
  },
}

const de: typeof en = {
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
    refusalsMore: 'Als Problemdokument (RFC 9457), nach Status und Code.',
    silent: 'Der Server antwortet nicht, darum kann seine Beschreibung nicht gezeigt werden.',
  },
}

/** Gives the texts of `/scripts` and `/scripts/api` in one language. */
export function scriptsWords(language: Language) {
  return { en, de }[language]
}

export type ScriptsWords = typeof en
