/** Pages for what does not exist, is not allowed, or went wrong. */
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
}

export const problems = { en, de }
