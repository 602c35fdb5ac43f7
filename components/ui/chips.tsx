type ChipsProps = {
  readonly name: string
  /** The question, for screen readers. */
  readonly label: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly value: string
  readonly onChoose: (value: string) => void
}

/** A few short answers side by side, as radio buttons, so arrow keys move between them. */
export function Chips({ name, label, options, value, onChoose }: ChipsProps) {
  return (
    <div className="flex flex-wrap gap-2" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value} className="relative cursor-pointer">
          <input
            type="radio"
            className="peer absolute inset-0 opacity-0"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChoose(option.value)}
          />
          <span className="choosable flex min-h-9 items-center rounded-full border border-edge px-3.25 py-1.5 font-medium text-note peer-checked:border-accent peer-checked:bg-accent peer-checked:text-on-accent peer-focus-visible:outline-2 peer-focus-visible:outline-accent peer-focus-visible:outline-offset-2">
            {option.label}
          </span>
        </label>
      ))}
    </div>
  )
}
