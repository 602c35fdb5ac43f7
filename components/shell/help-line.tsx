import { SEALED_PAGE } from './sealed-page.ts'

type HelpLineProps = {
  readonly email: string | null
  readonly phone: string | null
  readonly url: string | null
  readonly privacyUrl: string | null
  readonly words: {
    readonly help: string
    readonly helpPage: string
    readonly privacy: string
    readonly doctor: string
  }
  readonly className?: string
  /** On the page that looks at files, which needs no link to itself. */
  readonly isSealed?: boolean
}

const LINK = 'inline-flex min-h-6 items-center text-ink2'

/** Whom to ask, where a file is looked at, and what becomes of one's data. */
export function HelpLine(props: HelpLineProps) {
  const { email, phone, url, privacyUrl, words, className = '', isSealed = false } = props
  const hasHelp = email !== null || phone !== null || url !== null
  return (
    <p
      className={`flex flex-wrap items-center gap-x-4 gap-y-0.5 text-ink3 text-small ${className}`}
    >
      {hasHelp && <span>{words.help}</span>}
      {email !== null && (
        <a className={LINK} href={`mailto:${email}`}>
          {email}
        </a>
      )}
      {phone !== null && (
        <a className={`${LINK} num`} href={telephone(phone)}>
          {phone}
        </a>
      )}
      {/* In a tab of its own: this one may hold a key that exists nowhere else. */}
      {url !== null && (
        <a className={LINK} href={url} target="_blank" rel="noopener">
          {words.helpPage}
        </a>
      )}
      {/* A whole document, since that page has a policy of its own. */}
      {!isSealed && (
        <a className={LINK} href={SEALED_PAGE} target="_blank" rel="noopener">
          {words.doctor}
        </a>
      )}
      {privacyUrl !== null && (
        <a className={LINK} href={privacyUrl} target="_blank" rel="noopener">
          {words.privacy}
        </a>
      )}
    </p>
  )
}

/** RFC 3966: a number without the signs that are there for reading. */
function telephone(phone: string): string {
  return `tel:${phone.replace(/[^+0-9]/g, '')}`
}
