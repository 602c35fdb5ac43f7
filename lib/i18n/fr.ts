import type * as english from './en.ts'
import type { Plural } from './fill.ts'

/** French. No-break spaces stand before : ; ? and inside « ». */

/** Zero is singular in French: 0 jour, 1 jour, 2 jours. */
const counted = (one: string, other: string) =>
  ({ one, other, language: 'fr' }) as const satisfies Plural

export const common: typeof english.common = {
  product: 'Latchkey',
  skip: 'Aller au contenu',
  mainNavigation: 'Menu principal',
  home: 'Accueil',
  devices: 'Appareils',
  scripts: 'Scripts',
  manage: 'Gérer',
  loading: 'Chargement',
  youAreHere: 'Vous êtes ici',
  noScript: 'Cette page a besoin de JavaScript, car votre clé est créée dans le navigateur.',
  noScriptMore: 'Autorisez-le pour ce site, puis rechargez la page.',
  footer: 'Latchkey pour {tenant}',
  account: 'Compte de {name}',
  calendar: 'Calendrier',
  signOut: 'Se déconnecter',
  themeToDark: 'Passer au thème sombre',
  themeToLight: 'Passer au thème clair',
  language: 'Langue',
  help: 'Besoin d’aide ?',
  helpPage: 'Page d’aide',
  privacy: 'Confidentialité',
  doctor: 'Vérifier un fichier',
  offline:
    'Vous êtes hors ligne. Ce que vous voyez est peut-être périmé, et rien ne peut être modifié avant le retour de la connexion.',
  whatIsIt:
    'Un certificat est une clé numérique : il ouvre à un appareil, sans mot de passe, {access}.',
  getCertificate: 'Obtenir un certificat',
  whatHappened: 'Ce qui s’est passé',
  whatYouCanDo: 'Ce que vous pouvez faire',
  tryAgain: 'Réessayer',
  details: 'Détails',
  copyMessage: 'Copier le message',
  messageCopied: 'Message copié',
  copyForIt: 'Copier un message pour l’informatique',
  writeToHelp: 'Écrire à l’informatique',
  today: 'aujourd’hui',
  yesterday: 'hier',
  tomorrow: 'demain',
  onDay: 'le {date}',
  moment: '{day} à {time}',
  daysLeft: counted('encore {n} jour', 'encore {n} jours'),
  lastDay: 'Dernier jour',
  minutes: counted('{n} minute', '{n} minutes'),
  hours: counted('{n} heure', '{n} heures'),
  days: counted('{n} jour', '{n} jours'),
  status: {
    good: 'Valide',
    hold: 'Suspendu',
    soon: 'Expire bientôt',
    revoked: 'Révoqué',
    expired: 'Expiré',
    none: 'Aucun pour l’instant',
    checking: 'Vérification…',
    unknown: 'Inconnu pour l’instant',
  },
}

export const access: typeof english.access = {
  wifi: 'le Wi-\u2060Fi',
  wired: 'le réseau filaire',
  vpn: 'le VPN',
  unknown: 'le réseau et les services de {tenant}',
}

export const signin: typeof english.signin = {
  title: 'Connexion',
  heading: 'Votre propre clé pour {access}.',
  lede: 'Connectez-vous pour voir vos appareils et obtenir un certificat pour l’un d’eux. Un certificat est une clé numérique : il ouvre l’accès à un appareil sans mot de passe.',
  button: 'Continuer avec votre compte {tenant}',
  leaving: 'Nous vous dirigeons vers Microsoft…',
  note: 'C’est Microsoft qui demande votre mot de passe, pas nous.',
  steps: [
    'Vous choisissez l’un de vos appareils.',
    'Votre navigateur fabrique la clé privée. Elle reste chez vous.',
    'Vous recevez un fichier adapté à votre système, avec la marche à suivre.',
  ],
  signedOut: 'Vous êtes déconnecté.',
  signedOutMore: 'Sur un ordinateur partagé, déconnectez-vous aussi de Microsoft.',
  ended: 'Vous avez été déconnecté, car la session a expiré.',
  endedMore: 'Connectez-vous de nouveau et vous reviendrez à la même page.',
  offline: 'Vous êtes hors ligne.',
  offlineMore: 'La connexion au compte sera de nouveau possible dès le retour du réseau.',
  blocked: 'Votre navigateur n’accepte pas les cookies de ce site.',
  blockedMore: 'Il en faut un pour se connecter. Autorisez les cookies de ce site, puis continuez.',
  errors: {
    wrong_tenant: {
      title: 'Ce compte appartient à une autre organisation.',
      more: 'Connectez-vous avec votre compte {tenant}.',
    },
    refused: {
      title: 'Microsoft ne vous a pas laissé entrer.',
      more: 'Votre compte est peut-être désactivé, ou n’a pas le droit d’utiliser Latchkey. Seul le service informatique peut y remédier.',
    },
    again: {
      title: 'La connexion n’a pas abouti.',
      more: 'Elle a peut-être pris trop de temps, ou a été commencée dans un autre onglet. Rien n’a été modifié ; continuez pour recommencer.',
    },
    setup: {
      title: 'La connexion n’est pas entièrement configurée.',
      more: 'Seul le service informatique peut y remédier. Votre compte n’est pas en cause.',
    },
  },
}

export const home: typeof english.home = {
  title: 'Vos certificats',
  allWell: 'Tout fonctionne. Prochain renouvellement : {name}, {date}.',
  you: 'Vous, sur n’importe quel appareil',
  certificate: 'Certificat',
  pausedSince: 'Suspendu depuis {time}',
  asOf: 'état : {time}',
  revokedOn: 'Révoqué le {date}',
  endedOn: 'Expiré le {date}',
  ready: 'Prêt pour un certificat',
  lastEnded: 'Le dernier a expiré le {date}',
  lastRevoked: 'Le dernier a été révoqué le {date}',
  getOne: 'En obtenir un',
  getOneFor: 'En obtenir un : certificat pour {name}',
  renew: 'Renouveler',
  renewFor: 'Renouveler le certificat de {name}',
  another: 'Un autre, du {date}',
  of: 'du {date}',
  renewed: 'Renouvelé le {date} ; celui-ci est encore valide',
  older: counted(
    '{n} certificat antérieur, révoqué ou expiré',
    '{n} certificats antérieurs, révoqués ou expirés',
  ),
  holdTitle:
    'Le certificat de {name} est suspendu, les réseaux qui interrogent le refusent donc pour l’instant.',
  soonTitle: 'Le certificat de {name} expire le {date}.',
  soonMore: 'Renouvelez-le : il continuera d’ouvrir {access}.',
  manyTitle: counted(
    '{n} certificat demande votre attention.',
    '{n} certificats demandent votre attention.',
  ),
  manyMore: 'Ils figurent en tête de liste.',
  seeWhatToDo: 'Voir que faire',
  emptyReady: 'Pas encore de certificat. {device} est prêt à en recevoir un.',
  emptyNotReady:
    'Pas encore de certificat. Aucun de vos appareils n’est prêt à en recevoir un, mais vous pouvez en obtenir un pour vous-même.',
  emptyNoDevices:
    'L’annuaire ne vous attribue aucun appareil. Vous pouvez tout de même obtenir un certificat pour vous-même.',
  emptyNothing: 'Pas encore de certificat, et aucun ne peut être émis pour l’instant.',
  getMine: 'Obtenir le mien',
  seeDevices: 'Voir vos appareils',
  directorySilent: 'L’annuaire ne répond pas pour l’instant.',
  directorySilentMore:
    'Vous voyez sa dernière réponse. Vos certificats continuent de fonctionner ; de nouveaux seront émis dès qu’il répondra.',
  directorySilentLong:
    'Sa dernière réponse est trop ancienne pour garantir vos certificats : à qui interroge, nous disons de revenir plus tard. Ils peuvent donc être refusés par {access} jusqu’à ce qu’il réponde.',
  authoritySilent: 'Le serveur Latchkey est injoignable. Vos certificats restent tels quels.',
  authoritySilentMore: 'Cette page réessaie d’elle-même.',
  roleTitle: 'Les nouveaux certificats ne sont pas activés pour vous.',
  roleMore:
    'Ce que vous avez reste tel quel. Pour en obtenir un autre, demandez au service informatique le rôle CSR.SelfService.',
  accountOff: 'Votre compte est désactivé ; seul le service informatique peut y remédier.',
  accountOffSince:
    'Votre compte est désactivé. Depuis {time}, les certificats à votre nom sont suspendus.',
  accountOffSinceAll: 'Votre compte est désactivé. Depuis {time}, vos certificats sont suspendus.',
  accountOffMoreAll:
    'Ils fonctionneront de nouveau d’eux-mêmes, environ {span} après la réactivation du compte.',
  accountOffMore:
    'Ils fonctionneront de nouveau d’eux-mêmes, environ {span} après la réactivation du compte. Ceux qui sont au nom d’un appareil restent tels quels.',
  accountMessage:
    'Bonjour, mon compte {upn} est désactivé dans l’annuaire : je n’obtiens plus de certificats pour {access}, et ceux à mon nom sont suspendus. Pouvez-vous me dire pourquoi, ou le réactiver ? Merci, {name}',
  guest: 'Les invités ne reçoivent pas de certificats ici.',
  guestMore: '{tenant} ne donne des certificats qu’à ses propres comptes.',
  lostTitle: 'Un appareil perdu ?',
  lostMore:
    'Déclarez-le : tous ses certificats sont suspendus aussitôt, quelle que soit la personne qui les a obtenus, et rien n’est émis pour lui. S’il est retrouvé sous {days}, dites-le et ils fonctionneront de nouveau.',
  lostDo: 'Déclarer un appareil perdu',
  lostAsk: 'Qu’avez-vous perdu ?',
  lostSelf: 'Un appareil qui a un certificat à votre nom',
  lostNone:
    'Il n’a pas de certificat. Rien n’est émis pour lui tant que vous ne dites pas l’avoir retrouvé.',
  lostNote: '{name} est déclaré perdu.',
  lostNoteSelf: 'Les certificats à votre nom sont bloqués.',
  lostNoteMany: counted(
    '{n} déclaration de perte est en cours.',
    '{n} déclarations de perte sont en cours.',
  ),
  lostMoreStands: 'Rien n’est émis pour un appareil perdu, et ses certificats sont suspendus.',
  lostUntil: 'S’il n’est pas retrouvé, ses certificats seront révoqués définitivement {time}.',
  lostOver: 'Le délai est écoulé, ses certificats sont donc révoqués définitivement.',
}

export const devices: typeof english.devices = {
  title: 'Vos appareils',
  lede: 'Voici les appareils que l’annuaire de l’entreprise vous attribue.',
  managed: 'Géré',
  notManaged: 'Inscrit, non géré',
  compliant: 'Conforme',
  notCompliant: 'Non conforme',
  disabled: 'Désactivé',
  noneYet: 'Pas encore de certificat',
  inHand: 'Probablement celui que vous utilisez',
  onPhone: 'L’obtenir sur le téléphone',
  onPhoneFor: 'Obtenir le certificat de {name} sur le téléphone',
  checkAgain: 'Vérifier de nouveau',
  forSelf: 'En obtenir plutôt un pour vous-même',
  checkAgainFor: 'Vérifier de nouveau : {name}',
  messageForIt:
    'Bonjour, mon appareil {name} ne reçoit pas de certificat pour {access}. Latchkey dit : {reason} Pouvez-vous m’aider ? Merci, {person}',
  view: 'Afficher',
  viewFor: 'Afficher le certificat de {name}',
  whatToDo: 'Que faire',
  whatToDoFor: 'Que faire pour {name}',
  read: 'Annuaire lu {time}.',
  readAgain: 'Le relire',
  stale: 'État de cette liste : {time} ; ce qui a changé depuis n’y figure pas.',
  empty: 'L’annuaire ne vous attribue aucun appareil.',
  emptyMore:
    'Un appareil apparaît ici une fois joint ou inscrit avec votre compte ; cela prend une dizaine de minutes.',
  lost: 'Déclaré perdu',
  lostSince: 'Déclaré perdu {time} par {who}.',
  lostUntil: 'S’il n’est pas retrouvé, ses certificats seront révoqués définitivement {time}.',
  you: 'vous',
  found: 'Je l’ai retrouvé',
  foundFor: 'Je l’ai retrouvé : {name}',
  others: counted(
    'Quelqu’un d’autre a un certificat pour cet appareil :',
    'D’autres personnes ont des certificats pour cet appareil :',
  ),
  otherOne: 'Certificat …{end}',
  otherOneFor: 'Certificat …{end} pour {name}',
}

