import { RADIO_INPUT } from './radio.ts'

type ReasonChoiceProps<Reason extends string> = {
  readonly legend: string
  readonly reasons: readonly Reason[]
  readonly words: Readonly<Record<Reason, string>>
  readonly chosen: Reason
  readonly onChoose: (reason: Reason) => void
}

/** The question why a certificate is revoked or held, with one answer to choose. */
export function ReasonChoice<Reason extends string>(props: ReasonChoiceProps<Reason>) {
  const { legend, reasons, words, chosen, onChoose } = props
  return (
    <fieldset className="mt-4 grid gap-0.5">
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
    </fieldset>
  )
}
