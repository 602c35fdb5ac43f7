'use client'

import { useEffect, useId, useState } from 'react'
import type { Plan } from '#components/enroll/choose/plan.ts'
import { HelpHere } from '#components/shell/help-here.tsx'
import { Button } from '#components/ui/button.tsx'
import { buttonLook } from '#components/ui/button-look.ts'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Note } from '#components/ui/note.tsx'
import { WhatAndHow } from '#components/ui/what-and-how.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { type Stopped, type TroubleView, troubleView, type WayOn } from './trouble-view.ts'

export type TroubleProps = {
  readonly stopped: Stopped
  readonly plan: Plan
  readonly words: EnrollWords
  readonly common: {
    readonly whatHappened: string
    readonly whatYouCanDo: string
    readonly copyForIt: string
    readonly messageCopied: string
  }
  readonly onRetry: () => void
  /** With the id of a window that the browser opens for a link; without one the window is opened here. */
  readonly onConfirm: (windowId?: string) => void
  readonly onChooseAgain: () => void
  readonly onSeparate: () => void
}

/** What stopped the making, why, and how to continue. Key and CSR are kept. */
export function TroubleCard(props: TroubleProps) {
  const { stopped, plan, words, common, onRetry } = props
  const view = troubleView(stopped, words)
  const headingId = useId()
  useEffect(() => {
    // An error with an automatic retry does not move the focus.
    if (view.tone === 'hold') document.getElementById(headingId)?.focus()
  }, [view.tone, headingId])

  const ways = view.ways.map((way, index) => (
    <Way key={way} way={way} first={index === 0} view={view} {...props} />
  ))
  const kept = plan.form === 'own' ? words.trouble.keptOwn : words.trouble.kept
  if (view.tone === 'info') {
    return (
      <Note
        tone="info"
        title={view.title}
        headingId={headingId}
        actions={[...ways, <HelpHere key="help" />]}
      >
        {view.what} {kept}{' '}
        {view.retryAfterSeconds !== null && (
          <Countdown seconds={view.retryAfterSeconds} words={words.trouble} onEnd={onRetry} />
        )}
      </Note>
    )
  }
  return (
    <div className="card">
      <Note tone="hold" title={view.title} headingId={headingId} head />
      <WhatAndHow words={common} what={`${view.what} ${kept}`} steps={view.can} />
      <div className="row border-line border-t px-6 py-4">
        {ways}
        <HelpHere />
        <span className="mono small faint ml-auto">{view.code}</span>
      </div>
    </div>
  )
}

type WayProps = TroubleProps & {
  readonly way: WayOn
  readonly first: boolean
  readonly view: TroubleView
}

function Way({ way, first, view, plan, words, common, ...act }: WayProps) {
  const { trouble } = words
  const variant = first ? 'primary' : 'secondary'
  switch (way) {
    case 'retry':
      return (
        <Button variant={variant} onClick={act.onRetry}>
          {retryWord(view, trouble)}
        </Button>
      )
    case 'confirm':
      return (
        <Button variant={variant} onClick={() => act.onConfirm()}>
          {words.stepUp.open}
        </Button>
      )
    case 'newTab':
      return <NewTab label={words.stepUp.newTab} onOpen={act.onConfirm} />
    case 'wrapAgain':
      return (
        <Button variant={variant} onClick={act.onRetry}>
          {trouble.wrapAgain}
        </Button>
      )
    case 'separate':
      return (
        <Button variant={variant} onClick={act.onSeparate}>
          {trouble.separateFiles}
        </Button>
      )
    case 'chooseAgain':
      return (
        <Button variant={first ? 'primary' : 'ghost'} onClick={act.onChooseAgain}>
          {trouble.chooseAgain}
        </Button>
      )
    case 'message':
      return (
        <CopyButton
          variant={variant}
          text={fill(trouble.messageForIt, {
            name: plan.offer.name,
            reason: view.title,
            code: view.code,
          })}
          label={common.copyForIt}
          done={common.messageCopied}
        />
      )
    case 'signIn':
      return (
        <a className={buttonLook({ variant })} href="/signin" target="_blank" rel="noopener">
          {trouble.signIn}
        </a>
      )
    case 'reload':
      return (
        <Button variant={variant} onClick={() => window.location.reload()}>
          {trouble.reload}
        </Button>
      )
  }
}

/** Browsers open what a link leads to, also where they block windows. */
function NewTab(props: { readonly label: string; readonly onOpen: (windowId: string) => void }) {
  const [id] = useState(() => crypto.randomUUID())
  return (
    <a
      className={buttonLook({ variant: 'secondary' })}
      href={`/step-up#${id}`}
      target="_blank"
      rel="noopener"
      onClick={() => props.onOpen(id)}
    >
      {props.label}
    </a>
  )
}

function retryWord({ tone, code }: TroubleView, words: EnrollWords['trouble']): string {
  if (tone === 'info') return words.tryNow
  const isOfDirectory = code.startsWith('device_') || code.startsWith('principal_')
  return isOfDirectory || code === 'not_owner' || code === 'ownership_changed'
    ? words.checkAgain
    : words.tryAgain
}

type CountdownProps = {
  readonly seconds: number
  readonly words: EnrollWords['trouble']
  readonly onEnd: () => void
}

/** Counts down the time that the server asked for, then retries. Announced once only. */
function Countdown({ seconds, words, onEnd }: CountdownProps) {
  const [left, setLeft] = useState(seconds)
  useEffect(() => {
    const ends = performance.now() + seconds * 1000
    const timer = window.setInterval(() => {
      setLeft(Math.max(0, Math.ceil((ends - performance.now()) / 1000)))
    }, 250)
    return () => window.clearInterval(timer)
  }, [seconds])
  useEffect(() => {
    if (left === 0) onEnd()
  }, [left, onEnd])
  return (
    <span className="num">{left === 0 ? words.asking : fill(words.countdown, { n: left })}</span>
  )
}
