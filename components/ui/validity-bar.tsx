import { type ReactNode, useId } from 'react'
import {
  hangAngle,
  LONG_SHAFT_WIDTH,
  SHAFT_WIDTH,
  shaftPath,
  shareOfLife,
} from './validity-bar-shape.ts'

export type ValidityBarState = 'good' | 'hold' | 'revoked' | 'expired' | 'unknown' | 'none'

type ValidityBarProps =
  | { readonly state: 'none'; readonly label: string | null }
  | {
      readonly state: Exclude<ValidityBarState, 'none'>
      readonly serial: string
      readonly from: Date
      readonly to: Date
      /** Now or, for a revoked certificate, the date of revocation. */
      readonly at: Date
      /** The accessible text of the picture; null where the same text is beside it. */
      readonly label: string | null
      /** For the full width of a page; not shown on a phone. */
      readonly long?: boolean
    }

/** Lines keep their weight however the shaft stretches. */
const BAR =
  'relative flex h-8.5 w-full pr-0.75 [&_:is(path,rect,circle)]:[vector-effect:non-scaling-stroke]'

const LIVE = 'fill-brass forced-colors:fill-[Highlight]'
const GONE = 'fill-past-soft stroke-edge stroke-[1.2] forced-colors:fill-[Canvas]'
const GHOST = 'fill-none stroke-edge stroke-[1.3] [stroke-dasharray:3.5_3.5]'
const RIM = 'fill-none stroke-brass-line stroke-[1.1]'
const GROOVE = 'fill-none stroke-surface/55 stroke-[1.3]'
const TODAY = 'stroke-ink stroke-2 [stroke-linecap:round]'
const SEAL = 'stroke-surface stroke-2'
const SIGN = 'fill-none stroke-surface stroke-2 [stroke-linecap:round]'

const BOW =
  'M15 2a14 14 0 0 1 13.3 9.5H33v9H28.3A14 14 0 1 1 15 2Zm-3.5 9a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z'

/**
 * The validity bar, drawn as a key: its ends are the first and the last day, its teeth come from the serial.
 * The part before today is faded. Drawn on the server and stretched, so that no script has to measure.
 */
export function ValidityBar(props: ValidityBarProps) {
  const reading =
    props.label === null
      ? ({ 'aria-hidden': true } as const)
      : ({ role: 'img', 'aria-label': props.label } as const)
  return (
    <span className={BAR} {...reading}>
      {props.state === 'none' ? (
        <Ghost />
      ) : (
        <Drawn
          state={props.state}
          serial={props.serial}
          share={shareOfLife(props.from, props.to, props.at)}
          width={props.long ? LONG_SHAFT_WIDTH : SHAFT_WIDTH}
        />
      )}
    </span>
  )
}

type DrawnProps = {
  readonly state: Exclude<ValidityBarState, 'none'>
  readonly serial: string
  readonly share: number
  readonly width: number
}

type ShaftProps = Omit<DrawnProps, 'state'>

function Drawn({ state, ...shaft }: DrawnProps) {
  switch (state) {
    case 'good':
      return <Brass {...shaft} />
    case 'hold':
      return <Hatched {...shaft} />
    case 'revoked':
      return <Snapped {...shaft} />
    case 'expired':
    case 'unknown':
      return <Outline {...shaft} />
  }
}

function Brass({ serial, share, width }: ShaftProps) {
  const clip = useId()
  const path = shaftPath(serial, width)
  const today = width * share
  return (
    <>
      <Bow className={LIVE} />
      <Shaft width={width}>
        <clipPath id={clip}>
          <path d={path} />
        </clipPath>
        <g clipPath={`url(#${clip})`}>
          <rect className="fill-brass-worn forced-colors:fill-[Canvas]" width={today} height="34" />
          <rect className={LIVE} x={today} width={width - today} height="34" />
        </g>
        <path className={RIM} d={path} />
        <path className={GROOVE} d={`M2 13H${width - 12}`} />
      </Shaft>
      {share > 0.005 && (
        <Mark share={share}>
          <path className={TODAY} d="M0 5V27" />
          <circle className="fill-ink" cy="4" r="3" />
        </Mark>
      )}
    </>
  )
}