const how: typeof english.certificate.how = {
  good: 'valide',
  revoked: 'révoqué',
  expired: 'expiré',
  unknown: 'inconnu',
  hold: {
    device_not_compliant: 'non conforme',
    device_left_intune: 'absent d’Intune sous cette forme',
    device_disabled: 'désactivé dans l’annuaire',
    device_absent: 'suspendu, car l’appareil n’est plus dans l’annuaire',
    device_deleted: 'sur le point d’être révoqué, car l’appareil a été retiré de l’annuaire',
    device_retiring: 'suspendu, car Intune va retirer ou effacer l’appareil',
    device_retired: 'sur le point d’être révoqué, car l’appareil a été retiré ou effacé',
    owner_changed: 'suspendu, car l’appareil a un autre propriétaire',
    owner_disabled: 'suspendu, car le compte de la personne qui l’a obtenu est désactivé',
    owner_at_risk: 'suspendu, car le compte de la personne qui l’a obtenu est menacé',
    owner_absent: 'suspendu, car la personne qui l’a obtenu n’est plus dans l’annuaire',
    owner_deleted: 'sur le point d’être révoqué, car la personne qui l’a obtenu a été retirée',
    account_disabled: 'suspendu, car votre compte est désactivé',
    account_absent: 'suspendu, car votre compte n’est plus dans l’annuaire',
    account_deleted: 'sur le point d’être révoqué, car le compte a été retiré',
    account_at_risk: 'suspendu, car votre compte est menacé',
    account_renamed: 'suspendu, car votre compte a un nouveau nom',
    name_reused: 'sur le point d’être révoqué, car son nom appartient à quelqu’un d’autre',
    lost_device: 'suspendu, car l’appareil a été déclaré perdu',
    by_operator: 'suspendu par le service informatique',
    directory_unknown: 'suspendu',
    other: 'suspendu',
  },
}

const why: typeof english.certificate.why = {
  good_device: 'Valide jusqu’au {date}, tant que l’appareil est conforme.',
  good_device_any: 'Valide jusqu’au {date}, tant que l’appareil est dans l’annuaire.',
  good_device_owned:
    'Valide jusqu’au {date}, tant que l’appareil est conforme et garde son propriétaire.',
  good_device_any_owned:
    'Valide jusqu’au {date}, tant que l’appareil est dans l’annuaire et garde son propriétaire.',
  good_user: 'Valide jusqu’au {date}, tant que votre compte est actif.',
  expired: 'Expiré le {date}.',
  unknown:
    'Nous ne pouvons pas interroger l’annuaire pour l’instant ; sa dernière réponse : {time}. Jusqu’à ce qu’il réponde, à qui interroge nous disons de revenir plus tard.',
  hold: {
    device_not_compliant:
      'Suspendu depuis {time}, car Intune a signalé cet appareil comme non conforme. Il fonctionnera de nouveau de lui-même, environ {span} après qu’Intune le dira conforme.',
    device_left_intune:
      'Suspendu depuis {time}, car Intune n’a plus cet appareil tel qu’il était, comme après une nouvelle inscription. Obtenez un nouveau certificat pour lui.',
    device_disabled:
      'Suspendu depuis {time}, car l’appareil est désactivé dans l’annuaire. Il fonctionnera de nouveau de lui-même, environ {span} après sa réactivation par le service informatique.',
    device_absent:
      'Suspendu depuis {time}, car cet appareil n’est plus dans l’annuaire. Il fonctionnera de nouveau de lui-même, environ {span} après sa restauration par le service informatique.',
    device_deleted:
      'Suspendu depuis {time}, car l’appareil a été définitivement retiré de l’annuaire. La révocation est en cours.',
    device_retiring:
      'Suspendu depuis {time}, car Intune va retirer ou effacer cet appareil, ou le juge défaillant. Il fonctionnera de nouveau de lui-même, environ {span} après qu’Intune l’aura comme avant ; une fois retiré ou effacé, il est révoqué définitivement.',
    device_retired:
      'Suspendu depuis {time}, car l’appareil a été retiré ou effacé. La révocation est en cours.',
    owner_changed:
      'Suspendu depuis {time}, car l’appareil a dans l’annuaire un autre propriétaire qu’à la création de ce certificat. Il fonctionnera de nouveau de lui-même, environ {span} après le retour à l’état d’avant.',
    owner_disabled:
      'Suspendu depuis {time}, car le compte de la personne qui l’a obtenu est désactivé. Il fonctionnera de nouveau de lui-même, environ {span} après la réactivation du compte par le service informatique.',
    owner_at_risk:
      'Suspendu depuis {time}, car Microsoft constate une connexion inhabituelle au compte de la personne qui l’a obtenu. Dès qu’elle aura changé son mot de passe, il fonctionnera de nouveau, environ {span} plus tard.',
    owner_absent:
      'Suspendu depuis {time}, car le compte de la personne qui l’a obtenu n’est plus dans l’annuaire. Il fonctionnera de nouveau de lui-même, environ {span} après sa restauration par le service informatique.',
    owner_deleted:
      'Suspendu depuis {time}, car le compte de la personne qui l’a obtenu a été définitivement retiré de l’annuaire. La révocation est en cours.',
    account_disabled:
      'Suspendu depuis {time}, car votre compte est désactivé. Il fonctionnera de nouveau de lui-même, environ {span} après la réactivation du compte par le service informatique.',
    account_absent:
      'Suspendu depuis {time}, car votre compte n’est plus dans l’annuaire. Il fonctionnera de nouveau de lui-même, environ {span} après sa restauration par le service informatique.',
    account_deleted:
      'Suspendu depuis {time}, car le compte a été définitivement retiré de l’annuaire. La révocation est en cours.',
    account_at_risk:
      'Suspendu depuis {time}, car Microsoft constate une connexion inhabituelle à votre compte. Changez votre mot de passe, et il fonctionnera de nouveau environ {span} plus tard.',
    account_renamed:
      'Suspendu depuis {time}, car votre compte a maintenant un autre nom que ce certificat. Obtenez-en un nouveau sous le nouveau nom.',
    name_reused:
      'Suspendu depuis {time}, car le nom qu’il porte appartient maintenant à quelqu’un d’autre. La révocation est en cours.',
    lost_device:
      'Suspendu depuis {time} : {by} a déclaré l’appareil perdu. Il fonctionnera de nouveau dès que la déclaration sera retirée.',
    by_operator:
      'Suspendu depuis {time} par le service informatique, qui seul peut lever la suspension.',
    directory_unknown: 'Suspendu depuis {time}, car l’annuaire ne le garantit plus.',
    other: 'Suspendu depuis {time}.',
  },
  lost_by_you:
    'Suspendu depuis {time} : vous avez déclaré l’appareil perdu. Il fonctionnera de nouveau dès que vous direz l’avoir retrouvé.',
  lost_self:
    'Suspendu depuis {time} : vous avez bloqué les certificats à votre nom. Ils fonctionneront de nouveau dès que vous les rétablirez.',
  finalAt: 'Si rien ne change, il sera révoqué définitivement {time}.',
  finalSometime: 'Si rien ne change, il sera révoqué définitivement.',
  revoked: {
    device_deleted:
      'Révoqué le {date}, car l’appareil a été retiré de l’annuaire. C’est définitif ; un nouvel appareil reçoit un nouveau certificat.',
    device_retired:
      'Révoqué le {date}, car l’appareil a été retiré ou effacé. C’est définitif ; réinstallé, il reçoit un nouveau certificat.',
    owner_changed:
      'Révoqué le {date}, car l’appareil a maintenant un autre propriétaire. C’est définitif ; la personne qui l’a maintenant obtient un nouveau certificat.',
    owner_deleted:
      'Révoqué le {date}, car le compte de la personne qui l’a obtenu a été retiré de l’annuaire.',
    account_deleted: 'Révoqué le {date}, car le compte a été retiré de l’annuaire.',
    name_reused:
      'Révoqué le {date}, car le nom qu’il porte appartient maintenant à quelqu’un d’autre. C’est définitif ; obtenez-en un nouveau sous votre propre nom.',
    by_owner: 'Révoqué le {date} par {by}.',
    superseded: 'Révoqué le {date}, remplacé par un plus récent.',
    by_operator: 'Révoqué le {date} par le service informatique.',
    key_compromise:
      'Révoqué le {date}, car la clé est peut-être connue de quelqu’un d’autre. Cette clé ne pourra plus jamais servir.',
    renewed_from_revoked:
      'Révoqué le {date}, car celui dont il est issu a été révoqué. C’est définitif ; connectez-vous et obtenez-en un nouveau.',
    not_delivered: 'Révoqué le {date}, car il n’a jamais été remis.',
    lost_device:
      'Révoqué le {date}, car l’appareil était déclaré perdu et la déclaration n’a pas été retirée à temps. C’est définitif ; si vous l’avez retrouvé, dites-le, puis obtenez un nouveau certificat.',
    other: 'Révoqué le {date}.',
  },
  revoked_by_you: 'Révoqué le {date} par vous.',
  somebody: 'quelqu’un',
}

const stop: typeof english.certificate.stop = {
  lost: 'Appareil perdu',
  revoke: 'Révoquer',
  undo: 'Je l’ai retrouvé',
  cancel: 'Annuler',
  keep: 'Le garder',
  revokeTitle: 'Révoquer ce certificat définitivement ?',
  revokeText:
    'Les réseaux qui interrogent refuseront le certificat de {name} d’ici {span} ; ceux qui gardent une liste, dès la prochaine. Personne ne pourra revenir en arrière.',
  why: 'Pourquoi ?',
  reasons: {
    cessationOfOperation: 'Je n’en ai plus besoin',
    superseded: 'Je l’ai remplacé',
    keyCompromise: 'Quelqu’un d’autre a peut-être la clé',
  },
  othersReasons: {
    cessationOfOperation: 'L’appareil est maintenant à moi',
    superseded: 'Je l’ai remplacé',
    keyCompromise: 'Quelqu’un d’autre a peut-être la clé',
  },
  keyCompromiseMore:
    'Tous les certificats qui ont cette clé sont révoqués, ainsi que tout ce qui en est issu par renouvellement, et la clé ne pourra plus jamais servir.',
  withDescendants: 'Révoquer aussi ce qui en est issu par renouvellement',
  revokeDo: 'Révoquer définitivement',
  lostTitle: 'Bloquer {name} ?',
  lostSelfTitle: 'Bloquer les certificats à votre nom ?',
  lostText: counted(
    'Son certificat est suspendu aussitôt, quelle que soit la personne qui l’a obtenu ; les réseaux qui interrogent le refuseront d’ici {span}. Rien n’est émis pour l’appareil tant que vous ne l’avez pas retrouvé. Après {days}, le certificat est révoqué définitivement.',
    'Ses {n} certificats sont suspendus aussitôt, quelle que soit la personne qui les a obtenus ; les réseaux qui interrogent les refuseront d’ici {span}. Rien n’est émis pour l’appareil tant que vous ne l’avez pas retrouvé. Après {days}, les certificats sont révoqués définitivement.',
  ),
  lostSelfText: counted(
    'Votre certificat est suspendu aussitôt, quel que soit l’appareil où il se trouve ; les réseaux qui interrogent le refuseront d’ici {span}. Vous pouvez annuler cela pendant {days} ; ensuite, il est révoqué définitivement.',
    'Vos {n} certificats sont suspendus aussitôt, quels que soient les appareils où ils se trouvent ; les réseaux qui interrogent les refuseront d’ici {span}. Vous pouvez annuler cela pendant {days} ; ensuite, ils sont révoqués définitivement.',
  ),
  lostDo: 'Bloquer cet appareil',
  lostSelfDo: 'Bloquer mes certificats',
  isRevoked: 'Il est révoqué définitivement ; il n’y a plus rien à bloquer.',
  isExpired: 'Il a expiré ; il n’y a plus rien à bloquer.',
  failed: {
    already_revoked: 'Il est déjà bloqué. Rien n’a été modifié.',
    not_on_hold: 'Ce n’est pas vous qui l’avez suspendu. Rien n’a été modifié.',
    not_found: 'Ce certificat n’existe pas, ou n’est pas à vous.',
    not_owner:
      'L’annuaire attribue maintenant l’appareil à quelqu’un d’autre, qui seul peut le déclarer perdu. Rien n’a été modifié ; révoquez plutôt votre certificat.',
    principal_disabled:
      'Votre compte est désactivé, vous ne pouvez donc pas faire cela. Rien n’a été modifié.',
    directory_unavailable:
      'L’annuaire ne répond pas, nous ne pouvons donc pas savoir si vous en avez le droit. Rien n’a été modifié ; réessayez dans une minute.',
    session_required: 'Vous avez été déconnecté. Reconnectez-vous ; rien n’a été modifié.',
    authority_unavailable: 'Le serveur Latchkey ne répond pas. Rien n’a été modifié.',
    other: 'Cela n’a pas fonctionné, et rien n’a été modifié. Réessayez dans un instant.',
  },
}

