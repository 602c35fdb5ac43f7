import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { isDevelopment } from '#lib/config.ts'
import { dictionary } from '#lib/i18n/dictionary.ts'
import { Drawings } from './drawings.tsx'
import { Lists } from './lists.tsx'
import { Messages } from './messages.tsx'
import { Questions } from './questions.tsx'

export const metadata: Metadata = { title: 'Styleguide' }

/** Every component of components/ui in its states, light beside dark. In development only. */
export default function StyleguidePage() {
  if (!isDevelopment) notFound()
  const { status } = dictionary('en').common
  return (
    <main id="main" className="grid grid-cols-2 max-desk:grid-cols-1">
      <Side theme="light">
        <h1>Styleguide</h1>
        <Everything theme="light" status={status} />
      </Side>
      <Side theme="dark">
        <p className="font-semibold text-title">Dark</p>
        <Everything theme="dark" status={status} />
      </Side>
    </main>
  )
}

type EverythingProps = {
  readonly theme: string
  readonly status: ReturnType<typeof dictionary>['common']['status']
}

function Everything({ theme, status }: EverythingProps) {
  return (
    <>
      <Questions theme={theme} />
      <Messages theme={theme} />
      <Lists status={status} />
      <Drawings />
    </>
  )
}

function Side(props: { readonly theme: 'light' | 'dark'; readonly children: ReactNode }) {
  const scheme = { light: 'scheme-light', dark: 'scheme-dark' }[props.theme]
  return (
    <div className={`stack min-w-0 gap-8 bg-bg p-8 text-ink max-phone:p-4 ${scheme}`}>
      {props.children}
    </div>
  )
}
