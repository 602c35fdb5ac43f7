import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { freePort } from '#lib/testing/free-port.ts'
import { CannotStart } from './cannot-start.ts'
import { prefixed } from './log-line.ts'
import type { Program, ProgramName } from './programs.ts'
import { makeSupervisor, type Supervisor } from './supervisor.ts'

/** A program that answers on `port`, prints when it starts and stops, and runs `more`. */
function program(name: ProgramName, port: number, more = ''): Program {
  const code = `
    const server = require('node:http').createServer((_, res) => res.end('ok'))
    process.on('SIGTERM', () => { console.log('stopping'); server.close(() => process.exit(0)) })
    server.listen(${port}, 'localhost', () => console.log('listening'))
    ${more}`
  return {
    name,
    args: ['-e', code],
    env: { PATH: process.env.PATH },
    ports: [],
    readyUrl: `http://localhost:${port}/`,
  }
}

let lines: string[]
let supervisor: Supervisor

beforeEach(() => {
  lines = []
  supervisor = make(20_000)
})

afterEach(() => supervisor.stop())

function make(readyWithinMs: number): Supervisor {
  return makeSupervisor({
    write: (text) => lines.push(text.trimEnd()),
    show: (name, line) => prefixed(name, line, false),
    readyWithinMs,
    stopWithinMs: 300,
  })
}

describe('several programs as one', () => {
  test('start in order, each when the one before answers, and stop in the reverse order', async () => {
    const sandbox = program('sandbox', await freePort())
    const portal = program('portal', await freePort())

    expect(await supervisor.start([sandbox, portal])).toBe(true)
    await supervisor.stop()

    expect(lines).toEqual([
      'sandbox   | listening',
      'portal    | listening',
      'portal    | stopping',
      'sandbox   | stopping',
    ])
  })

  test('the death of one is told in a sentence', async () => {
    const sandbox = program('sandbox', await freePort())
    const authority = program(
      'authority',
      await freePort(),
      `process.stdin.resume()
      server.on('request', () => setImmediate(() => process.exit(3)))`,
    )

    await supervisor.start([sandbox, authority])

    expect(await supervisor.death).toBe(
      'The authority ended with status 3; its last lines above say why. Everything is stopped.',
    )
  })

  test('one that was killed is not said to have told why', async () => {
    const authority = program(
      'authority',
      await freePort(),
      `server.on('request', () => setImmediate(() => process.kill(process.pid, 'SIGKILL')))`,
    )

    await supervisor.start([authority])

    expect(await supervisor.death).toBe(
      'The authority was ended by SIGKILL; if nobody did that, memory was short, and the system’s log says so. ' +
        'Everything is stopped.',
    )
  })

  test('one that dies before it answers stops the start', async () => {
    const authority = program('authority', await freePort(), 'process.exit(1)')
    const portal = program('portal', await freePort())

    const start = supervisor.start([authority, portal])
    await expect(start).rejects.toThrow(CannotStart)
    await expect(start).rejects.toThrow('The authority ended with status 1')
    expect(lines).toEqual([])
  })

  test('one that never answers is named with its address', async () => {
    supervisor = make(200)
    const silent: Program = {
      ...program('authority', await freePort()),
      args: ['-e', 'setInterval(() => {}, 1000)'],
    }
    await expect(supervisor.start([silent])).rejects.toThrow(
      `The authority does not answer at ${silent.readyUrl} after 0.2 seconds.`,
    )
  })

  test('one that does not stop when asked is ended', async () => {
    const stubborn = program(
      'portal',
      await freePort(),
      `process.removeAllListeners('SIGTERM')
      process.on('SIGTERM', () => console.log('no'))`,
    )
    await supervisor.start([stubborn])
    await supervisor.stop()
    await expect(fetch(stubborn.readyUrl)).rejects.toThrow('fetch failed')
  })

  test('stopping during the start leaves nothing behind', async () => {
    const slow = { ...program('authority', await freePort()), readyUrl: 'http://localhost:9/' }
    const start = supervisor.start([slow, program('portal', await freePort())])
    await vi.waitFor(() => expect(lines).toContain('authority | listening'), 45_000)
    await supervisor.stop()
    expect(await start).toBe(false)
    expect(lines).toEqual(['authority | listening', 'authority | stopping'])
  })
})

test('when the supervisor is killed without a word, its programs stop by themselves', async () => {
  const sandbox = program('sandbox', await freePort())
  const code = `
    const { makeSupervisor } = await import(${JSON.stringify(path.join(import.meta.dirname, 'supervisor.ts'))})
    const options = { write() {}, show: (name, line) => name + ' ' + line, readyWithinMs: 20000, stopWithinMs: 300 }
    await makeSupervisor(options).start([${JSON.stringify(sandbox)}])
    console.log('up')`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(parent.stdout, 'data')
  expect(await (await fetch(sandbox.readyUrl)).text()).toBe('ok')

  parent.kill('SIGKILL')

  await vi.waitFor(() => expect(fetch(sandbox.readyUrl)).rejects.toThrow(), { timeout: 45_000 })
})