export const certificate: typeof english.certificate = {
  crumb: 'Certificats',
  you: 'Vous, sur n’importe quel appareil',
  download: 'Télécharger',
  downloadMore: 'Sans la clé privée ; nous ne l’avons jamais eue.',
  downloadCertificate: 'Certificat',
  downloadChain: 'Certificat et chaîne',
  downloadCa: 'Certificat de l’autorité',
  technical: 'Détails techniques',
  checkAgain: 'Vérifier de nouveau',
  checking: {
    still: 'Vérifié {time} : toujours {how}.',
    now: 'Vérifié {time} : maintenant {how}.',
    changed: '{name} est maintenant {how}.',
    failed: 'La vérification n’a pas abouti. Réessayez dans un instant.',
    signedOut: 'Vous avez été déconnecté. Reconnectez-vous pour vérifier.',
  },
  how,
  stop,
  serial: 'Numéro de série',
  subject: 'Sujet',
  boundTo: 'Lié à',
  issuer: 'Émetteur',
  starts: 'Début',
  ends: 'Fin',
  issued: 'Émis',
  signedIn: 'Connexion',
  renew: 'Renouveler',
  renewedTitle: 'Ce certificat a été renouvelé le {date}.',
  renewedMore:
    'Il reste valide jusqu’au {until}, sauf si vous le retirez. Faites-le quand le nouveau fonctionne.',
  seeNew: 'Voir le nouveau',
  retire: {
    button: 'Retirer celui-ci maintenant',
    title: 'Retirer l’ancien certificat ?',
    text: 'Les réseaux qui interrogent le refuseront d’ici {span} ; ceux qui gardent une liste, dès la prochaine. Le nouveau continue de fonctionner. Personne ne pourra revenir en arrière.',
    sure: 'Le retirer définitivement',
  },
  label: {
    title: 'Le nom que vous lui donnez',
    more: 'Pour distinguer vos certificats. Il n’est pas dans le certificat ; seuls le service informatique et vous le voyez.',
    field: 'Nom, par exemple « mon téléphone »',
    save: 'Enregistrer le nom',
    saved: 'Nom enregistré',
    failed: {
      malformed_request: 'Un nom a au plus 40 caractères visibles. Rien n’a été modifié.',
      session_required: 'Vous avez été déconnecté. Reconnectez-vous ; rien n’a été modifié.',
      authority_unavailable: 'Le serveur Latchkey ne répond pas. Rien n’a été modifié.',
      other: 'Cela n’a pas fonctionné, et rien n’a été modifié. Réessayez dans un instant.',
    },
  },
  fingerprint: 'SHA‑256',
  key: 'Empreinte de la clé',
  directoryRead: 'Annuaire lu {time}.',
  history: 'Historique',
  eventEnds: 'Fin',
  eventEnded: 'Expiré',
  eventIssued: 'Émis pour vous',
  eventRenewed: 'Émis pour vous, à la place d’un ancien',
  eventIssuedOther: 'Émis pour quelqu’un d’autre',
  eventHold: 'Suspendu',
  eventRevoked: 'Révoqué',
  renewal: {
    always: 'Les scripts peuvent le renouveler sans connexion, encore et encore.',
    until:
      'Les scripts peuvent le renouveler sans connexion jusqu’à cette date : {until}. Ensuite, connectez-vous et obtenez-en un nouveau.',
    from: 'Les scripts peuvent le renouveler sans connexion à partir de cette date : {from}.',
    fromUntil:
      'Les scripts peuvent le renouveler sans connexion entre ces dates : {from} et {until}. Ensuite, connectez-vous et obtenez-en un nouveau.',
    over: 'Les scripts ne peuvent plus le renouveler sans connexion. Connectez-vous et obtenez-en un nouveau avant sa fin.',
  },
  othersTitle: 'Quelqu’un d’autre a obtenu ce certificat, pour un de vos appareils.',
  othersMore:
    'Vous le voyez parce que l’annuaire vous attribue l’appareil. La personne qui l’a obtenu a peut-être encore sa clé ; vous pouvez le bloquer ici.',
  renamedTitle: 'Votre compte a un nouveau nom : {upn}.',
  renamedMore:
    'Le certificat au nom de {old} reste valide. Obtenez-en un sous le nouveau nom avant que quelque chose ne l’exige.',
  renamedDo: 'En obtenir un sous le nouveau nom',
  sentence: '{status}. Valide du {from} au {to}, {left}.',
  why,
  happened: {
    device_not_compliant:
      'Intune compare votre appareil aux règles de l’entreprise, et l’une d’elles n’est pas respectée. Nous voyons qu’il y a un échec, pas laquelle. En attendant, les réseaux qui interrogent refusent le certificat ; rien n’est perdu.',
    hold: 'Les réseaux qui interrogent le refusent jusqu’à ce qu’il soit de nouveau valide. Rien n’est perdu.',
    ending: 'Les réseaux qui interrogent le refusent, et rien ne le rétablira.',
    revoked: 'Les réseaux qui interrogent le refusent définitivement.',
  },
  todo: {
    device_not_compliant: [
      'Sur {name}, ouvrez Microsoft Intune et regardez sous « Vérifier l’état ». La règle y est nommée.',
      'Corrigez-la là-bas, puis choisissez une nouvelle fois « Vérifier l’état ».',
      'Toujours bloqué après une heure ? Envoyez le message ci-dessous au service informatique.',
    ],
    account_at_risk: ['Changez votre mot de passe, puis reconnectez-vous.'],
    lost_device: [
      'Retrouvé ? Choisissez « Je l’ai retrouvé ».',
      'Perdu pour de bon ? Révoquez le certificat.',
    ],
    device_absent: [
      'L’appareil a disparu pour de bon ? Alors il n’y a rien à faire.',
      'Sinon, envoyez le message ci-dessous au service informatique.',
    ],
    device_retiring: [
      'Est-il retiré ou effacé volontairement ? Alors il n’y a rien à faire.',
      'Sinon, envoyez le message ci-dessous au service informatique.',
    ],
    owner_changed: [
      'L’appareil a un nouveau propriétaire ? Alors il en reçoit un à lui, et celui-ci prend fin de lui-même.',
      'Pour y mettre fin tout de suite, révoquez-le.',
      'Tout devrait être comme avant ? Envoyez le message ci-dessous au service informatique.',
    ],
    owner_at_risk: ['La personne qui l’a obtenu change son mot de passe, puis se reconnecte.'],
    account_renamed: ['Obtenez un nouveau certificat sous le nouveau nom.'],
    ending: ['Obtenez un nouveau certificat, si vous y avez encore droit.'],
    it: ['Envoyez le message ci-dessous au service informatique.'],
    replace: ['Obtenez un nouveau certificat, si vous en avez encore besoin.'],
  },
  itMessage:
    'Bonjour, mon certificat pour {name} (numéro de série {serial}) ne fonctionne pas : {why} Pouvez-vous m’aider ? Merci, {person}',
}

export const relyingParty: typeof english.relyingParty = {
  title: {
    same: 'Tout le monde reçoit la même réponse',
    behind: 'Tout le monde n’est pas encore au courant',
    none: 'Ce que tout le monde apprend',
  },
  page: 'Cette page',
  wifi: 'Les réseaux qui interrogent',
  list: 'Liste publiée',
  remembered:
    'Qui a interrogé auparavant peut retenir l’ancienne réponse (expiration : {until}) ; qui garde une liste plus ancienne peut s’y fier jusqu’à la fin de celle-ci.',
  ended:
    'Son dernier jour est passé. Qui le vérifie le lit dans le certificat même et n’interroge personne.',
  answers: {
    ocsp: {
      said: 'État : {from} ; expiration : {until}.',
      behind: 'Cette réponse ({from}) ne le sait pas encore ; une nouvelle arrive d’ici {until}.',
      overdue:
        'Cette réponse ({from}) devrait le savoir. Quelque chose garde une vieille réponse ; prévenez le service informatique.',
      later: 'Elle ne dit ni valide ni révoqué : interroger plus tard.',
      silent: 'Elle ne nous répond pas pour l’instant. Nous réessayons.',
      refused:
        'Ce qui est arrivé n’est pas une réponse valable de notre autorité ; qui vérifie ne l’accepte pas.',
    },
    list: {
      said: 'Publiée : {from} ; expiration : {until}.',
      behind: 'La liste ({from}) ne le sait pas encore ; la prochaine arrive d’ici {span}.',
      overdue:
        'La liste ({from}) devrait le savoir, et aucune plus récente n’a été publiée. Prévenez le service informatique.',
      later: 'Aucune liste n’est encore en cours de validité.',
      silent: 'Nous ne pouvons pas la lire pour l’instant. Nous réessayons.',
      refused:
        'Ce qui est arrivé n’est pas une liste valable de notre autorité ; qui vérifie ne l’accepte pas.',
    },
  },
}

export const problems: typeof english.problems = {
  notFoundTitle: 'Cette page n’existe pas',
  notFoundText: 'L’adresse est peut-être ancienne ou mal saisie.',
  noCertificateTitle: 'Ce certificat n’existe pas, ou n’est pas à vous.',
  toHome: 'Aller à vos certificats',
  noRoleTitle: 'Vous êtes connecté, mais les certificats ne sont pas encore activés pour vous',
  noRoleLede:
    'Votre compte fonctionne. {tenant} décide qui peut obtenir des certificats ici, et vous ne faites pas encore partie de ce groupe.',
  noRoleWhat:
    'Microsoft nous a dit qui vous êtes, {upn}, mais pas que vous pouvez utiliser le libre-service.',
  noRoleSteps: [
    'Envoyez le message ci-dessous au service informatique.',
    'Quand c’est activé, reconnectez-vous ici.',
  ],
  noRoleMessage:
    'Bonjour, merci de m’attribuer le rôle « CSR.SelfService » de l’application {app} (« Latchkey API »), afin que je puisse obtenir un certificat pour {access}. Mon compte : {upn}. Merci, {name}',
  signInAgain: 'Se reconnecter',
  otherAccount: 'Utiliser un autre compte',
  refusals: {
    missing_role: 'Les certificats ne sont pas encore activés pour vous.',
    principal_disabled:
      'Votre compte est désactivé ; seul le service informatique peut y remédier.',
    guest_not_allowed: '{tenant} ne donne des certificats qu’à ses propres comptes.',
    not_owner:
      'L’annuaire ne vous l’attribue pas. Un changement met quelques minutes à apparaître.',
    ambiguous_device:
      'Deux appareils ont le même identifiant dans l’annuaire. Seul le service informatique peut les distinguer.',
    device_lost: 'Tant qu’il est déclaré perdu, rien n’est émis pour lui.',
    device_disabled:
      'L’appareil est désactivé dans l’annuaire. Seul le service informatique peut le réactiver.',
    device_not_managed:
      '{tenant} ne donne des certificats qu’aux appareils gérés. Inscrivez-le dans Intune, puis revenez.',
    device_not_compliant: 'Corrigez cela dans l’application Intune, puis vérifiez de nouveau.',
    device_too_new:
      'L’annuaire ne le connaît pas depuis assez longtemps. Attendez quelques minutes, puis vérifiez de nouveau.',
    ownership_changed: 'L’annuaire a changé entre-temps. Réessayez dans une minute.',
    sign_in_again:
      'Personne ne s’est connecté pour lui depuis trop longtemps. Connectez-vous et obtenez-en un nouveau ; ensuite, il se renouvellera de nouveau de lui-même.',
    too_early: 'Il ne se renouvelle que dans ses derniers jours. D’ici là, il reste valide.',
  },
}

