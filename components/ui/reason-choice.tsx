import { useId } from 'react'
import { RADIO_INPUT } from './radio.ts'

type ReasonChoiceProps<Reason extends string> = {
  readonly legend: string
  readonly reasons: readonly Reason[]
  readonly words: Readonly<Record<Reason, string>>
  /** Null where nobody has chosen yet. */
  readonly chosen: Reason | null
  /** What is said of going on without a choice; null until then. Left out where one is chosen at first. */
  readonly error?: string | null
  readonly onChoose: (reason: Reason) => void
}

/** The question why a certificate is revoked or held, with one answer to choose. */
export function ReasonChoice<Reason extends string>(props: ReasonChoiceProps<Reason>) {
  const { legend, reasons, words, chosen, error, onChoose } = props
  const errorId = useId()
  return (
    <fieldset className="mt-4 grid gap-0.5" aria-describedby={error ? errorId : undefined}>
      <legend className="mb-1 text-small leading-[1.4] font-[550] text-ink3 [font-feature-settings:normal]">
        {legend}
      </legend>
      {reasons.map((reason) => (
        <label key={reason} className="flex min-h-8.5 cursor-pointer items-center gap-2.75">
          <input
            type="radio"
            className={RADIO_INPUT}
            name="reason"
            value={reason}
            checked={reason === chosen}
            onChange={() => onChoose(reason)}
          />
          {words[reason]}
        </label>
      ))}
      {error !== undefined && (
        <p id={errorId} role="alert" className="small text-revoked not-empty:mt-1">
          {error}
        </p>
      )}
    </fieldset>
  )
}
