import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Spinner } from './spinner.tsx'

export type StepState = 'wait' | 'now' | 'done' | 'fail'

/** Where a part stands when the two lanes become one column on a phone. */
export type PhonePlace = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11

const PLACES = {
  0: 'max-phone:order-0',
  1: 'max-phone:order-1',
  2: 'max-phone:order-2',
  3: 'max-phone:order-3',
  4: 'max-phone:order-4',
  5: 'max-phone:order-5',
  6: 'max-phone:order-6',
  7: 'max-phone:order-7',
  8: 'max-phone:order-8',
  9: 'max-phone:order-9',
  10: 'max-phone:order-10',
  11: 'max-phone:order-11',
} as const satisfies Record<PhonePlace, string>

type ProgressStepProps = {
  readonly state: StepState
  /** Its number, shown while it waits. */
  readonly number: number
  readonly title: string
  readonly line: ReactNode
  /** Time taken or passing, as words: "0.4 s". */
  readonly time?: string
  readonly place: PhonePlace
}

/** One step of the making, in the lane where it happens. */
export function ProgressStep({ state, number, title, line, time, place }: ProgressStepProps) {
  return (
    <div
      className={`step ${state} ${PLACES[place]}`}
      aria-current={state === 'now' ? 'step' : undefined}
    >
      <span className="n">
        {state === 'wait' && number}
        {state === 'now' && <Spinner />}
        {state === 'done' && <Icon name="check" />}
        {state === 'fail' && <Icon name="alert" />}
      </span>
      <span className="t">{title}</span>
      <span className="ms">{time}</span>
      <span className="d">{line}</span>
    </div>
  )
}

type LanesProps = {
  /** "Five steps", for readers. */
  readonly label: string
  readonly left: string
  readonly right: string
  /** Steps, crossings and gaps, row by row: left, middle, right. */
  readonly children: ReactNode
}

/** Browser on the left, server on the right, a dashed line between them. */
export function Lanes({ label, left, right, children }: LanesProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls, and there is none here
    <div className="lanes" role="group" aria-label={label}>
      <div className="lh">
        <Icon name="window" />
        {left}
      </div>
      <div className="mid" />
      <div className="lh">
        <Icon name="server" />
        {right}
      </div>
      {children}
    </div>
  )
}

/** The name of a lane where the lanes are one column. */
export function LaneName(props: {
  readonly icon: IconName
  readonly name: string
  readonly place: PhonePlace
}) {
  return (
    <div className={`ln ${PLACES[props.place]}`}>
      <Icon name={props.icon} small />
      {props.name}
    </div>
  )
}

/** What crosses the dashed line in this row; nothing when without words. */
export function Crossing(props: {
  readonly to?: 'server' | 'browser'
  readonly words?: string
  readonly place?: PhonePlace
}) {
  const { to, words, place = 0 } = props
  return (
    <div className={`x ${PLACES[place]}`}>
      {words && (
        <span className="cross">
          <Icon name={to === 'browser' ? 'arrow-left' : 'key'} />
          {words}
          {to === 'server' && <Icon name="arrow-right" />}
        </span>
      )}
    </div>
  )
}

/** The other lane, empty in this row. */
export function LaneGap() {
  return <div className="gap" />
}

/** The sentence under both lanes. */
export function LaneFoot({ children }: { readonly children: ReactNode }) {
  return (
    <div className={`vault ${PLACES[11]}`}>
      <Icon name="lock" />
      <span>{children}</span>
    </div>
  )
}
