import type { Outcome } from './messages.ts'

/** One confirmation, for which a window may be opened several times; the last one counts. */
export type Attempt = {
  /** Of the window that was opened last; null when the browser blocked it. */
  id: string | null
  /** Called after another window was opened. Null while nobody waits. */
  reopened: (() => void) | null
  /** Ends the waiting without a confirmation, also before it begins. */
  cancel: () => void
  isCancelled: boolean
  /** Whether this page opened the window with this id, for whatever confirmation. */
  readonly isOwn: (id: string) => boolean
}

/** A small window in the middle of what most screens have. */
const FEATURES = 'popup,width=520,height=680'

/** Opens the window, unless a link opens it; must be called within a click, or the browser blocks it. */
export function beginAttempt(id: string | null = openWindow()): Attempt {
  const attempt: Attempt = {
    id: own(id),
    reopened: null,
    cancel: () => {
      attempt.isCancelled = true
    },
    isCancelled: false,
    isOwn: (it) => opened.has(it),
  }
  return attempt
}

/** Ids of all windows of this page. Other pages of the same browser have theirs. */
const opened = new Set<string>()

function own(id: string | null): string | null {
  if (id !== null) opened.add(id)
  return id
}

/** Opens another window for the same confirmation; the one before counts no more. */
export function reopen(attempt: Attempt): void {
  attempt.id = own(openWindow())
  attempt.reopened?.()
}

function openWindow(): string | null {
  const id = crypto.randomUUID()
  return window.open(`/step-up#${id}`, '_blank', FEATURES) ? id : null
}

/** What is confirmed: a CSR in whichever encoding, or the text about a revocation. */
export type Subject = { readonly csr: Uint8Array } | { readonly text: string }

/** Waits for the outcome of an attempt. The code for it is loaded only now. */
export async function outcomeOf(attempt: Attempt | null, subject: Subject): Promise<Outcome> {
  if (attempt === null) return { kind: 'none', reason: 'asked', name: null }
  const { waitFor } = await import('./wait-for.ts')
  return waitFor(attempt, subject)
}
