import type { ReactNode } from 'react'

/** Drawn for a 20 px square, one line weight. */
const SHAPES = {
  check: <path d="m4.5 10.5 3.6 3.6 7.4-8" />,
  pause: <path d="M7 5v10M13 5v10" />,
  cross: <path d="m5.5 5.5 9 9m0-9-9 9" />,
  clock: (
    <>
      <circle cx="10" cy="10" r="7.2" />
      <path d="M10 6v4.3l2.8 1.7" />
    </>
  ),
  end: (
    <>
      <circle cx="10" cy="10" r="7.2" />
      <path d="M6.8 10h6.4" />
    </>
  ),
  ring: <circle cx="10" cy="10" r="7.2" strokeDasharray="2.6 2.6" />,
  alert: (
    <>
      <path d="M10 3 2.6 16h14.8L10 3Z" />
      <path d="M10 8.2v3.6M10 14v.1" />
    </>
  ),
  info: (
    <>
      <circle cx="10" cy="10" r="7.2" />
      <path d="M10 9.2v4.3M10 6.6v.1" />
    </>
  ),
  right: <path d="m7.5 4.5 5.5 5.5-5.5 5.5" />,
  'arrow-right': <path d="M3.5 10h13m-5-5 5 5-5 5" />,
  'arrow-left': <path d="M16.5 10h-13m5-5-5 5 5 5" />,
  copy: (
    <>
      <rect x="7" y="7" width="9.5" height="9.5" rx="2" />
      <path d="M13 7V5.5a2 2 0 0 0-2-2H5.5a2 2 0 0 0-2 2V11a2 2 0 0 0 2 2H7" />
    </>
  ),
  eye: (
    <>
      <path d="M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10 15.2 15.5 10 15.5 1.8 10 1.8 10Z" />
      <circle cx="10" cy="10" r="2.4" />
    </>
  ),
  download: <path d="M10 3v9.5m-4-4 4 4 4-4M3.5 16.5h13" />,
  print: (
    <>
      <path d="M6 7V3h8v4M6 14H4.5a1.5 1.5 0 0 1-1.5-1.5V8.5A1.5 1.5 0 0 1 4.5 7h11A1.5 1.5 0 0 1 17 8.5v4a1.5 1.5 0 0 1-1.5 1.5H14" />
      <path d="M6 12h8v5H6z" />
    </>
  ),
  shield: (
    <>
      <path d="M10 2.5 16.5 5v4.6c0 4-2.7 6.7-6.5 7.9-3.8-1.2-6.5-3.9-6.5-7.9V5L10 2.5Z" />
      <path d="m7.2 10 2 2 3.6-3.9" />
    </>
  ),
  refresh: (
    <>
      <path d="M16.5 4v4h-4M3.5 16v-4h4" />
      <path d="M16 8a6.5 6.5 0 0 0-11.7-1.5M4 12a6.5 6.5 0 0 0 11.7 1.5" />
    </>
  ),
  user: (
    <>
      <circle cx="10" cy="6.5" r="3.3" />
      <path d="M3.5 17c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5" />
    </>
  ),
  sun: (
    <>
      <circle cx="10" cy="10" r="3.4" />
      <path d="M10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M15.7 4.3l-1.1 1.1M5.4 14.6l-1.1 1.1" />
    </>
  ),
  globe: (
    <>
      <circle cx="10" cy="10" r="7.2" />
      <path d="M2.8 10h14.4M10 2.8c2 2 3 4.4 3 7.2s-1 5.2-3 7.2c-2-2-3-4.4-3-7.2s1-5.2 3-7.2Z" />
    </>
  ),
  lock: (
    <>
      <rect x="4" y="9" width="12" height="8" rx="2" />
      <path d="M6.8 9V6.5a3.2 3.2 0 0 1 6.4 0V9" />
    </>
  ),
  home: <path d="M3 9.5 10 3.5l7 6V16a1 1 0 0 1-1 1h-3.5v-4.5h-5V17H4a1 1 0 0 1-1-1V9.5Z" />,
  laptop: (
    <>
      <rect x="4" y="4" width="12" height="8.5" rx="1.5" />
      <path d="M2 15.8h16" />
    </>
  ),
  file: (
    <>
      <path d="M11.5 2.5H6A1.5 1.5 0 0 0 4.5 4v12A1.5 1.5 0 0 0 6 17.5h8a1.5 1.5 0 0 0 1.5-1.5V6.5l-4-4Z" />
      <path d="m7.5 11.5 1.8 1.8 3.2-3.5" />
    </>
  ),
  terminal: (
    <>
      <rect x="2.5" y="3.5" width="15" height="13" rx="2" />
      <path d="m6 8 2.3 2L6 12M10.5 12.5H14" />
    </>
  ),
  calendar: (
    <>
      <rect x="3" y="4.5" width="14" height="12.5" rx="2" />
      <path d="M3 8.5h14M7 2.8v3M13 2.8v3" />
    </>
  ),
  wifi: (
    <path d="M2.5 8a11 11 0 0 1 15 0M5 11a7.3 7.3 0 0 1 10 0M7.5 13.8a3.7 3.7 0 0 1 5 0M10 16.6v.1" />
  ),
  server: (
    <>
      <rect x="3" y="3.5" width="14" height="5.5" rx="1.5" />
      <rect x="3" y="11" width="14" height="5.5" rx="1.5" />
      <path d="M6 6.3v.1M6 13.8v.1" />
    </>
  ),
  window: (
    <>
      <rect x="2.5" y="3.5" width="15" height="13" rx="2" />
      <path d="M2.5 7.2h15M5 5.4v.1M7.2 5.4v.1" />
    </>
  ),
  plus: <path d="M10 4v12M4 10h12" />,
  mail: (
    <>
      <rect x="2.5" y="4.5" width="15" height="11.5" rx="2" />
      <path d="m3.5 6.5 6.5 5 6.5-5" />
    </>
  ),
  pin: (
    <>
      <path d="M10 17.5S4.5 12.6 4.5 8.3a5.5 5.5 0 0 1 11 0c0 4.3-5.5 9.2-5.5 9.2Z" />
      <path d="M10 6.3v2.4M10 10.8v.1" />
    </>
  ),
  phone: (
    <>
      <rect x="5.5" y="2" width="9" height="16" rx="2.2" />
      <path d="M9 15.5h2" />
    </>
  ),
  key: (
    <>
      <circle cx="6.5" cy="10" r="3.7" />
      <path d="M10.2 10H18v3.2M14.5 10v2.4" />
    </>
  ),
  moon: <path d="M16.5 11.7A7 7 0 0 1 8.3 3.5a7 7 0 1 0 8.2 8.2Z" />,
  leave: (
    <path d="M8 3H5a1.5 1.5 0 0 0-1.5 1.5v11A1.5 1.5 0 0 0 5 17h3M12.5 6.5 16 10l-3.5 3.5M16 10H8" />
  ),
  'eye-off': (
    <>
      <path d="M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10 15.2 15.5 10 15.5 1.8 10 1.8 10Z" />
      <path d="m3.5 16.5 13-13" />
    </>
  ),
  microsoft: (
    <path
      fill="currentColor"
      stroke="none"
      d="M1.5 1.5h8v8h-8zM10.5 1.5h8v8h-8zM1.5 10.5h8v8h-8zM10.5 10.5h8v8h-8z"
    />
  ),
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof SHAPES

type IconProps = {
  readonly name: IconName
  /** 15 px with a heavier line, for use inside text and buttons. */
  readonly small?: boolean
  readonly className?: string
}

/** An icon beside a text. It is never the only carrier of a meaning, so it is hidden from screen readers. */
export function Icon({ name, small = false, className = '' }: IconProps) {
  return (
    <svg className={`i ${small ? 's' : ''} ${className}`} viewBox="0 0 20 20" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  )
}
