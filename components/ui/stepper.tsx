import { Icon } from './icon.tsx'

type StepperProps = {
  /** Name of the list, for readers. */
  readonly label: string
  readonly steps: readonly string[]
  /** Index of the step that is on now. */
  readonly now: number
  /** Read after the name of a finished step. */
  readonly doneWord: string
}

/** How far along a flow is. Not clickable. */
export function Stepper({ label, steps, now, doneWord }: StepperProps) {
  return (
    <ol className="steps" aria-label={label}>
      {steps.map((step, index) => (
        <li
          key={step}
          className={index < now ? 'done' : ''}
          aria-current={index === now ? 'step' : undefined}
        >
          <span className="n">{index < now ? <Icon name="check" /> : index + 1}</span>
          {step}
          {index < now && <span className="vh">, {doneWord}</span>}
        </li>
      ))}
    </ol>
  )
}
