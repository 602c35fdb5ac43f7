import { expect } from 'vitest'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import type { Harness } from './harness.ts'

/** What operators and relying parties ask of an authority over HTTP. */

/** What OCSP says of the serial: a status, or the error. */
export async function askOcsp(latchkey: Harness, serial: string): Promise<string> {
  const body = ocspRequest(latchkey.authority.issuer, [serial])
  const headers = [['content-type', 'application/ocsp-request']] as const
  const answer = await latchkey.send({ method: 'POST', path: '/ocsp', headers, body })
  const read = readOcspResponse(new Uint8Array(answer.body))
  return typeof read === 'number' ? `error ${read}` : (read.responses[0]?.status.kind ?? 'none')
}

/** Revokes as erin does, who manages all certificates. */
export async function revokeByManager(
  latchkey: Harness,
  serial: string,
  revocationReason: number,
): Promise<void> {
  const answer = await latchkey.send({
    method: 'PATCH',
    path: `/api/manage/revoke/${serial}`,
    token: await latchkey.token('erin'),
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ revocationReason }),
  })
  expect(answer.status, answer.body.toString()).toBe(200)
}
