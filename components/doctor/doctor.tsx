'use client'

import { type ChangeEvent, type DragEvent, useEffect, useId, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { buttonLook } from '#components/ui/button-look.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Note } from '#components/ui/note.tsx'
import { Spinner } from '#components/ui/spinner.tsx'
import { FILE_MAX } from '#lib/doctor/file-max.ts'
import type { Diagnosis } from '#lib/doctor/findings.ts'
import type { Reader } from '#lib/format.ts'
import type { DoctorWords } from '#lib/i18n/dictionary.ts'
import { askDoctor } from './ask-doctor.ts'
import { Report } from './report.tsx'

type DoctorProps = { readonly words: DoctorWords; readonly reader: Reader }

type Looked = { readonly name: string | null; readonly bytes: Uint8Array }

/** A file is given, looked at, and its report is shown; a password is asked for only when it is needed. */
export function Doctor({ words, reader }: DoctorProps) {
  const [file, setFile] = useState<Looked | null>(null)
  const [diagnosis, setDiagnosis] = useState<Diagnosis | null>(null)
  const [busy, setBusy] = useState(false)
  const [unread, setUnread] = useState<(() => void) | null>(null)
  const latest = useRef(0)

  const look = async (given: Looked, password: string | null) => {
    const turn = ++latest.current
    setFile(given)
    setUnread(null)
    setBusy(true)
    const found = await askDoctor({ ...given, password, now: new Date() })
    // Another file was given meanwhile.
    if (turn !== latest.current) return
    setDiagnosis(found)
    if (found === null) setUnread(() => () => void look(given, password))
    setBusy(false)
  }
  const take = async (taken: File | undefined) => {
    if (!taken) return
    setDiagnosis(null)
    // One octet more than is read is enough to be told that it is too large.
    const bytes = new Uint8Array(await taken.slice(0, FILE_MAX + 1).arrayBuffer())
    await look({ name: taken.name, bytes }, null)
  }
  const takeText = (text: string) => {
    setDiagnosis(null)
    void look({ name: null, bytes: new TextEncoder().encode(text) }, null)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    void take(event.dataTransfer.files[0])
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first
    <div className="stack" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <GiveFile words={words} hasOne={file !== null} onFile={take} onText={takeText} />
      <div role="status" aria-busy={busy} className="stack">
        {busy && (
          <p className="row mute">
            <Spinner small />
            {words.looking}
          </p>
        )}
        {unread && <Unread words={words} onRetry={unread} />}
        {file && diagnosis && (
          <Report
            name={file.name ?? words.pasted}
            diagnosis={diagnosis}
            words={words}
            reader={reader}
          />
        )}
      </div>
      {file && diagnosis?.needsPassword && (
        <PasswordForm
          words={words}
          busy={busy}
          onPassword={(password) => void look(file, password)}
        />
      )}
    </div>
  )
}

/** What reads files could not be loaded. Without a connection it is tried again when that is back. */
function Unread(props: { readonly words: DoctorWords; readonly onRetry: () => void }) {
  const { words, onRetry } = props
  const [isOffline] = useState(() => !navigator.onLine)
  useEffect(() => {
    window.addEventListener('online', onRetry)
    return () => window.removeEventListener('online', onRetry)
  }, [onRetry])
  const { title, more } = words.unread[isOffline ? 'offline' : 'notLoaded']
  return (
    <Note
      tone={isOffline ? 'info' : 'bad'}
      title={title}
      actions={<Button onClick={onRetry}>{words.tryAgain}</Button>}
    >
      {more}
    </Note>
  )
}

type GiveFileProps = {
  readonly words: DoctorWords
  readonly hasOne: boolean
  readonly onFile: (file: File | undefined) => Promise<void>
  readonly onText: (text: string) => void
}

function GiveFile({ words, hasOne, onFile, onText }: GiveFileProps) {
  const id = useId()
  const [text, setText] = useState('')
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    void onFile(event.target.files?.[0])
    // Reset, so that the same file can be chosen again after a change.
    event.target.value = ''
  }
  return (
    <section className="card pad">
      <div className="rounded-control border-[1.5px] border-edge border-dashed bg-sunken px-4 py-3.5">
        <p className="row mb-2 font-medium text-control">
          <Icon name="file" />
          {words.drop}
        </p>
        <textarea
          className="min-h-21 w-full font-features-[normal] font-mono text-small placeholder:text-ink3"
          aria-label={words.pasteLabel}
          placeholder={words.pastePlaceholder}
          value={text}
          maxLength={FILE_MAX}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <div className="row mt-3.5">
        <input id={id} type="file" className="peer vh" onChange={change} />
        <label
          htmlFor={id}
          className={`${buttonLook({ variant: hasOne || text ? 'secondary' : 'primary' })} peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent`}
        >
          {hasOne ? words.another : words.choose}
        </label>
        {text !== '' && (
          <Button variant="primary" onClick={() => onText(text)}>
            {words.look}
          </Button>
        )}
      </div>
    </section>
  )
}

type PasswordFormProps = {
  readonly words: DoctorWords
  readonly busy: boolean
  readonly onPassword: (password: string) => void
}

function PasswordForm({ words, busy, onPassword }: PasswordFormProps) {
  const id = useId()
  const [password, setPassword] = useState('')
  return (
    <form
      className="card pad"
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) onPassword(password)
      }}
    >
      <label htmlFor={id} className="block font-semibold">
        {words.passwordLabel}
      </label>
      <p className="small mute mt-1" id={`${id}-line`}>
        {words.passwordLine}
      </p>
      <div className="row mt-2.5">
        <input
          id={id}
          type="password"
          className="min-h-10 w-72 max-w-full rounded-control border border-edge bg-surface px-3 font-mono"
          aria-describedby={`${id}-line`}
          value={password}
          autoComplete="off"
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" variant="primary" busy={busy}>
          {words.open}
        </Button>
      </div>
    </form>
  )
}
