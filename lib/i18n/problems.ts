import type { ErrorCode } from '#lib/errors.ts'

/**
 * Pages for what does not exist, is not allowed or went wrong, and reasons why a certificate is not issued.
 */

/** Codes of refusals about a person, a device or a renewal; each has a text of its own. */
type Refused = Extract<
  ErrorCode,
  | 'missing_role'
  | 'principal_disabled'
  | 'guest_not_allowed'
  | 'not_owner'
  | 'ambiguous_device'
  | 'device_lost'
  | 'device_disabled'
  | 'device_not_managed'
  | 'device_not_compliant'
  | 'device_too_new'
  | 'ownership_changed'
  | 'sign_in_again'
  | 'too_early'
>

const en = {
  notFoundTitle: 'There is no such page',
  notFoundText: 'The address may be old or mistyped.',
  noCertificateTitle: 'There is no such certificate, or it is not yours.',
  toHome: 'Go to your certificates',
  noRoleTitle: 'You are signed in, but certificates are not switched on for you yet',
  noRoleLede:
    'Your account works. {tenant} decides who may get certificates here, and you are not in that group so far.',
  noRoleWhat: 'Microsoft told us who you are, {upn}, but not that you may use self‑service.',
  noRoleSteps: ['Send IT the message below.', 'When they have switched it on, sign in again here.'],
  noRoleMessage:
    'Hello, please assign me the role “CSR.SelfService” in the app “Latchkey”, so that I can get a certificate for Wi‑Fi. My account: {upn}. Thank you, {name}',
  signInAgain: 'Sign in again',
  otherAccount: 'Use another account',
  offTitle: 'Your account is switched off',
  offLede: 'The directory says so. As long as it does, no certificate can be issued for you.',
  offWhat: '{tenant} keeps {upn} as switched off. Nothing here can change that.',
  offSteps: ['Send IT the message below.', 'When they have switched it on, sign in again here.'],
  offMessage:
    'Hello, my account {upn} is switched off in the directory, so I cannot get a certificate for Wi‑Fi and VPN. Can you tell me why, or switch it on again? Thank you, {name}',
  refusals: {
    missing_role: 'Certificates are not switched on for you yet.',
    principal_disabled: 'Your account is switched off; only IT can change it.',
    guest_not_allowed: '{tenant} gives certificates to its own accounts only.',
    not_owner: 'The directory does not list it as yours. A change takes some minutes to show.',
    ambiguous_device: 'Two devices have the same id in the directory. Only IT can tell them apart.',
    device_lost: 'While it is reported lost, nothing is issued for it.',
    device_disabled: 'The device is switched off in the directory. Only IT can switch it on.',
    device_not_managed:
      '{tenant} gives certificates to managed devices only. Enrol it in Intune, then come back.',
    device_not_compliant: 'Fix it in the Intune app, then check again.',
    device_too_new:
      'The directory has not known it for long enough. Wait some minutes, then check again.',
    ownership_changed: 'The directory changed meanwhile. Try again in a minute.',
    sign_in_again:
      'Nobody signed in for it for too long. Sign in and get a new one; after that it renews by itself again.',
    too_early: 'It is renewed in its last days only. Until then it stays good.',
  } satisfies Readonly<Record<Refused, string>>,
}

const de: typeof en = {
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
    'Guten Tag, bitte weisen Sie mir in der App „Latchkey“ die Rolle „CSR.SelfService“ zu, damit ich ein Zertifikat für das WLAN holen kann. Mein Konto: {upn}. Vielen Dank, {name}',
  signInAgain: 'Neu anmelden',
  otherAccount: 'Anderes Konto benutzen',
  offTitle: 'Ihr Konto ist deaktiviert',
  offLede:
    'So steht es im Verzeichnis. Solange das so ist, wird für Sie kein Zertifikat ausgestellt.',
  offWhat: '{tenant} führt {upn} als deaktiviert. Hier kann das niemand ändern.',
  offSteps: [
    'Senden Sie der IT die Nachricht unten.',
    'Wenn sie es aktiviert hat, melden Sie sich hier neu an.',
  ],
  offMessage:
    'Guten Tag, mein Konto {upn} ist im Verzeichnis deaktiviert, darum kann ich kein Zertifikat für WLAN und VPN holen. Können Sie mir sagen, warum, oder es wieder aktivieren? Vielen Dank, {name}',
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

export const problems = { en, de }
