import { howWords } from './certificate-how.ts'
import { stopWords } from './certificate-stop.ts'
import { whyWords } from './certificate-why.ts'

/** The page of one certificate, and the reasons for every status, which the lists show as well. */
const en = {
  crumb: 'Certificates',
  you: 'You, on any device',
  download: 'Download',
  downloadMore: 'Without the private key; we never had it.',
  downloadCertificate: 'Certificate',
  downloadChain: 'Certificate and chain',
  downloadCa: 'Certificate of the authority',
  technical: 'Technical details',
  checkAgain: 'Check again',
  checking: {
    still: 'Checked {time}: still {how}.',
    now: 'Checked {time}: now {how}.',
    changed: '{name} is now {how}.',
    failed: 'We could not check just now. Try again in a moment.',
    signedOut: 'You were signed out. Sign in again to check.',
  },
  how: howWords.en,
  stop: stopWords.en,
  serial: 'Serial',
  subject: 'Subject',
  boundTo: 'Bound to',
  issuer: 'Issuer',
  starts: 'Starts',
  ends: 'Ends',
  issued: 'Issued',
  signedIn: 'Signed in',
  fingerprint: 'SHA‑256',
  key: 'Key thumbprint',
  directoryRead: 'Directory read {time}.',
  history: 'History',
  eventEnds: 'Ends',
  eventIssued: 'Issued to you',
  eventRenewed: 'Issued to you, in place of an older one',
  eventIssuedOther: 'Issued to somebody else',
  eventHold: 'On hold',
  eventRevoked: 'Revoked',
  /** For scripts and devices that renew a certificate with itself. */
  renewal: {
    always: 'It can renew by itself again and again.',
    until: 'It can renew by itself until {until}. After that, sign in and get a new one.',
    from: 'It can renew by itself from {from} on.',
    fromUntil:
      'It can renew by itself from {from} until {until}. After that, sign in and get a new one.',
    over: 'It can no longer renew by itself. Sign in and get a new one before it ends.',
  },
  othersTitle: 'Somebody else got this certificate, for a device of yours.',
  othersMore:
    'You see it because the directory lists the device as yours. Whoever got it may still have its key; you can stop it here.',
  renamedTitle: 'Your account has a new name: {upn}.',
  renamedMore:
    'The certificate made out to {old} stays good. Get one under the new name before something asks for it.',
  renamedDo: 'Get one under the new name',
  nothingToDo: 'Nothing. It works by itself as long as it is good.',
  sentence: '{status}. Valid {from} to {to}, {left}.',
  noneSentence: 'No certificate yet',
  why: whyWords.en,
  happened: {
    device_not_compliant:
      'Intune checks your device against company rules and one did not pass. We see that it failed, not which rule. Until it passes, Wi‑Fi and VPN refuse the certificate; nothing is lost.',
    hold: 'Wi‑Fi and VPN refuse it until it is good again. Nothing is lost.',
    ending: 'Wi‑Fi and VPN refuse it, and nothing brings it back.',
    revoked: 'Wi‑Fi and VPN refuse it for good.',
  },
  todo: {
    device_not_compliant: [
      'On {name}, open Microsoft Intune and look under “Check status”. It names the rule.',
      'Fix it there, then choose “Check status” once more.',
      'Still stuck after an hour? Send IT the message below.',
    ],
    account_at_risk: ['Change your password, then sign in again.'],
    lost_device: ['Found it? Choose “I have it again”.', 'Gone for good? Revoke it.'],
    device_absent: [
      'Is the device gone for good? Then there is nothing to do.',
      'Otherwise send IT the message below.',
    ],
    device_retiring: [
      'Is it being retired or wiped on purpose? Then there is nothing to do.',
      'Otherwise send IT the message below.',
    ],
    owner_changed: [
      'Has the device a new owner? Then it gets a certificate of theirs, and this one ends by itself.',
      'To end it at once, revoke it.',
      'Should it be as before? Send IT the message below.',
    ],
    owner_at_risk: ['Whoever got it changes their password, then signs in again.'],
    account_renamed: ['Get a new certificate under the new name.'],
    ending: ['Get a new certificate, if you may still have one.'],
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
  checkAgain: 'Erneut prüfen',
  checking: {
    still: 'Geprüft {time}: weiterhin {how}.',
    now: 'Geprüft {time}: jetzt {how}.',
    changed: '{name} ist jetzt {how}.',
    failed: 'Das ließ sich gerade nicht prüfen. Versuchen Sie es gleich noch einmal.',
    signedOut: 'Sie wurden abgemeldet. Melden Sie sich zum Prüfen neu an.',
  },
  how: howWords.de,
  stop: stopWords.de,
  serial: 'Seriennummer',
  subject: 'Inhaber',
  boundTo: 'Gebunden an',
  issuer: 'Aussteller',
  starts: 'Beginnt',
  ends: 'Endet',
  issued: 'Ausgestellt',
  signedIn: 'Angemeldet',
  fingerprint: 'SHA‑256',
  key: 'Schlüsselabdruck',
  directoryRead: 'Verzeichnis gelesen: {time}.',
  history: 'Verlauf',
  eventEnds: 'Endet',
  eventIssued: 'Für Sie ausgestellt',
  eventRenewed: 'Für Sie ausgestellt, anstelle eines älteren',
  eventIssuedOther: 'Für jemand anderen ausgestellt',
  eventHold: 'Pausiert',
  eventRevoked: 'Gesperrt',
  renewal: {
    always: 'Es kann sich von selbst verlängern, immer wieder.',
    until:
      'Es kann sich bis {until} von selbst verlängern. Danach melden Sie sich an und holen ein neues.',
    from: 'Es kann sich ab {from} von selbst verlängern.',
    fromUntil:
      'Es kann sich ab {from} bis {until} von selbst verlängern. Danach melden Sie sich an und holen ein neues.',
    over: 'Es kann sich nicht mehr von selbst verlängern. Melden Sie sich an und holen Sie ein neues, bevor es endet.',
  },
  othersTitle: 'Jemand anders hat dieses Zertifikat geholt, für ein Gerät von Ihnen.',
  othersMore:
    'Sie sehen es, weil das Verzeichnis das Gerät als Ihres führt. Wer es geholt hat, hat vielleicht noch seinen Schlüssel; hier können Sie es stoppen.',
  renamedTitle: 'Ihr Konto hat einen neuen Namen: {upn}.',
  renamedMore:
    'Das auf {old} ausgestellte Zertifikat bleibt gültig. Holen Sie eines unter dem neuen Namen, bevor etwas danach fragt.',
  renamedDo: 'Eines unter dem neuen Namen holen',
  nothingToDo: 'Nichts. Es funktioniert von selbst, solange es gültig ist.',
  sentence: '{status}. Gilt vom {from} bis {to}, {left}.',
  noneSentence: 'Noch kein Zertifikat',
  why: whyWords.de,
  happened: {
    device_not_compliant:
      'Intune prüft Ihr Gerät nach Regeln der Firma, und eine ist nicht erfüllt. Wir sehen, dass sie nicht erfüllt ist, aber nicht welche. Bis dahin weisen WLAN und VPN das Zertifikat ab; es ist nichts verloren.',
    hold: 'WLAN und VPN weisen es ab, bis es wieder gilt. Es ist nichts verloren.',
    ending: 'WLAN und VPN weisen es ab, und nichts bringt es zurück.',
    revoked: 'WLAN und VPN weisen es endgültig ab.',
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

export const certificate = { en, de }
