import type { ErrorCode } from '#lib/errors.ts'

/** What an owner can do against a certificate, and why an attempt failed. */

/** Why a certificate was not revoked, held or released; `other` is for codes without a text of their own. */
export type Failed = { readonly [code in ErrorCode]?: string } & { readonly other: string }

const en = {
  lost: 'Lost device',
  revoke: 'Revoke',
  undo: 'I have it again',
  cancel: 'Cancel',
  keep: 'Keep it',
  revokeTitle: 'Revoke this certificate for good?',
  revokeText: 'Wi‑Fi and VPN refuse {name} within {span}. Nobody can undo this.',
  why: 'Why?',
  reasons: {
    cessationOfOperation: 'I do not need it',
    superseded: 'I replaced it',
    keyCompromise: 'Someone else may have the key',
  },
  /** For certificates that somebody else got for a device of the reader. */
  othersReasons: {
    cessationOfOperation: 'The device is mine now',
    superseded: 'I replaced it',
    keyCompromise: 'Someone else may have the key',
  },
  keyCompromiseMore:
    'Every certificate with this key is revoked, with all that was renewed from it, and the key can never be used again.',
  withDescendants: 'Also revoke what was renewed from it',
  revokeDo: 'Revoke for good',
  lostTitle: 'Stop {name}?',
  lostSelfTitle: 'Stop the certificates made out to you?',
  lostText: {
    one: 'Its certificate goes on hold at once, whoever got it; Wi‑Fi and VPN refuse it within {span}. Nothing is issued for the device until you undo this on this page.',
    other:
      'Its {n} certificates go on hold at once, whoever got them; Wi‑Fi and VPN refuse them within {span}. Nothing is issued for the device until you undo this on this page.',
  },
  lostSelfText: {
    one: 'Your certificate goes on hold at once, whatever device it is on; Wi‑Fi and VPN refuse it within {span}. You can undo this on this page.',
    other:
      'Your {n} certificates go on hold at once, whatever device they are on; Wi‑Fi and VPN refuse them within {span}. You can undo this on this page.',
  },
  lostDo: 'Stop this device',
  lostSelfDo: 'Stop my certificates',
  isRevoked: 'It is revoked for good; there is nothing left to stop.',
  isExpired: 'It has ended; there is nothing left to stop.',
  failed: {
    already_revoked: 'It is stopped already. Nothing was changed.',
    not_on_hold: 'It is not on hold because of you. Nothing was changed.',
    not_found: 'There is no such certificate, or it is not yours.',
    not_owner:
      'The directory lists the device as somebody else’s now, so only they can report it. Nothing was changed; revoke your certificate instead.',
    principal_disabled: 'Your account is switched off, so you cannot do this. Nothing was changed.',
    directory_unavailable:
      'The directory is not answering, so we cannot tell whether you may do this. Nothing was changed; try again in a minute.',
    session_required: 'You were signed out. Sign in again; nothing was changed.',
    authority_unavailable: 'The Latchkey server does not answer. Nothing was changed.',
    other: 'That did not work, and nothing was changed. Try again in a moment.',
  } satisfies Failed,
}

const de: typeof en = {
  lost: 'Gerät verloren',
  revoke: 'Sperren',
  undo: 'Ich habe es wieder',
  cancel: 'Abbrechen',
  keep: 'Behalten',
  revokeTitle: 'Dieses Zertifikat endgültig sperren?',
  revokeText:
    'WLAN und VPN weisen {name} binnen {span} ab. Das lässt sich nicht rückgängig machen.',
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
    one: 'Sein Zertifikat wird sofort pausiert, wer immer es geholt hat; WLAN und VPN weisen es binnen {span} ab. Für das Gerät wird nichts ausgestellt, bis Sie das auf dieser Seite rückgängig machen.',
    other:
      'Seine {n} Zertifikate werden sofort pausiert, wer immer sie geholt hat; WLAN und VPN weisen sie binnen {span} ab. Für das Gerät wird nichts ausgestellt, bis Sie das auf dieser Seite rückgängig machen.',
  },
  lostSelfText: {
    one: 'Ihr Zertifikat wird sofort pausiert, auf welchem Gerät auch immer; WLAN und VPN weisen es binnen {span} ab. Auf dieser Seite können Sie das rückgängig machen.',
    other:
      'Ihre {n} Zertifikate werden sofort pausiert, auf welchem Gerät auch immer; WLAN und VPN weisen sie binnen {span} ab. Auf dieser Seite können Sie das rückgängig machen.',
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
      'Das Verzeichnis führt das Gerät jetzt als das von jemand anderem, nur der kann es melden. Nichts wurde geändert; sperren Sie stattdessen Ihr Zertifikat.',
    principal_disabled: 'Ihr Konto ist deaktiviert, darum geht das nicht. Nichts wurde geändert.',
    directory_unavailable:
      'Das Verzeichnis antwortet nicht, darum wissen wir nicht, ob Sie das dürfen. Nichts wurde geändert; versuchen Sie es in einer Minute erneut.',
    session_required: 'Sie wurden abgemeldet. Melden Sie sich neu an; nichts wurde geändert.',
    authority_unavailable: 'Der Latchkey-Server antwortet nicht. Nichts wurde geändert.',
    other:
      'Das hat nicht geklappt, und nichts wurde geändert. Versuchen Sie es gleich noch einmal.',
  },
}

export const stopWords = { en, de }
