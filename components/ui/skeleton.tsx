type SkeletonProps = {
  /** "Loading", for readers. */
  readonly label: string
  readonly rows: number
  readonly shape: 'row' | 'card'
}

/** The same rows in the same place, without the words. It appears after 150 ms only. */
export function Skeleton({ label, rows, shape }: SkeletonProps) {
  const keys = Array.from({ length: rows }, (_, index) => index)
  return (
    <div aria-busy="true" className="late">
      <span className="vh" role="status">
        {label}
      </span>
      {shape === 'row' ? (
        <ul className="card keyring" aria-hidden="true">
          {keys.map((key) => (
            <Row key={key} />
          ))}
        </ul>
      ) : (
        <div
          className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,420px),1fr))] gap-4"
          aria-hidden="true"
        >
          {keys.map((key) => (
            <Card key={key} />
          ))}
        </div>
      )}
    </div>
  )
}

function Row() {
  return (
    <li>
      <span className="sk size-13 rounded-[12px]" />
      <div>
        <div className="sk w-2/5" />
        <div className="sk mt-2.5 h-3 w-1/4" />
      </div>
      <div className="b">
        <div className="sk h-5 rounded-full" />
      </div>
      <span className="st sk h-6.5 w-20 rounded-full" />
    </li>
  )
}

function Card() {
  return (
    <div className="card flex flex-col gap-3.5 px-5.5 pt-5.5 pb-4.5">
      <div className="flex items-center gap-4">
        <span className="sk size-18 rounded-[16px]" />
        <div className="grow">
          <div className="sk w-1/2" />
          <div className="sk mt-2.5 h-3 w-1/3" />
        </div>
      </div>
      <div className="sk mt-2 h-5 rounded-full" />
    </div>
  )
}
