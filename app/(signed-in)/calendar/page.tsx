import type { Metadata } from 'next'
import { answer } from '#app/(signed-in)/load.ts'
import { CalendarAddress } from '#components/calendar/calendar-address.tsx'
import { RefreshButton } from '#components/shell/refresh-button.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { authorityOf } from '#lib/auth/authority-client.ts'
import { requireSession } from '#lib/auth/session.ts'
import { formatDate } from '#lib/format.ts'
import { calendarWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { currentReader } from '#lib/i18n/reader.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: calendarWords((await currentReader()).reader.language).title }
}

/** The secret address at which the reader's calendar program finds what ends. */
export default async function CalendarPage() {
  const session = await requireSession()
  const { reader, words } = await currentReader()
  const calendar = calendarWords(reader.language)
  const state = await answer(authorityOf(session).calendar())
  return (
    <div className="wrap stack max-w-[640px] gap-5.5">
      <div>
        <PageHeading>{calendar.title}</PageHeading>
        <p className="lede mt-1.5">{calendar.lede}</p>
      </div>
      {state.ok ? (
        <CalendarAddress
          isOpen={state.value.since !== null}
          state={
            state.value.since === null
              ? calendar.none
              : fill(calendar.since, {
                  date: formatDate(reader, new Date(state.value.since), 'long'),
                })
          }
          words={calendar}
        />
      ) : (
        <Note
          tone="info"
          title={words.home.authoritySilent}
          actions={<RefreshButton label={words.common.tryAgain} automatic />}
        >
          {words.home.authoritySilentMore}
        </Note>
      )}
      <div className="stack gap-2 small mute">
        <p>{calendar.secret}</p>
        <p>{calendar.how}</p>
      </div>
    </div>
  )
}
