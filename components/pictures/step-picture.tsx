import type { ReactNode } from 'react'

/** Drawings of the steps by which a certificate is put to use: our own, not pictures of others' products. */

export type PicturePlace =
  | 'windows'
  | 'macos'
  | 'iphone'
  | 'android'
  | 'chromeos'
  | 'linux'
  | 'firefox'

export type PictureStep =
  | 'download'
  | 'open'
  | 'password'
  | 'profile'
  | 'choose'
  | 'trust'
  | 'settings'
  | 'connect'
  | 'command'
  | 'done'

type StepPictureProps = {
  readonly place: PicturePlace
  readonly step: PictureStep
  readonly className?: string
}

/** One step on one kind of machine. The words stand beside it, so readers who listen miss nothing. */
export function StepPicture({ place, step, className = 'w-30' }: StepPictureProps) {
  const { frame, at } = PLACES[place]
  return (
    <svg
      className={`h-auto max-w-full text-ink3 ${className}`}
      viewBox="0 0 120 80"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {frame}
      <g className="text-accent" strokeWidth="2.25" transform={`translate(${at})`}>
        {STEPS[step]}
      </g>
    </svg>
  )
}

const GROUND = 'fill-surface'
const SMALL = { fill: 'currentColor', stroke: 'none' } as const

const SCREEN = (
  <>
    <rect className={GROUND} x="12" y="6" width="96" height="60" rx="5" />
    <path d="M48 74h24M60 66v8" />
  </>
)

const WINDOW = (
  <>
    <rect className={GROUND} x="10" y="8" width="100" height="64" rx="6" />
    <path d="M10 22h100" />
  </>
)

const PHONE = <rect className={GROUND} x="38" y="3" width="44" height="74" rx="8" />

/** What surrounds the step on each machine, and where in it the step is drawn. */
const PLACES = {
  windows: {
    at: '60 32',
    frame: (
      <>
        {SCREEN}
        <path d="M12 56h96" />
        <path {...SMALL} d="M54 58.5h3v3h-3zm3.7 0h3v3h-3zM54 62.2h3v3h-3zm3.7 0h3v3h-3z" />
      </>
    ),
  },
  macos: {
    at: '60 34',
    frame: (
      <>
        {SCREEN}
        <path d="M12 14h96" />
        <path {...SMALL} d="M17 9h4v2h-4zm7 0h7v2h-7zm10 0h6v2h-6z" />
        <rect x="42" y="57" width="36" height="6" rx="3" />
      </>
    ),
  },
  chromeos: {
    at: '60 32',
    frame: (
      <>
        {SCREEN}
        <path d="M12 56h96" />
        <circle cx="19" cy="61" r="2.2" />
        <path {...SMALL} d="M54 59.5h4v3h-4zm6 0h4v3h-4z" />
      </>
    ),
  },
  linux: {
    at: '60 47',
    frame: (
      <>
        {WINDOW}
        <path d="m99 13 4 4m0-4-4 4M17 15h14" />
      </>
    ),
  },
  firefox: {
    at: '60 51',
    frame: (
      <>
        {WINDOW}
        <path d="M18 22v-5a3 3 0 0 1 3-3h18a3 3 0 0 1 3 3v5M10 32h100" />
        <rect x="30" y="24.5" width="62" height="5" rx="2.5" />
      </>
    ),
  },
  iphone: {
    at: '60 40',
    frame: (
      <>
        {PHONE}
        <path d="M54 9h12M53 72h14" />
      </>
    ),
  },
  android: {
    at: '60 39',
    frame: (
      <>
        {PHONE}
        <circle {...SMALL} cx="60" cy="9" r="1.6" />
        <path d="m53 68-3 2.5 3 2.5M66.5 68.5h4v4h-4z" />
        <circle cx="60" cy="70.5" r="2" />
      </>
    ),
  },
} as const satisfies Record<PicturePlace, { readonly at: string; readonly frame: ReactNode }>

const BRASS = 'stroke-brass'
const KEY = (
  <g className={BRASS}>
    <circle cx="-4" cy="4" r="3" />
    <path d="M-1 4h8v3M3.5 4v2.5" />
  </g>
)
const SHEET = <path d="M-9-13h12l6 6v20H-9zM3-13v6h6" />

/** Each around its own middle, 32 wide and 28 high at most. */
const STEPS = {
  download: <path d="M0-13V5m-7-6 7 7 7-7M-12 6v6h24V6" />,
  open: (
    <>
      {SHEET}
      {KEY}
    </>
  ),
  password: (
    <>
      <rect x="-16" y="-7" width="32" height="14" rx="4" />
      <path d="M10-3v6" />
      <g {...SMALL}>
        <circle cx="-9" r="1.8" />
        <circle cx="-2.5" r="1.8" />
        <circle cx="4" r="1.8" />
      </g>
    </>
  ),
  profile: (
    <>
      {SHEET}
      <path className={BRASS} d="m-4 4 3 3 6-7" />
    </>
  ),
  choose: (
    <>
      <path d="M-3-9h17M-3 9h17M-3 0h17" />
      <circle {...SMALL} cx="-10" r="3.2" />
      <circle cx="-10" cy="-9" r="2.5" />
      <circle cx="-10" cy="9" r="2.5" />
    </>
  ),
  trust: (
    <>
      <path d="M0-13c4 3 8 4 12 4 0 11-4 18-12 22-8-4-12-11-12-22 4 0 8-1 12-4Z" />
      <path className={BRASS} d="m-5 0 4 4 7-8" />
    </>
  ),
  settings: (
    <>
      <path d="M-14-8h14m8 0h6M-14 0h4m8 0h16M-14 8h16m8 0h4" />
      <g className={BRASS}>
        <circle cx="4" cy="-8" r="3.5" />
        <circle cx="-6" r="3.5" />
        <circle cx="6" cy="8" r="3.5" />
      </g>
    </>
  ),
  connect: (
    <>
      <path d="M-14-4a20 20 0 0 1 28 0M-8.5 2a12.5 12.5 0 0 1 17 0" />
      <path className={BRASS} d="M-3.5 7.5a5 5 0 0 1 7 0M0 12v.01" />
    </>
  ),
  command: <path d="m-13-7 7 7-7 7M-1 8h13" />,
  done: (
    <>
      <circle r="12" />
      <path className={BRASS} d="m-5.5 0 4 4.5 7.5-8.5" />
    </>
  ),
} as const satisfies Record<PictureStep, ReactNode>

/** All of both, in the order of the styleguide. */
export const PICTURE_PLACES = Object.keys(PLACES) as readonly PicturePlace[]
export const PICTURE_STEPS = Object.keys(STEPS) as readonly PictureStep[]
