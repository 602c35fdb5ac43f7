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
    <div className="card empty">
      <div className="w-60 max-w-full">
        <ValidityBar state="none" label={null} />
      </div>
      <p className="text-[1.0625rem]">{sentence}</p>
      <div className="row justify-center">{action}</div>
    </div>
  )
}
