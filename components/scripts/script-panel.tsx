import { ButtonLink } from '#components/ui/button.tsx'
import { Command } from '#components/ui/command.tsx'
import { MainAndSide } from '#components/ui/main-and-side.tsx'
import { NumberedList } from '#components/ui/numbered-list.tsx'
import type { ScriptsWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { ScriptName } from '#lib/scripts/fill-script.ts'

/** The device or person that a command is for, shown above it. */
export type Target = {
  readonly title: string
  readonly parts: readonly string[]
  readonly isPossible: boolean
}

type ScriptPanelProps = {
  readonly script: ScriptName
  readonly shell: string
  readonly tenant: string
  readonly targets: readonly Target[]
  readonly rehearsal: readonly string[]
  readonly renewal: readonly string[]
  readonly what: readonly string[]
  readonly where: string
  /** How a key is made that cannot be copied. */
  readonly locked: string
  readonly lockedCommand: readonly string[]
  readonly renews: string
  /** What differs on this device, or null. */
  readonly hint: string | null
  readonly words: ScriptsWords
}

/** One script: how to get it, the command for each device, and what it does. */
export function ScriptPanel(props: ScriptPanelProps) {
  const { script, shell, tenant, targets, words, hint } = props
  return (
    <MainAndSide>
      <div className="card pad">
        <div className="row gap-x-4">
          <ButtonLink
            href={`/scripts/${script}`}
            download={script}
            icon="download"
            variant="primary"
          >
            {fill(words.download, { file: script })}
          </ButtonLink>
          <span className="small mute">{fill(words.downloadMore, { tenant })}</span>
        </div>
        {hint && <p className="small mute mt-4">{hint}</p>}
        {targets.map(({ title, parts, isPossible }) => (
          <section key={title} className="mt-5">
            <h2>{title}</h2>
            {!isPossible && <p className="small mute">{words.notPossible}</p>}
            <Line shell={shell} parts={parts} words={words} />
          </section>
        ))}
        <p className="small mute mt-5">{words.rehearse}</p>
        <Line parts={props.rehearsal} words={words} />
      </div>
      <div className="card pad">
        <h2>{words.what}</h2>
        <NumberedList
          items={props.what.map((line) => (
            <p key={line} className="small">
              {line}
            </p>
          ))}
        />
        <h2 className="mt-4">{words.where}</h2>
        <p className="small mute mt-1">{props.where}</p>
        <h2 className="mt-5">{words.locked}</h2>
        <p className="small mute mt-1">{props.locked}</p>
        <Line parts={props.lockedCommand} words={words} />
        <h2 className="mt-5">{words.renews}</h2>
        <p className="small mute mt-1">{props.renews}</p>
        <Line parts={props.renewal} words={words} />
      </div>
    </MainAndSide>
  )
}

type LineProps = {
  readonly parts: readonly string[]
  readonly shell?: string
  readonly words: ScriptsWords
}

/** A command with this page's texts. */
export function Line({ parts, shell, words }: LineProps) {
  return (
    <Command
      parts={parts}
      {...(shell !== undefined && { shell })}
      copyLabel={words.copy}
      copied={words.copied}
    />
  )
}
