import type { ErrorCode } from '#lib/errors.ts'
import type { Failed, HoldReason, How, Reasons, Refused, RevokedReason } from './words.ts'

/** English: every text of the portal. Another language is one more file like this one, with the same exports. */

/** Texts of the frame around every page, and texts that several pages share. */
export const common = {
  product: 'Latchkey',
  skip: 'Skip to content',
  mainNavigation: 'Main',
  home: 'Home',
  devices: 'Devices',
  scripts: 'Scripts',
  manage: 'Manage',
  loading: 'Loading',
  youAreHere: 'You are here',
  noScript: 'This page needs JavaScript, since your key is made in the browser.',
  noScriptMore: 'Allow it for this site, then load the page again.',
  footer: 'Latchkey for {tenant}',
  account: 'Account of {name}',
  calendar: 'Calendar',
  signOut: 'Sign out',
  themeToDark: 'Switch to dark',
  themeToLight: 'Switch to light',
  language: 'Language',
  help: 'Need help?',
  helpPage: 'Help page',
  privacy: 'Privacy',
  doctor: 'Check a file',
  offline:
    'You are offline. What you see may be old, and nothing can be changed until the connection is back.',
  whatIsIt:
    'A certificate is a digital key: with it, a device gets access to {access} without a password.',
  getCertificate: 'Get a certificate',
  whatHappened: 'What happened',
  whatYouCanDo: 'What you can do',
  tryAgain: 'Try again',
  details: 'Details',
  copyMessage: 'Copy message',
  messageCopied: 'Message copied',
  copyForIt: 'Copy a message for IT',
  writeToHelp: 'Write to IT',
  today: 'today',
  yesterday: 'yesterday',
  tomorrow: 'tomorrow',
  /** A day without a name such as "today", before a time. */
  onDay: '{date}',
  moment: '{day}, {time}',
  daysLeft: { one: '{n} day left', other: '{n} days left' },
  lastDay: 'Last day',
  minutes: { one: '{n} minute', other: '{n} minutes' },
  hours: { one: '{n} hour', other: '{n} hours' },
  days: { one: '{n} day', other: '{n} days' },
  status: {
    good: 'Good',
    hold: 'On hold',
    soon: 'Ends soon',
    revoked: 'Revoked',
    expired: 'Expired',
    none: 'None yet',
    checking: 'Checking…',
    unknown: 'Unknown right now',
  },
}

/** What a certificate opens, by the kinds of networks that there are. It stands where a text says {access}. */
export const access = {
  // U+2060 behind a plain hyphen keeps the line from breaking there; the non-breaking hyphen would come from
  // another font.
  wifi: 'Wi-\u2060Fi',
  wired: 'wired networks',
  vpn: 'VPN',
  unknown: 'the network and services of {tenant}',
}

