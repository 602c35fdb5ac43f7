import { StepPicture } from '#components/pictures/step-picture.tsx'
import { Command } from '#components/ui/command.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { NumberedList } from '#components/ui/numbered-list.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import { fill } from '#lib/i18n/fill.ts'
import { type CommandFacts, type CommandStep, commandsFor, folderNote } from './commands.ts'
import { RichText } from './rich-text.tsx'
import { picturesOf } from './step-pictures.ts'

/** How to install the files: by clicking, by commands, or both, and what it looks like when it worked. */
export function UseSteps(props: CommandFacts) {
  const { plan, form, network, files, words } = props
  const system = form === 'p12' ? plan.system : null
  const heading = <h2>{system === null ? words.useIt : fill(words.useOn, { system })}</h2>
  const texts = network ? words.networkForms[network] : words.places[plan.place]
  const clicking = form === 'p12' && 'clicking' in texts ? texts.clicking : []
  const commands = commandsFor(props)
  const note = folderNote(commands, props)
  const byCommand = commands.length > 0 && (
    <>
      <NumberedList
        items={commands.map((step) => (
          <CommandLine key={step.parts.join(' ')} step={step} words={words} />
        ))}
      />
      {note !== null && <p className="small mute mt-2 wrap-anywhere">{note}</p>}
    </>
  )
  const [first, second] = files
  const names = { file: first?.name ?? '', settings: second?.name ?? '' }
  const pictures = picturesOf(plan.place, network)
  const byClicking = clicking.length > 0 && (
    <NumberedList
      items={clicking.map((line, index) => {
        const step = pictures?.steps[index]
        return (
          <div key={line} className="flex items-start gap-4">
            <span className="min-w-0 flex-1">
              <RichText text={fill(line, names)} />
            </span>
            {pictures && step && (
              <StepPicture place={pictures.place} step={step} className="w-22 shrink-0" />
            )}
          </div>
        )
      })}
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
      {form === 'p12' && (
        <p className="mt-2 flex items-start gap-2 border-line border-t pt-3.5 text-ink2 text-note">
          <Icon name="check" small className="mt-0.5 text-good" />
          <span>
            {words.worked} {fill(texts.worked, { networks: plan.networks.join(', ') })}
          </span>
        </p>
      )}
    </section>
  )
}

function CommandLine(props: { readonly step: CommandStep; readonly words: CommandFacts['words'] }) {
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
