import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Button } from '#components/ui/button.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import type { ReminderView } from '#lib/api/schemas.ts'
import { authorityForAnyone } from '#lib/auth/authority-client.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { formatDate } from '#lib/format.ts'
import { certificateName } from '#lib/i18n/certificate-name.ts'
import { reminderStopWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { currentReader } from '#lib/i18n/reader.ts'

type ReminderProps = { readonly params: Promise<{ readonly secret: string }> }

export async function generateMetadata(): Promise<Metadata> {
  return { title: reminderStopWords((await currentReader()).reader.language).title }
}

/**
 * Ends the mails about a certificate, for whoever has the secret in the link, without a sign-in. Opening it
 * changes nothing, since programs that check links for harm open them too.
 */
export default async function ReminderPage({ params }: ReminderProps) {
  const { secret } = await params
  const { reader } = await currentReader()
  const words = reminderStopWords(reader.language)
  const { items, stopped } = await reminderOf(secret)
  return (
    <div className="wrap stack max-w-[640px] gap-5.5">
      <PageHeading>{words.title}</PageHeading>
      {stopped && <Note tone="ok" title={words.stopped} />}
      <div className="card pad stack gap-4">
        <div>
          <p className="small mute">{words.of}</p>
          <ul className="mt-1">
            {items.map((item) => (
              <li key={`${item.name} ${item.notAfter}`} className="wrap-anywhere font-medium">
                {fill(words.row, {
                  what: certificateName(item, words.what),
                  date: formatDate(reader, new Date(item.notAfter), 'long'),
                })}
              </li>
            ))}
          </ul>
        </div>
        {!stopped && (
          <p>
            {words.question} {words.warning}
          </p>
        )}
        <form method="post" action={`/reminders/${secret}/stop`}>
          <input type="hidden" name="stopped" value={String(!stopped)} />
          <Button type="submit" variant={stopped ? 'secondary' : 'primary'} wide="phone">
            {stopped ? words.again : words.stop}
          </Button>
        </form>
      </div>
    </div>
  )
}

async function reminderOf(secret: string): Promise<ReminderView> {
  if (!/^[\w-]{32}$/.test(secret)) notFound()
  try {
    return await authorityForAnyone().reminder(secret)
  } catch (error) {
    if (error instanceof LatchkeyError && error.code === 'not_found') notFound()
    throw error
  }
}
