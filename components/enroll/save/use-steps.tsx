import type { ReactNode } from 'react'
import type { Plan } from '#components/enroll/choose/plan.ts'
import { Command } from '#components/ui/command.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import type { EnrollWords } from '#lib/i18n/enroll.ts'
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
    <Steps>
      {commands.map((step) => (
        <CommandLine key={step.line} step={step} words={words} />
      ))}
    </Steps>
  )
  const byClicking = form === 'p12' && (
    <Steps>
      {words[plan.place].clicking.map((line) => (
        <RichText key={line} text={fill(line, { file: files[0]?.name ?? '' })} />
      ))}
    </Steps>
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

function Steps({ children }: { readonly children: readonly ReactNode[] }) {
  return (
    <ol className="how">
      {children.map((step, index) => (
        <li key={index}>
          <span className="n" aria-hidden="true">
            {index + 1}
          </span>
          <div className="min-w-0">{step}</div>
        </li>
      ))}
    </ol>
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
