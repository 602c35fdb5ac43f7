import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { CannotStart } from '#cli/cannot-start.ts'
import { NODE_FLAGS, PARENT_PIPE, type Program, ROOT } from '#cli/programs.ts'

/**
 * Runs several programs as one. Each starts when the previous one answers, and they stop in the reverse
 * order. When one dies, the others are stopped too: a portal without its authority is useless and would hide
 * the failure.
 */
export type Supervisor = {
  /**
   * Starts all of them and gives true when all answer, false when they were stopped before. Throws
   * CannotStart when one dies or does not answer in time.
   */
  readonly start: (programs: readonly Program[]) => Promise<boolean>
  /** Stops them in the reverse order, and kills those that do not stop in time. May be called twice. */
  readonly stop: () => Promise<void>
  /** Resolves with a sentence as soon as a program has died. */
  readonly death: Promise<string>
}

export type SupervisorOptions = {
  readonly write: (text: string) => void
  /** Makes what is written of a line that a program has written. */
  readonly show: (program: string, line: string) => string
  readonly readyWithinMs: number
  readonly stopWithinMs: number
}

type Child = { readonly program: Program; readonly process: ChildProcess }

const POLL_MS = 50
const LAST_LINES_MS = 500

/** Makes a supervisor; starts nothing yet. */
export function makeSupervisor(options: SupervisorOptions): Supervisor {
  const children: Child[] = []
  const died = Promise.withResolvers<string>()
  let stopping: Promise<void> | null = null

  async function start(programs: readonly Program[]): Promise<boolean> {
    for (const program of programs) {
      if (stopping !== null) return false
      const child = { program, process: launch(program) }
      children.push(child)
      endOf(child.process).then(
        () => died.resolve(deathSentence(child)),
        (error) => died.resolve(`The ${program.name} cannot be run: ${error.message}`),
      )
      forward(child.process.stdout, program, options)
      forward(child.process.stderr, program, options)
      await ready(program)
    }
    return stopping === null
  }

  async function ready(program: Program): Promise<void> {
    const deadline = AbortSignal.timeout(options.readyWithinMs)
    const death = died.promise.then((sentence) => ({ sentence }))
    for (;;) {
      const answered = await Promise.race([answers(program.readyUrl, deadline), death])
      if (stopping !== null || answered === true) return
      if (answered !== false) throw new CannotStart(answered.sentence)
      if (deadline.aborted) {
        const seconds = options.readyWithinMs / 1000
        throw new CannotStart(
          `The ${program.name} does not answer at ${program.readyUrl} after ${seconds} seconds.`,
        )
      }
      await delay(POLL_MS)
    }
  }

  async function stopAll(): Promise<void> {
    for (const child of children.toReversed()) await stopOne(child, options.stopWithinMs)
  }

  function stop(): Promise<void> {
    stopping ??= stopAll()
    return stopping
  }

  return { start, stop, death: died.promise }
}

function launch(program: Program): ChildProcess {
  return spawn(process.execPath, [...NODE_FLAGS, ...program.args], {
    cwd: ROOT,
    env: { ...(program.env as NodeJS.ProcessEnv), ...PARENT_PIPE },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // In a process group of its own: Ctrl-C goes to the whole foreground group, while the supervisor decides
    // the order of stopping.
    detached: true,
  })
}

async function stopOne(child: Child, withinMs: number): Promise<void> {
  const { process: running } = child
  if (running.exitCode !== null || running.signalCode !== null || running.pid === undefined) return
  const gone = endOf(running)
  running.kill('SIGTERM')
  const patience = new AbortController()
  const ended = await Promise.race([
    gone.then(() => true),
    delay(withinMs, false, { signal: patience.signal }).catch(() => true),
  ])
  patience.abort()
  if (ended) return
  // The whole group, with the workers of `next dev`.
  if (running.exitCode === null) process.kill(-running.pid, 'SIGKILL')
  await gone
}

/**
 * Resolves when the process has ended and its output was read; a worker that is left over may hold the pipe
 * open.
 */
async function endOf(running: ChildProcess): Promise<void> {
  const closed = once(running, 'close')
  await once(running, 'exit')
  await Promise.race([closed, delay(LAST_LINES_MS, null, { ref: false })])
}

function forward(stream: Readable | null, program: Program, options: SupervisorOptions): void {
  if (!stream) return
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
    if (line.trim() !== '') options.write(`${options.show(program.name, line)}\n`)
  })
}

async function answers(url: string, deadline: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([deadline, AbortSignal.timeout(10_000)]),
    })
    await response.body?.cancel()
    // With any status: a failing directory makes /probe answer 503, but is no reason to stop.
    return true
  } catch {
    return false
  }
}

function deathSentence({ program, process: { signalCode, exitCode } }: Child): string {
  const how = signalCode ? `was ended by ${signalCode}` : `ended with status ${exitCode}`
  // Nothing can be written before SIGKILL, which Linux sends when memory is short.
  const why =
    signalCode === 'SIGKILL'
      ? 'if nobody did that, memory was short, and the system’s log says so'
      : 'its last lines above say why'
  return `The ${program.name} ${how}; ${why}. Everything is stopped.`
}
