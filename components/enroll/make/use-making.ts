'use client'

import { unstable_isUnrecognizedActionError } from 'next/navigation'
import { useEffect, useReducer, useRef } from 'react'
import { enroll } from '#lib/actions/enroll.ts'
import type { KeyPairType } from '#lib/pki/keys/key-pair.ts'
import type { WrapOrder } from './key-engine.ts'
import { type KeyWorker, startKeyWorker } from './key-worker-client.ts'
import { createMaking, type Making, type MakingOrder } from './making.ts'
import { type MakingState, NOTHING_MADE, nextMaking } from './making-state.ts'

export type UseMaking = {
  readonly state: MakingState
  /** Makes a slow key ahead, while the reader still chooses. */
  readonly prepare: (type: KeyPairType) => void
  readonly start: (order: MakingOrder) => void
  /** Goes on with the same key and the same request. */
  readonly retry: () => void
  readonly wrapAs: (form: WrapOrder['form']) => void
  /** Back to nothing. What the server is still doing is not undone; the same wish gets its answer. */
  readonly cancel: () => void
}

/** The making of one certificate, tied to this page and to the worker that holds the key. */
export function useMaking(): UseMaking {
  const [state, report] = useReducer(nextMaking, NOTHING_MADE)
  const worker = useRef<KeyWorker | null>(null)
  const making = useRef<Making | null>(null)

  useEffect(
    () => () => {
      worker.current?.stop()
      worker.current = null
    },
    [],
  )

  const keys = () => {
    // One that could not be loaded is started anew; it holds nothing.
    if (worker.current?.hasFailed()) worker.current = null
    worker.current ??= startKeyWorker()
    return worker.current
  }

  const start = (order: MakingOrder) => {
    report('reset')
    const own = createMaking(
      {
        keys,
        send: (csr) => enroll({ csr }),
        clock: () => performance.now(),
        isOnline: () => navigator.onLine,
        whenOnline,
        pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        isStale: unstable_isUnrecognizedActionError,
        // What was cancelled may still speak; nobody listens.
        report: (event) => making.current === own && report(event),
      },
      order,
    )
    making.current = own
    void own.go()
  }

  return {
    state,
    prepare: (type) => {
      // A key that cannot be made ahead is made, or refused in words, at the click.
      keys()
        .prepareKey(type)
        .catch(() => undefined)
    },
    start,
    retry: () => void making.current?.go(),
    wrapAs: (form) => void making.current?.wrapAs(form),
    cancel: () => {
      making.current = null
      report('reset')
    },
  }
}

function whenOnline(): Promise<void> {
  return new Promise((resolve) => {
    window.addEventListener('online', () => resolve(), { once: true })
  })
}
