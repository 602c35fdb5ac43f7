import { PageHeading } from '#components/ui/page-heading.tsx'
import { reminderStopWords } from '#lib/i18n/dictionary.ts'
import { currentReader } from '#lib/i18n/reader.ts'

export default async function NoReminder() {
  const words = reminderStopWords((await currentReader()).reader.language)
  return (
    <div className="wrap stack max-w-[640px] gap-3">
      <PageHeading>{words.title}</PageHeading>
      <p className="lede">{words.unknown}</p>
    </div>
  )
}
