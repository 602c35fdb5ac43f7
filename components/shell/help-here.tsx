/** What the root layout writes to the document, for what is drawn in the browser without the server. */
export type WordsHere = {
  readonly title: string
  readonly text: string
  readonly code: string
  readonly tryAgain: string
  readonly help: string
  readonly email: string | null
  readonly phone: string | null
  readonly url: string | null
}

/** Where the document came without: the layout itself failed. */
const WITHOUT: WordsHere = {
  title: 'Something went wrong',
  text: 'It has been logged. Nothing was issued or changed.',
  code: '{code}',
  tryAgain: 'Try again',
  help: '',
  email: null,
  phone: null,
  url: null,
}

/** The texts of the document, in its language. */
export function wordsHere(): WordsHere {
  const given = typeof document === 'undefined' ? null : document.documentElement.dataset.words
  return given ? JSON.parse(given) : WITHOUT
}

/** Whom to ask; nothing where the operator named nobody. */
export function HelpHere() {
  const { email, phone, url, help } = wordsHere()
  return (
    <>
      {email && <a href={`mailto:${email}`}>{email}</a>}
      {phone}
      {url && (
        <a href={url} target="_blank" rel="noopener">
          {help}
        </a>
      )}
    </>
  )
}
