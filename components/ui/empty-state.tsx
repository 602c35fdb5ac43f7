import type { ReactNode } from 'react'
import { ValidityBar } from './validity-bar.tsx'

type EmptyStateProps = {
  /** One sentence. */
  readonly sentence: string
  /** One button, and at most one link. */
  readonly action: ReactNode
}

/** A dotted key in place of an empty list. */
export function EmptyState({ sentence, action }: EmptyStateProps) {
  return (
    <div className="card flex flex-col items-center gap-5.5 px-6 py-12 text-center">
      <div className="w-60 max-w-full">
        <ValidityBar state="none" label={null} />
      </div>
      <p className="max-w-[46ch] text-section">{sentence}</p>
      <div className="row justify-center">{action}</div>
    </div>
  )
}
