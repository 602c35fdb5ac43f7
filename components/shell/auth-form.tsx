'use client'

import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'

type AuthFormProps = {
  readonly to: 'signin/azure-ad' | 'signout'
  /** A path of this portal to come back to. */
  readonly next: string
  /** Whether Microsoft shows its account picker. */
  readonly chooseAccount?: boolean
  /** The button, which may be told whether the form is being submitted. */
  readonly children: ReactNode | ((busy: boolean) => ReactNode)
}

/**
 * Starts or ends a session. The CSRF token is requested only when it is needed, and the form is a plain one,
 * so that the browser itself goes to Microsoft.
 */
export function AuthForm({ to, next, chooseAccount = false, children }: AuthFormProps) {
  const [busy, setBusy] = useState(false)
  const token = useRef<HTMLInputElement>(null)

  useEffect(() => {
    // After "back" from Microsoft the browser shows the page from memory, still in its busy state.
    const back = (event: PageTransitionEvent) => event.persisted && setBusy(false)
    window.addEventListener('pageshow', back)
    return () => window.removeEventListener('pageshow', back)
  }, [])

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    setBusy(true)
    csrfToken().then(
      (value) => {
        if (token.current) token.current.value = value
        form.submit()
      },
      () => setBusy(false),
    )
  }

  const query = chooseAccount ? '?prompt=select_account' : ''
  return (
    <form method="post" action={`/api/auth/${to}${query}`} onSubmit={submit}>
      <input type="hidden" name="csrfToken" ref={token} />
      <input type="hidden" name="callbackUrl" value={next} />
      {typeof children === 'function' ? children(busy) : children}
    </form>
  )
}

async function csrfToken(): Promise<string> {
  const response = await fetch('/api/auth/csrf', { cache: 'no-store' })
  const body: unknown = await response.json()
  if (typeof body === 'object' && body && 'csrfToken' in body) return String(body.csrfToken)
  throw new Error('the answer has no csrfToken')
}
