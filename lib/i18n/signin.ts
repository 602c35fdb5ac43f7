/** The sign-in page. */
const en = {
  title: 'Sign in',
  // U+2060 around a plain hyphen keeps the line from breaking there; the non-breaking hyphen would come from
  // another font.
  heading: 'Your own key to Wi-\u2060Fi and VPN.',
  lede: 'Sign in to see your devices and get a certificate for one of them. A certificate is a digital key: it lets a device in without a password.',
  button: 'Continue with your {tenant} account',
  leaving: 'Taking you to Microsoft…',
  note: 'Microsoft asks for your password, not us.',
  steps: [
    'You pick one of your devices.',
    'Your browser makes the private key. It stays with you.',
    'You get a file that fits your system, and the steps to use it.',
  ],
  signedOut: 'You are signed out.',
  signedOutMore: 'On a shared computer, sign out of Microsoft too.',
  ended: 'You were signed out, because the sign-in ran out.',
  endedMore: 'Sign in again and you are back on the same page.',
  offline: 'You are offline.',
  offlineMore: 'Sign-in works again as soon as the connection is back.',
  blocked: 'Your browser keeps no cookies for this site.',
  blockedMore: 'Sign-in needs one. Allow cookies for this site, then continue.',
  errors: {
    wrong_tenant: {
      title: 'That account belongs to another organisation.',
      more: 'Sign in with your {tenant} account.',
    },
    refused: {
      title: 'Microsoft did not let you in.',
      more: 'Your account may be switched off, or not allowed to use Latchkey. Only IT can change that.',
    },
    again: {
      title: 'The sign-in did not finish.',
      more: 'It may have taken too long, or it was started in another tab. Nothing was changed; continue to start over.',
    },
    setup: {
      title: 'Sign-in is not set up completely.',
      more: 'Only IT can mend that. Nothing is wrong with your account.',
    },
  },
}

const de: typeof en = {
  title: 'Anmelden',
  heading: 'Ihr eigener Schlüssel zu WLAN und VPN.',
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
      title: 'Die Anmeldung wurde nicht fertig.',
      more: 'Vielleicht hat sie zu lange gedauert oder lief in einem anderen Tab. Es wurde nichts geändert; fahren Sie fort, um neu zu beginnen.',
    },
    setup: {
      title: 'Die Anmeldung ist nicht fertig eingerichtet.',
      more: 'Nur die IT kann das beheben. Mit Ihrem Konto ist alles in Ordnung.',
    },
  },
}

export const signin = { en, de }