export const phone: typeof english.phone = {
  title: 'Continuer sur le téléphone',
  lede: 'Visez ce code avec son appareil photo. Il y ouvre la même page, pour {name}.',
  ledeSelf: 'Visez ce code avec son appareil photo. Il y ouvre la même page, pour vous-même.',
  more: 'Vous vous connectez sur le téléphone, et la clé privée y est créée. Le code contient l’adresse de la page et aucun secret.',
  loopback: 'Un téléphone ne peut pas ouvrir cette adresse.',
  loopbackMore:
    'Elle mène à cet ordinateur même, car Latchkey y tourne à l’essai. Ouvrez-la ici dans une autre fenêtre.',
  code: 'Code QR de l’adresse {url}',
  address: 'Pas d’appareil photo ? Ouvrez-y cette adresse :',
  copy: 'Copier l’adresse',
  copied: 'Adresse copiée',
  back: 'Revenir, pour l’obtenir sur cet appareil',
}

export const manage: typeof english.manage = {
  title: 'Gérer',
  lede: 'Les certificats de tous, les plus récents d’abord. Ce que vous modifiez ici est consigné à votre nom.',
  search: 'Chercher',
  searchLabel: 'Début d’un numéro de série, d’un nom ou d’un compte',
  stateLabel: 'État',
  states: {
    Any: 'Tous',
    Active: 'Valide',
    Held: 'Suspendu',
    Revoked: 'Révoqué ou suspendu',
    Expired: 'Expiré',
  },
  typeLabel: 'Pour',
  types: { Any: 'Tous', User: 'Personnes', Device: 'Appareils', Static: 'Applications' },
  kinds: { User: 'Personne', Device: 'Appareil', Static: 'Application' },
  serial: 'Numéro de série',
  none: 'Aucun certificat ne correspond.',
  all: 'Tout afficher',
  next: 'Plus anciens',
  first: 'Depuis les plus récents',
  until: 'Valide jusqu’au {date}.',
  ended: 'Expiré le {date}.',
  stopped: {
    hold: 'Suspendu depuis {time}, par {who}.',
    holdFor: 'Suspendu depuis {time}, par {who} : {why}.',
    revoked: 'Révoqué {time}, par {who} : {why}.',
  },
  directory: 'l’annuaire',
  issued: 'Émis le {date}',
  silent: 'Le serveur Latchkey est injoignable.',
  why: {
    '0': 'sans motif',
    '1': 'quelqu’un d’autre a peut-être la clé',
    '3': 'le titulaire a changé',
    '4': 'remplacé par un plus récent',
    '5': 'plus nécessaire',
    '9': 'plus autorisé',
  },
  causes: {
    device_not_compliant: 'l’appareil n’est pas conforme',
    device_left_intune: 'Intune n’a plus l’appareil',
    device_disabled: 'l’appareil est désactivé',
    device_absent: 'l’appareil a disparu et peut revenir',
    device_deleted: 'l’appareil a été supprimé définitivement',
    device_retiring: 'l’appareil va être mis hors service ou effacé',
    device_retired: 'l’appareil a été mis hors service ou effacé',
    owner_changed: 'l’appareil a un autre propriétaire',
    owner_disabled: 'le compte de la personne qui l’a obtenu est désactivé',
    owner_at_risk: 'le compte de la personne qui l’a obtenu est à risque',
    owner_absent: 'la personne qui l’a obtenu a disparu et peut revenir',
    owner_deleted: 'la personne qui l’a obtenu a été supprimée définitivement',
    account_disabled: 'le compte est désactivé',
    account_absent: 'le compte a disparu et peut revenir',
    account_deleted: 'le compte a été supprimé définitivement',
    account_at_risk: 'le compte est à risque',
    account_renamed: 'le compte a un nouveau nom',
    name_reused: 'son nom appartient à quelqu’un d’autre',
    lost_device: 'signalé perdu',
    renewed_from_revoked: 'renouvelé à partir d’un certificat révoqué',
  },
  whyDirectory: 'l’appareil ou le compte y a été retiré, mis hors service ou transmis',
  held: 'Suspendu.',
  released: 'La suspension est levée.',
  revoked: 'Révoqué définitivement.',
  stop: 'Bloquer',
  stopFor: 'Bloquer le certificat de {name}',
  release: 'Lever la suspension',
  releaseFor: 'Lever la suspension de {name}',
  keep: 'Annuler',
  askTitle: 'Bloquer le certificat de {name} ?',
  askText:
    'Les réseaux qui interrogent le refuseront d’ici {span}. Une suspension peut être levée ; tout le reste est définitif.',
  askWhy: 'Pourquoi ?',
  askWhyFirst: 'Choisissez d’abord pourquoi : c’est consigné, et le titulaire le voit.',
  askReasons: {
    '5': 'Plus nécessaire',
    '4': 'Remplacé par un plus récent',
    '3': 'Le titulaire a changé',
    '9': 'Plus autorisé',
    '1': 'Quelqu’un d’autre a peut-être la clé',
    '6': 'Seulement le suspendre',
  },
  withDescendants: 'Également ce qui en est issu par renouvellement',
  keyCompromiseMore:
    'Tous les certificats qui ont cette clé sont révoqués, ainsi que tout ce qui en est issu par renouvellement.',
  askHold: 'Suspendre',
  askRevoke: 'Révoquer définitivement',
  failed: {
    already_revoked: 'Il est déjà révoqué. Rien n’a été modifié.',
    not_on_hold: 'Il n’est pas suspendu. Rien n’a été modifié.',
    not_found: 'Il n’y a plus rien à modifier.',
    missing_role:
      'Seuls les opérateurs peuvent faire cela. Reconnectez-vous si vous l’êtes devenu.',
    principal_disabled:
      'Votre compte est désactivé, vous ne pouvez donc pas faire cela. Rien n’a été modifié.',
    directory_unavailable:
      'L’annuaire ne répond pas, nous ne pouvons donc pas savoir si vous en avez le droit. Rien n’a été modifié ; réessayez dans une minute.',
    session_required: 'Vous avez été déconnecté. Reconnectez-vous ; rien n’a été modifié.',
    authority_unavailable: 'Le serveur Latchkey ne répond pas. Rien n’a été modifié.',
    other: 'Cela n’a pas fonctionné, et rien n’a été modifié. Réessayez dans un instant.',
  },
  circuitBreaker: {
    title: 'Frein contre les changements en masse',
    on: 'Serré {time} : {changes} personnes et appareils sur {bound} auraient vu leur état s’aggraver d’un coup, si bien que rien n’a été modifié. Ne le desserrez que si l’annuaire a raison.',
    released:
      'Desserré {time}. La prochaine lecture de l’annuaire sera appliquée, quoi qu’elle change.',
    release: 'Desserrer le frein',
    askTitle: 'Desserrer le frein ?',
    askText:
      'La prochaine lecture de l’annuaire sera appliquée, quoi qu’elle change. Qui y a été retiré perd ses certificats définitivement.',
  },
}

export const wrong: typeof english.wrong = {
  title: 'Une erreur s’est produite',
  text: 'Ce n’est pas votre faute, et elle a été enregistrée. Rien n’a été émis ni modifié.',
  code: 'Code pour le service informatique : {code}',
  tryAgain: 'Réessayer',
  help: 'Page d’aide',
}

export const choose: typeof english.choose = {
  title: 'Obtenir un certificat',
  progress: 'Progression',
  steps: ['Choisir', 'Créer', 'Utiliser'],
  done: 'terminé',

  whoTitle: 'Pour qui est-il ?',
  you: 'Vous, sur n’importe quel appareil',
  inHand: '{system}, probablement celui que vous utilisez',
  hasGood: 'A un certificat valide jusqu’au {date}',
  ready: 'Prêt',
  another: 'En recevrait un autre',
  renewTitle: 'Renouveler le certificat de {name}',
  renewLine:
    'Reçoit une nouvelle clé et un nouveau certificat. Celui qui est valide jusqu’au {date} le reste tant que vous ne le retirez pas.',
  renewLineEnded:
    'Reçoit une nouvelle clé et un nouveau certificat, à la place de celui qui a expiré le {date}.',
  renewBadge: 'Renouvellement',
  notRenewable:
    'Ce certificat ne peut pas être renouvelé : il est révoqué, suspendu, ou n’est pas à vous. Vous pouvez en obtenir un nouveau.',
  onPhone: 'Continuer sur mon téléphone',
  notNow: 'Pas maintenant',
  notYet: 'Pas encore',
  howToFix: 'Comment y remédier',
  why: {
    device_not_compliant: 'Non conforme dans Intune pour l’instant.',
    device_not_managed: 'Inscrit, mais non géré par Intune.',
    device_too_new: 'Trop récent ; possible dans quelques minutes.',
    device_disabled: 'Désactivé dans l’annuaire.',
    device_lost: 'Déclaré perdu.',
    missing_role: 'Les certificats ne sont pas activés pour vous.',
    principal_disabled: 'Votre compte est désactivé.',
    guest_not_allowed: 'Les invités ne reçoivent pas de certificats ici.',
    ambiguous_device: 'Deux appareils ont le même identifiant dans l’annuaire.',
    other: 'Impossible pour l’instant.',
  },
  noneTitle: 'Aucun certificat ne peut être émis pour vous en ce moment.',
  seeDevices: 'Voir vos appareils',
  directorySilent: 'L’annuaire ne répond pas. Nous n’émettons rien que nous ne puissions vérifier.',
  authoritySilent: 'Le serveur Latchkey est injoignable. Vos certificats restent tels quels.',
  silentMore: 'Cette page réessaie d’elle-même.',

  whatTitle: 'Que devons-nous créer ?',
  recommended: 'Recommandé',
  fileFor: 'Un fichier pour {system}',
  anyFile: 'Un fichier verrouillé',
  lines: {
    windows: 'Un double‑clic, le mot de passe, et c’est fait.',
    windowsOld: 'Pour Windows Server 2016 et les Windows d’avant 2017.',
    macos: 'Un double‑clic, et il va dans votre trousseau.',
    ios: 'Il s’installe dans Réglages.',
    android: 'Ouvrez-le, saisissez le mot de passe, donnez-lui un nom.',
    androidOld: 'Ouvrez-le, saisissez le mot de passe, donnez-lui un nom.',
    chromeos: 'Il s’importe dans la liste de certificats de Chrome.',
    linux: 'Pour les réglages réseau, les navigateurs et la ligne de commande.',
    wpa: 'Pour les machines sans bureau graphique.',
    firefox: 'Firefox a ses propres certificats, quel que soit le système.',
    unsure: 'Un seul fichier verrouillé, que presque tout sait ouvrir.',
    separate:
      'Trois fichiers texte : la clé privée, verrouillée par le mot de passe, votre certificat, et les certificats au‑dessus de lui.',
  },
  networkLines: {
    mobileconfig: 'Un seul profil, qui s’installe dans les réglages.',
    'eap-config': 'Un seul fichier, que l’application geteduroam ouvre.',
    windows: 'Le fichier, et le réseau avec les commandes qui l’ajoutent.',
    'network-manager': 'Le fichier, et le réseau avec les commandes qui l’ajoutent.',
    'wpa-supplicant': 'Le fichier, et le réseau avec les commandes qui l’ajoutent.',
    onc: 'Le fichier et le réseau, importés dans Chrome.',
  },
  older:
    'Il a l’ancien format, car beaucoup de ces systèmes n’en ouvrent pas d’autre. Le mot de passe est long et aléatoire, le fichier reste donc sûr.',
  withNetworks: 'Il apporte les réglages de {networks} : vous vous connectez sans les saisir.',
  systems: {
    windows: 'Windows 10 ou 11',
    windowsOld: 'Windows Server 2016 ou plus ancien',
    macos: 'Mac',
    ios: 'iPhone ou iPad',
    android: 'Android 14 ou plus récent',
    androidOld: 'Android 13 ou antérieur',
    chromeos: 'Chromebook',
    linux: 'Linux',
    wpa: 'wpa_supplicant',
    firefox: 'Firefox',
    unsure: 'Je ne sais pas',
    separate: 'Fichiers séparés',
  },
  else: 'Autre chose',
  elseLine:
    'Pour un autre système ou programme, ou des fichiers séparés pour la clé et le certificat',
  where: 'Où l’utiliserez-vous ?',
  own: 'J’ai déjà une clé',
  ownLine:
    'Elle se trouve dans une puce, une YubiKey ou un fichier. Collez ou déposez votre demande.',

  ownLabel: 'Votre demande',
  ownPlaceholder:
    'Collez-la ici, elle commence par -----BEGIN CERTIFICATE REQUEST-----\nou déposez le fichier',
  ownFile: 'Choisir un fichier',
  ownChosen: '{name}, {size}',
  ownRemove: 'Retirer le fichier',
  ownCheck: 'La vérifier d’abord',
  ownCheckLine: 'Montre chaque règle, respectée ou non, et comment corriger. Rien n’est émis.',
  ownTooLarge: 'Ce fichier est trop grand pour être une demande.',
  ownMissing: 'Collez ou déposez d’abord votre demande.',
  ownAllowed: 'Elle serait acceptée.',
  ownRefused: 'Elle ne serait pas encore acceptée.',
  ownDiffers:
    'Deux lecteurs lisent cette demande différemment\xa0: {fields}. Refaites-la avec un autre programme.',
  ownNotRead: 'Nous n’avons pas pu la vérifier.',
  ownUnreadable:
    'Nous ne pouvons pas lire cela comme une demande. Copiez tout, de la ligne avec BEGIN à la ligne avec END, ou choisissez le fichier lui-même.',
  ownDetails: 'Ce qui ne va pas exactement',
  ownFor: 'Votre demande dit pour qui elle est, il n’y a donc rien à choisir ici.',
  passed: 'Respectée',
  failed: 'Non respectée',
  notLooked: 'Pas encore examinée',
  ownName: 'Nom dans le certificat',
  ownMake: 'Comment en créer une',
  ownMakeLine: 'Ceci crée une clé et une demande pour {name} :',
  copyCommand: 'Copier la commande',
  commandCopied: 'Commande copiée',
  terminal: 'Terminal, avec OpenSSL',

  getTitle: 'Ce que vous recevrez',
  for: 'Pour',
  forOwn: 'Qui la demande nomme',
  worksFor: 'Sert à',
  uses: 'Les réseaux et sites qui demandent un certificat',
  lasts: 'Durée',
  lastsCompliant: 'Jusqu’au {date}, tant que l’appareil est conforme',
  lastsListed: 'Jusqu’au {date}, tant que l’appareil est dans l’annuaire',
  lastsActive: 'Jusqu’au {date}, tant que votre compte est actif',
  file: 'Fichier',
  fileOne: '{file}, verrouillé par un mot de passe affiché une seule fois',
  fileNetworks: '{file}, et les réglages de {networks}',
  fileSeparate: 'Trois fichiers, la clé verrouillée par un mot de passe affiché une seule fois',
  fileOwn: 'Le certificat et ceux au‑dessus de lui ; la clé est chez vous',
  button: 'Obtenir le certificat',
  promise: 'La clé privée est créée dans ce navigateur et ne nous est jamais envoyée.',
  promiseOwn: 'Votre clé privée reste où elle est.',
  second: 'Le certificat qu’il a déjà reste valide lui aussi.',
  experts: 'Détails pour experts',
  key: 'Clé',
  keys: { 'ec-p256': 'EC P‑256', 'rsa-2048': 'RSA 2048', 'rsa-3072': 'RSA 3072' },
  keyOwn: 'La vôtre',
  container: 'Conteneur',
  containers: {
    modern: 'PKCS#12, AES‑256, SHA‑256',
    older: 'PKCS#12, triple DES, SHA‑1 ; son mot de passe a 100 bits',
    pem: 'PEM, clé en PKCS#8 avec AES‑256',
  },
  nameInIt: 'Nom inscrit',
}

