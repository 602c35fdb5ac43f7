import type { ReactNode } from 'react'

type SectionProps = {
  readonly name: string
  /** When to use it, in one line. */
  readonly use: string
  readonly children: ReactNode
}

/** One component with its rule and its states. */
export function Section({ name, use, children }: SectionProps) {
  return (
    <section className="stack gap-3 border-line border-t pt-5">
      <div>
        <h2>{name}</h2>
        <p className="small mute">{use}</p>
      </div>
      {children}
    </section>
  )
}
