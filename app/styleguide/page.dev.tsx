import type { Metadata } from 'next'
import { ThemeSwitch } from '#components/shell/theme-switch.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { dictionary } from '#lib/i18n/dictionary.ts'
import { Drawings } from './drawings.tsx'
import { Lists } from './lists.tsx'
import { Messages } from './messages.tsx'
import { Questions } from './questions.tsx'

export const metadata: Metadata = { title: 'Styleguide' }

/** Every component of components/ui in its states, in both themes. Only `npm run dev` has pages by this name. */
// biome-ignore lint/style/noDefaultExport: Next wants it
export default function StyleguidePage() {
  const { common } = dictionary('en')
  return (
    <main id="main" className="wrap stack gap-8">
      <div className="between">
        <PageHeading>Styleguide</PageHeading>
        <ThemeSwitch words={common} />
      </div>
      <Questions />
      <Messages />
      <Lists status={common.status} />
      <Drawings />
    </main>
  )
}
