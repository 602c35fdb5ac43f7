'use client'

import { useEffect, useState } from 'react'
import { Spinner } from '#components/ui/spinner.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { CHANNEL, type Message, type Outcome } from './messages.ts'
import type { StepUpSettings } from './settings.ts'

type ConfirmWindowProps = {
  readonly settings: StepUpSettings
  readonly words: Dictionary['stepUp']['window']
}

type Shown = 'working' | 'done' | 'alone'

/** The window in which somebody confirms a request. It is opened by a page, and closed by it. */
export function ConfirmWindow({ settings, words }: ConfirmWindowProps) {
  const [shown, setShown] = useState<Shown>('working')
  useEffect(() => {
    running ??= run(new BroadcastChannel(CHANNEL), settings)
    void running.then(setShown)
  }, [settings])
  return (
    <p className="lede mt-3.5 flex items-center gap-2.5" role="status">
      {shown === 'working' && <Spinner />}
      {words[shown]}
    </p>
  )
}

/** There is one sign-in in a window, however often React draws it. */
let running: Promise<Shown> | null = null

/** Under this key the window keeps its id while it is away at Entra. */
const ID = 'latchkey.step-up'

async function run(channel: BroadcastChannel, settings: StepUpSettings): Promise<Shown> {
  const asked = /^#([\da-f-]{36})$/.exec(window.location.hash)?.[1]
  const id = asked ?? sessionStorage.getItem(ID)
  if (id === null) return 'alone'
  const outcome =
    asked === undefined ? await returned(settings) : await leave(channel, asked, settings)
  if (outcome === null) return 'alone'
  return deliver(channel, id, outcome)
}

async function returned(settings: StepUpSettings): Promise<Outcome> {
  sessionStorage.removeItem(ID)
  const { outcomeOfSignIn } = await import('./sign-in.ts')
  return outcomeOfSignIn(settings)
}

/** Gives null when no page answers; does not return when the sign-in begins. */
async function leave(
  channel: BroadcastChannel,
  id: string,
  settings: StepUpSettings,
): Promise<Outcome | null> {
  const answer = await ask(channel, { id, from: 'window', kind: 'ready' }, READY_MS)
  if (answer?.kind !== 'ask') return null
  sessionStorage.setItem(ID, id)
  try {
    const { goToSignIn } = await import('./sign-in.ts')
    await goToSignIn(settings, answer.nonce)
    return await new Promise(() => undefined)
  } catch {
    return { kind: 'none', reason: 'failed', name: null }
  }
}

/** The page may still be making a slow key. */
const READY_MS = 60_000
const DELIVER_MS = 60_000

async function deliver(channel: BroadcastChannel, id: string, outcome: Outcome): Promise<Shown> {
  const answer = await ask(channel, { id, from: 'window', kind: 'outcome', outcome }, DELIVER_MS)
  if (answer === null) return 'alone'
  window.close()
  return 'done'
}

const AGAIN_MS = 250

type Answer = Extract<Message, { from: 'page' }>

/** Says it until the page answers: a page in the background may hear late. Null after this time. */
function ask(channel: BroadcastChannel, message: Message, forMs: number): Promise<Answer | null> {
  return new Promise((resolve) => {
    const say = () => channel.postMessage(message)
    const again = window.setInterval(say, AGAIN_MS)
    const end = (answer: Answer | null) => {
      window.clearInterval(again)
      window.clearTimeout(late)
      channel.onmessage = null
      resolve(answer)
    }
    const late = window.setTimeout(() => end(null), forMs)
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.from === 'page' && data.id === message.id) end(data)
    }
    say()
  })
}
