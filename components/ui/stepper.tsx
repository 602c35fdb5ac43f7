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
    <ol
      className="flex flex-wrap items-center gap-2 font-medium text-control text-ink3 max-phone:justify-between"
      aria-label={label}
    >
      {steps.map((step, index) => (
        <li
          key={step}
          className={`flex items-center gap-2.25 aria-[current]:text-ink ${index < now ? 'text-ink2' : ''}`}
          aria-current={index === now ? 'step' : undefined}
        >
          {index > 0 && (
            <span className="mr-px h-0.5 w-9 rounded-[2px] bg-line max-phone:w-3.5 max-[359px]:hidden" />
          )}
          <span
            className={`grid size-6 place-items-center rounded-full font-semibold text-caption leading-none *:size-3.25 *:stroke-[3.4] ${dotOf(index, now)}`}
          >
            {index < now ? <Icon name="check" /> : index + 1}
          </span>
          {step}
          {index < now && <span className="vh">, {doneWord}</span>}
        </li>
      ))}
    </ol>
  )
}

function dotOf(index: number, now: number): string {
  if (index < now) return 'bg-brass text-surface'
  return index === now ? 'choosable bg-accent text-on-accent' : 'inset-ring-[1.5px] inset-ring-edge'
}
