import { Icon } from './icon.tsx'

type StepperProps = {
  /** Name of the list, for screen readers. */
  readonly label: string
  readonly steps: readonly string[]
  /** Index of the present step. */
  readonly now: number
  /** Read after the name of a finished step by screen readers. */
  readonly doneWord: string
}

/** Progress through the pages of a flow. Not clickable. */
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
