import { CopyButton } from './copy-button.tsx'

type CommandProps = {
  /** Parts of the command that are not broken across lines, such as one for each option. */
  readonly parts: readonly string[]
  /** The kind of shell, shown above: "PowerShell", "Terminal". */
  readonly shell?: string
  readonly copyLabel: string
  readonly copied: string
}

/** A command to copy into a terminal, with real names filled in. It never contains a password. */
export function Command({ parts, shell, copyLabel, copied }: CommandProps) {
  return (
    <>
      {shell && <p className="lab mt-2">{shell}</p>}
      <div className="cmd" translate="no">
        <code>
          {parts.map((part, index) => (
            <span key={index}>{index < parts.length - 1 ? `${part} ` : part}</span>
          ))}
        </code>
        <CopyButton text={parts.join(' ')} label={copyLabel} done={copied} />
      </div>
    </>
  )
}

/** A message to copy and send to somebody else. */
export function MessageBox({ text }: { readonly text: string }) {
  return (
    <div className="cmd plain">
      <code>{text}</code>
    </div>
  )
}
