import type { ReactNode } from 'react'
import { type Form, formOf, type System, systemOf } from '#lib/system.ts'

type DevicePictureProps = {
  readonly os: string
  readonly model: string | null
  /** Large is 72 px. */
  readonly large?: boolean
  /** For a device that cannot have a certificate now. */
  readonly dim?: boolean
}

const FORMS = {
  laptop: (
    <>
      <rect x="6" y="7" width="26" height="18" rx="2.5" />
      <path d="M3 29.5h32l-1.2 2H4.2L3 29.5Z" />
    </>
  ),
  screen: (
    <>
      <rect x="5" y="5.5" width="28" height="19" rx="2.5" />
      <path d="M19 24.5v6M12.5 31.5h13" />
    </>
  ),
  phone: (
    <>
      <rect x="11" y="3.5" width="16" height="31" rx="3.6" />
      <path d="M16.5 6.8h5" />
    </>
  ),
  tablet: (
    <>
      <rect x="6.5" y="4" width="25" height="30" rx="3.2" />
      <path d="M17 31h4" />
    </>
  ),
} as const satisfies Record<Form, ReactNode>

/** Icons around 0,0 in a square of about 10. */
const SIGNS = {
  windows: (
    <path
      fill="currentColor"
      stroke="none"
      d="M-4.5-4.5h4v4h-4zM.5-4.5h4v4h-4zM-4.5.5h4v4h-4zM.5.5h4v4h-4z"
    />
  ),
  macos: <path d="M-4 4h8M-2.5-4.5h5v5h-5z" />,
  linux: <path d="m-5.5-3.5 4 3.5-4 3.5M1 3.8h5" />,
  ios: <path d="M-3 0h6M0-3v6" />,
  android: <path d="M-3.5 2.5a3.5 3.5 0 0 1 7 0ZM-2.5-2.8l1 1.6M2.5-2.8l-1 1.6" />,
  chromeos: <circle r="3.5" />,
  other: <path d="M-4 0h8" />,
} as const satisfies Record<System, ReactNode>

const MIDDLES = { laptop: '19 16', screen: '19 15', phone: '19 19', tablet: '19 18' } as const

/** The picture of a device: the outline of its form with the icon of its system. */
export function DevicePicture({ os, model, large = false, dim = false }: DevicePictureProps) {
  const system = systemOf(os)
  const form = formOf(system, model)
  return (
    <Tile large={large} dim={dim}>
      {FORMS[form]}
      {system !== 'ios' && <g transform={`translate(${MIDDLES[form]})`}>{SIGNS[system]}</g>}
      {system === 'ios' && form === 'phone' && <path d="M17 31.2h4" />}
    </Tile>
  )
}

/** The picture of a person, for a certificate that is not bound to a device. */
export function PersonPicture({ large = false }: { readonly large?: boolean }) {
  return (
    <Tile large={large} dim={false}>
      <circle cx="19" cy="13.5" r="6.5" />
      <path d="M6.5 33c1-7.4 6.2-10.5 12.5-10.5S30.5 25.6 31.5 33" />
    </Tile>
  )
}

function Tile(props: {
  readonly large: boolean
  readonly dim: boolean
  readonly children: ReactNode
}) {
  return (
    <span
      className={`grid flex-none place-items-center bg-sunken ${props.large ? 'size-18 rounded-[16px]' : 'size-13 rounded-[12px]'} ${props.dim ? 'text-ink3' : 'text-ink2'}`}
    >
      <svg
        className={props.large ? 'size-13' : 'size-9.5'}
        viewBox="0 0 38 38"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {props.children}
      </svg>
    </span>
  )
}
