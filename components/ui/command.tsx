import { CopyButton } from './copy-button.tsx'

type CommandProps = {
  /** The command in pieces that stay together when the line breaks, such as one per option. */
  readonly parts: readonly string[]
  /** Said above it: "PowerShell", "Terminal". */
  readonly shell?: string
  readonly copyLabel: string
  readonly copied: string
}

/** A command to copy into a terminal, real names filled in. It never holds a password. */
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

/** A ready message for someone else, to copy and send. */
export function MessageBox({ text }: { readonly text: string }) {
  return (
    <div className="cmd plain">
      <code>{text}</code>
    </div>
  )
}
