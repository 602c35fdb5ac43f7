import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * A share of a core for a process, by the kernel's bandwidth control (cgroup v1, root only). With it a machine
 * of two cores can show what several processes would do on as many cores, while load and database have theirs.
 */

const ROOT = '/sys/fs/cgroup/cpu'
/** Short, so that a process is never kept from a lock that it holds for long. */
const PERIOD_MIN_US = 5_000
/** The kernel takes no smaller one. */
const QUOTA_MIN_US = 1_000

const made: string[] = []
process.once('exit', () => {
  for (const folder of made) remove(folder)
})

/** Gives the process, and every thread of it, so much of one core. Gives false where that is not to be had. */
export function limitCpu(pid: number, share: number): boolean {
  const folder = path.join(ROOT, `latchkey-bench-${process.pid}-${pid}`)
  try {
    mkdirSync(folder)
    made.push(folder)
    const periodUs = Math.max(PERIOD_MIN_US, Math.ceil(QUOTA_MIN_US / share))
    writeFileSync(path.join(folder, 'cpu.cfs_period_us'), String(periodUs))
    writeFileSync(path.join(folder, 'cpu.cfs_quota_us'), String(Math.round(periodUs * share)))
    writeFileSync(path.join(folder, 'cgroup.procs'), String(pid))
    return true
  } catch {
    return false
  }
}

function remove(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Its process is still there; an empty group is of no consequence.
  }
}

/** Gives the children of a process; none where there is no /proc. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