export const make: typeof english.make = {
  title: 'Création de votre certificat',
  line: 'Pour {name}. Gardez cette page ouverte ; cela prend quelques secondes.',
  lineOwn: 'Pour votre propre clé. Gardez cette page ouverte ; cela prend quelques secondes.',
  stoppedTitle: 'Votre certificat n’est pas encore créé',
  stoppedLine: 'Pour {name}. Gardez cette page ouverte : votre clé n’existe que dans cet onglet.',
  stoppedLineOwn: 'Pour votre propre clé. Rien n’est émis jusqu’ici.',
  lanes: 'Étapes',
  browser: 'Dans ce navigateur',
  server: 'Sur le serveur Latchkey',
  back: 'De retour dans ce navigateur',
  publicHalf: 'moitié publique',
  request: 'demande',
  certificate: 'certificat',
  key: {
    title: 'Créer la clé',
    line: 'Deux moitiés : l’une privée, qui reste ici, l’autre publique, à montrer.',
  },
  own: { title: 'Prendre votre demande', line: 'Sa clé privée reste où elle est.' },
  confirm: {
    title: 'Confirmer que c’est bien vous',
    line: 'Connectez-vous encore une fois dans la petite fenêtre, pour cette seule demande.',
  },
  check: {
    title: 'Vérifier auprès de l’annuaire',
    device: 'Cet appareil est-il à vous, géré et conforme en ce moment ?',
    user: 'Votre compte est-il actif et autorisé en ce moment ?',
    own: 'Ce que nomme la demande est-il à vous et en règle en ce moment ?',
  },
  sign: { title: 'Signer le certificat', line: 'D’abord consigné, ensuite signé.' },
  wrap: {
    title: 'L’emballer pour {system}',
    any: 'L’emballer dans un fichier',
    line: 'Clé et certificat vont dans un seul fichier verrouillé. Nous l’ouvrons une fois pour en être sûrs.',
    separate: 'L’emballer dans des fichiers séparés',
    separateLine:
      'La clé est verrouillée par un mot de passe. Nous l’ouvrons une fois pour en être sûrs.',
  },
  promise:
    'Votre clé privée ne franchit jamais la ligne pointillée. Personne chez {tenant}, et aucun serveur, ne l’a jamais.',
  seconds: '{s} s',
  cancel: 'Annuler',
  announce: 'Étape {n} sur {of} : {title}.',

  leave: {
    title: 'Partir sans votre certificat ?',
    key: 'Votre clé n’existe que dans cet onglet. Si vous partez maintenant, elle est perdue.',
    issued:
      'Le certificat est peut-être déjà émis, et sa clé n’existe que dans cet onglet. Si vous partez maintenant, la clé est perdue et il vous en faudra un nouveau.',
    file: 'Le fichier et son mot de passe n’existent que dans cet onglet. Si vous partez maintenant, personne ne pourra les retrouver.',
    password:
      'Vous avez téléchargé le fichier. Son mot de passe ne figure que dans cet onglet : sans lui, le fichier ne s’ouvre pas.',
    own: 'Le certificat figure aussi sur la page de vos certificats, vous pouvez donc l’y obtenir de nouveau.',
    stay: 'Rester ici',
    go: 'Partir',
  },
}

export const stepUp: typeof english.stepUp = {
  window: {
    title: 'Confirmer que c’est bien vous',
    working: 'Un instant, la connexion s’affiche ici.',
    done: 'Merci. Vous pouvez fermer cette fenêtre.',
    alone:
      'La page qui a ouvert cette fenêtre ne répond pas. Fermez cette fenêtre et recommencez là-bas.',
  },
  signedOut: 'Vous êtes déconnecté. Fermez cette fenêtre, reconnectez-vous, puis recommencez.',
  askRevoke:
    'Avant de le révoquer, connectez-vous encore une fois dans une petite fenêtre, pour que personne ne le fasse à votre place.',
  askRelease:
    'Avant de revenir en arrière, connectez-vous encore une fois dans une petite fenêtre, pour que personne ne le fasse à votre place.',
  waiting: 'Nous attendons la petite fenêtre.',
  again: 'Fenêtre fermée ? La rouvrir',
  open: 'Ouvrir la fenêtre de connexion',
  newTab: 'Utiliser plutôt un nouvel onglet',
  reasons: {
    asked: {
      title: 'Confirmez que c’est bien vous.',
      what: 'Votre connexion est trop ancienne pour cela. Rien n’est émis jusqu’ici.',
      can: ['Ouvrez la fenêtre de connexion.', 'Connectez-vous-y avec le même compte.'],
    },
    blocked: {
      title: 'Votre navigateur a bloqué la fenêtre de connexion.',
      what: 'Vous vous connectez encore une fois dans une petite fenêtre, et votre navigateur ne laisse pas cette page en ouvrir une.',
      can: [
        'Appuyez sur le bouton ; un clic suffit le plus souvent pour que la fenêtre s’ouvre.',
        'Ou autorisez les fenêtres surgissantes pour ce site, à côté de l’adresse.',
      ],
    },
    late: {
      title: 'Cela a pris plus de 5 minutes.',
      what: 'Nous n’attendons donc plus la fenêtre. Rien n’a été modifié.',
      can: ['Rouvrez la fenêtre de connexion.'],
    },
    account: {
      title: 'C’était un autre compte.',
      what: 'Vous avez confirmé en tant que {other}, mais vous êtes connecté à Latchkey avec un autre compte.',
      can: ['Rouvrez la fenêtre de connexion.', 'Choisissez-y votre propre compte.'],
    },
    cancelled: {
      title: 'Vous ne vous êtes pas connecté.',
      what: 'La connexion a été annulée. Rien n’a été modifié.',
      can: ['Rouvrez la fenêtre de connexion.'],
    },
    failed: {
      title: 'La connexion n’a pas abouti.',
      what: 'La petite fenêtre est revenue sans confirmation. Rien n’a été modifié.',
      can: [
        'Rouvrez la fenêtre de connexion.',
        'Si cela ne change pas, envoyez le message au service informatique : il manque peut-être l’adresse de redirection /step-up.',
      ],
    },
  },
}

export const trouble: typeof english.trouble = {
  tryNow: 'Essayer maintenant',
  tryAgain: 'Réessayer',
  checkAgain: 'Vérifier de nouveau',
  chooseAgain: 'Choisir de nouveau',
  signIn: 'Se connecter dans un nouvel onglet',
  reload: 'Recharger la page',
  wrapAgain: 'L’emballer de nouveau',
  separateFiles: 'Créer des fichiers séparés',
  messageForIt:
    'Bonjour, Latchkey n’émet pas de certificat pour {name} : {reason} Code : {code}. Pouvez-vous m’aider ? Merci.',
  countdown: 'Nous redemandons de nous-mêmes dans {n} s.',
  asking: 'Nous redemandons.',
  kept: 'Votre clé et votre demande sont gardées : rien n’est émis deux fois.',
  keptOwn: 'Votre demande est gardée : rien n’est émis deux fois.',
  kinds: {
    device_not_compliant: {
      title: 'Cet appareil n’est pas conforme pour l’instant.',
      what: 'Intune vient de le dire. Les certificats vont uniquement aux appareils conformes.',
      can: [
        'Corrigez ce que l’application Intune indique sur l’appareil.',
        'Puis vérifiez de nouveau ici.',
      ],
    },
    device_not_managed: {
      title: 'Cet appareil n’est pas géré pour l’instant.',
      what: 'Les certificats vont uniquement aux appareils gérés, et Intune ne gère pas celui-ci.',
      can: ['Inscrivez l’appareil dans Intune.', 'Puis vérifiez de nouveau ici.'],
    },
    device_too_new: {
      title: 'Cet appareil est trop récent.',
      what: 'Le service informatique a fixé depuis combien de temps l’annuaire doit connaître un appareil avant qu’il reçoive un certificat.',
      can: [
        'Attendez quelques minutes. Rien d’autre n’est nécessaire.',
        'Puis vérifiez de nouveau ici.',
      ],
    },
    device_disabled: {
      title: 'Cet appareil est désactivé dans l’annuaire.',
      what: 'Seul le service informatique peut le réactiver.',
      can: ['Envoyez le message au service informatique.', 'Puis vérifiez de nouveau ici.'],
    },
    device_lost: {
      title: 'Cet appareil est déclaré perdu.',
      what: 'Tant que c’est le cas, rien n’est émis pour lui.',
      can: [
        'Si vous l’avez retrouvé, dites-le sur la page de vos appareils.',
        'Puis vérifiez de nouveau ici.',
      ],
    },
    ownership_changed: {
      title: 'L’annuaire a changé pendant la création du certificat.',
      what: 'Il n’a donc été remis à personne.',
      can: [
        'Vérifiez de nouveau dans une minute.',
        'Si cela persiste, envoyez le message au service informatique.',
      ],
    },
    principal_disabled: {
      title: 'Votre compte est désactivé.',
      what: 'Seul le service informatique peut le réactiver.',
      can: ['Envoyez le message au service informatique.', 'Puis vérifiez de nouveau ici.'],
    },
    not_owner: {
      title: 'L’annuaire ne vous attribue pas cet appareil.',
      what: 'Les certificats vont au propriétaire d’un appareil. Un changement dans l’annuaire met quelques minutes à apparaître.',
      can: [
        'Si l’appareil est à vous, envoyez le message au service informatique.',
        'Puis vérifiez de nouveau ici.',
      ],
    },
    missing_role: {
      title: 'Les certificats ne sont pas activés pour vous.',
      what: 'Votre compte n’a pas le rôle CSR.SelfService.',
      can: ['Demandez ce rôle au service informatique.', 'Puis reconnectez-vous.'],
    },
    refused: {
      title: 'Ce certificat ne peut pas être émis.',
      what: 'Les règles fixées par le service informatique ne le permettent pas.',
      can: [
        'Corrigez ce qui est nommé ici, ou envoyez le message au service informatique.',
        'Puis réessayez.',
      ],
    },
    directory_unavailable: {
      title: 'L’annuaire ne répond pas.',
      what: 'Nous n’émettons rien que nous ne puissions vérifier.',
    },
    server: {
      title: 'Le serveur Latchkey ne répond pas.',
      what: 'Votre demande y retourne telle quelle.',
    },
    busy: {
      title: 'C’était un peu trop souvent.',
      what: 'Le serveur nous prie d’attendre avant la prochaine demande.',
    },
    offline: {
      title: 'Vous êtes hors ligne.',
      what: 'Nous continuons dès le retour de la connexion.',
    },
    lost: {
      title: 'Nous n’avons pas reçu de réponse.',
      what: 'Le certificat est peut-être déjà signé. Nous le redemandons avec la même demande et recevrons le même certificat.',
    },
    signed_out: {
      title: 'Vous êtes déconnecté.',
      what: 'La session a expiré pendant que cette page était ouverte.',
      can: ['Connectez-vous dans un nouvel onglet.', 'Revenez à cet onglet et réessayez.'],
    },
    stale: {
      title: 'Cette page est plus ancienne que le serveur.',
      what: 'Latchkey a été mis à jour pendant que la page était ouverte. Rien n’a été émis.',
      can: ['Rechargez la page.', 'Puis recommencez.'],
    },
    key: {
      title: 'Votre navigateur n’a pas pu créer la clé.',
      what: 'Rien n’a été envoyé et rien n’a été émis.',
      can: ['Réessayez.', 'Si cela persiste, choisissez un autre type de clé.'],
    },
    broken: {
      title: 'Une erreur s’est produite sur le serveur.',
      what: 'Elle a été enregistrée.',
      can: [
        'Réessayez ; la même demande donne le même certificat.',
        'Si cela persiste, envoyez le message au service informatique.',
      ],
    },
    wrap: {
      title:
        'Le fichier ne s’est pas ouvert avec son mot de passe, nous ne vous le donnons donc pas.',
      what: 'Le certificat est émis, et votre clé est toujours ici.',
      can: ['Emballez-le de nouveau.', 'Si cela persiste, prenez des fichiers séparés.'],
    },
  },
}