/** The sign-in page. */
export const signin = {
  title: 'Sign in',
  heading: 'Your own key to {access}.',
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

/** The home page: your certificates. */
export const home = {
  title: 'Your certificates',
  allWell: 'Everything works. Next to renew: {name}, {date}.',
  you: 'You, on any device',
  certificate: 'Certificate',
  pausedSince: 'On hold since {time}',
  asOf: 'as of {time}',
  revokedOn: 'Revoked {date}',
  endedOn: 'Ended {date}',
  ready: 'Ready for a certificate',
  lastEnded: 'The last one ended on {date}',
  lastRevoked: 'The last one was revoked on {date}',
  getOne: 'Get one',
  getOneFor: 'Get a certificate for {name}',
  renew: 'Renew',
  renewFor: 'Renew the certificate of {name}',
  /** A further certificate of the same holder, by its label or by its date. */
  another: 'Another one, of {date}',
  of: 'of {date}',
  renewed: 'Renewed on {date}; this one is still good',
  older: {
    one: '{n} earlier certificate, revoked or ended',
    other: '{n} earlier certificates, revoked or ended',
  },
  holdTitle: 'The certificate of {name} is on hold, so networks that ask refuse it right now.',
  soonTitle: 'The certificate of {name} ends on {date}.',
  soonMore: 'Renew it, so that you keep your access to {access}.',
  manyTitle: { one: '{n} certificate needs you.', other: '{n} certificates need you.' },
  manyMore: 'They come first in the list.',
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
    'Its last answer is too old to vouch for your certificates: whoever asks is told to ask again later, so {access} may refuse them until it answers.',
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
    'Hello, my account {upn} is switched off in the directory, so I get no certificates for {access}, and those made out to me are on hold. Can you tell me why, or switch it on again? Thank you, {name}',
  guest: 'Guests get no certificates here.',
  guestMore: '{tenant} gives certificates to its own accounts only.',
  lostTitle: 'Lost a device?',
  lostMore:
    'Report it: all its certificates go on hold at once, whoever got them, and nothing is issued for it. If it turns up within {days}, say so, and they work again.',
  lostDo: 'Report a device lost',
  lostAsk: 'What is lost?',
  lostSelf: 'A device with a certificate made out to you',
  lostNone: 'It has no certificate. Nothing is issued for it until you say that you have it again.',
  lostNote: '{name} is reported lost.',
  lostNoteSelf: 'The certificates made out to you are stopped.',
  lostNoteMany: { one: '{n} report of a loss stands.', other: '{n} reports of a loss stand.' },
  lostMoreStands: 'Nothing is issued for a lost device, and its certificates are on hold.',
  lostUntil: 'Unless it turns up by {time}, its certificates are revoked for good.',
  lostOver: 'Its time is over, so its certificates are revoked for good.',
}

/** The devices page. */
export const devices = {
  title: 'Your devices',
  lede: 'These are the devices that the company directory lists as yours.',
  managed: 'Managed',
  notManaged: 'Registered, not managed',
  compliant: 'Compliant',
  notCompliant: 'Not compliant',
  disabled: 'Switched off',
  noneYet: 'No certificate yet',
  inHand: 'Probably the one you are using',
  onPhone: 'Get it on the phone',
  onPhoneFor: 'Get the certificate of {name} on the phone',
  checkAgain: 'Check again',
  forSelf: 'Get one for yourself instead',
  checkAgainFor: 'Check again: {name}',
  messageForIt:
    'Hello, my device {name} gets no certificate for {access}. Latchkey says: {reason} Can you help? Thank you, {person}',
  view: 'View',
  viewFor: 'View the certificate of {name}',
  whatToDo: 'What to do',
  whatToDoFor: 'What to do about {name}',
  read: 'Directory last read {time}.',
  readAgain: 'Read it again',
  stale: 'This list is as of {time}; what changed since is not in it.',
  empty: 'The directory lists no device as yours.',
  emptyMore:
    'A device appears here after it has been joined or enrolled with your account; that takes about ten minutes.',
  lost: 'Reported lost',
  lostSince: 'Reported lost {time} by {who}.',
  lostUntil: 'Unless it turns up by {time}, its certificates are revoked for good.',
  you: 'you',
  found: 'I have it again',
  foundFor: 'I have it again: {name}',
  others: {
    one: 'Somebody else has a certificate for this device:',
    other: 'Others have certificates for this device:',
  },
  otherOne: 'Certificate …{end}',
  otherOneFor: 'Certificate …{end} for {name}',
}

/** Display statuses, as the end of "ALICE-LT-042 is now …". */
const how = {
  good: 'good',
  revoked: 'revoked',
  expired: 'expired',
  unknown: 'unknown',
  hold: {
    device_not_compliant: 'not compliant',
    device_left_intune: 'no longer in Intune as this device',
    device_disabled: 'switched off in the directory',
    device_absent: 'on hold, because the directory no longer has the device',
    device_deleted: 'about to be revoked, because the device was removed from the directory',
    device_retiring: 'on hold, because Intune is about to retire or wipe the device',
    device_retired: 'about to be revoked, because the device was retired or wiped',
    owner_changed: 'on hold, because the device has another owner',
    owner_disabled: 'on hold, because the account of the person who got it is switched off',
    owner_at_risk: 'on hold, because the account of the person who got it is at risk',
    owner_absent: 'on hold, because the directory no longer has the person who got it',
    owner_deleted: 'about to be revoked, because the person who got it was removed',
    account_disabled: 'on hold, because your account is switched off',
    account_absent: 'on hold, because the directory no longer has your account',
    account_deleted: 'about to be revoked, because the account was removed',
    account_at_risk: 'on hold, because your account is at risk',
    account_renamed: 'on hold, because your account has a new name',
    name_reused: 'about to be revoked, because its name belongs to somebody else',
    lost_device: 'on hold, because it was reported lost',
    by_operator: 'on hold by IT',
    directory_unknown: 'on hold',
    other: 'on hold',
  },
} satisfies How

/** Why a certificate has its status: one sentence for each state and reason. */
const why = {
  good_device: 'Good until {date}, as long as the device is compliant.',
  good_device_any: 'Good until {date}, as long as the device is in the directory.',
  good_device_owned: 'Good until {date}, as long as the device is compliant and keeps its owner.',
  good_device_any_owned:
    'Good until {date}, as long as the device is in the directory and keeps its owner.',
  good_user: 'Good until {date}, as long as your account is active.',
  expired: 'Ended on {date}.',
  unknown:
    'We cannot ask the directory right now; its last answer is of {time}. Until it answers, whoever asks is told to ask again later.',
  hold: {
    device_not_compliant:
      'On hold since {time}, because Intune marked this device as not compliant. It works again by itself, about {span} after Intune says compliant.',
    device_left_intune:
      'On hold since {time}, because Intune no longer has this device as it was, as after enrolling it again. Get a new certificate for it.',
    device_disabled:
      'On hold since {time}, because the device is switched off in the directory. It works again by itself, about {span} after IT switches the device on.',
    device_absent:
      'On hold since {time}, because the directory no longer has this device. It works again by itself, about {span} after IT restores the device.',
    device_deleted:
      'On hold since {time}, because the device was removed from the directory for good. It is being revoked.',
    device_retiring:
      'On hold since {time}, because Intune is about to retire or wipe this device, or calls it unhealthy. It works again by itself, about {span} after Intune has it as before; once it is retired or wiped, it is revoked for good.',
    device_retired:
      'On hold since {time}, because the device was retired or wiped. It is being revoked.',
    owner_changed:
      'On hold since {time}, because the device has another owner in the directory than when this certificate was made. It works again by itself, about {span} after that is undone.',
    owner_disabled:
      'On hold since {time}, because the account of the person who got it is switched off. It works again by itself, about {span} after IT switches the account on.',
    owner_at_risk:
      'On hold since {time}, because Microsoft sees an unusual sign-in to the account of the person who got it. Once they have changed their password, it works again about {span} later.',
    owner_absent:
      'On hold since {time}, because the directory no longer has the account of the person who got it. It works again by itself, about {span} after IT restores the account.',
    owner_deleted:
      'On hold since {time}, because the account of the person who got it was removed from the directory for good. It is being revoked.',
    account_disabled:
      'On hold since {time}, because your account is switched off. It works again by itself, about {span} after IT switches the account on.',
    account_absent:
      'On hold since {time}, because the directory no longer has your account. It works again by itself, about {span} after IT restores the account.',
    account_deleted:
      'On hold since {time}, because the account was removed from the directory for good. It is being revoked.',
    account_at_risk:
      'On hold since {time}, because Microsoft sees an unusual sign-in to your account. Change your password, and it works again about {span} later.',
    account_renamed:
      'On hold since {time}, because your account has another name now than this certificate. Get a new one under the new name.',
    name_reused:
      'On hold since {time}, because the name in it belongs to somebody else now. It is being revoked.',
    lost_device:
      'On hold since {time}: {by} reported the device lost. It works again once the report is withdrawn.',
    by_operator: 'On hold since {time} by IT. Only IT can end it.',
    directory_unknown: 'On hold since {time}, because the directory no longer answers for it.',
    other: 'On hold since {time}.',
  } satisfies Reasons<HoldReason>,
  lost_by_you:
    'On hold since {time}: you reported the device lost. It works again once you say that you have it again.',
  lost_self:
    'On hold since {time}: you stopped the certificates made out to you. They work again once you undo that.',
  /** Stands behind the sentence of a hold that becomes a revocation. */
  finalAt: 'If nothing changes by {time}, it is revoked for good.',
  finalSometime: 'If nothing changes, it is revoked for good.',
  revoked: {
    device_deleted:
      'Revoked on {date}, because the device was removed from the directory. This is final; a new device gets a new certificate.',
    device_retired:
      'Revoked on {date}, because the device was retired or wiped. This is final; set up again, it gets a new certificate.',
    owner_changed:
      'Revoked on {date}, because the device has another owner now. This is final; whoever has it now gets a new certificate.',
    owner_deleted:
      'Revoked on {date}, because the account of the person who got it was removed from the directory.',
    account_deleted: 'Revoked on {date}, because the account was removed from the directory.',
    name_reused:
      'Revoked on {date}, because the name in it belongs to somebody else now. This is final; get a new one under your own name.',
    by_owner: 'Revoked on {date} by {by}.',
    superseded: 'Revoked on {date}, replaced by a newer one.',
    by_operator: 'Revoked on {date} by IT.',
    key_compromise:
      'Revoked on {date}, because the key may be known to someone else. That key can never be used again.',
    renewed_from_revoked:
      'Revoked on {date}, because the one it was renewed from was revoked. This is final; sign in and get a new one.',
    not_delivered: 'Revoked on {date}, because it was never delivered.',
    lost_device:
      'Revoked on {date}, because it was reported lost and the report was not withdrawn in time. This is final; if you have it again, say so, then get a new one.',
    other: 'Revoked on {date}.',
  } satisfies Reasons<RevokedReason>,
  revoked_by_you: 'Revoked on {date} by you.',
  somebody: 'somebody',
}

/** What an owner can do against a certificate, and why an attempt failed. */
const stop = {
  lost: 'Lost device',
  revoke: 'Revoke',
  undo: 'I have it again',
  cancel: 'Cancel',
  keep: 'Keep it',
  revokeTitle: 'Revoke this certificate for good?',
  revokeText:
    'Networks that ask refuse the certificate of {name} within {span}; those that keep a list, with their next one. Nobody can undo this.',
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
    one: 'Its certificate goes on hold at once, whoever got it; networks that ask refuse it within {span}. Nothing is issued for the device until you have it again. After {days} the certificate is revoked for good.',
    other:
      'Its {n} certificates go on hold at once, whoever got them; networks that ask refuse them within {span}. Nothing is issued for the device until you have it again. After {days} the certificates are revoked for good.',
  },
  lostSelfText: {
    one: 'Your certificate goes on hold at once, whatever device it is on; networks that ask refuse it within {span}. You can undo this for {days}; after that it is revoked for good.',
    other:
      'Your {n} certificates go on hold at once, whatever device they are on; networks that ask refuse them within {span}. You can undo this for {days}; after that they are revoked for good.',
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

/** The page of one certificate, and the reasons for every status, which the lists show as well. */
export const certificate = {
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
  how,
  stop,
  serial: 'Serial',
  subject: 'Subject',
  boundTo: 'Bound to',
  issuer: 'Issuer',
  starts: 'Starts',
  ends: 'Ends',
  issued: 'Issued',
  signedIn: 'Signed in',
  renew: 'Renew',
  renewedTitle: 'This certificate was renewed on {date}.',
  renewedMore: 'It stays good until {until} unless you retire it. Do that when the new one works.',
  seeNew: 'See the new one',
  retire: {
    button: 'Retire this one now',
    title: 'Retire the older certificate?',
    text: 'Networks that ask refuse it within {span}; those that keep a list, with their next one. The new one goes on working. Nobody can undo this.',
    sure: 'Retire it for good',
  },
  label: {
    title: 'What you call it',
    more: 'So that you can tell your certificates apart. It is not in the certificate; only you and IT see it.',
    field: 'Name, such as “my phone”',
    save: 'Save the name',
    saved: 'Name saved',
    failed: {
      malformed_request: 'A name has up to 40 characters that can be seen. Nothing was changed.',
      session_required: 'You were signed out. Sign in again; nothing was changed.',
      authority_unavailable: 'The Latchkey server does not answer. Nothing was changed.',
      other: 'That did not work, and nothing was changed. Try again in a moment.',
    } satisfies Failed,
  },
  fingerprint: 'SHA‑256',
  key: 'Key thumbprint',
  directoryRead: 'Directory read {time}.',
  history: 'History',
  eventEnds: 'Ends',
  eventEnded: 'Ended',
  eventIssued: 'Issued to you',
  eventRenewed: 'Issued to you, in place of an older one',
  eventIssuedOther: 'Issued to somebody else',
  eventHold: 'On hold',
  eventRevoked: 'Revoked',
  /** For scripts and devices that renew a certificate with itself. */
  renewal: {
    always: 'Scripts can renew it without a sign-in, again and again.',
    until:
      'Scripts can renew it without a sign-in until {until}. After that, sign in and get a new one.',
    from: 'Scripts can renew it without a sign-in from {from} on.',
    fromUntil:
      'Scripts can renew it without a sign-in from {from} until {until}. After that, sign in and get a new one.',
    over: 'Scripts can no longer renew it without a sign-in. Sign in and get a new one before it ends.',
  },
  othersTitle: 'Somebody else got this certificate, for a device of yours.',
  othersMore:
    'You see it because the directory lists the device as yours. Whoever got it may still have its key; you can stop it here.',
  renamedTitle: 'Your account has a new name: {upn}.',
  renamedMore:
    'The certificate made out to {old} stays good. Get one under the new name before something asks for it.',
  renamedDo: 'Get one under the new name',
  sentence: '{status}. Valid {from} to {to}, {left}.',
  why,
  happened: {
    device_not_compliant:
      'Intune checks your device against company rules and one did not pass. We see that it failed, not which rule. Until it passes, networks that ask refuse the certificate; nothing is lost.',
    hold: 'Networks that ask refuse it until it is good again. Nothing is lost.',
    ending: 'Networks that ask refuse it, and nothing brings it back.',
    revoked: 'Networks that ask refuse it for good.',
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

/** What relying parties see of a certificate, beside its status in the portal. */
export const relyingParty = {
  title: {
    same: 'Everyone is told the same',
    behind: 'Not everyone has heard yet',
    none: 'What everyone is told',
  },
  page: 'This page',
  wifi: 'Networks that ask',
  list: 'Published list',
  remembered:
    'Whoever asked before may remember the older answer until {until}, and whoever keeps an older list, until that list ends.',
  ended:
    'Its last day is over. Whoever checks it reads that from the certificate itself and asks nobody.',
  answers: {
    ocsp: {
      said: 'As of {from}; may be believed until {until}.',
      behind: 'This answer is of {from} and does not know it yet; a new one comes by {until}.',
      overdue:
        'This answer is of {from} and should know it by now. Something keeps an old answer; tell IT.',
      later: 'It says neither good nor bad: ask again later.',
      silent: 'It does not answer us right now. We try again.',
      refused: 'What came is no valid answer of our authority; whoever checks it does not take it.',
    },
    list: {
      said: 'Published {from}; may be believed until {until}.',
      behind: 'The list of {from} does not know it yet; the next one comes within {span}.',
      overdue: 'The list of {from} should know it by now, and no newer one was published. Tell IT.',
      later: 'There is no list that is still in its time.',
      silent: 'We cannot read it right now. We try again.',
      refused: 'What came is no valid list of our authority; whoever checks it does not take it.',
    },
  },
}

/** Codes of refusals about a person, a device or a renewal; each has a text of its own. */
export const problems = {
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
    'Hello, please assign me the role “CSR.SelfService” of the application {app} (“Latchkey API”), so that I can get a certificate for {access}. My account: {upn}. Thank you, {name}',
  signInAgain: 'Sign in again',
  otherAccount: 'Use another account',
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

/** The page with the code by which the reader goes on with another device. */
export const phone = {
  title: 'Continue on the phone',
  lede: 'Point its camera at this code. It opens the same page there, for {name}.',
  ledeSelf: 'Point its camera at this code. It opens the same page there, for yourself.',
  more: 'You sign in on the phone, and the private key is made on the phone. The code has the address of the page and no secret.',
  loopback: 'A phone cannot open this address.',
  loopbackMore:
    'It leads to this computer itself, since Latchkey runs here for trying it out. Open it in another window here.',
  code: 'QR code of the address {url}',
  address: 'No camera? Open this address there:',
  copy: 'Copy the address',
  copied: 'Address copied',
  back: 'Back, to get it on this device',
}

/** The page for operators: everyone's certificates and the circuit breaker. */
export const manage = {
  title: 'Manage',
  lede: 'Certificates of everyone, newest first. What you change here is written to the record with your name.',
  search: 'Find',
  searchLabel: 'Beginning of a serial, a name or an account',
  stateLabel: 'Status',
  states: {
    Any: 'Any',
    Active: 'Good',
    Held: 'On hold',
    Revoked: 'Revoked or on hold',
    Expired: 'Expired',
  },
  typeLabel: 'For',
  types: { Any: 'Anyone', User: 'People', Device: 'Devices', Static: 'Applications' },
  kinds: { User: 'Person', Device: 'Device', Static: 'Application' },
  serial: 'Serial',
  none: 'No certificate matches.',
  all: 'Show all',
  next: 'Older ones',
  first: 'From the newest',
  until: 'Good until {date}.',
  ended: 'Ended on {date}.',
  stopped: {
    hold: 'On hold since {time}, by {who}.',
    holdFor: 'On hold since {time}, by {who}: {why}.',
    revoked: 'Revoked {time}, by {who}: {why}.',
  },
  directory: 'the directory',
  issued: 'Issued {date}',
  silent: 'We cannot reach the Latchkey server.',
  why: {
    '0': 'no reason given',
    '1': 'someone else may have the key',
    '3': 'the holder has changed',
    '4': 'replaced by a newer one',
    '5': 'no longer needed',
    '9': 'no longer allowed',
  },
  /** Why, where more is known than the reason code says. */
  causes: {
    device_not_compliant: 'the device is not compliant',
    device_left_intune: 'Intune no longer has the device',
    device_disabled: 'the device is switched off',
    device_absent: 'the device is gone, and may come back',
    device_deleted: 'the device was removed for good',
    device_retiring: 'the device is about to be retired or wiped',
    device_retired: 'the device was retired or wiped',
    owner_changed: 'the device has another owner',
    owner_disabled: 'the account of the person who got it is switched off',
    owner_at_risk: 'the account of the person who got it is at risk',
    owner_absent: 'the person who got it is gone, and may come back',
    owner_deleted: 'the person who got it was removed for good',
    account_disabled: 'the account is switched off',
    account_absent: 'the account is gone, and may come back',
    account_deleted: 'the account was removed for good',
    account_at_risk: 'the account is at risk',
    account_renamed: 'the account has a new name',
    name_reused: 'its name belongs to somebody else',
    lost_device: 'reported lost',
    renewed_from_revoked: 'renewed from one that was revoked',
  },
  whyDirectory: 'the device or the account was removed, retired or handed over there',
  held: 'Put on hold.',
  released: 'The hold has ended.',
  revoked: 'Revoked for good.',
  stop: 'Stop',
  stopFor: 'Stop the certificate of {name}',
  release: 'End hold',
  releaseFor: 'End hold of {name}',
  keep: 'Cancel',
  askTitle: 'Stop the certificate of {name}?',
  askText:
    'Networks that ask refuse it within {span}. A hold can be ended; everything else is for good.',
  askWhy: 'Why?',
  askWhyFirst: 'Choose why first: it is recorded, and the holder sees it.',
  askReasons: {
    '5': 'No longer needed',
    '4': 'Replaced by a newer one',
    '3': 'The holder has changed',
    '9': 'No longer allowed',
    '1': 'Someone else may have the key',
    '6': 'Only put it on hold',
  },
  withDescendants: 'Also what was renewed from it',
  keyCompromiseMore:
    'Every certificate with this key is revoked, with all that was renewed from it.',
  askHold: 'Put on hold',
  askRevoke: 'Revoke for good',
  failed: {
    already_revoked: 'It is revoked already. Nothing was changed.',
    not_on_hold: 'It is not on hold. Nothing was changed.',
    not_found: 'There is nothing to change any more.',
    missing_role: 'Only operators may do this. Sign in again if you have become one.',
    principal_disabled: 'Your account is switched off, so you cannot do this. Nothing was changed.',
    directory_unavailable:
      'The directory is not answering, so we cannot tell whether you may do this. Nothing was changed; try again in a minute.',
    session_required: 'You were signed out. Sign in again; nothing was changed.',
    authority_unavailable: 'The Latchkey server does not answer. Nothing was changed.',
    other: 'That did not work, and nothing was changed. Try again in a moment.',
  } satisfies Failed,
  circuitBreaker: {
    title: 'Brake on mass change',
    on: 'Engaged {time}: {changes} of {bound} people and devices would have become worse at once, so nothing was changed. Release it only if the directory is right.',
    released:
      'Released {time}. The next reading of the directory goes through, whatever it changes.',
    release: 'Release the brake',
    askTitle: 'Release the brake?',
    askText:
      'The next reading of the directory goes through, whatever it changes. Who was removed there loses their certificates for good.',
  },
}

/** The error page. Every page loads these texts in advance, since nothing can be loaded after the error. */
export const wrong = {
  title: 'Something went wrong',
  text: 'It is not your fault, and it has been logged. Nothing was issued or changed.',
  code: 'Code for IT: {code}',
  tryAgain: 'Try again',
  help: 'Help page',
}

/** The first page of the enrol flow: for whom or what the certificate is, and how its key is made. */
export const choose = {
  title: 'Get a certificate',
  progress: 'Progress',
  steps: ['Choose', 'Make', 'Use'],
  done: 'done',

  whoTitle: 'Who is it for?',
  you: 'You, on any device',
  inHand: '{system}, probably the one you are using',
  hasGood: 'Has a good certificate until {date}',
  ready: 'Ready',
  another: 'Would get another one',
  renewTitle: 'Renew the certificate of {name}',
  renewLine:
    'Gets a new key and a new certificate. The one that is good until {date} stays so until you retire it.',
  renewLineEnded: 'Gets a new key and a new certificate in place of the one that ended on {date}.',
  renewBadge: 'Renewal',
  notRenewable:
    'This certificate cannot be renewed: it is revoked, on hold, or not yours. You can get a new one.',
  onPhone: 'Continue on my phone',
  notNow: 'Not now',
  notYet: 'Not yet',
  howToFix: 'How to fix it',
  why: {
    device_not_compliant: 'Not compliant in Intune right now.',
    device_not_managed: 'Registered, but not managed by Intune.',
    device_too_new: 'Too new; possible in some minutes.',
    device_disabled: 'Switched off in the directory.',
    device_lost: 'Reported lost.',
    missing_role: 'Certificates are not switched on for you.',
    principal_disabled: 'Your account is switched off.',
    guest_not_allowed: 'Guests get no certificates here.',
    ambiguous_device: 'Two devices have the same id in the directory.',
    other: 'Not possible right now.',
  } satisfies { readonly [code in ErrorCode | 'other']?: string },
  noneTitle: 'No certificate can be issued for you right now.',
  seeDevices: 'See your devices',
  directorySilent: 'The directory is not answering. We issue nothing we cannot check.',
  authoritySilent: 'We cannot reach the Latchkey server. Your certificates stay as they are.',
  silentMore: 'This page tries again by itself.',

  whatTitle: 'What should we make?',
  recommended: 'Recommended',
  fileFor: 'A file for {system}',
  anyFile: 'One locked file',
  lines: {
    windows: 'Double‑click it, type the password, done.',
    windowsOld: 'For Windows Server 2016 and Windows before 2017.',
    macos: 'Double‑click it, and it goes into your keychain.',
    ios: 'It is installed in Settings.',
    android: 'Open it, type the password, give it a name.',
    androidOld: 'Open it, type the password, give it a name.',
    chromeos: 'It is imported in Chrome’s list of certificates.',
    linux: 'For the network settings, for browsers and for the command line.',
    wpa: 'For machines without a desktop.',
    firefox: 'Firefox has certificates of its own, whatever the system.',
    unsure: 'One locked file that nearly everything opens.',
    separate:
      'Three text files: the private key, locked with the password, your certificate, and the certificates above it.',
  },
  networkLines: {
    mobileconfig: 'One profile, which is installed in the settings.',
    'eap-config': 'One file, which the app geteduroam opens.',
    windows: 'The file, and the network with the commands that add it.',
    'network-manager': 'The file, and the network with the commands that add it.',
    'wpa-supplicant': 'The file, and the network with the commands that add it.',
    onc: 'The file and the network, imported in Chrome.',
  },
  older:
    'It has the older file format, since many of these systems open no other. The password is long and random, so the file stays safe.',
  withNetworks: 'It brings the settings of {networks}, so you connect without typing them.',
  systems: {
    windows: 'Windows 10 or 11',
    windowsOld: 'Windows Server 2016 or older',
    macos: 'Mac',
    ios: 'iPhone or iPad',
    android: 'Android 14 or later',
    androidOld: 'Android 13 or older',
    chromeos: 'Chromebook',
    linux: 'Linux',
    wpa: 'wpa_supplicant',
    firefox: 'Firefox',
    unsure: 'I do not know',
    separate: 'Separate files',
  },
  else: 'Something else',
  elseLine: 'For another system or program, or separate files for key and certificate',
  where: 'Where will you use it?',
  own: 'I already have a key',
  ownLine: 'It lives in a chip, a YubiKey or a file. Paste or drop your request.',

  ownLabel: 'Your request',
  ownPlaceholder:
    'Paste it here, beginning with -----BEGIN CERTIFICATE REQUEST-----\nor drop the file',
  ownFile: 'Choose a file',
  ownChosen: '{name}, {size}',
  ownRemove: 'Remove the file',
  ownCheck: 'Check it first',
  ownCheckLine: 'Shows each rule, passed or not, and how to mend it. Nothing is issued.',
  ownTooLarge: 'This file is too large to be a request.',
  ownMissing: 'Paste or drop your request first.',
  ownAllowed: 'It would be accepted.',
  ownRefused: 'It would not be accepted yet.',
  ownDiffers:
    'Two readers read this request differently: {fields}. Make it again with another program.',
  ownNotRead: 'We could not check it.',
  ownUnreadable:
    'We cannot read this as a request. Copy all of it, from the line with BEGIN to the line with END, or choose the file itself.',
  ownDetails: 'What exactly is wrong',
  ownFor: 'Your request says for whom it is, so there is nothing to choose here.',
  passed: 'Passed',
  failed: 'Not passed',
  notLooked: 'Not looked at yet',
  ownName: 'Name in the certificate',
  ownMake: 'How to make one',
  ownMakeLine: 'This makes a key and a request for {name}:',
  copyCommand: 'Copy command',
  commandCopied: 'Command copied',
  terminal: 'Terminal, with OpenSSL',

  getTitle: 'What you will get',
  for: 'For',
  forOwn: 'Whom the request names',
  worksFor: 'Works for',
  uses: 'Networks and sites that ask for a certificate',
  lasts: 'Lasts',
  lastsCompliant: 'Until {date}, as long as the device is compliant',
  lastsListed: 'Until {date}, as long as the device is in the directory',
  lastsActive: 'Until {date}, as long as your account is active',
  file: 'File',
  fileOne: '{file}, locked with a password we show you once',
  fileNetworks: '{file}, and the settings of {networks}',
  fileSeparate: 'Three files, the key locked with a password we show you once',
  fileOwn: 'The certificate and those above it; the key is with you',
  button: 'Get certificate',
  promise: 'The private key is made in this browser and is never sent to us.',
  promiseOwn: 'Your private key stays where it is.',
  second: 'The certificate it has now stays good as well.',
  experts: 'Details for experts',
  key: 'Key',
  keys: { 'ec-p256': 'EC P‑256', 'rsa-2048': 'RSA 2048', 'rsa-3072': 'RSA 3072' },
  keyOwn: 'Yours',
  container: 'Container',
  containers: {
    modern: 'PKCS#12, AES‑256, SHA‑256',
    older: 'PKCS#12, triple DES, SHA‑1; its password has 100 bits',
    pem: 'PEM, key in PKCS#8 with AES‑256',
  },
  nameInIt: 'Name in it',
}

/** The second page of the enrol flow: progress of the steps. */
export const make = {
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
  confirm: {
    title: 'Confirm it is you',
    line: 'Sign in once more in the small window, for this request only.',
  },
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
    password:
      'You downloaded the file. Its password is only in this tab: without it, the file cannot be opened.',
    own: 'The certificate is also in your list of certificates, so you can get it there again.',
    stay: 'Stay here',
    go: 'Leave',
  },
}

/** Confirming who one is: the small window, and what may go wrong with it. */
export const stepUp = {
  window: {
    title: 'Confirm it is you',
    working: 'One moment, the sign-in comes here.',
    done: 'Thank you. You can close this window.',
    alone:
      'The page that opened this window does not answer. Close this window and start there again.',
  },
  signedOut: 'You are signed out. Close this window, sign in again and start over.',
  /** Before a certificate is revoked. */
  askRevoke:
    'Before we revoke it, sign in once more in a small window, so that nobody else does it for you.',
  /** Before a report of a loss is withdrawn. */
  askRelease:
    'Before we undo it, sign in once more in a small window, so that nobody else does it for you.',
  waiting: 'We wait for the small window.',
  again: 'Window closed? Open it again',
  open: 'Open the sign-in window',
  newTab: 'Use a new tab instead',
  reasons: {
    asked: {
      title: 'Confirm it is you.',
      what: 'Your sign-in is too old for this. Nothing was issued so far.',
      can: ['Open the sign-in window.', 'Sign in there with the same account.'],
    },
    blocked: {
      title: 'Your browser blocked the sign-in window.',
      what: 'You sign in once more in a small window, and your browser does not let this page open one.',
      can: [
        'Press the button; a click usually lets the window open.',
        'Or allow pop-ups for this site, next to the address.',
      ],
    },
    late: {
      title: 'That took longer than 5 minutes.',
      what: 'So we do not wait for the window any more. Nothing was changed.',
      can: ['Open the sign-in window again.'],
    },
    account: {
      title: 'That was another account.',
      what: 'You confirmed as {other}, but you are signed in to Latchkey with another account.',
      can: ['Open the sign-in window again.', 'Choose your own account there.'],
    },
    cancelled: {
      title: 'You did not sign in.',
      what: 'The sign-in was cancelled. Nothing was changed.',
      can: ['Open the sign-in window again.'],
    },
    failed: {
      title: 'The sign-in did not work.',
      what: 'The small window came back without a confirmation. Nothing was changed.',
      can: [
        'Open the sign-in window again.',
        'If it stays like this, send IT the message: the redirect address /step-up may be missing.',
      ],
    },
  },
}

/** Errors of the enrol flow: what happened, why, and what to do next. */
export const trouble = {
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

/**
 * The last page of the enrol flow: file, password, and how to use them. In steps, *name* is a name and [key]
 * a button of the system.
 */
export const use = {
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
    mobileconfig: 'Certificate and network, the key locked',
    'eap-config': 'Certificate and network, the key locked',
    'windows-profile': 'The network',
    'windows-root': 'The root certificate of the network’s server',
    nmconnection: 'The network',
    roots: 'The root certificates of the network’s server',
    'wpa-supplicant': 'The network, with the password inside',
    onc: 'The network',
  },
  download: 'Download',
  downloadFile: 'Download {file}',
  saved: 'Your browser saves it',
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
  other: {
    title: 'It did not import, or it is for something else?',
    line: 'Some systems say “wrong password” when they mean “unknown format”. We wrap the same key again; nothing new is issued, and the password stays the same.',
    where: 'Where will you use it?',
    older: 'Older file format',
    newer: 'Newer file format',
    bare: 'Without the network',
    doctor: 'Check a file',
  },
  signed:
    'It is signed by {issuer}; a device that knows {issuer} calls it verified, others do not.',
  unsigned:
    'It is not signed: the server did not answer just now. Your device calls it unsigned; what it does is the same.',

  useOn: 'Use it on {system}',
  useIt: 'Use it',
  how: 'How',
  clicking: 'By clicking',
  command: 'By command',
  copyCommand: 'Copy command',
  commandCopied: 'Command copied',
  elsewhere: 'Saved somewhere else? Put that folder in place of {folder}.',
  inFolder: 'Run these in the folder where your browser saved the files.',
  shells: { powershell: 'PowerShell', prompt: 'Command Prompt', terminal: 'Terminal' },
  worked: 'It worked when',
  places: {
    windows: {
      clicking: [
        'Open *{file}* where your browser saved it; its list of downloads leads there.',
        'Choose [Current User], then [Next] twice.',
        'Paste the password, leave the rest as it is, and press [Next] until [Finish].',
      ],
      command: ['Import the file. PowerShell asks for the password.'],
      worked:
        'Windows says “The import was successful”. From then on it offers the certificate by itself.',
    },
    windowsOld: {
      clicking: [
        'Open *{file}* on that machine.',
        'Choose [Current User], then [Next] twice.',
        'Paste the password, leave the rest as it is, and press [Next] until [Finish].',
      ],
      command: ['Import the file. PowerShell asks for the password.'],
      worked: 'Windows says “The import was successful”.',
    },
    macos: {
      clicking: [
        'Open *{file}* where your browser saved it; its list of downloads leads there. Keychain Access opens.',
        'Choose the keychain [login] and press [Add].',
        'Paste the password.',
      ],
      command: ['Import it into your login keychain. A window asks for the password.'],
      worked: 'Keychain Access shows it under My Certificates, with a key below it.',
    },
    ios: {
      clicking: [
        'Open *{file}* on the iPhone or iPad, from the Files app or by AirDrop.',
        'Open *Settings*: near the top stands [Profile Downloaded]. Open it and press [Install].',
        'Type the code of the device, then paste the password of the file.',
      ],
      worked: 'Settings, General, VPN & Device Management lists it.',
    },
    android: {
      clicking: [
        'Bring *{file}* to the phone and open it there.',
        'Paste the password and say what it is for: a network, or apps.',
        'Give it a name that you will know again.',
      ],
      worked: 'the network’s settings offer that name as user certificate.',
    },
    androidOld: {
      clicking: [
        'Bring *{file}* to the phone. In *Settings*, search for [Install certificates] and choose it.',
        'Paste the password and say what it is for: a network, or apps.',
        'Give it a name that you will know again.',
      ],
      worked: 'the network’s settings offer that name as user certificate.',
    },
    chromeos: {
      clicking: [
        'Open *chrome://certificate-manager* in Chrome, and there your own certificates.',
        'Press [Import and Bind] and choose *{file}*.',
        'Paste the password.',
      ],
      worked: 'the list shows it as hardware-backed.',
    },
    linux: {
      clicking: [
        'Open *Settings*, and there the network that asks for a certificate.',
        'Set authentication to [TLS].',
        'Choose *{file}* as user certificate and as private key, and paste the password.',
        'Press [Connect].',
      ],
      command: [
        'Put it where Chrome and Chromium look. The command asks for the password.',
        'Look inside; the key itself is not shown.',
      ],
      worked: 'the network is connected, or Chrome lists it under your certificates.',
    },
    wpa: {
      command: ['Put the file where only root reads it.'],
      worked: 'the log has CTRL-EVENT-EAP-SUCCESS after you named the file as private_key.',
    },
    firefox: {
      clicking: [
        'In Firefox open [Settings], then *Privacy & Security*, and scroll down to *Certificates*.',
        'Press [View Certificates…], choose *Your Certificates*, then [Import…].',
        'Choose *{file}* and paste the password.',
      ],
      worked: 'it stands in that list.',
    },
    unsure: {
      clicking: [
        'Bring *{file}* to where you want to use it, and open it there.',
        'Paste the password when you are asked for it.',
        'If that place is in the list on this page, choose it: the steps become its own.',
      ],
      worked: 'a list of certificates shows one with the name of your device, or with your own.',
    },
  },
  networkForms: {
    mobileconfig: {
      clicking: [
        'Open *{file}*. Your device says that a profile is ready.',
        'On a Mac go to *System Settings*, *General*, *Device Management*; on an iPhone or iPad to *Settings*, where [Profile Downloaded] stands near the top.',
        'Press [Install]. Your device asks for its own code first, then for the password of the certificate.',
      ],
      worked: 'the profile is in the list, and the device knows {networks}.',
    },
    'eap-config': {
      clicking: [
        'Install the app *geteduroam* from the store. It sets up any network, not only eduroam.',
        'Open *{file}* with it and paste the password.',
        'Allow the network that it suggests.',
      ],
      worked: 'the phone connects to {networks} by itself.',
    },
    windows: {
      command: [
        'Import key and certificate. PowerShell asks for the password.',
        'Let Windows trust the root certificate of the network’s server. A window shows it and asks once.',
        'Add the network.',
      ],
      worked: 'Windows connects to {networks} by itself.',
    },
    'network-manager': {
      command: [
        'Put key and root certificates where only the user root reads them.',
        'Add the network.',
        'Connect. It asks for the password of the file.',
      ],
      worked: '{networks} is in the list of networks and connected.',
    },
    'wpa-supplicant': {
      command: [
        'Put both files where only root reads them.',
        'Start it, with the name of your network card in place of the last word.',
      ],
      worked: 'it prints CTRL-EVENT-EAP-SUCCESS, then CTRL-EVENT-CONNECTED.',
    },
    onc: {
      clicking: [
        'Open *chrome://certificate-manager* in Chrome, and there your own certificates. Press [Import and Bind], choose *{file}* and paste the password.',
        'Open *chrome://network*, and where it says *Import ONC File* choose *{settings}*.',
        'Connect to the network. If it asks for a user certificate, choose yours.',
      ],
      worked: 'the Chromebook is connected to {networks}.',
    },
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

/** Beside the new file: what it is called, and what becomes of the older one. */
export const after = {
  older: 'The older certificate',
  olderLine:
    'It is good until {date}. When the new one works, you can retire it: here, or later on its page.',
  first: 'Save the new one first and tick the box above.',
  retire: 'Retire the old one now',
  retired: 'The old one is retired for good; networks refuse it as soon as they hear of it.',
  label: certificate.label,
  failed: stop.failed,
}

/** Texts of `/doctor`, which looks at a file that somebody wants to import. */
export const doctor = {
  title: 'Check a file',
  lede: 'It did not import? Give the file here. You see what is inside, where it opens, and what to do.',
  stays: 'The file and its password stay in this browser. This page cannot send anything.',
  drop: 'Drop the file here, or paste its text',
  pasteLabel: 'Text of the file',
  pastePlaceholder: 'Text that begins with -----BEGIN',
  choose: 'Choose a file',
  look: 'Check this text',
  another: 'Another file',
  looking: 'Looking at it',
  pasted: 'The text',
  offline:
    'You are offline. A file that you give here may have to wait until the connection is back.',
  unread: {
    offline: {
      title: 'You are offline, so this file cannot be checked yet.',
      more: 'What reads files is loaded when it is first needed; the file itself stays here. It is checked as soon as the connection is back.',
    },
    notLoaded: {
      title: 'The part that reads files could not be loaded.',
      more: 'Nothing is wrong with your file. Try again, or reload the page.',
    },
  },
  passwordLabel: 'Password of the file',
  passwordLine: 'It is used here to open the file, and for nothing else.',
  open: 'Open',
  verdicts: {
    bad: 'This does not work as it is.',
    hold: 'This may fail on some devices.',
    info: 'It is locked. Its password shows what is inside.',
    ok: 'Nothing is wrong with this file.',
  },
  forms: {
    pkcs12: 'Key and certificate in one file, for import',
    certificate: 'A certificate',
    request: 'A request for a certificate',
    key: 'A private key',
    keyAndCertificate: 'Key and certificate as text',
    certificates: 'Several certificates',
    mobileconfig: 'A profile for Mac, iPhone or iPad',
    'eap-config': 'Network settings for geteduroam',
    unknown: 'A file of another kind',
  },
  kinds: {
    crl: 'a list of revoked certificates',
    publicKey: 'a public key',
    sshKey: 'a key for SSH',
    keystore: 'a keystore of Java',
    zip: 'a ZIP archive',
    pdf: 'a PDF',
    pgp: 'a file of PGP',
    else: 'something else',
  },
  found: 'What we found',
  inside: 'What is inside',
  key: 'Private key',
  keyLocked: 'locked',
  certificate: 'Certificate',
  ca: 'Certificate of an authority',
  requestFor: 'Request',
  network: 'Network',
  from: 'issued by {issuer}',
  valid: '{from} to {to}',
  opens: 'Where it opens',
  opensLine:
    'By what is known of these systems. Whether it then works also depends on what is said above.',
  opensYes: 'Opens on',
  opensNewer: 'Only in newer versions of',
  opensNo: 'Does not open on',
  findings: {
    empty: { title: 'The file is empty.', more: 'Download or export it again.' },
    tooLarge: {
      title: 'The file is too large.',
      more: 'A certificate’s file has a few kilobytes. This is another one.',
    },
    tooLong: {
      title: 'Opening it takes too long.',
      more: 'The file asks for more work than any importer does. Export it again.',
    },
    html: {
      title: 'This is a web page, not a certificate.',
      more: 'A page to sign in was saved in place of the file. Sign in first, then download it again.',
    },
    otherKind: {
      title: 'This is {kind}.',
      more: 'Certificates come as .p12, .pem, .cer, .mobileconfig or .eap-config.',
    },
    unknown: {
      title: 'This is no certificate that we know.',
      more: 'Certificates come as .p12, .pem, .cer, .mobileconfig or .eap-config.',
    },
    truncated: {
      title: 'The end of the file is missing.',
      more: 'The download or copy was cut off. Get it again.',
    },
    damaged: {
      title: 'The file is damaged.',
      more: 'Something in it was changed on the way. Download or export it again, and do not open it in a text editor.',
    },
    pemUnended: {
      title: 'The line -----END {label}----- is missing.',
      more: 'Copy all of the text, with both lines of dashes.',
    },
    pemBroken: {
      title: 'The text of {label} is damaged.',
      more: 'A character is missing or does not belong there. Copy it again.',
    },
    wrongPassword: {
      title: 'The password is another one.',
      more: 'Mind capitals, and copy it if you can. If a device says this of a password that works here, see where the file opens.',
    },
    unknownLock: {
      title: 'It is locked in a way that is not known here: {lock}.',
      more: 'Export the file again with AES-256 or, for older systems, triple DES.',
    },
    signedLock: {
      title: 'It is locked by another key, not by a password.',
      more: 'Hardly any system imports that. Export it again with a password.',
    },
    tooMuchWork: {
      title: 'It asks for too much work to open.',
      more: 'Systems refuse such a file. Export it again with fewer rounds.',
    },
    noKey: {
      title: 'The private key is missing.',
      more: 'Without it nothing can sign in. Export the certificate again together with its key.',
    },
    noCertificate: {
      title: 'The certificate is missing.',
      more: 'There is a key only. Make the file again from key and certificate.',
    },
    keyMismatch: {
      title: 'The key is not that of the certificate {name}.',
      more: 'Find the key that the request was made with, or get a new certificate.',
    },
    expired: { title: '{name} ended on {date}.', more: 'Get a new one.' },
    notYet: {
      title: '{name} is valid from {date} only.',
      more: 'Wait until then. If that is past, the clock of this device is wrong.',
    },
    chainBroken: {
      title: '{name} was not signed by the {issuer} in this file.',
      more: 'There are several of that name. Put the right one into the file.',
    },
    readersDiffer: {
      title: 'Two readers read {name} differently: {fields}.',
      more: 'Do not use it. Whoever made it should look at it.',
    },
    requestBroken: {
      title: 'The request was not signed by its own key.',
      more: 'It is damaged, or was put together from two. Make it again.',
    },
    notProfile: {
      title: 'This is not a profile that a device can install.',
      more: 'Download it again from where it came.',
    },
    noIdentity: {
      title: 'There is no certificate for you in it.',
      more: 'It has settings only. Get one with your certificate inside.',
    },
    profileChanged: {
      title: 'It was changed after it was signed.',
      more: 'Or what signed it is not inside. Download it again; devices refuse it.',
    },
    profileEnded: {
      title: 'Its time ended on {date}.',
      more: 'Devices remove or refuse it. Get a new one.',
    },
    danglingReference: {
      title: '“{payload}” points at a certificate that is not in the profile.',
      more: 'The network will not find its certificate. Get the profile again.',
    },
    twiceUuid: {
      title: 'Two parts have the same identifier, or one has none.',
      more: 'Devices refuse that. Get the profile again.',
    },
    trailing: {
      title: 'There is something after the end of the file.',
      more: 'Some systems refuse that. Download it again, and not through a text editor.',
    },
    utf16: {
      title: 'The text is stored as UTF-16.',
      more: 'Most programs want plain text: save it as UTF-8.',
    },
    misnamed: {
      title: 'Its name ends in {ending}, but it is a file of another kind.',
      more: 'Systems go by the name. Rename it so that it ends in {better}.',
    },
    noMac: {
      title: 'It has no check of its password.',
      more: 'Windows, macOS and Java refuse that. Export it again.',
    },
    emptyPassword: {
      title: 'Its password is empty.',
      more: 'iPhone, Mac and Java want one. Export it again with a password.',
    },
    passwordSpaces: {
      title: 'It opens without the spaces.',
      more: 'The gaps in the password are for reading only. Type it without them.',
    },
    passwordCase: {
      title: 'It opens with capital letters.',
      more: 'Type the password in capitals and without spaces.',
    },
    oldestLock: {
      title: 'It has a very old encryption: {lock}.',
      more: 'Linux and new programs do not open it. Export it again with AES-256 or triple DES.',
    },
    keyOpen: {
      title: 'The private key is not locked.',
      more: 'Whoever gets this file has the key. Keep it to yourself, or lock it with a password.',
    },
    keyOnly: {
      title: 'This is a private key without its certificate.',
      more: 'Give no one this file. To import it, put it together with its certificate.',
    },
    manyKeys: {
      title: 'It holds {count} private keys.',
      more: 'Most systems take one, and you do not know which. Export each by itself.',
    },
    noPairing: {
      title: 'Key and certificate belong together, but the file does not say so.',
      more: 'Some systems import only the certificate then. Export it again.',
    },
    weakSignature: {
      title: '{name} is signed in an outdated way.',
      more: 'New systems refuse SHA-1 and MD5. Get a new certificate.',
    },
    notForClients: {
      title: '{name} is not made for signing in to networks.',
      more: 'It is for servers or e‑mail. Get one for your device or yourself.',
    },
    oneReader: {
      title: 'Only one of two readers can read {name}.',
      more: 'It is written in an unusual way, or is very old. Some systems may refuse it.',
    },
    serverUnpinned: {
      title: '“{network}” does not say which server to trust.',
      more: 'A stranger’s network of that name could answer. Ask IT for settings that name server and root.',
    },
    modernLock: {
      title: 'It has the newer file format.',
      more: 'Older systems say “wrong password” to it, although the password is right.',
    },
    passwordNeeded: {
      title: 'It is locked by a password.',
      more: 'Type it below to see whether key and certificate fit.',
    },
    request: {
      title: 'This is a request, not yet a certificate.',
      more: 'Hand it in where certificates are issued. What you get back goes with your key.',
    },
    certificateOnly: {
      title: 'This is a certificate without a key.',
      more: 'It can be shown around. To sign in with it, the device must have its key already.',
    },
    keyUnknown: {
      title: 'We cannot tell whether the key fits {name}.',
      more: 'Browsers do not know this kind of key.',
    },
    keyLocked: {
      title: 'The private key is locked by a password.',
      more: 'That is good. With the password we see whether it fits.',
    },
    issuerElsewhere: {
      title: '{issuer}, which issued it, is not in the file.',
      more: 'That is fine where the device or the server knows {issuer} already.',
    },
    byteOrderMark: {
      title: 'There is an invisible mark at the beginning of the text.',
      more: 'A few programs stumble over it. Save it as UTF-8 without BOM.',
    },
    textAround: {
      title: 'There is other text around it.',
      more: 'That is allowed, and most programs pass over it.',
    },
    profileUnsigned: {
      title: 'The profile is not signed.',
      more: 'The device says so when you install it; what it does is the same.',
    },
    fine: {
      title: 'Nothing is wrong with this file.',
      more: 'If it still does not import, see where it opens.',
    },
    keyMatches: {
      title: 'The key is that of {name}.',
      more: 'We compared both by signing something.',
    },
    chainWhole: {
      title: 'It leads back to {issuer} without a gap.',
      more: 'Each certificate is signed by the next.',
    },
    profileSigned: {
      title: 'It is signed by {signer}, and unchanged.',
      more: 'Whether your device trusts {signer} is for the device to say.',
    },
  },
}

/** The pages about scripts and the API, in the terms of readers who work in a terminal. */
export const scripts = {
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
  locked: 'A key that nobody can copy',
  unixLocked:
    'On Linux, --tpm makes it in the TPM, the security chip of the machine, and --pkcs11 in a smart card or another token. It needs OpenSSL 3 and a package of its own, which the script names if it is missing. Renewal keeps the key there.',
  windowsLocked:
    'With -Tpm it is made in the TPM, the security chip of the machine. Where there is none, the script says so and uses the certificate store. Renewal keeps the key there.',
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
    silent: 'The authority does not answer, so its description cannot be shown.',
  },
}

/** Mails before a certificate ends, the page that ends them, and the page and the events of the calendar. */
export const reminder = {
  what: {
    device: 'The certificate of {name}',
    person: 'Your personal certificate',
    labelled: 'Your certificate “{name}”',
  },
  subject: { one: '{what} ends in {n} day', other: '{what} ends in {n} days' },
  subjectToday: '{what} ends today',
  greeting: 'Hello {name},',
  ends: '{what} ends on {date} at {time} UTC. After that it no longer works.',
  held: 'It is on hold right now. Its page says why.',
  unused: 'If you do not need it any more, you need not do anything.',
  renew: 'Renew it',
  see: 'See its page',
  why: 'You get this mail because you got this certificate from Latchkey at {tenant}.',
  stop: 'No more reminders about this',
}

/** The page behind the link at the end of such a mail. */
export const reminderStop = {
  title: 'Reminders by mail',
  of: 'This is about:',
  row: '{what}, until {date}',
  question: 'Do you want no more mails before it ends?',
  warning: 'Nobody tells you then when it stops working.',
  stop: 'No more reminders',
  stopped: 'You get no more mails about it.',
  again: 'Remind me again',
  unknown: 'This link is of no mail that we know. It may be of an older one.',
}

export const calendar = {
  title: 'Calendar',
  lede: 'An address for your calendar app. Subscribe to it, and the end of each of your certificates stands in your calendar, with an alarm before.',
  none: 'Your calendar has no address yet.',
  since:
    'Your calendar has had an address since {date}. It was shown once and is not stored, so it cannot be shown again.',
  secret:
    'Whoever has the address sees the names of your devices and when their certificates end. They can change nothing with it, and get in nowhere. Give it to nobody.',
  make: 'Make an address',
  renew: 'Make a new address',
  renewMore: 'With a new address the old one stops working.',
  close: 'Take the address away',
  closed: 'The address does not work any more.',
  made: 'Here it is. Copy it now, since it is shown only this once.',
  copy: 'Copy the address',
  copied: 'Address copied',
  open: 'Open in the calendar app',
  how: 'In Outlook: Add calendar, Subscribe from web. In Google Calendar: Other calendars, From URL. On iPhone and Mac: Add Subscription Calendar.',
  failed: 'That did not work. Nothing was changed.',
  name: '{product}: certificates',
  event: '{what} ends',
  eventMore: 'After that it no longer works. Renew it: {url}',
}
