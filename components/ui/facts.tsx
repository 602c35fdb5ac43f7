import type { ReactNode } from 'react'

export type Fact = {
  /** Where several have the same name. */
  readonly key?: string
  readonly name: string
  readonly value: ReactNode
  /** Monospaced, for serials and fingerprints. */
  readonly mono?: boolean
}

type FactsProps = {
  readonly facts: readonly Fact[]
  readonly small?: boolean
  /** All names are short. */
  readonly short?: boolean
}

/** Names and values, one pair per line; on a phone each under its name, unless they are small. */
export function Facts({ facts, small = false, short = false }: FactsProps) {
  const wide = short ? 'phone:grid-cols-[84px_1fr]' : 'phone:grid-cols-[minmax(120px,auto)_1fr]'
  const look = small ? 'grid-cols-[minmax(92px,132px)_1fr] leading-[1.45]' : wide
  return (
    <dl
      className={`grid gap-x-5.5 gap-y-2.25 text-control max-phone:gap-0.5 ${look} ${short ? wide : ''}`}
    >
      {facts.map(({ key, name, value, mono }) => (
        <div key={key ?? name} className="contents">
          <dt className="text-ink3">{name}</dt>
          <dd className={`wrap-anywhere max-phone:mb-2.5 ${mono ? 'mono' : ''}`}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
