import { KeyRow } from './key-row.tsx'

type SkeletonProps = {
  /** "Loading", for screen readers. */
  readonly label: string
  readonly rows: number
  readonly shape: 'row' | 'card'
}

/** Placeholders for the rows that are loading, in their place. Shown after 150 ms only. */
export function Skeleton({ label, rows, shape }: SkeletonProps) {
  const keys = Array.from({ length: rows }, (_, index) => index)
  return (
    <div aria-busy="true" className="animate-appear motion-reduce:animate-none">
      <span className="vh" role="status">
        {label}
      </span>
      {shape === 'row' ? (
        <ul className="card" aria-hidden="true">
          {keys.map((key) => (
            <KeyRow
              key={key}
              picture={<Bone className="size-13 rounded-[12px]" />}
              title={<Lines className="w-2/5" below="w-1/4" />}
              bar={<Bone className="h-5 rounded-full" />}
              status={<Bone className="h-6.5 w-20 rounded-full" />}
            />
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

function Card() {
  return (
    <div className="card flex flex-col gap-3.5 px-5.5 pt-5.5 pb-4.5">
      <div className="flex items-center gap-4">
        <Bone className="size-18 rounded-[16px]" />
        <div className="grow">
          <Lines className="w-1/2" below="w-1/3" />
        </div>
      </div>
      <Bone className="mt-2 h-5 rounded-full" />
    </div>
  )
}

/** A name and what stands below it. */
function Lines({ className, below }: { readonly className: string; readonly below: string }) {
  return (
    <>
      <Bone className={`h-3.5 rounded-inside ${className}`} />
      <Bone className={`mt-2.5 h-3 rounded-inside ${below}`} />
    </>
  )
}

function Bone({ className }: { readonly className: string }) {
  return (
    <span
      className={`block animate-shimmer bg-[linear-gradient(90deg,var(--color-sunken)_25%,color-mix(in_srgb,var(--color-sunken)_50%,var(--color-surface))_50%,var(--color-sunken)_75%)] bg-size-[300%_100%] motion-reduce:animate-none ${className}`}
    />
  )
}
