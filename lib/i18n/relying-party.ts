/** What relying parties see of a certificate, beside its status in the portal. */
const en = {
  title: {
    same: 'Everyone is told the same',
    behind: 'Not everyone has heard yet',
    none: 'What everyone is told',
  },
  page: 'This page',
  wifi: 'Wi‑Fi, when it asks',
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

const de: typeof en = {
  title: {
    same: 'Alle bekommen dieselbe Antwort',
    behind: 'Noch wissen es nicht alle',
    none: 'Was alle erfahren',
  },
  page: 'Diese Seite',
  wifi: 'WLAN, wenn es fragt',
  list: 'Veröffentlichte Liste',
  remembered:
    'Wer vorher gefragt hat, kann sich die ältere Antwort bis {until} merken; wer eine ältere Liste hat, bis diese endet.',
  ended:
    'Der letzte Tag ist vorbei. Wer es prüft, liest das im Zertifikat selbst und fragt niemanden.',
  answers: {
    ocsp: {
      said: 'Stand: {from}; darf bis {until} geglaubt werden.',
      behind: 'Die Antwort ist von {from} und weiß es noch nicht; bis {until} kommt eine neue.',
      overdue:
        'Die Antwort ist von {from} und müsste es längst wissen. Etwas bewahrt eine alte auf; sagen Sie es der IT.',
      later: 'Es heißt weder gültig noch gesperrt: später fragen.',
      silent: 'Sie antwortet uns gerade nicht. Wir versuchen es weiter.',
      refused:
        'Was kam, ist keine gültige Antwort unserer Zertifizierungsstelle; wer prüft, nimmt sie nicht an.',
    },
    list: {
      said: 'Veröffentlicht: {from}; darf bis {until} geglaubt werden.',
      behind: 'Die Liste von {from} weiß es noch nicht; binnen {span} kommt die nächste.',
      overdue:
        'Die Liste von {from} müsste es längst wissen, und eine neuere gibt es nicht. Sagen Sie es der IT.',
      later: 'Es gibt keine Liste, die noch gilt.',
      silent: 'Wir können sie gerade nicht lesen. Wir versuchen es weiter.',
      refused:
        'Was kam, ist keine gültige Liste unserer Zertifizierungsstelle; wer prüft, nimmt sie nicht an.',
    },
  },
}

export const relyingParty = { en, de }
