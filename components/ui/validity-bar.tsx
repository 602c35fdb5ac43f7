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
    <span className="validity-bar" {...reading}>
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
      <Bow className="live" />
      <Shaft width={width}>
        <clipPath id={clip}>
          <path d={path} />
        </clipPath>
        <g clipPath={`url(#${clip})`}>
          <rect className="worn" width={today} height="34" />
          <rect className="live" x={today} width={width - today} height="34" />
        </g>
        <path className="rim" d={path} />
        <path className="groove" d={`M2 13H${width - 12}`} />
      </Shaft>
      {share > 0.005 && (
        <Mark share={share}>
          <path className="today" d="M0 5V27" />
          <circle className="dot" cy="4" r="3" />
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
      <Bow className="gone" />
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
          <path className="hatch" d="M0 0V7" />
        </pattern>
        <g clipPath={`url(#${clip})`}>
          <rect className="gone" width={today} height="34" />
          <rect fill={`url(#${hatch})`} x={today} width={width - today} height="34" />
        </g>
        <path className="edge" d={path} />
        <path className="groove" d={`M2 13H${width - 12}`} />
      </Shaft>
      <Mark share={share}>
        <path className="today" d="M0 9V29" />
        <circle className="seal-hold" cy="7" r="9" />
        <path className="sign" d="M-2.5 3.8v6.4M2.5 3.8v6.4" />
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
      <Bow className="gone" />
      <Shaft width={width}>
        <clipPath id={left}>
          <path d={`M0 0H${cut - 6}${crack}H0Z`} />
        </clipPath>
        <clipPath id={right}>
          <path d={`M${cut - 6} 0${crack}H${width}V0Z`} />
        </clipPath>
        <g clipPath={`url(#${left})`}>
          <path className="gone" d={shaftPath(serial, width)} />
        </g>
        <g transform={`rotate(${hangAngle(width - cut)} ${cut} 16) translate(14 3)`}>
          <g clipPath={`url(#${right})`}>
            <path className="gone" d={shaftPath(serial, width - 16)} />
          </g>
        </g>
      </Shaft>
      <Mark share={share}>
        <circle className="seal-revoked" cy="7" r="9" />
        <path className="sign" d="M-3 4l6 6M3 4l-6 6" />
      </Mark>
    </>
  )
}

function Outline({ serial, width }: ShaftProps) {
  return (
    <>
      <Bow className="gone faded" />
      <Shaft width={width}>
        <path className="gone faded" d={shaftPath(serial, width)} />
      </Shaft>
    </>
  )
}

function Ghost() {
  return (
    <>
      <Bow className="ghost" />
      <svg
        className="shaft short"
        viewBox="0 0 170 34"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path className="ghost" d={shaftPath('0', 170)} />
      </svg>
    </>
  )
}

/** A bar without teeth, for a certificate that is not made yet. */
export function KeyBlank() {
  return (
    <span className="validity-bar" aria-hidden="true">
      <Bow className="live" />
      <Shaft width={SHAFT_WIDTH}>
        <path className="live" d={BLANK} />
        <path className="rim" d={BLANK} />
        <path className="groove" d={`M2 13H${SHAFT_WIDTH - 12}`} />
      </Shaft>
    </span>
  )
}

const BLANK = `M0 9H${SHAFT_WIDTH - 9}L${SHAFT_WIDTH} 15.5L${SHAFT_WIDTH - 7} 23H0Z`

function Bow({ className }: { readonly className: string }) {
  return (
    <svg className="bow" viewBox="0 0 33 34" aria-hidden="true">
      <path className={className} fillRule="evenodd" d={BOW} />
    </svg>
  )
}

function Shaft(props: { readonly width: number; readonly children: ReactNode }) {
  return (
    <svg
      className="shaft"
      viewBox={`0 0 ${props.width} 34`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {props.children}
    </svg>
  )
}

/** A mark at its place along the bar; it keeps its form when the bar is stretched. */
function Mark({ share, children }: { readonly share: number; readonly children: ReactNode }) {
  return (
    <svg className="marks" aria-hidden="true">
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
    <div className="ends">
      <span>{props.start}</span>
      {props.middle && <b>{props.middle}</b>}
      {props.end && <span>{props.end}</span>}
    </div>
  )
}
