type CheckboxProps = {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

/** A checkbox with its sentence. */
export function Checkbox({ label, checked, onChange }: CheckboxProps) {
  return (
    <label className="flex min-h-7 cursor-pointer items-start gap-2.75 py-1 text-control">
      <input
        type="checkbox"
        className="mt-px size-5 flex-none cursor-pointer appearance-none rounded-[5px] border-[1.5px] border-edge bg-surface checked:border-accent checked:bg-accent forced-colors:appearance-auto checked:not-forced-colors:before:block checked:before:h-full checked:before:bg-on-accent checked:before:[clip-path:polygon(20%_51%,29%_42%,43%_56%,71%_26%,80%_35%,43%_74%)]"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  )
}
