import { type ReactNode, useId } from 'react'
import { SHAFT_WIDTH, shaftPath, shareOfLife } from './blade-shape.ts'

export type BladeState = 'good' | 'hold' | 'revoked' | 'expired' | 'unknown' | 'none'

type BladeProps =
  | { readonly state: 'none'; readonly label: string | null }
  | {
      readonly state: Exclude<BladeState, 'none'>
      readonly serial: string
      readonly from: Date
      readonly to: Date
      /** Now; or, for a revoked certificate, the day on which it was revoked. */
      readonly at: Date
      /** The picture as a sentence; null where the words stand beside it anyway. */
      readonly label: string | null
    }

const BOW =
  'M15 2a14 14 0 0 1 13.3 9.5H33v9H28.3A14 14 0 1 1 15 2Zm-3.5 9a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z'

/**
 * Validity, drawn as a key: bow and tip are the first and the last day, the teeth are cut from
 * the serial. Behind today the metal is worn, ahead it is solid. Drawn on the server; the shaft
 * stretches, so that no script has to measure.
 */
export function Blade(props: BladeProps) {
  const reading =
    props.label === null
      ? ({ 'aria-hidden': true } as const)
      : ({ role: 'img', 'aria-label': props.label } as const)
  return (
    <span className="blade" {...reading}>
      {props.state === 'none' ? (
        <Ghost />
      ) : (
        <Drawn
          state={props.state}
          serial={props.serial}
          share={shareOfLife(props.from, props.to, props.at)}
        />
      )}
    </span>
  )
}

type DrawnProps = {
  readonly state: Exclude<BladeState, 'none'>
  readonly serial: string
  readonly share: number
}

function Drawn({ state, serial, share }: DrawnProps) {
  switch (state) {
    case 'good':
      return <Brass serial={serial} share={share} />
    case 'hold':
      return <Hatched serial={serial} share={share} />
    case 'revoked':
      return <Snapped serial={serial} share={share} />
    case 'expired':
    case 'unknown':
      return <Outline serial={serial} />
  }
}

function Brass({ serial, share }: { readonly serial: string; readonly share: number }) {
  const clip = useId()
  const path = shaftPath(serial)
  const today = SHAFT_WIDTH * share
  return (
    <>
      <Bow className="live" />
      <Shaft>
        <clipPath id={clip}>
          <path d={path} />
        </clipPath>
        <g clipPath={`url(#${clip})`}>
          <rect className="worn" width={today} height="34" />
          <rect className="live" x={today} width={SHAFT_WIDTH - today} height="34" />
        </g>
        <path className="rim" d={path} />
        <path className="groove" d={`M2 13H${SHAFT_WIDTH - 12}`} />
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

function Hatched({ serial, share }: { readonly serial: string; readonly share: number }) {
  const clip = useId()
  const hatch = useId()
  const path = shaftPath(serial)
  const today = SHAFT_WIDTH * share
  return (
    <>
      <Bow className="gone" />
      <Shaft>
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
          <rect fill={`url(#${hatch})`} x={today} width={SHAFT_WIDTH - today} height="34" />
        </g>
        <path className="edge" d={path} />
        <path className="groove" d={`M2 13H${SHAFT_WIDTH - 12}`} />
      </Shaft>
      <Mark share={share}>
        <path className="today" d="M0 9V29" />
        <circle className="seal-hold" cy="7" r="9" />
        <path className="sign" d="M-2.5 3.8v6.4M2.5 3.8v6.4" />
      </Mark>
    </>
  )
}

function Snapped({ serial, share }: { readonly serial: string; readonly share: number }) {
  const left = useId()
  const right = useId()
  const cut = SHAFT_WIDTH * share
  const crack = 'l-5 7 7 6-6 6 4 15'
  return (
    <>
      <Bow className="gone" />
      <Shaft>
        <clipPath id={left}>
          <path d={`M0 0H${cut - 6}${crack}H0Z`} />
        </clipPath>
        <clipPath id={right}>
          <path d={`M${cut - 6} 0${crack}H${SHAFT_WIDTH}V0Z`} />
        </clipPath>
        <g clipPath={`url(#${left})`}>
          <path className="gone" d={shaftPath(serial)} />
        </g>
        <g transform={`rotate(2.2 ${cut} 16) translate(14 3)`}>
          <g clipPath={`url(#${right})`}>
            <path className="gone" d={shaftPath(serial, SHAFT_WIDTH - 16)} />
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

function Outline({ serial }: { readonly serial: string }) {
  return (
    <>
      <Bow className="gone faded" />
      <Shaft>
        <path className="gone faded" d={shaftPath(serial)} />
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

function Bow({ className }: { readonly className: string }) {
  return (
    <svg className="bow" viewBox="0 0 33 34" aria-hidden="true">
      <path className={className} fillRule="evenodd" d={BOW} />
    </svg>
  )
}

function Shaft({ children }: { readonly children: ReactNode }) {
  return (
    <svg
      className="shaft"
      viewBox={`0 0 ${SHAFT_WIDTH} 34`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

/** A pin or seal at its place along the shaft; it keeps its form however the shaft stretches. */
function Mark({ share, children }: { readonly share: number; readonly children: ReactNode }) {
  return (
    <svg className="marks" aria-hidden="true">
      <svg x={`${(share * 100).toFixed(2)}%`} overflow="visible" aria-hidden="true">
        {children}
      </svg>
    </svg>
  )
}

/** What stands under a blade: the first day, how long or why, the last day. */
export function BladeEnds(props: {
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
