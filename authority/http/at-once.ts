import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'

/** Clients that send a request before the last one is answered are rare, and none has so many under way. */
const AT_ONCE_MAX = 32

/**
 * Ends a connection by which more requests come in one piece. Node reads 64 KiB of a connection and hands on all that is in
 * it, some two thousand requests, within one turn of the event loop: two hundred connections kept it for most of a minute.
 */
export function fewAtOnce(listener: RequestListener): RequestListener {
  let socket: Socket | null = null
  let count = 0
  const forget = () => {
    socket = null
  }
  return (request, response) => {
    if (request.socket !== socket) {
      socket = request.socket
      count = 0
      // Called when all of the piece was handed on.
      process.nextTick(forget)
    }
    count += 1
    if (count > AT_ONCE_MAX) socket.destroy()
    else listener(request, response)
  }
}
