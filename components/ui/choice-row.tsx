import type { ReactNode } from 'react'

type ChoiceRowProps = {
  readonly name: string
  readonly value: string
  readonly checked: boolean
  readonly onChoose: (value: string) => void
  readonly title: string
  readonly reason: ReactNode
  /** A picture of the device; without it the row is narrow. */
  readonly picture?: ReactNode
  /** A badge, pill or tag at the end. */
  readonly aside?: ReactNode
}

/** One answer of a question: radio button, picture, name and reason. Its details follow as ChoiceMore. */
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
  /** Why the answer is not possible. May contain a link, so it is outside of any label. */
  readonly reason: ReactNode
  readonly picture: ReactNode
  readonly aside: ReactNode
}

/** An answer that is not possible now, dashed, with its reason and what to do. */
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

/** The details of a chosen row, joined to the row above. */
export function ChoiceMore({ children }: { readonly children: ReactNode }) {
  return <div className="more">{children}</div>
}
