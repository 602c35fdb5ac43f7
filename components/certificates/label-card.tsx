import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { LabelForm } from './label-form.tsx'

type LabelCardProps = {
  readonly serial: string
  readonly label: string | null
  readonly words: Dictionary['certificate']['label']
}

/** What the reader calls a certificate that is made out to them. */
export function LabelCard({ serial, label, words }: LabelCardProps) {
  return (
    <section className="card pad" aria-labelledby="label">
      <h2 id="label">{words.title}</h2>
      <p className="small mute mt-1 mb-3">{words.more}</p>
      <LabelForm serial={serial} label={label} words={words} />
    </section>
  )
}
