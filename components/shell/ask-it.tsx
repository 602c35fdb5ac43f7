import { ButtonLink } from '#components/ui/button.tsx'
import type { ButtonLook } from '#components/ui/button-look.ts'
import { CopyButton } from '#components/ui/copy-button.tsx'

/** Where people find help; null for what the operator did not name. */
export type Help = {
  readonly email: string | null
  readonly phone: string | null
  readonly url: string | null
}

type HelpLinksProps = {
  /** What to say, in the reader's name. */
  readonly message: string
  readonly help: Help
  readonly words: { readonly writeToHelp: string; readonly helpPage: string }
}

type AskItProps = ButtonLook &
  HelpLinksProps & { readonly copy: string; readonly words: { readonly messageCopied: string } }

/** A message for IT, to copy or to send at once; and the page with help. */
export function AskIt({ message, copy, help, words, variant = 'secondary', size }: AskItProps) {
  const look = size === undefined ? {} : { size }
  return (
    <>
      <CopyButton
        text={message}
        label={copy}
        done={words.messageCopied}
        variant={variant}
        {...look}
      />
      {help.email !== null && (
        <ButtonLink href={mailTo(help.email, message)} plain variant="secondary" {...look}>
          {words.writeToHelp}
        </ButtonLink>
      )}
      <HelpPage help={help} words={words} />
    </>
  )
}

/** The same as links of a text: where the button to copy stands elsewhere. */
export function HelpLinks({ message, help, words }: HelpLinksProps) {
  return (
    <>
      {help.email !== null && (
        <a className={LINK} href={mailTo(help.email, message)}>
          {words.writeToHelp}
        </a>
      )}
      <HelpPage help={help} words={words} />
    </>
  )
}

const LINK = 'inline-flex min-h-6 items-center text-small'

function HelpPage({ help, words }: Pick<HelpLinksProps, 'help' | 'words'>) {
  if (help.url === null) return null
  return (
    <a className={LINK} href={help.url} target="_blank" rel="noopener">
      {words.helpPage}
    </a>
  )
}

/** RFC 6068: a mail with this text, in the reader's own mail program. */
function mailTo(address: string, text: string): string {
  return `mailto:${address}?body=${encodeURIComponent(text)}`
}
