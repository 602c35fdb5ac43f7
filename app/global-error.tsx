'use client'

import { Problem } from '#components/shell/problem.tsx'
import './globals.css'

type ErrorProps = { readonly error: Error & { digest?: string }; readonly reset: () => void }

// biome-ignore lint/style/noDefaultExport: Next wants it
export default function GlobalError({ error, reset }: ErrorProps) {
  return (
    <html lang="en">
      <body>
        <Problem code={error.digest ?? null} onRetry={reset} />
      </body>
    </html>
  )
}
