import AppWindow from 'lucide-react/icons/app-window'
import ArrowLeft from 'lucide-react/icons/arrow-left'
import ArrowRight from 'lucide-react/icons/arrow-right'
import Check from 'lucide-react/icons/check'
import ChevronRight from 'lucide-react/icons/chevron-right'
import CircleMinus from 'lucide-react/icons/circle-minus'
import Clock from 'lucide-react/icons/clock'
import Copy from 'lucide-react/icons/copy'
import Download from 'lucide-react/icons/download'
import Eye from 'lucide-react/icons/eye'
import EyeOff from 'lucide-react/icons/eye-off'
import FileCheck from 'lucide-react/icons/file-check'
import Globe from 'lucide-react/icons/globe'
import House from 'lucide-react/icons/house'
import Info from 'lucide-react/icons/info'
import Lock from 'lucide-react/icons/lock'
import LogOut from 'lucide-react/icons/log-out'
import Moon from 'lucide-react/icons/moon'
import Plus from 'lucide-react/icons/plus'
import Printer from 'lucide-react/icons/printer'
import RefreshCw from 'lucide-react/icons/refresh-cw'
import Server from 'lucide-react/icons/server'
import ShieldCheck from 'lucide-react/icons/shield-check'
import SquareTerminal from 'lucide-react/icons/square-terminal'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import X from 'lucide-react/icons/x'
import type { ReactNode, SVGProps } from 'react'

const ICONS = {
  alert: TriangleAlert,
  'arrow-left': ArrowLeft,
  'arrow-right': ArrowRight,
  check: Check,
  clock: Clock,
  copy: Copy,
  cross: X,
  download: Download,
  end: CircleMinus,
  eye: Eye,
  'eye-off': EyeOff,
  file: FileCheck,
  globe: Globe,
  home: House,
  info: Info,
  leave: LogOut,
  lock: Lock,
  moon: Moon,
  plus: Plus,
  print: Printer,
  refresh: RefreshCw,
  right: ChevronRight,
  server: Server,
  shield: ShieldCheck,
  terminal: SquareTerminal,
  window: AppWindow,
  key: own(
    <>
      <circle cx="7.45" cy="12" r="4.8" />
      <path d="M12.25 12h10.15v4.15M17.85 12v3.1" />
    </>,
  ),
  laptop: own(
    <>
      <rect x="4.2" y="4.2" width="15.6" height="11" rx="2" />
      <path d="M1.6 19.5h20.8" />
    </>,
  ),
  microsoft: own(
    <path
      fill="currentColor"
      stroke="none"
      d="M1 1h10.4v10.4H1zM12.6 1H23v10.4H12.6zM1 12.6h10.4V23H1zM12.6 12.6H23V23H12.6z"
    />,
  ),
  // Of one path each: lucide's, of four to nine, are the largest in what every page loads.
  ring: own(<circle cx="12" cy="12" r="9.4" strokeDasharray="3.4 3.4" />),
  sun: own(
    <>
      <circle cx="12" cy="12" r="4.2" />
      <path d="M12 2v2m0 16v2M2 12h2m16 0h2M4.9 4.9l1.4 1.4m11.4 11.4 1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4" />
    </>,
  ),
  wifi: own(
    <path d="M2 8.8a15 15 0 0 1 20 0M5 12.9a10 10 0 0 1 14 0M8.5 16.4a5 5 0 0 1 7 0M12 20v.01" />,
  ),
  // The sign of a pause on the validity bar; lucide's is two boxes.
  pause: own(<path d="M8.1 5.5v13M15.9 5.5v13" />),
}

export type IconName = keyof typeof ICONS

/** All of them, for the styleguide. */
export const ICON_NAMES = Object.keys(ICONS) as readonly IconName[]

type IconProps = {
  readonly name: IconName
  /** 15 px with a heavier line, for use inside text and buttons. */
  readonly small?: boolean
  readonly className?: string
}

/** An icon beside a text. It is never the only carrier of a meaning, so it is hidden from screen readers. */
export function Icon({ name, small = false, className = '' }: IconProps) {
  const Drawing = ICONS[name]
  const size = small ? 15 : 18
  return (
    <Drawing
      className={className}
      width={size}
      height={size}
      viewBox="-1 -1 26 26"
      strokeWidth={small ? 2.6 : 2.2}
      aria-hidden="true"
    />
  )
}

/** What only Latchkey has, drawn in lucide's square of 24. */
function own(shape: ReactNode) {
  return function Own(props: SVGProps<SVGSVGElement>) {
    return (
      <svg
        fill="none"
        stroke="currentColor"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        {...props}
      >
        {shape}
      </svg>
    )
  }
}
