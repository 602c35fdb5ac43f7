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
    <fieldset className="reasons">
      <legend>{legend}</legend>
      {reasons.map((reason) => (
        <label key={reason}>
          <input
            type="radio"
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
