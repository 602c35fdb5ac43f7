import { randomInt } from 'node:crypto'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below what systems give to outgoing connections and to who listens on port 0. */
const FIRST = 20_000
const LAST = 32_000

/**
 * Gives a TCP port for a program that is about to start. As long as this process lives, nobody else is given
 * it here: the UDP port of the same number is held, and the system lets go of it when the process ends.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST)
    if ((await isHeldNow(port)) && (await isFree(port))) return port
  }
}

async function isHeldNow(port: number): Promise<boolean> {
  const socket = dgram.createSocket('udp4').unref()
  socket.bind({ port, address: '127.0.0.1', exclusive: true })
  return await once(socket, 'listening').then(
    () => true,
    () => false,
  )
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port)
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
