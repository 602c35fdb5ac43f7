import { qrPath } from './qr-path.ts'

type QrCodeProps = {
  readonly text: string
  /** The accessible name. */
  readonly label: string
}

/** A QR code, drawn on the server. Dark on white in every theme, since many cameras read no other. */
export function QrCode({ text, label }: QrCodeProps) {
  const { path, size } = qrPath(text)
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="size-64 max-w-full rounded-control forced-color-adjust-none"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
