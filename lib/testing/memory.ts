import { accessSync, constants, mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const MEMORY = '/dev/shm'
const ROOM_MIN = 2 ** 30

/** Linux's file system in memory, where fsync costs nothing; null where there is none, or little of it. */
export function memory(): string | null {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    accessSync(MEMORY, constants.W_OK)
    return bavail * bsize >= ROOM_MIN ? MEMORY : null
  } catch {
    return null
  }
}

/** Makes a folder in memory, or on the disk where there is no room: no test has its machine lose its power. */
export function makeFolder(prefix: string): string {
  return mkdtempSync(path.join(memory() ?? tmpdir(), prefix))
}
