import type { Plan } from '#components/enroll/choose/plan.ts'
import { Command } from '#components/ui/command.tsx'
import { NumberedList } from '#components/ui/numbered-list.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { type CommandStep, commandsFor } from './commands.ts'
import { RichText } from './rich-text.tsx'
import type { SavedFile } from './saved-files.ts'

type UseStepsProps = {
  readonly plan: Plan
  readonly form: Plan['form']
  readonly files: readonly SavedFile[]
  readonly issuerName: string
  readonly words: EnrollWords['use']
}

/** How to install the file: by clicking, by commands, or both. */
export function UseSteps(props: UseStepsProps) {
  const { plan, form, files, words } = props
  const system = form === 'p12' ? plan.system : null
  const heading = <h2>{system === null ? words.useIt : fill(words.useOn, { system })}</h2>
  const commands = commandsFor(props)
  const byCommand = commands.length > 0 && (
    <NumberedList
      items={commands.map((step) => <CommandLine key={step.line} step={step} words={words} />)}
    />
  )
  const byClicking = form === 'p12' && (
    <NumberedList
      items={words[plan.place].clicking.map((line) => (
        <RichText key={line} text={fill(line, { file: files[0]?.name ?? '' })} />
      ))}
    />
  )
  return (
    <section className="card pad min-w-0">
      {byClicking && byCommand ? (
        <Tabs
          label={words.how}
          heading={heading}
          tabs={[
            { name: words.clicking, content: byClicking },
            { name: words.command, content: byCommand },
          ]}
        />
      ) : (
        <>
          {heading}
          {byClicking || byCommand}
        </>
      )}
    </section>
  )
}

function CommandLine(props: { readonly step: CommandStep; readonly words: EnrollWords['use'] }) {
  const { step, words } = props
  return (
    <>
      {step.line}
      <Command
        parts={step.parts}
        shell={words.shells[step.shell]}
        copyLabel={words.copyCommand}
        copied={words.commandCopied}
      />
    </>
  )
}
