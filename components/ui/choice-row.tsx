import type { ReactNode } from 'react'

type ChoiceRowProps = {
  readonly name: string
  readonly value: string
  readonly checked: boolean
  readonly onChoose: (value: string) => void
  readonly title: string
  readonly reason: ReactNode
  /** A tile with the device; without it the row is slim. */
  readonly picture?: ReactNode
  /** Badge, pill or tag at the end. */
  readonly aside?: ReactNode
}

/** One answer of a question: radio, picture, name and why. What it opens follows it as ChoiceMore. */
export function ChoiceRow(props: ChoiceRowProps) {
  const { name, value, checked, onChoose, title, reason, picture, aside } = props
  return (
    <label className={picture === undefined ? 'opt slim' : 'opt'}>
      <input
        type="radio"
        name={name}
        value={value}
        checked={checked}
        onChange={() => onChoose(value)}
      />
      {picture}
      <span>
        <span className="t">{title}</span>
        <br />
        <span className="d">{reason}</span>
      </span>
      {aside}
    </label>
  )
}

type ImpossibleRowProps = {
  readonly title: string
  /** Says why not, and may hold a link: it stands outside any label. */
  readonly reason: ReactNode
  readonly picture: ReactNode
  readonly aside: ReactNode
}

/** An answer that is not possible now. It stays, dashed, with its reason and the way on. */
export function ImpossibleRow({ title, reason, picture, aside }: ImpossibleRowProps) {
  return (
    <div className="opt impossible">
      <span className="no-radio" aria-hidden="true" />
      {picture}
      <span>
        <span className="t mute">{title}</span>
        <br />
        <span className="d">{reason}</span>
      </span>
      {aside}
    </div>
  )
}

/** What a chosen row opens; it joins the row above it. */
export function ChoiceMore({ children }: { readonly children: ReactNode }) {
  return <div className="more">{children}</div>
}
