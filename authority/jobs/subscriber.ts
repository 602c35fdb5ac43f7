import type { Logger } from 'pino'

export type Subscriber = { readonly stop: () => void }

const PROLONG_MS = 60 * 60 * 1000
const AGAIN_MS = 5 * 60 * 1000

/**
 * Keeps the subscription to Graph's change notifications alive. Started when this service can be reached,
 * since Graph calls it before it confirms. Without a subscription the directory sync runs at its interval.
 */
export function startSubscriber(subscribe: () => Promise<void>, log: Logger): Subscriber {
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const turn = async () => {
    const isDone = await subscribe().then(
      () => true,
      (error: unknown) => {
        log.warn({ error }, 'Graph could not be asked for change notifications')
        return false
      },
    )
    if (!stopped) timer = setTimeout(() => void turn(), isDone ? PROLONG_MS : AGAIN_MS)
  }
  void turn()

  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
