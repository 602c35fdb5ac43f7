/** The decorative picture of the sign-in page. */
export function Door() {
  return (
    <div className="relative overflow-hidden bg-door max-phone:h-42" aria-hidden="true">
      <svg
        className="absolute inset-0 size-full"
        viewBox="0 0 660 900"
        preserveAspectRatio="xMaxYMid slice"
        aria-hidden="true"
      >
        {[0, 250].flatMap((x) => [0, 430].map((y) => <Panel key={`${x}-${y}`} x={x} y={y} />))}
        <rect className="fill-door-lo" x="648" width="12" height="900" />
        <g transform="translate(602 450)">
          <rect
            className="fill-door-brass stroke-door-lo"
            strokeOpacity={0.45}
            strokeWidth={1.5}
            x="-23"
            y="-66"
            width="46"
            height="132"
            rx="23"
          />
          <circle className="fill-door-lo" fillOpacity={0.16} cy="-20" r="15" />
          <path
            className="fill-door-lo"
            d="M0-33a9.5 9.5 0 0 1 5 17.6L9.5 6h-19L-5-15.4A9.5 9.5 0 0 1 0-33Z"
          />
          <circle className="fill-door-lo" fillOpacity={0.55} cy="-52" r="3" />
          <circle className="fill-door-lo" fillOpacity={0.55} cy="52" r="3" />
          <circle className="fill-door-lo" fillOpacity={0.16} cy="30" r="7" />
        </g>
      </svg>
    </div>
  )
}

function Panel({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <g fill="none" strokeWidth="2" transform={`translate(${x} ${y})`}>
      <rect
        className="fill-door-lo stroke-door-lo"
        fillOpacity={0.35}
        x="96"
        y="70"
        width="206"
        height="330"
        rx="5"
      />
      <path className="stroke-door-lo" d="M98 398V72h202" strokeWidth="5" />
      <path className="stroke-door-hi" d="M302 74v324H100" strokeWidth="3" />
      <rect className="fill-door stroke-door-hi" x="122" y="96" width="154" height="278" rx="3" />
      <path className="stroke-door-lo" d="M276 98v276H124" strokeWidth="3" />
    </g>
  )
}
