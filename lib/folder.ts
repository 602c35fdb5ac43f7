import { accessSync, existsSync, mkdirSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import path from 'node:path'

/**
 * Makes a folder and its missing parents, for this account only. Throws the system's error, ENOTDIR when a
 * file is in the way. Node's own `recursive` never returns where the kernel accepts the parent and refuses
 * the child (/proc).
 */
export function ensureFolder(folder: string): void {
  if (existsSync(folder)) {
    // With a trailing separator the path matches a folder only, not a file.
    accessSync(`${folder}${path.sep}`)
    return
  }
  ensureFolder(path.dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}

/**
 * Replaces a file, readable by this account only: after a loss of power it has the old or the new content,
 * complete.
 */
export async function replaceFile(target: string, content: string | Uint8Array): Promise<void> {
  // Several processes may replace the same file.
  const making = `${target}.${process.pid}.making`
  const file = await open(making, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(making, target)
}
