import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

/**
 * The least that a certificate costs: read the public key, verify the request's signature, sign 700 octets
 * with a key in memory. A separate process, so that it runs on the authority's core. Each message is a number
 * of certificates; the answer is a Turn.
 */

export type FloorMaterial = {
  /** PKCS#8 PEM. */
  readonly caKey: string
  readonly caHash: 'sha256' | 'sha384' | 'sha512'
  /** Base64 of the parts of each request. */
  readonly requests: readonly {
    readonly spki: string
    readonly info: string
    readonly signature: string
  }[]
}

// Written by bench/issue.ts just before.
const material = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as FloorMaterial
const caKey = createPrivateKey(material.caKey)
const bytes = (text: string) => Buffer.from(text, 'base64')
const requests = material.requests.map(({ spki, info, signature }) => ({
  spki: bytes(spki),
  info: bytes(info),
  signature: bytes(signature),
}))
const tbs = Buffer.alloc(700, 7)

process.on('message', (n: number) => {
  const cpuBefore = process.cpuUsage()
  const begun = performance.now()
  for (let done = 0; done < n; done++) certify(done)
  const us = ((performance.now() - begun) * 1000) / n
  const { user, system } = process.cpuUsage(cpuBefore)
  process.send?.({ n, us, cpuUs: (user + system) / n })
})

function certify(at: number): void {
  const request = requests[at % requests.length]
  if (!request) throw new Error('There are no requests.')
  const key = createPublicKey({ key: request.spki, format: 'der', type: 'spki' })
  if (!verify('sha256', request.info, key, request.signature)) throw new Error('A bad request.')
  sign(material.caHash, tbs, caKey)
}
