/** How long a listener waits for its clients. */
export type Patience = {
  readonly headersMs: number
  readonly requestMs: number
  /** With this mean delay of the event loop requests are refused; 0 for never. */
  readonly loopDelayMs: number
}

export const PATIENCE: Patience = { headersMs: 5000, requestMs: 10_000, loopDelayMs: 2000 }
export const IDLE_MS = 60_000
export const KEEP_ALIVE_MS = 72_000
