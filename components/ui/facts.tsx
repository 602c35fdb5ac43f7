import type { ReactNode } from 'react'

export type Fact = {
  readonly name: string
  readonly value: ReactNode
  /** Monospaced, for serials and fingerprints. */
  readonly mono?: boolean
}

/** Names and values, one pair per line. */
export function Facts({
  facts,
  small = false,
}: {
  readonly facts: readonly Fact[]
  readonly small?: boolean
}) {
  return (
    <dl className={`facts ${small ? 'small narrow' : ''}`}>
      {facts.map(({ name, value, mono }) => (
        <div key={name} className="contents">
          <dt>{name}</dt>
          <dd className={mono ? 'mono' : ''}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
