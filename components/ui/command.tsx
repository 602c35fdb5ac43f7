import { CopyButton } from './copy-button.tsx'

type CommandProps = {
  /** The command in pieces that stay together when the line breaks, such as one per option. */
  readonly parts: readonly string[]
  /** Said above it: "PowerShell", "Terminal". */
  readonly shell?: string
  readonly copyLabel: string
  readonly copied: string
}

const BOX = 'mt-2 flex items-start gap-2 rounded-control py-2.5 pr-2 pl-3.5'
const TEXT = 'wrap-anywhere flex-1 whitespace-pre-wrap py-0.75 leading-[1.6]'

/** A command to copy into a terminal, real names filled in. It never holds a password. */
export function Command({ parts, shell, copyLabel, copied }: CommandProps) {
  return (
    <>
      {shell && <p className="mt-2 font-[550] text-ink3 text-small leading-[1.4]">{shell}</p>}
      <div
        className={`${BOX} bg-well text-on-well forced-colors:border forced-colors:bg-[Canvas] forced-colors:text-[CanvasText] [&>button:focus-visible]:outline-[#8ad6e6] [&>button:hover]:bg-[rgb(255_255_255/0.1)] [&>button:hover]:text-on-well [&>button]:size-8 [&>button]:text-on-well2`}
        translate="no"
      >
        <code className={`${TEXT} font-features-['calt'_0] font-mono text-small`}>
          {parts.map((part, index) => (
            <span key={index} className="inline-block max-w-full">
              {wordsOf(index < parts.length - 1 ? `${part} ` : part).map((word, at) => (
                <span key={at} className="inline-block max-w-full">
                  {word}
                </span>
              ))}
            </span>
          ))}
        </code>
        <CopyButton text={parts.join(' ')} label={copyLabel} done={copied} />
      </div>
    </>
  )
}

/** Each with the gap behind it: a line breaks between them, not at a hyphen in the name of a file or an option. */
function wordsOf(part: string): readonly string[] {
  return part.match(/\S+\s*/g) ?? []
}

/** A ready message for someone else, to copy and send. */
export function MessageBox({ text }: { readonly text: string }) {
  return (
    <div className={`${BOX} bg-sunken`}>
      <code className={`${TEXT} font-sans text-control`}>{text}</code>
    </div>
  )
}
