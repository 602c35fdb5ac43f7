/** With tryLater, which has five octets, a responder says that it does not know the directory yet. */
const TRY_LATER_OCTETS = 5

/** Waits until the responder knows the status of what this OCSP request asks for. */
export async function untilAnswered(port: number, request: Uint8Array): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/ocsp`, {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      body: Buffer.from(request),
    })
    if ((await answer.arrayBuffer()).byteLength > TRY_LATER_OCTETS) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('The authority does not tell the status of a certificate.')
}
