'use client'

import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'
import { Button, ButtonLink } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Note } from '#components/ui/note.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { showToast } from '#components/ui/toast.tsx'
import { closeCalendar, openCalendar } from '#lib/actions/calendar.ts'
import type { CalendarWords } from '#lib/i18n/dictionary.ts'

type CalendarAddressProps = {
  /** Whether there is an address, of which only its hash is known. */
  readonly isOpen: boolean
  readonly state: string
  readonly words: CalendarWords
}

/** Makes the secret address of the reader's calendar, shows it once, and takes it away. */
export function CalendarAddress({ isOpen, state, words }: CalendarAddressProps) {
  const router = useRouter()
  const [address, setAddress] = useState<string | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, start] = useTransition()

  const make = () =>
    start(async () => {
      const made = await openCalendar({}).catch(() => null)
      setAddress(made?.ok ? made.value : null)
      setRefusal(made?.ok ? null : words.failed)
      if (made?.ok) router.refresh()
    })
  const close = () =>
    start(async () => {
      const closed = await closeCalendar({}).catch(() => null)
      setRefusal(closed?.ok ? null : words.failed)
      if (!closed?.ok) return
      setAddress(null)
      showToast(words.closed)
      router.refresh()
    })
  return (
    <div className="card pad stack gap-4">
      {address === null ? <p>{state}</p> : <Address address={address} words={words} />}
      <div className="flex flex-wrap items-center gap-2.5">
        <Button variant={isOpen ? 'secondary' : 'primary'} busy={busy} onClick={make}>
          {isOpen ? words.renew : words.make}
        </Button>
        {isOpen && (
          <Button variant="danger" busy={busy} onClick={close}>
            {words.close}
          </Button>
        )}
      </div>
      <div>
        {isOpen && <p className="small mute">{words.renewMore}</p>}
        <Refusal text={refusal} />
      </div>
    </div>
  )
}

function Address({ address, words }: { readonly address: string; readonly words: CalendarWords }) {
  return (
    <div role="status" className="stack gap-3">
      <Note tone="ok" title={words.made} />
      <p
        className="wrap-anywhere rounded-control bg-sunken px-3.5 py-2.5 font-medium font-mono text-small"
        translate="no"
      >
        {address}
      </p>
      <div className="flex flex-wrap gap-2.5">
        <CopyButton text={address} label={words.copy} done={words.copied} variant="primary" />
        <ButtonLink href={address.replace(/^https?:/, 'webcal:')} plain>
          {words.open}
        </ButtonLink>
      </div>
    </div>
  )
}
