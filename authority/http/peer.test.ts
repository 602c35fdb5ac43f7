import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { makeServerCertificate, makeTlsCa, type TlsCa } from '#authority/tls/tls-certificate.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { clientCertificateOf, peerOf } from './peer.ts'

const requestFrom = (remoteAddress: string | undefined, headers: readonly string[] = []) =>
  ({ socket: { remoteAddress }, rawHeaders: headers }) as IncomingMessage

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['192.0.2.7', false],
  ['::ffff:192.0.2.7', false],
  ['fe80::1%eth0', false],
  ['', false],
  [undefined, false],
  ['localhost', false],
])('plain http from %j stays on this machine: %s', (address, confidential) => {
  expect(peerOf(requestFrom(address), null).confidential).toBe(confidential)
})

test('a plain connection has no client certificate, whatever headers say', () => {
  const request = requestFrom('127.0.0.1')
  expect(clientCertificateOf(request, peerOf(request, null))).toBeNull()
})

const now = new Date()
const caOf = (pem: { certificate: string; key: string }): TlsCa => {
  const { subject, spki } = readCertificate(new X509Certificate(pem.certificate).raw)
  return { name: subject, spki, key: createPrivateKey(pem.key) }
}

test('over TLS the client certificate is given as it was shown, a stranger’s too', async () => {
  const ours = makeTlsCa(now)
  const theirs = makeTlsCa(now)
  const server = makeServerCertificate(caOf(ours), ['localhost'], now)
  const seen: unknown[] = []
  const listener = https.createServer(
    {
      key: server.key,
      cert: server.certificate,
      ca: ours.certificate,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      const peer = peerOf(request, null)
      const shown = clientCertificateOf(request, peer)
      const hash = shown && createHash('sha256').update(shown).digest('hex')
      seen.push({ hash, confidential: peer.confidential })
      response.end()
    },
  )
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo

  const stranger = makeServerCertificate(caOf(theirs), ['x'], now)
  await ask(port, { cert: stranger.certificate, key: stranger.key })
  await ask(port, {})
  listener.close()

  const { raw } = new X509Certificate(stranger.certificate)
  expect(seen).toEqual([
    { hash: createHash('sha256').update(raw).digest('hex'), confidential: true },
    { hash: null, confidential: true },
  ])
})

function ask(port: number, client: { cert?: string; key?: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: '127.0.0.1', rejectUnauthorized: false, ...client },
      () => {
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
      },
    )
    socket.once('error', reject)
    socket.once('close', () => resolve())
    socket.resume()
  })
}
