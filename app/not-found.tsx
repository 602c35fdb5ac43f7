import type { Metadata } from 'next'
import { NotFoundBody } from '#components/shell/not-found-body.tsx'
import { currentReader } from '#lib/i18n/reader.ts'
import { Frame } from './frame.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.problems.notFoundTitle }
}

export default async function NotFound() {
  return (
    <Frame>
      <NotFoundBody words={(await currentReader()).words.problems} />
    </Frame>
  )
}
