import { readFileSync } from 'node:fs'

/**
 * CPU time of another process, all its threads together. On a shared machine this is the steadiest figure:
 * other processes make a server wait, but hardly make it compute more.
 */

/** Linux counts in ticks of 10 ms, so a measurement should take a second or more. */
const TICK_US = 10_000

/** User and system time of a process in µs; null where there is no /proc. */
export function cpuUsOf(pid: number): number | null {
  const stat = readProc(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The program's name is in parentheses and may contain anything; the numbers follow it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}

/** User and system time of all children of this process that have ended; null where there is no /proc. */
export function childrenCpuUs(): number | null {
  const stat = readProc('/proc/self/stat')
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * TICK_US
}

/** Resident memory in MiB; null where there is no /proc. */
export function residentMibOf(pid: number): number | null {
  const status = readProc(`/proc/${pid}/status`)
  const kib = status === null ? null : /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kib ? Math.round(Number(kib) / 1024) : null
}

function readProc(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
