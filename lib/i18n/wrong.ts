/** The error page. Every page loads these texts in advance, since nothing can be loaded after the error. */
const en = {
  title: 'Something went wrong',
  text: 'It is not your fault, and it has been logged. Nothing was issued or changed.',
  code: 'Code for IT: {code}',
  tryAgain: 'Try again',
}

const de: typeof en = {
  title: 'Etwas ist schiefgegangen',
  text: 'Es liegt nicht an Ihnen und wurde protokolliert. Es wurde nichts ausgestellt oder geändert.',
  code: 'Code für die IT: {code}',
  tryAgain: 'Erneut versuchen',
}

export const wrong = { en, de }
