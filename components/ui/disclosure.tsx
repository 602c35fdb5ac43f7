import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

/** What few people need, one click away. */
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
