'use client'

import { unstable_isUnrecognizedActionError } from 'next/navigation'
import { useCallback, useEffect, useReducer, useRef } from 'react'
import { type Attempt, beginAttempt, outcomeOf, reopen } from '#components/step-up/attempt.ts'
import { enroll, signProfile } from '#lib/actions/enroll.ts'
import type { KeyWish, Wrapping } from './key-engine.ts'
import { type KeyWorker, startKeyWorker } from './key-worker-client.ts'
import { createMaking, type Making, type MakingOrder } from './making.ts'
import { type MakingState, NOTHING_MADE, nextMaking } from './making-state.ts'
import { signedFiles } from './signed-profile.ts'

export type UseMaking = {
  readonly state: MakingState
  /**
   * Begins, and calls `show` in the next turn of the event loop: a request that is there already is sent before
   * the page is drawn anew. Of two calls the second has no effect, unless the first was cancelled.
   */
  readonly start: (order: MakingOrder, show: () => void) => void
  /** Continues with the same key and the same CSR. */
  readonly retry: () => void
  /** Opens the sign-in window, again if need be, and continues. Called by a click. */
  readonly confirm: (windowId?: string) => void
  readonly wrapAs: (wrapping: Wrapping) => void
  /** Returns to the first page. What the server is doing is not undone; the same wish gets its result. */
  readonly cancel: () => void
}

/**
 * The making of one certificate on this page, with the worker that holds the key. It takes the place of the
 * certificate with the serial `replaces`. Until `confirmedUntil`, in milliseconds, nothing has to be confirmed by a
 * new sign-in; null: never. Key and request for the wish `soon` are made before they are asked for, with the worker's
 * start; null: none.
 */
export function useMaking(
  replaces: string | null,
  confirmedUntil: number | null,
  soon: KeyWish | null,
): UseMaking {
  const [state, report] = useReducer(nextMaking, NOTHING_MADE)
  const keys = useKeys(soon)
  const making = useRef<Making | null>(null)
  const attempt = useRef<Attempt | null>(null)

  const end = useCallback(() => {
    attempt.current?.cancel()
    attempt.current = null
    making.current?.cancel()
    making.current = null
  }, [])
  useEffect(() => end, [end])

  const mustConfirm = () => confirmedUntil !== null && Date.now() >= confirmedUntil
  const start: UseMaking['start'] = (order, show) => {
    // A second click comes before the page is drawn anew.
    if (making.current) return
    const nextTurn = new Promise<void>((resolve) => setTimeout(resolve))
    void nextTurn.then(() => {
      report('reset')
      show()
    })
    // Within the click, and before the key is made, so that the browser lets the window open.
    attempt.current = mustConfirm() ? beginAttempt() : null
    const own = createMaking(
      {
        keys,
        mustConfirm,
        confirm: async (csr) => {
          const begun = attempt.current
          const outcome = await outcomeOf(begun, { csr })
          if (attempt.current === begun) attempt.current = null
          return outcome
        },
        send: (csr, proof) => enroll({ csr, replaces, proof }),
        signProfile: (files) => signedFiles(files, (sha256) => signProfile({ sha256 })),
        clock: () => performance.now(),
        isOnline: () => navigator.onLine,
        whenOnline,
        pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        isStale: unstable_isUnrecognizedActionError,
        // Events of a cancelled making are ignored.
        report: (event) => {
          void nextTurn.then(() => {
            if (making.current === own) report(event)
          })
        },
      },
      order,
    )
    making.current = own
    void own.go()
  }

  return {
    state,
    start,
    retry: () => void making.current?.go(),
    confirm: (windowId) => {
      if (attempt.current) return reopen(attempt.current)
      attempt.current = beginAttempt(windowId)
      void making.current?.go()
    },
    wrapAs: (wrapping) => void making.current?.wrapAs(wrapping),
    cancel: () => {
      end()
      report('reset')
    },
  }
}

/** Gives the worker that holds the key, started when it is first asked for. */
function useKeys(soon: KeyWish | null): () => KeyWorker {
  const worker = useRef<KeyWorker | null>(null)

  useEffect(
    () => () => {
      worker.current?.stop()
      worker.current = null
    },
    [],
  )

  const keys = useCallback(() => {
    // A worker that could not be loaded holds nothing, so it is started again.
    if (worker.current?.hasFailed()) worker.current = null
    worker.current ??= startKeyWorker()
    return worker.current
  }, [])

  const wish = soon && JSON.stringify(soon)
  useEffect(() => {
    if (wish === null || !navigator.onLine) return
    // When the key cannot be made early, the click makes it, or shows the error.
    keys()
      .prepareRequest(JSON.parse(wish))
      .catch(() => undefined)
  }, [wish, keys])

  return keys
}

function whenOnline(): Promise<void> {
  return new Promise((resolve) => {
    window.addEventListener('online', () => resolve(), { once: true })
  })
}
