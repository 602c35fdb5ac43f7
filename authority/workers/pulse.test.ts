import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { watchPulse } from './pulse.ts'

describe('watchPulse', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  function watch() {
    const silent: number[] = []
    return { silent, pulse: watchPulse(30_000, (who) => silent.push(who)) }
  }

  test('tells once who is silent for too long, and nobody else', () => {
    const { silent, pulse } = watch()
    pulse.beat(3)
    for (const who of [1, 2]) pulse.begin(who)
    for (let n = 0; n < 8; n++) {
      vi.advanceTimersByTime(pulse.everyMs)
      pulse.beat(1)
      if (n < 6) expect(silent).toEqual([])
    }
    expect(silent).toEqual([2])
    vi.advanceTimersByTime(25_000)
    expect(silent).toEqual([2])
    pulse.end(1)
    vi.advanceTimersByTime(100_000)
    expect(silent).toEqual([2])
    pulse.stop()
  })

  test('blames nobody for the time in which the machine slept', () => {
    const { silent, pulse } = watch()
    const own = performance.now.bind(performance)
    pulse.begin(1)
    vi.advanceTimersByTime(pulse.everyMs)
    pulse.beat(1)
    const slept = vi.spyOn(performance, 'now').mockImplementation(() => own() + 3_600_000)
    for (let n = 0; n < 20; n++) {
      vi.advanceTimersByTime(pulse.everyMs)
      pulse.beat(1)
    }
    expect(silent).toEqual([])
    slept.mockRestore()
    pulse.stop()
  })
})

/** Runs two workers, of which the second is faulty at its first start; gives the lines of their log. */
function startFaulty(folder: string) {
  const child = spawn(process.execPath, ['authority/testing/hung-worker.ts'], {
    env: {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'test',
      LATCHKEY_DATA: folder,
      LATCHKEY_WORKERS: '2',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  const lines = () =>
    output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
  return {
    of: (msg: string) => lines().filter((line) => line.msg === msg),
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      expect((await ended)[0]).toBe(0)
      rmSync(folder, { recursive: true })
    },
  }
}

const PATIENCE = { timeout: 45_000 }

test('CON-17: a worker that holds its event loop is killed and replaced, and the log says so', async () => {
  const { of, stop } = startFaulty(mkdtempSync(path.join(tmpdir(), 'latchkey-hung-')))
  await vi.waitFor(() => expect(of('worker started')).toHaveLength(3), PATIENCE)
  expect(of('a worker does not answer and is killed')).toMatchObject([{ worker: 2, level: 50 }])
  expect(of('a worker ended and is replaced')).toMatchObject([{ worker: 2, signal: 'SIGKILL' }])
  expect(of('worker started').map(({ worker }) => worker)).toEqual([1, 2, 2])
  await stop()
})

test('one that ends at the first start, while the first serves already, is replaced too', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-ends-'))
  writeFileSync(path.join(folder, 'ends'), '')
  const { of, stop } = startFaulty(folder)
  await vi.waitFor(() => expect(of('worker started')).toHaveLength(3), PATIENCE)
  expect(of('a worker ended and is replaced')).toMatchObject([{ worker: 2, status: 1 }])
  expect(of('worker stopped')).toEqual([])
  await stop()
})
