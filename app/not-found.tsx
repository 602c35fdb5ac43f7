import type { Metadata } from 'next'
import { ButtonLink } from '#components/ui/button.tsx'
import { currentReader } from '#lib/i18n/reader.ts'
import { Frame } from './frame.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.problems.notFoundTitle }
}

export default async function NotFound() {
  const { problems } = (await currentReader()).words
  return (
    <Frame>
      <div className="wrap stack max-w-[860px] gap-4 pt-14">
        <h1>{problems.notFoundTitle}</h1>
        <p className="lede">{problems.notFoundText}</p>
        <div className="row">
          <ButtonLink href="/">{problems.toHome}</ButtonLink>
        </div>
      </div>
    </Frame>
  )
}
