'use client'

import { Problem } from '#components/shell/problem.tsx'

type ErrorProps = { readonly error: Error & { digest?: string }; readonly reset: () => void }

export default function ErrorPage({ error, reset }: ErrorProps) {
  return <Problem code={error.digest ?? null} onRetry={reset} />
}
