import type { Logger } from 'pino'

export type Subscriber = { readonly stop: () => void }

const PROLONG_MS = 60 * 60 * 1000
const AGAIN_MS = 5 * 60 * 1000

/**
 * Keeps the subscriptions to Graph's change notifications alive. To be started when this service
 * can be reached: Graph calls it before it answers. Without them the sweep comes at its own time.
 */
export function startSubscriber(
  subscribe: () => Promise<readonly string[]>,
  log: Logger,
): Subscriber {
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const turn = async () => {
    const isDone = await subscribe().then(
      (refused) => {
        if (refused.length > 0) log.warn({ refused }, 'Graph does not notify of these')
        return true
      },
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
