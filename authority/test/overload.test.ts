import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startHarness } from '#authority/testing/harness.ts'

test('who asks while there is more to do than can be done is told to come back, until it is done', async () => {
  const latchkey = await startHarness({ patience: { loopDelayMs: 100 } })
  const ask = () => latchkey.send({ path: '/ca' })
  const refusal = async () => {
    keepBusy(900)
    const { status, headers, body } = await ask()
    return { status, wait: headers['retry-after'], said: status === 503 && body.toString() }
  }
  await expect.poll(refusal, { timeout: 45_000, interval: 1 }).toEqual({
    status: 503,
    wait: '10',
    said: expect.stringMatching(
      /"detail":"This service has more to do than it can\.","code":"authority_unavailable"/,
    ),
  })
  await expect.poll(async () => (await ask()).status, { timeout: 45_000 }).toBe(200)
  await latchkey.close()
})

test('turns of more than a second refuse nobody where two seconds are allowed', async () => {
  const latchkey = await startHarness({ patience: { loopDelayMs: 2000 } })
  for (let turn = 0; turn < 3; turn += 1) {
    keepBusy(1300)
    await new Promise(setImmediate)
  }
  expect((await latchkey.send({ path: '/ca' })).status).toBe(200)
  await latchkey.close()
})

test('a connection by which hundreds of requests come at once ends, one with some is answered', async () => {
  const latchkey = await startHarness()
  const answered = async (count: number) => {
    const socket = connect(latchkey.config.AUTHORITY_PORT, '127.0.0.1')
    const one = 'GET /ca HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const last = 'GET /ca HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    socket.on('error', () => undefined).write(one.repeat(count - 1) + last)
    let said = ''
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1')
    })
    await once(socket, 'close')
    return said.split('HTTP/1.1 200').length - 1
  }
  expect(await answered(32)).toBe(32)
  expect(await answered(500)).toBe(0)
  expect(await answered(32)).toBe(32)
  await latchkey.close()
})

/** Blocks the event loop. */
function keepBusy(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until) Math.sqrt(until)
}
