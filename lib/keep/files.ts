import { closeSync, createReadStream, createWriteStream, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

const PART_OCTETS = 65_536

/** Copies a file of any size into a new one for this account only, and syncs it. */
export async function copyFile(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createWriteStream(to, { flags: 'wx', mode: 0o600 }))
  syncPath(to)
}

/** Whether the first file begins with all that the second has. */
export async function beginsWith(file: string, other: string): Promise<boolean> {
  const [one, two] = [await open(file), await open(other)]
  try {
    const [mine, theirs] = [Buffer.alloc(PART_OCTETS), Buffer.alloc(PART_OCTETS)]
    for (let at = 0; ; ) {
      const { bytesRead } = await two.read(theirs, 0, theirs.length, at)
      if (bytesRead === 0) return true
      const { bytesRead: found } = await one.read(mine, 0, bytesRead, at)
      if (found < bytesRead || mine.compare(theirs, 0, bytesRead, 0, bytesRead) !== 0) return false
      at += bytesRead
    }
  } finally {
    await one.close()
    await two.close()
  }
}

/** Waits until a file, or the names in a folder, are on disk. */
export function syncPath(target: string): void {
  const fd = openSync(target, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