function Hatched({ serial, share, width }: ShaftProps) {
  const clip = useId()
  const hatch = useId()
  const path = shaftPath(serial, width)
  const today = width * share
  return (
    <>
      <Bow className={GONE} />
      <Shaft width={width}>
        <clipPath id={clip}>
          <path d={path} />
        </clipPath>
        <pattern
          id={hatch}
          width="7"
          height="7"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path className="stroke-edge stroke-[2.2]" d="M0 0V7" />
        </pattern>
        <g clipPath={`url(#${clip})`}>
          <rect className={GONE} width={today} height="34" />
          <rect fill={`url(#${hatch})`} x={today} width={width - today} height="34" />
        </g>
        <path className="fill-none stroke-edge stroke-[1.2]" d={path} />
        <path className={GROOVE} d={`M2 13H${width - 12}`} />
      </Shaft>
      <Mark share={share}>
        <path className={TODAY} d="M0 9V29" />
        <circle className={`${SEAL} fill-hold`} cy="7" r="9" />
        <path className={SIGN} d="M-2.5 3.8v6.4M2.5 3.8v6.4" />
      </Mark>
    </>
  )
}

function Snapped({ serial, share, width }: ShaftProps) {
  const left = useId()
  const right = useId()
  const cut = width * share
  const crack = 'l-5 7 7 6-6 6 4 15'
  return (
    <>
      <Bow className={GONE} />
      <Shaft width={width}>
        <clipPath id={left}>
          <path d={`M0 0H${cut - 6}${crack}H0Z`} />
        </clipPath>
        <clipPath id={right}>
          <path d={`M${cut - 6} 0${crack}H${width}V0Z`} />
        </clipPath>
        <g clipPath={`url(#${left})`}>
          <path className={GONE} d={shaftPath(serial, width)} />
        </g>
        <g transform={`rotate(${hangAngle(width - cut)} ${cut} 16) translate(14 3)`}>
          <g clipPath={`url(#${right})`}>
            <path className={GONE} d={shaftPath(serial, width - 16)} />
          </g>
        </g>
      </Shaft>
      <Mark share={share}>
        <circle className={`${SEAL} fill-revoked`} cy="7" r="9" />
        <path className={SIGN} d="M-3 4l6 6M3 4l-6 6" />
      </Mark>
    </>
  )
}

function Outline({ serial, width }: ShaftProps) {
  return (
    <>
      <Bow className={`${GONE} opacity-75`} />
      <Shaft width={width}>
        <path className={`${GONE} opacity-75`} d={shaftPath(serial, width)} />
      </Shaft>
    </>
  )
}

function Ghost() {
  return (
    <>
      <Bow className={GHOST} />
      <Shaft width={170} short>
        <path className={GHOST} d={shaftPath('0', 170)} />
      </Shaft>
    </>
  )
}

/** A bar without teeth, for a certificate that is not made yet. */
export function KeyBlank() {
  return (
    <span className={BAR} aria-hidden="true">
      <Bow className={LIVE} />
      <Shaft width={SHAFT_WIDTH}>
        <path className={LIVE} d={BLANK} />
        <path className={RIM} d={BLANK} />
        <path className={GROOVE} d={`M2 13H${SHAFT_WIDTH - 12}`} />
      </Shaft>
    </span>
  )
}

const BLANK = `M0 9H${SHAFT_WIDTH - 9}L${SHAFT_WIDTH} 15.5L${SHAFT_WIDTH - 7} 23H0Z`

function Bow({ className }: { readonly className: string }) {
  return (
    <svg className="-mr-px h-8.5 w-8.25" viewBox="0 0 33 34" aria-hidden="true">
      <path className={className} fillRule="evenodd" d={BOW} />
    </svg>
  )
}

type ShaftBoxProps = {
  readonly width: number
  /** No wider than its drawing. */
  readonly short?: boolean
  readonly children: ReactNode
}

function Shaft({ width, short = false, children }: ShaftBoxProps) {
  return (
    <svg
      className={`h-8.5 min-w-0 overflow-visible ${short ? 'flex-[0_1_170px]' : 'flex-1'}`}
      viewBox={`0 0 ${width} 34`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

/** A mark at its place along the bar; it keeps its form when the bar is stretched. */
function Mark({ share, children }: { readonly share: number; readonly children: ReactNode }) {
  return (
    <svg
      className="absolute top-0 left-8 h-8.5 w-[calc(100%-35px)] overflow-visible"
      aria-hidden="true"
    >
      <svg x={`${(share * 100).toFixed(2)}%`} overflow="visible" aria-hidden="true">
        {children}
      </svg>
    </svg>
  )
}

/** The texts below a validity bar: the first day, the duration or reason, the last day. */
export function ValidityEnds(props: {
  readonly start?: string
  readonly middle?: string
  readonly end?: string
}) {
  return (
    <div className="mt-0.75 flex justify-between gap-2.5 text-[0.78125rem] leading-[1.3] whitespace-nowrap text-ink3 tabular-nums">
      <span>{props.start}</span>
      {props.middle && (
        <b className="text-center font-[550] whitespace-normal text-ink">{props.middle}</b>
      )}
      {props.end && <span>{props.end}</span>}
    </div>
  )
}
