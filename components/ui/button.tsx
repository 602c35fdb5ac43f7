import Link from 'next/link'
import type { MouseEventHandler, ReactNode } from 'react'
import { type ButtonLook, buttonLook } from './button-look.ts'
import { Icon, type IconName } from './icon.tsx'
import { Spinner } from './spinner.tsx'

type Look = ButtonLook & {
  readonly icon?: IconName
  readonly children: ReactNode
}

type ButtonProps = Look & {
  readonly type?: 'button' | 'submit'
  /** While busy the label stays, a spinner is shown before it, and clicks have no effect. */
  readonly busy?: boolean
  /** Id of the element that says why the button is disabled. The button stays focusable. */
  readonly blockedBy?: string
  readonly onClick?: MouseEventHandler<HTMLButtonElement>
  /** Accessible name, where the visible text alone is not enough. */
  readonly label?: string
  readonly id?: string
}

/** A button. Its label is a verb and its object; a view has one primary button. */
export function Button({
  type = 'button',
  busy = false,
  blockedBy,
  onClick,
  ...rest
}: ButtonProps) {
  const inert = busy || blockedBy !== undefined
  return (
    <button
      type={inert ? 'button' : type}
      className={buttonLook(rest)}
      aria-busy={busy || undefined}
      aria-disabled={blockedBy !== undefined || undefined}
      aria-describedby={blockedBy}
      aria-label={rest.label}
      id={rest.id}
      onClick={inert ? undefined : onClick}
    >
      {busy ? <Spinner small /> : rest.icon && <Icon name={rest.icon} small />}
      {rest.children}
    </button>
  )
}

type ButtonLinkProps = Look & {
  readonly href: string
  /** A plain link to a file or another program, without client-side navigation. */
  readonly plain?: boolean
  readonly download?: string
  readonly label?: string
}

/** A link that looks like a button, for actions that lead to a page or a file. */
export function ButtonLink(props: ButtonLinkProps) {
  const { href, plain = false, download, label, icon, children } = props
  const inside = (
    <>
      {icon && <Icon name={icon} small />}
      {children}
    </>
  )
  if (plain || download !== undefined) {
    return (
      <a href={href} className={buttonLook(props)} download={download} aria-label={label}>
        {inside}
      </a>
    )
  }
  return (
    <Link href={href} className={buttonLook(props)} aria-label={label} prefetch={false}>
      {inside}
    </Link>
  )
}