export const use: typeof english.use = {
  title: 'Votre certificat est prêt',
  lineCompliant: 'Pour {name}, jusqu’au {date}, tant que l’appareil est conforme.',
  lineListed: 'Pour {name}, jusqu’au {date}, tant que l’appareil est dans l’annuaire.',
  lineActive: 'Pour {name}, jusqu’au {date}, tant que votre compte est actif.',
  lineOwn: 'Pour votre propre clé, jusqu’au {date}.',
  announce: 'Votre certificat est prêt. Enregistrez le fichier, puis conservez son mot de passe.',
  announceOwn: 'Votre certificat est prêt. Enregistrez-le.',

  save: 'Enregistrer le fichier',
  saveMany: 'Enregistrer les fichiers',
  sizeFor: '{size} · pour {system}',
  kinds: {
    p12: 'Clé et certificat, verrouillés',
    key: 'Clé privée, verrouillée',
    certificate: 'Votre certificat',
    chain: 'Les certificats au‑dessus de lui',
    mobileconfig: 'Certificat et réseau, la clé verrouillée',
    'eap-config': 'Certificat et réseau, la clé verrouillée',
    'windows-profile': 'Le réseau',
    'windows-root': 'Le certificat racine du serveur du réseau',
    nmconnection: 'Le réseau',
    roots: 'Les certificats racines du serveur du réseau',
    'wpa-supplicant': 'Le réseau, avec le mot de passe à l’intérieur',
    onc: 'Le réseau',
  },
  download: 'Télécharger',
  downloadFile: 'Télécharger {file}',
  saved: 'Votre navigateur l’enregistre',
  keep: 'Conserver son mot de passe',
  secret: {
    label: 'Mot de passe, cinq groupes de quatre',
    show: 'Afficher le mot de passe',
    hide: 'Masquer le mot de passe',
    copy: 'Copier le mot de passe',
    copied: 'Mot de passe copié',
  },
  once: 'Nous l’affichons cette seule fois et ne le gardons pas. Les espaces ne servent qu’à la lecture.',
  have: 'J’ai le fichier et le mot de passe',
  haveMany: 'J’ai les fichiers et le mot de passe',
  ownTitle: 'Le mettre avec votre clé',
  ownLine: 'Votre clé privée reste là où vous l’avez créée. Nous ne l’avons jamais eue.',
  haveOwn: 'J’ai le certificat',
  print: 'Imprimer',
  printLabel: 'Imprimer le mot de passe',
  sheet: 'Mot de passe de {file}',
  sheetDate: 'Créé le {date}',
  finish: 'Terminé',
  finishFirst: 'Cochez d’abord la case près du mot de passe, afin que rien ne se perde.',
  finishFirstOwn: 'Cochez d’abord la case, afin que rien ne se perde.',
  see: 'Voir le certificat',

  checked: 'Vérifié avant que vous le receviez',
  opens: 'Le fichier s’ouvre avec ce mot de passe.',
  opensKey: 'La clé s’ouvre avec ce mot de passe.',
  pair: 'Clé et certificat vont ensemble.',
  leads: 'Il remonte jusqu’à {issuer}.',
  days: counted('{n} jour', '{n} jours'),
  validity: 'Valide. Du {from} au {to}, {days}.',
  other: {
    title: 'L’importation a échoué, ou c’est pour autre chose ?',
    line: 'Certains systèmes disent « mot de passe incorrect » quand ils veulent dire « format inconnu ». Nous emballons la même clé de nouveau ; rien de nouveau n’est émis, et le mot de passe reste le même.',
    where: 'Où l’utiliserez-vous ?',
    older: 'Ancien format de fichier',
    newer: 'Nouveau format de fichier',
    bare: 'Sans le réseau',
    doctor: 'Vérifier un fichier',
  },
  signed:
    'Il est signé par {issuer} ; un appareil qui connaît {issuer} le dit vérifié, les autres non.',
  unsigned:
    'Il n’est pas signé : le serveur n’a pas répondu à l’instant. Votre appareil le dit non signé ; il fait la même chose.',

  useOn: 'L’utiliser avec {system}',
  useIt: 'L’utiliser',
  how: 'Comment',
  clicking: 'En cliquant',
  command: 'Par commande',
  copyCommand: 'Copier la commande',
  commandCopied: 'Commande copiée',
  elsewhere: 'Enregistré ailleurs ? Mettez ce dossier à la place de {folder}.',
  inFolder: 'À exécuter dans le dossier où votre navigateur a enregistré les fichiers.',
  shells: { powershell: 'PowerShell', prompt: 'Invite de commandes', terminal: 'Terminal' },
  worked: 'C’est réussi quand',
  places: {
    windows: {
      clicking: [
        'Ouvrez *{file}* là où votre navigateur l’a enregistré ; sa liste de téléchargements y mène.',
        'Choisissez [Utilisateur actuel], puis deux fois [Suivant].',
        'Collez le mot de passe, laissez le reste tel quel, et cliquez sur [Suivant] jusqu’à [Terminer].',
      ],
      command: ['Importez le fichier. PowerShell demande le mot de passe.'],
      worked:
        'Windows dit « L’importation a réussi ». Dès lors, il propose le certificat de lui-même.',
    },
    windowsOld: {
      clicking: [
        'Ouvrez *{file}* sur cette machine-là.',
        'Choisissez [Utilisateur actuel], puis deux fois [Suivant].',
        'Collez le mot de passe, laissez le reste tel quel, et cliquez sur [Suivant] jusqu’à [Terminer].',
      ],
      command: ['Importez le fichier. PowerShell demande le mot de passe.'],
      worked: 'Windows dit « L’importation a réussi ».',
    },
    macos: {
      clicking: [
        'Ouvrez *{file}* là où votre navigateur l’a enregistré ; sa liste de téléchargements y mène. Trousseaux d’accès s’ouvre.',
        'Choisissez le trousseau [session] et cliquez sur [Ajouter].',
        'Collez le mot de passe.',
      ],
      command: [
        'Importez-le dans votre trousseau de session. Une fenêtre demande le mot de passe.',
      ],
      worked: 'Trousseaux d’accès le montre sous « Mes certificats », avec une clé en dessous.',
    },
    ios: {
      clicking: [
        'Ouvrez *{file}* sur l’iPhone ou l’iPad, depuis l’app Fichiers ou par AirDrop.',
        'Ouvrez *Réglages* : vers le haut figure [Profil téléchargé]. Ouvrez-le et touchez [Installer].',
        'Saisissez le code de l’appareil, puis collez le mot de passe du fichier.',
      ],
      worked: 'il figure sous Réglages, Général, VPN et gestion de l’appareil.',
    },
    android: {
      clicking: [
        'Transférez *{file}* sur le téléphone et ouvrez-le là.',
        'Collez le mot de passe et dites à quoi il sert : à un réseau ou à des applications.',
        'Donnez-lui un nom que vous reconnaîtrez.',
      ],
      worked: 'les réglages du réseau proposent ce nom comme certificat utilisateur.',
    },
    androidOld: {
      clicking: [
        'Transférez *{file}* sur le téléphone. Dans *Paramètres*, cherchez [Installer des certificats] et touchez-le.',
        'Collez le mot de passe et dites à quoi il sert : à un réseau ou à des applications.',
        'Donnez-lui un nom que vous reconnaîtrez.',
      ],
      worked: 'les réglages du réseau proposent ce nom comme certificat utilisateur.',
    },
    chromeos: {
      clicking: [
        'Ouvrez *chrome://certificate-manager* dans Chrome, et là vos propres certificats.',
        'Cliquez sur [Importer et associer] et choisissez *{file}*.',
        'Collez le mot de passe.',
      ],
      worked: 'la liste le montre comme protégé par le matériel.',
    },
    linux: {
      clicking: [
        'Ouvrez *Paramètres*, et là le réseau qui demande un certificat.',
        'Réglez l’authentification sur [TLS].',
        'Choisissez *{file}* comme certificat utilisateur et comme clé privée, et collez le mot de passe.',
        'Cliquez sur [Se connecter].',
      ],
      command: [
        'Placez-le là où Chrome et Chromium le cherchent. La commande demande le mot de passe.',
        'Regardez dedans ; la clé elle-même n’est pas affichée.',
      ],
      worked: 'le réseau est connecté, ou que Chrome le montre parmi vos certificats.',
    },
    wpa: {
      command: ['Placez le fichier là où seul root le lit.'],
      worked:
        'le journal contient CTRL-EVENT-EAP-SUCCESS, une fois le fichier nommé comme private_key.',
    },
    firefox: {
      clicking: [
        'Dans Firefox, ouvrez [Paramètres], puis *Vie privée et sécurité*, et descendez jusqu’à *Certificats*.',
        'Cliquez sur [Afficher les certificats…], choisissez *Vos certificats*, puis [Importer…].',
        'Choisissez *{file}* et collez le mot de passe.',
      ],
      worked: 'il figure dans cette liste.',
    },
    unsure: {
      clicking: [
        'Transférez *{file}* là où vous voulez l’utiliser, et ouvrez-le là.',
        'Collez le mot de passe quand on vous le demande.',
        'Si cet endroit est dans la liste sur cette page, choisissez-le : les étapes deviennent les siennes.',
      ],
      worked: 'une liste de certificats en montre un au nom de votre appareil, ou au vôtre.',
    },
  },
  networkForms: {
    mobileconfig: {
      clicking: [
        'Ouvrez *{file}*. Votre appareil dit qu’un profil est prêt.',
        'Sur un Mac, allez dans *Réglages Système*, *Général*, *Gestion des appareils* ; sur un iPhone ou un iPad, dans *Réglages*, où [Profil téléchargé] figure vers le haut.',
        'Choisissez [Installer]. Votre appareil demande d’abord son propre code, puis le mot de passe du certificat.',
      ],
      worked: 'le profil est dans la liste, et que l’appareil connaît {networks}.',
    },
    'eap-config': {
      clicking: [
        'Installez l’application *geteduroam* depuis la boutique. Elle configure n’importe quel réseau, pas seulement eduroam.',
        'Ouvrez *{file}* avec elle et collez le mot de passe.',
        'Autorisez le réseau qu’elle propose.',
      ],
      worked: 'le téléphone se connecte de lui-même à {networks}.',
    },
    windows: {
      command: [
        'Importez la clé et le certificat. PowerShell demande le mot de passe.',
        'Faites que Windows se fie au certificat racine du serveur du réseau. Une fenêtre le montre et demande une fois.',
        'Ajoutez le réseau.',
      ],
      worked: 'Windows se connecte de lui-même à {networks}.',
    },
    'network-manager': {
      command: [
        'Placez la clé et les certificats racines là où seul l’utilisateur root les lit.',
        'Ajoutez le réseau.',
        'Connectez-vous. Le mot de passe du fichier est demandé.',
      ],
      worked: '{networks} est dans la liste des réseaux, et connecté.',
    },
    'wpa-supplicant': {
      command: [
        'Placez les deux fichiers là où seul root les lit.',
        'Lancez-le, avec le nom de votre carte réseau à la place du dernier mot.',
      ],
      worked: 'il affiche CTRL-EVENT-EAP-SUCCESS, puis CTRL-EVENT-CONNECTED.',
    },
    onc: {
      clicking: [
        'Ouvrez *chrome://certificate-manager* dans Chrome, et là vos propres certificats. Cliquez sur [Importer et associer], choisissez *{file}* et collez le mot de passe.',
        'Ouvrez *chrome://network*, et là où se trouve *Import ONC File*, choisissez *{settings}*.',
        'Connectez-vous au réseau. S’il demande un certificat utilisateur, choisissez le vôtre.',
      ],
      worked: 'le Chromebook est connecté à {networks}.',
    },
  },
  files: {
    command: [
      'Voyez si la clé s’ouvre. La commande demande le mot de passe.',
      'Pour un programme qui ne sait pas demander de mot de passe, déverrouillez la clé dans un fichier à part.',
      'Voyez si le certificat remonte jusqu’à {issuer}.',
    ],
  },
  own: {
    command: [
      'Sous Windows, si la demande vient de certreq :',
      'Sur une YubiKey, emplacement 9a :',
      'Partout, voyez s’il remonte jusqu’à {issuer} :',
    ],
  },
}

