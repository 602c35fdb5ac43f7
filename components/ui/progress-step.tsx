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

/** How a step and its sign look. Waiting, the sign is its number. */
const LOOKS = {
  wait: { step: 'border-edge border-dashed', sign: 'text-ink3 inset-ring-[1.5px] inset-ring-edge' },
  now: { step: 'border-accent bg-surface ring-3 ring-accent-soft', sign: 'text-accent' },
  done: { step: 'border-line bg-surface', sign: 'bg-brass text-surface' },
  fail: { step: 'border-hold bg-surface ring-3 ring-hold-soft', sign: 'bg-hold-soft text-hold' },
} as const satisfies Record<StepState, { step: string; sign: string }>

/** The dashed line between the lanes, down; on a phone a crossing lies across it. */
const BORDER =
  'before:absolute before:inset-y-0 before:left-1/2 before:border-edge before:border-l-2 before:border-dashed before:opacity-70'

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
      className={`my-1.25 grid min-h-18 grid-cols-[30px_1fr_auto] items-start gap-x-3 rounded-control border px-3.5 py-3.25 ${LOOKS[state].step} ${PLACES[place]}`}
      aria-current={state === 'now' ? 'step' : undefined}
    >
      <span
        className={`grid size-7 place-items-center rounded-full font-semibold text-small leading-none [&>svg]:size-3.75 [&>svg]:stroke-[3.1] ${LOOKS[state].sign}`}
      >
        {state === 'wait' && number}
        {state === 'now' && <Spinner />}
        {state === 'done' && <Icon name="check" />}
        {state === 'fail' && <Icon name="alert" />}
      </span>
      <span
        className={`pt-0.75 font-semibold text-[0.90625rem] ${state === 'wait' ? 'text-ink2' : ''}`}
      >
        {title}
      </span>
      <span className="pt-2.25 font-medium font-mono text-caption text-ink3 leading-none">
        {time}
      </span>
      <span className="col-[2/-1] text-ink2 text-small leading-[1.45]">{line}</span>
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
    <div
      className="grid grid-cols-[1fr_148px_1fr] px-6 pb-5 max-phone:flex max-phone:flex-col max-phone:px-4 max-phone:pt-3.5 max-phone:pb-4.5"
      role="group"
      aria-label={label}
    >
      <LaneHead icon="window" name={left} />
      <div className={`relative max-phone:hidden ${BORDER}`} />
      <LaneHead icon="server" name={right} />
      {children}
    </div>
  )
}

function LaneHead({ icon, name }: { readonly icon: IconName; readonly name: string }) {
  return (
    <div className="flex items-center gap-2.25 pt-4.5 pb-3.5 font-semibold text-control max-phone:hidden">
      <Icon name={icon} className="text-ink3" />
      {name}
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
    <div
      className={`hidden items-center gap-2 pt-1.5 pb-1 font-semibold text-ink2 text-small max-phone:flex ${PLACES[props.place]}`}
    >
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
    <div
      className={`relative flex items-center justify-center max-phone:py-1.25 max-phone:empty:hidden ${BORDER} max-phone:before:inset-x-0 max-phone:before:top-1/2 max-phone:before:bottom-auto max-phone:before:border-t-2 max-phone:before:border-l-0 ${PLACES[place]}`}
    >
      {words && (
        <span className="relative z-1 flex items-center gap-1.5 whitespace-nowrap rounded-full border border-line bg-surface px-2.5 py-1 font-medium text-caption text-ink2 leading-[1.3] *:size-3.25 *:text-brass">
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
  return <div className="max-phone:hidden" />
}

/** The sentence under both lanes. */
export function LaneFoot({ children }: { readonly children: ReactNode }) {
  return (
    <div
      className={`col-span-full mt-3.5 flex items-center gap-3 rounded-control bg-sunken px-4 py-3 text-ink2 text-note ${PLACES[11]}`}
    >
      <Icon name="lock" className="text-brass" />
      <span>{children}</span>
    </div>
  )
}
