import { cpuUsOf, residentMibOf } from './cpu.ts'
import { childrenOf } from './cpu-share.ts'
import { type Load, type Result, requestBytes, sendLoad, type Target } from './load.ts'
import type { Turn } from './round-robin.ts'
import type { Enrolment } from './tenant.ts'

/** One turn of a program that answers requests: what it cost, and that it granted every one. */

const TIME_MAX_MS = 60_000

/** Sends the load; CPU time is that of the process and of those that it started. */
export async function runLoad(
  pid: number,
  target: Target,
  load: Omit<Load, 'timeMaxMs'>,
): Promise<Turn & Result> {
  const before = sumOf(pid, cpuUsOf)
  const result = await sendLoad(target, { ...load, timeMaxMs: TIME_MAX_MS })
  const after = sumOf(pid, cpuUsOf)
  const { answered, wallUs, statuses } = result
  // Refusals are fast, so counting them would make the result too good.
  const bad = [...statuses].filter(([status]) => status !== 200 && status !== 201)
  if (bad.length > 0) throw new Error(`Not every request was granted: ${JSON.stringify(bad)}`)
  const cpuUs = before === null || after === null ? null : (after - before) / answered
  return { ...result, n: answered, us: wallUs / answered, cpuUs }
}

/** Resident memory of the process and of those that it started. */
export function memoryMibOf(pid: number): number | null {
  return sumOf(pid, residentMibOf)
}

function sumOf(pid: number, measure: (pid: number) => number | null): number | null {
  const values = [pid, ...childrenOf(pid)].map(measure).filter((value) => value !== null)
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
}

export const EST_PATH = '/.well-known/est/simpleenroll'

export function estBody(csr: Uint8Array): string {
  return Buffer.from(csr).toString('base64')
}

/** An enrolment as a request to the authority, for a connection that stays open or ends with it. */
export function enrolmentRequest(
  { csr, token }: Enrolment,
  path: string,
  bodyOf: (csr: Uint8Array) => Uint8Array | string,
  keepAlive = true,
): Buffer {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/pkcs10',
    ...(!keepAlive && { connection: 'close' }),
  }
  return requestBytes('POST', path, headers, bodyOf(csr))
}