export const after: typeof english.after = {
  older: 'L’ancien certificat',
  olderLine:
    'Il est valide jusqu’au {date}. Quand le nouveau fonctionne, vous pouvez le retirer : ici, ou plus tard sur sa page.',
  first: 'Enregistrez d’abord le nouveau et cochez la case ci-dessus.',
  retire: 'Retirer l’ancien maintenant',
  retired: 'L’ancien est retiré définitivement ; les réseaux le refusent dès qu’ils l’apprennent.',
  label: certificate.label,
  failed: stop.failed,
}

export const doctor: typeof english.doctor = {
  title: 'Vérifier un fichier',
  lede: 'L’import a échoué ? Donnez le fichier ici. Vous verrez ce qu’il contient, où il s’ouvre et quoi faire.',
  stays:
    'Le fichier et son mot de passe restent dans ce navigateur. Cette page ne peut rien envoyer.',
  drop: 'Déposez le fichier ici, ou collez son texte',
  pasteLabel: 'Texte du fichier',
  pastePlaceholder: 'Texte qui commence par -----BEGIN',
  choose: 'Choisir un fichier',
  look: 'Vérifier ce texte',
  another: 'Un autre fichier',
  looking: 'Examen en cours',
  pasted: 'Le texte',
  offline:
    'Vous êtes hors ligne. Un fichier donné ici devra peut-être attendre le retour de la connexion.',
  unread: {
    offline: {
      title: 'Vous êtes hors ligne : ce fichier ne peut pas encore être vérifié.',
      more: 'Ce qui lit les fichiers est chargé au moment où il le faut ; le fichier lui-même reste ici. Il sera vérifié dès le retour de la connexion.',
    },
    notLoaded: {
      title: 'La partie qui lit les fichiers n’a pas pu être chargée.',
      more: 'Votre fichier n’est pas en cause. Réessayez, ou rechargez la page.',
    },
  },
  passwordLabel: 'Mot de passe du fichier',
  passwordLine: 'Il sert ici à ouvrir le fichier, et à rien d’autre.',
  open: 'Ouvrir',
  verdicts: {
    bad: 'Cela ne marche pas ainsi.',
    hold: 'Cela peut échouer sur certains appareils.',
    info: 'Il est verrouillé. Son mot de passe montre ce qu’il contient.',
    ok: 'Ce fichier n’a aucun défaut.',
  },
  forms: {
    pkcs12: 'Clé et certificat en un fichier, à importer',
    certificate: 'Un certificat',
    request: 'Une demande de certificat',
    key: 'Une clé privée',
    keyAndCertificate: 'Clé et certificat en texte',
    certificates: 'Plusieurs certificats',
    mobileconfig: 'Un profil pour Mac, iPhone ou iPad',
    'eap-config': 'Des réglages réseau pour geteduroam',
    unknown: 'Un fichier d’une autre sorte',
  },
  kinds: {
    crl: 'une liste de certificats révoqués',
    publicKey: 'une clé publique',
    sshKey: 'une clé pour SSH',
    keystore: 'un magasin de clés de Java',
    zip: 'une archive ZIP',
    pdf: 'un PDF',
    pgp: 'un fichier de PGP',
    else: 'autre chose',
  },
  found: 'Ce que nous avons trouvé',
  inside: 'Ce qu’il contient',
  key: 'Clé privée',
  keyLocked: 'verrouillée',
  certificate: 'Certificat',
  ca: 'Certificat d’une autorité',
  requestFor: 'Demande',
  network: 'Réseau',
  from: 'émis par {issuer}',
  valid: 'du {from} au {to}',
  opens: 'Où il s’ouvre',
  opensLine:
    'D’après ce que l’on sait de ces systèmes. Que cela marche ensuite dépend aussi de ce qui est dit plus haut.',
  opensYes: 'S’ouvre sur',
  opensNewer: 'Seulement dans les versions récentes de',
  opensNo: 'Ne s’ouvre pas sur',
  findings: {
    empty: { title: 'Le fichier est vide.', more: 'Téléchargez-le ou exportez-le de nouveau.' },
    tooLarge: {
      title: 'Le fichier est trop grand.',
      more: 'Le fichier d’un certificat fait quelques kilo-octets. C’en est un autre.',
    },
    tooLong: {
      title: 'L’ouvrir prend trop de temps.',
      more: 'Il demande plus de travail que n’en fait un import. Exportez-le de nouveau.',
    },
    html: {
      title: 'C’est une page web, pas un certificat.',
      more: 'Une page de connexion a été enregistrée à sa place. Connectez-vous, puis téléchargez-le de nouveau.',
    },
    otherKind: {
      title: 'C’est {kind}.',
      more: 'Un certificat se présente en .p12, .pem, .cer, .mobileconfig ou .eap-config.',
    },
    unknown: {
      title: 'Ce n’est pas un certificat connu ici.',
      more: 'Un certificat se présente en .p12, .pem, .cer, .mobileconfig ou .eap-config.',
    },
    truncated: {
      title: 'La fin du fichier manque.',
      more: 'Le téléchargement ou la copie a été interrompu. Recommencez.',
    },
    damaged: {
      title: 'Le fichier est endommagé.',
      more: 'Quelque chose a changé en route. Téléchargez-le ou exportez-le de nouveau, sans l’ouvrir dans un éditeur de texte.',
    },
    pemUnended: {
      title: 'La ligne -----END {label}----- manque.',
      more: 'Copiez tout le texte, avec les deux lignes de tirets.',
    },
    pemBroken: {
      title: 'Le texte de {label} est endommagé.',
      more: 'Un caractère manque ou est de trop. Copiez-le de nouveau.',
    },
    wrongPassword: {
      title: 'Le mot de passe est un autre.',
      more: 'Attention aux majuscules, et copiez-le si possible. Si un appareil le dit d’un mot de passe qui marche ici, voyez où le fichier s’ouvre.',
    },
    unknownLock: {
      title: 'Il est verrouillé d’une façon inconnue ici : {lock}.',
      more: 'Exportez-le de nouveau en AES-256 ou, pour les systèmes anciens, en triple DES.',
    },
    signedLock: {
      title: 'Il est verrouillé par une autre clé, pas par un mot de passe.',
      more: 'Presque aucun système n’importe cela. Exportez-le avec un mot de passe.',
    },
    tooMuchWork: {
      title: 'L’ouvrir demande trop de travail.',
      more: 'Les systèmes refusent un tel fichier. Exportez-le avec moins de tours.',
    },
    noKey: {
      title: 'La clé privée manque.',
      more: 'Sans elle, rien ne peut se connecter. Exportez le certificat avec sa clé.',
    },
    noCertificate: {
      title: 'Le certificat manque.',
      more: 'Il n’y a qu’une clé. Refaites le fichier avec la clé et le certificat.',
    },
    keyMismatch: {
      title: 'La clé n’est pas celle du certificat {name}.',
      more: 'Cherchez la clé avec laquelle la demande a été faite, ou obtenez un nouveau certificat.',
    },
    expired: { title: '{name} a pris fin le {date}.', more: 'Obtenez-en un nouveau.' },
    notYet: {
      title: '{name} n’est valable qu’à partir du {date}.',
      more: 'Attendez jusque-là. Si c’est passé, l’horloge de cet appareil est fausse.',
    },
    chainBroken: {
      title: '{name} n’a pas été signé par le {issuer} de ce fichier.',
      more: 'Il y en a plusieurs de ce nom. Mettez le bon dans le fichier.',
    },
    readersDiffer: {
      title: 'Deux lecteurs lisent {name} différemment : {fields}.',
      more: 'Ne l’utilisez pas. Celui qui l’a fait devrait l’examiner.',
    },
    requestBroken: {
      title: 'La demande n’a pas été signée par sa propre clé.',
      more: 'Elle est endommagée ou faite de deux autres. Refaites-la.',
    },
    notProfile: {
      title: 'Ce n’est pas un profil qu’un appareil peut installer.',
      more: 'Téléchargez-le de nouveau là d’où il vient.',
    },
    noIdentity: {
      title: 'Il ne contient pas de certificat pour vous.',
      more: 'Il n’a que des réglages. Obtenez-en un avec votre certificat.',
    },
    profileChanged: {
      title: 'Il a été modifié après avoir été signé.',
      more: 'Ou ce qui l’a signé n’y est pas. Téléchargez-le de nouveau ; les appareils le refusent.',
    },
    profileEnded: {
      title: 'Son temps a pris fin le {date}.',
      more: 'Les appareils le retirent ou le refusent. Obtenez-en un nouveau.',
    },
    danglingReference: {
      title: '« {payload} » renvoie à un certificat absent du profil.',
      more: 'Le réseau ne trouvera pas son certificat. Obtenez de nouveau le profil.',
    },
    twiceUuid: {
      title: 'Deux parties ont le même identifiant, ou une n’en a pas.',
      more: 'Les appareils refusent cela. Obtenez de nouveau le profil.',
    },
    trailing: {
      title: 'Il y a quelque chose après la fin du fichier.',
      more: 'Certains systèmes le refusent. Téléchargez-le de nouveau, sans éditeur de texte.',
    },
    utf16: {
      title: 'Le texte est enregistré en UTF-16.',
      more: 'La plupart des programmes veulent du texte simple : enregistrez-le en UTF-8.',
    },
    misnamed: {
      title: 'Son nom finit par {ending}, mais c’est un fichier d’une autre sorte.',
      more: 'Les systèmes se fient au nom. Renommez-le pour qu’il finisse par {better}.',
    },
    noMac: {
      title: 'Il ne vérifie pas son mot de passe.',
      more: 'Windows, macOS et Java le refusent. Exportez-le de nouveau.',
    },
    emptyPassword: {
      title: 'Son mot de passe est vide.',
      more: 'iPhone, Mac et Java en veulent un. Exportez-le avec un mot de passe.',
    },
    passwordSpaces: {
      title: 'Il s’ouvre sans les espaces.',
      more: 'Les espaces du mot de passe ne servent qu’à la lecture. Tapez-le sans eux.',
    },
    passwordCase: {
      title: 'Il s’ouvre en majuscules.',
      more: 'Tapez le mot de passe en majuscules et sans espaces.',
    },
    oldestLock: {
      title: 'Son chiffrement est très ancien : {lock}.',
      more: 'Linux et les programmes récents ne l’ouvrent pas. Exportez-le en AES-256 ou en triple DES.',
    },
    keyOpen: {
      title: 'La clé privée n’est pas verrouillée.',
      more: 'Qui obtient ce fichier a la clé. Gardez-le pour vous, ou verrouillez-la par un mot de passe.',
    },
    keyOnly: {
      title: 'C’est une clé privée sans son certificat.',
      more: 'Ne donnez ce fichier à personne. Pour l’importer, joignez-y son certificat.',
    },
    manyKeys: {
      title: 'Il contient {count} clés privées.',
      more: 'La plupart des systèmes en prennent une, sans dire laquelle. Exportez chacune à part.',
    },
    noPairing: {
      title: 'Clé et certificat vont ensemble, mais le fichier ne le dit pas.',
      more: 'Certains systèmes n’importent alors que le certificat. Exportez-le de nouveau.',
    },
    weakSignature: {
      title: '{name} est signé d’une façon dépassée.',
      more: 'Les systèmes récents refusent SHA-1 et MD5. Obtenez un nouveau certificat.',
    },
    notForClients: {
      title: '{name} n’est pas fait pour se connecter aux réseaux.',
      more: 'Il est pour des serveurs ou le courriel. Obtenez-en un pour votre appareil ou pour vous.',
    },
    oneReader: {
      title: 'Un seul de deux lecteurs peut lire {name}.',
      more: 'Il est écrit d’une façon inhabituelle, ou très ancien. Certains systèmes peuvent le refuser.',
    },
    serverUnpinned: {
      title: '« {network} » ne dit pas à quel serveur se fier.',
      more: 'Un réseau étranger de ce nom pourrait répondre. Demandez au service informatique des réglages qui nomment serveur et racine.',
    },
    modernLock: {
      title: 'Il a le format de fichier récent.',
      more: 'Les systèmes anciens disent « mot de passe incorrect », bien qu’il soit juste.',
    },
    passwordNeeded: {
      title: 'Il est verrouillé par un mot de passe.',
      more: 'Tapez-le plus bas pour voir si clé et certificat vont ensemble.',
    },
    request: {
      title: 'C’est une demande, pas encore un certificat.',
      more: 'Remettez-la là où l’on émet des certificats. Ce que vous recevrez ira avec votre clé.',
    },
    certificateOnly: {
      title: 'C’est un certificat sans clé.',
      more: 'Tout le monde peut le voir. Pour s’en servir, l’appareil doit déjà avoir sa clé.',
    },
    keyUnknown: {
      title: 'On ne peut dire si la clé va avec {name}.',
      more: 'Les navigateurs ne connaissent pas cette sorte de clé.',
    },
    keyLocked: {
      title: 'La clé privée est verrouillée par un mot de passe.',
      more: 'C’est bien. Avec le mot de passe, nous voyons si elle convient.',
    },
    issuerElsewhere: {
      title: '{issuer}, qui l’a émis, n’est pas dans le fichier.',
      more: 'C’est bien ainsi là où l’appareil ou le serveur connaît déjà {issuer}.',
    },
    byteOrderMark: {
      title: 'Il y a une marque invisible au début du texte.',
      more: 'Quelques programmes butent dessus. Enregistrez-le en UTF-8 sans BOM.',
    },
    textAround: {
      title: 'Il y a d’autre texte autour.',
      more: 'C’est permis, et la plupart des programmes le passent.',
    },
    profileUnsigned: {
      title: 'Le profil n’est pas signé.',
      more: 'L’appareil le dit à l’installation ; il fait la même chose.',
    },
    fine: {
      title: 'Ce fichier n’a aucun défaut.',
      more: 'S’il ne s’importe toujours pas, voyez où il s’ouvre.',
    },
    keyMatches: {
      title: 'La clé est celle de {name}.',
      more: 'Nous les avons comparés en signant quelque chose.',
    },
    chainWhole: {
      title: 'Il remonte à {issuer} sans lacune.',
      more: 'Chaque certificat est signé par le suivant.',
    },
    profileSigned: {
      title: 'Il est signé par {signer}, et inchangé.',
      more: 'Que votre appareil se fie à {signer}, c’est à lui de le dire.',
    },
  },
}

