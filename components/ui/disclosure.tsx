import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

/** A section that is closed at first, for details that few readers need. */
export function Disclosure(props: {
  readonly title: string
  readonly open?: boolean
  readonly children: ReactNode
}) {
  return (
    <details className="disclosure" open={props.open}>
      <summary>
        <Icon name="right" small className="tw" />
        {props.title}
      </summary>
      {props.children}
    </details>
  )
}