export const scripts: typeof english.scripts = {
  title: 'Scripts',
  lede: 'Les mêmes certificats depuis un terminal, pour un appareil ou pour beaucoup. Chaque script est un seul fichier que vous pouvez lire.',
  choose: 'Système',
  unix: 'Linux et macOS',
  windows: 'Windows',
  other: 'Tout le reste',
  terminal: 'Terminal',
  powershell: 'PowerShell',
  copy: 'Copier la commande',
  copied: 'Commande copiée',
  download: 'Télécharger {file}',
  downloadMore: 'Les adresses de {tenant} y sont inscrites. Il ne contient aucun secret.',
  for: 'Pour {name}',
  forYou: 'Pour vous-même, sur n’importe quel appareil',
  forThis: 'Pour l’appareil où vous l’exécutez, reconnu par son nom',
  notPossible: 'Impossible pour l’instant ; la commande dirait pourquoi.',
  sandbox:
    'Ce bac à sable a créé son propre https. Exécutez les commandes dans le dossier où vous l’avez démarré ; --cacert leur dit à qui se fier.',
  sandboxWindows:
    'Ce bac à sable a créé son propre https. Windows doit d’abord se fier à son fichier {file}.',
  what: 'Ce qu’il fait',
  unixWhat: [
    'Vous connecte avec az, ou avec un code que vous saisissez dans un navigateur.',
    'Crée une clé ici et demande un certificat pour elle.',
    'Vérifie que les deux vont ensemble, puis les met en place.',
  ],
  windowsWhat: [
    'Vous connecte avec un code que vous saisissez dans un navigateur.',
    'Crée une clé dans le magasin de certificats et demande un certificat pour elle.',
    'Vérifie que les deux vont ensemble, puis les met en place.',
  ],
  where: 'Où va la clé',
  unixWhere:
    'Dans ~/.latchkey, en root dans /etc/latchkey, lisible par personne d’autre. Elle ne quitte jamais la machine.',
  windowsWhere:
    'Dans votre magasin de certificats, non exportable ; avec -PfxPath dans un fichier protégé par mot de passe. Elle ne quitte jamais la machine.',
  locked: 'Une clé que personne ne peut copier',
  unixLocked:
    'Sous Linux, --tpm la crée dans le TPM, la puce de sécurité de la machine, et --pkcs11 dans une carte à puce ou un autre jeton. Il faut OpenSSL 3 et un paquet à part, que le script nomme s’il manque. Au renouvellement, la clé y reste.',
  windowsLocked:
    'Avec -Tpm, elle est créée dans le TPM, la puce de sécurité de la machine. S’il n’y en a pas, le script le dit et prend le magasin de certificats. Au renouvellement, la clé y reste.',
  renews: 'Comment il renouvelle',
  unixRenews:
    'De lui-même, chaque jour par une minuterie, 30 jours avant la fin. Le certificat présent prouve qui vous êtes, personne ne se connecte donc.',
  windowsRenews:
    'De lui-même, chaque jour par une tâche, 30 jours avant la fin. Le certificat présent prouve qui vous êtes, personne ne se connecte donc.',
  rehearse: 'Demander seulement si ce serait permis, sans rien modifier :',
  otherLede:
    'Tout ce que font les scripts tient en quatre commandes. Tout outil qui parle EST (RFC 7030) convient aussi, à {url}.',
  steps: {
    trust: 'Se fier au https de ce bac à sable',
    token: 'Obtenir un jeton',
    request: 'Créer une clé et une demande pour elle',
    issue: 'Demander le certificat',
    read: 'Le regarder',
  },
  tokenOther: 'Sans az, il y a un code à saisir dans un navigateur :',
  apiLink: 'Chaque appel de l’API, en lignes curl',
  api: {
    title: 'L’API',
    lede: 'Faite d’après la description que l’autorité donne elle-même à {url}. Les commandes fonctionnent telles quelles.',
    back: 'Scripts',
    before: 'Avant de commencer',
    beforeMore:
      'La plupart des appels exigent un jeton d’accès de Microsoft Entra ID dans $TOKEN. Il vit environ une heure.',
    withAz: 'Avec az :',
    withCode: 'Avec un code à saisir dans un navigateur :',
    withCodeThen: 'Et une fois le code saisi :',
    withSandbox: 'Dans ce bac à sable, où chacun peut être n’importe qui :',
    trust: 'Ce bac à sable a créé son propre https. Dans le dossier où vous l’avez démarré :',
    groups: {
      enrol: 'Obtenir et renouveler',
      me: 'Les vôtres',
      manage: 'Opérateurs',
      public: 'Pour tous',
    },
    access: {
      public: 'Pour tous, sans jeton',
      token: 'Avec un jeton',
      clientCertificate: 'Avec le certificat lui-même, dans la négociation TLS',
    },
    operator: 'Avec un jeton qui porte le rôle Manage.All',
    takes: 'Reçoit',
    takesNothing: 'Pas de corps',
    parameters: 'Paramètres',
    answers: 'Réponses',
    refusals: 'Refus',
    silent: 'L’autorité ne répond pas, sa description ne peut donc pas être affichée.',
  },
}

export const reminder: typeof english.reminder = {
  what: {
    device: 'Le certificat de {name}',
    person: 'Votre certificat personnel',
    labelled: 'Votre certificat « {name} »',
  },
  subject: counted('{what} se termine dans {n} jour', '{what} se termine dans {n} jours'),
  subjectToday: '{what} se termine aujourd’hui',
  greeting: 'Bonjour {name},',
  ends: '{what} se termine le {date} à {time} UTC. Ensuite, il ne fonctionne plus.',
  held: 'Il est suspendu en ce moment. Sa page dit pourquoi.',
  unused: 'Si vous n’en avez plus besoin, vous n’avez rien à faire.',
  renew: 'Le renouveler',
  see: 'Voir sa page',
  why: 'Vous recevez ce message parce que vous avez obtenu ce certificat par Latchkey chez {tenant}.',
  stop: 'Plus de rappels à ce sujet',
}

export const reminderStop: typeof english.reminderStop = {
  title: 'Rappels par courriel',
  of: 'Il s’agit de :',
  row: '{what}, jusqu’au {date}',
  question: 'Ne plus recevoir de messages avant qu’il ne se termine ?',
  warning: 'Personne ne vous dira alors quand il cessera de fonctionner.',
  stop: 'Plus de rappels',
  stopped: 'Vous ne recevez plus de messages à son sujet.',
  again: 'Me le rappeler à nouveau',
  unknown:
    'Ce lien ne vient d’aucun message que nous connaissons. Il est peut-être d’un message plus ancien.',
}

export const calendar: typeof english.calendar = {
  title: 'Calendrier',
  lede: 'Une adresse pour votre application de calendrier. Abonnez-vous-y, et la fin de chacun de vos certificats figure dans votre calendrier, avec une alarme avant.',
  none: 'Votre calendrier n’a pas encore d’adresse.',
  since:
    'Votre calendrier a une adresse depuis le {date}. Elle a été montrée une fois et n’est pas enregistrée, elle ne peut donc plus être montrée.',
  secret:
    'Qui a l’adresse voit les noms de vos appareils et la fin de leurs certificats. Elle ne permet de rien modifier et n’ouvre rien. Ne la donnez à personne.',
  make: 'Créer une adresse',
  renew: 'Créer une nouvelle adresse',
  renewMore: 'Avec une nouvelle adresse, l’ancienne ne fonctionne plus.',
  close: 'Supprimer l’adresse',
  closed: 'L’adresse ne fonctionne plus.',
  made: 'La voici. Copiez-la maintenant, elle n’est montrée que cette fois.',
  copy: 'Copier l’adresse',
  copied: 'Adresse copiée',
  open: 'Ouvrir dans l’application de calendrier',
  how: 'Dans Outlook : Ajouter un calendrier, S’abonner à partir du web. Dans Google Agenda : Autres agendas, À partir de l’URL. Sur iPhone et Mac : Ajouter un calendrier avec abonnement.',
  failed: 'Cela n’a pas fonctionné. Rien n’a été modifié.',
  name: '{product} : certificats',
  event: '{what} se termine',
  eventMore: 'Ensuite, il ne fonctionne plus. Le renouveler : {url}',
}
